package gate

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/crypto/bcrypt"
)

// maxCost is the highest cost of a hash: 2^15 rounds take a second or two, more
// is a mistake that would keep every reader waiting.
const maxCost = 15

// passwords is an htpasswd file.
type passwords struct {
	hashes map[string][]byte // by user
	dummy  []byte            // of no password, as dear to check as the dearest of hashes
}

// parsePasswords reads lines of user:hash. Errors are as file:line: message.
func parsePasswords(name string, src []byte) (*passwords, error) {
	p := &passwords{hashes: map[string][]byte{}}
	cost := bcrypt.MinCost
	n := 0
	for line := range bytes.Lines(src) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		user, hash, ok := bytes.Cut(line, []byte(":"))
		if !ok || !plainName(string(user)) {
			return nil, fmt.Errorf("%s:%d: write name:hash, as “htpasswd -B” does", name, n)
		}
		c, err := bcrypt.Cost(hash)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: the hash of %s is not bcrypt: make it with “siteerror htpasswd %[3]s” or “htpasswd -B”", name, n, user)
		}
		if c > maxCost {
			return nil, fmt.Errorf("%s:%d: the hash of %s has cost %d, which takes too long to check: at most %d", name, n, user, c, maxCost)
		}
		if _, twice := p.hashes[string(user)]; twice {
			return nil, fmt.Errorf("%s:%d: %s stands here twice", name, n, user)
		}
		p.hashes[string(user)] = bytes.Clone(hash)
		cost = max(cost, c)
	}
	if len(p.hashes) == 0 {
		return nil, fmt.Errorf("%s: names nobody who may come in", name)
	}
	var err error
	p.dummy, err = bcrypt.GenerateFromPassword([]byte(rand.Text()), cost)
	return p, err
}

// hash is what is known of user. Nobody's hash is one that no password fits, so
// that an unknown name takes as long to refuse as a wrong password.
func (p *passwords) hash(user string) []byte {
	if h, ok := p.hashes[user]; ok {
		return h
	}
	return p.dummy
}

func (p *passwords) right(hash []byte, password string) bool {
	return bcrypt.CompareHashAndPassword(hash, []byte(password)) == nil && !bytes.Equal(hash, p.dummy)
}

// Hash is the line of an htpasswd file for a user.
func Hash(user, password string) (string, error) {
	if !plainName(user) || strings.Contains(user, ":") {
		return "", fmt.Errorf("%q cannot be a user's name: it must not be empty or hold a colon", user)
	}
	if password == "" {
		return "", fmt.Errorf("the password is empty")
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	if err != nil {
		return "", err
	}
	return user + ":" + string(hash) + "\n", nil
}

// maxRemembered bounds the passwords that are known to be right.
const maxRemembered = 10_000

// checks remembers which passwords were right, so that not every request costs
// what bcrypt costs, and lets only a few be checked at once. What it remembers
// depends on the hash: a changed password is forgotten with it.
type checks struct {
	turn chan struct{}
	key  []byte // of this process: what is in memory is no fast hash to guess by

	mu    sync.RWMutex
	right map[[sha256.Size]byte]struct{}
}

func newChecks() *checks {
	return &checks{
		turn: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		key:  []byte(rand.Text()), right: map[[sha256.Size]byte]struct{}{},
	}
}

func (c *checks) passed(hash []byte, user, password string) bool {
	key := c.of(hash, user, password)
	c.mu.RLock()
	defer c.mu.RUnlock()
	_, ok := c.right[key]
	return ok
}

func (c *checks) remember(hash []byte, user, password string) {
	key := c.of(hash, user, password)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.right) >= maxRemembered {
		clear(c.right)
	}
	c.right[key] = struct{}{}
}

// of is keyed and takes each part with its length, so that no two triples are
// alike and nobody outside can tell where in the map one would stand.
func (c *checks) of(hash []byte, user, password string) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, c.key)
	for _, part := range [][]byte{hash, []byte(user), []byte(password)} {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		mac.Write(part)
	}
	mac.Sum(sum[:0])
	return sum
}
