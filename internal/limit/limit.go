// Package limit gives every client so many tries a minute.
package limit

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const maxClients = 10_000 // remembered; the one that asked longest ago makes room

// Limiter counts tries by client. It is safe for concurrent use.
type Limiter struct {
	perMinute int
	clock     func() time.Time

	mu       sync.Mutex
	byClient map[string]*list.Element // of *bucket
	used     *list.List               // most recently used first
}

type bucket struct {
	client string
	tokens *rate.Limiter
}

// New returns a Limiter that lets a client try perMinute times at once and then
// as often each minute. Below 0 there is no limit.
func New(perMinute int, clock func() time.Time) *Limiter {
	return &Limiter{perMinute: perMinute, clock: clock, byClient: map[string]*list.Element{}, used: list.New()}
}

// Check returns 0 if client, an IP address or another name, has a try left, and
// else how long it has to wait for one. It uses none.
func (l *Limiter) Check(client string) (wait time.Duration) {
	return l.try(client, func(*rate.Limiter, time.Time) bool { return true })
}

// Take is Check, and uses the try that is left.
func (l *Limiter) Take(client string) (wait time.Duration) {
	return l.try(client, func(tokens *rate.Limiter, now time.Time) bool { return tokens.AllowN(now, 1) })
}

func (l *Limiter) try(client string, use func(*rate.Limiter, time.Time) bool) time.Duration {
	if l.perMinute < 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	tokens := l.bucket(Key(client)).tokens
	left := tokens.TokensAt(now)
	if left >= 1 && use(tokens, now) {
		return 0
	}
	return max(1, time.Duration((1-left)/float64(tokens.Limit())*float64(time.Second)))
}

// State is what a client has of its tries.
type State struct {
	Limit     int           // a minute
	Remaining int           // left now
	Full      time.Duration // until all of them are there again
	Wait      time.Duration // until the next one; 0 where one was left
}

// TakeOf is Take, and tells what is left.
func (l *Limiter) TakeOf(client string) State {
	s := State{Limit: l.perMinute, Wait: l.Take(client)}
	l.mu.Lock()
	defer l.mu.Unlock()
	tokens := l.bucket(Key(client)).tokens
	left := tokens.TokensAt(l.clock())
	s.Remaining = max(0, int(left))
	s.Full = time.Duration((float64(l.perMinute) - left) / float64(tokens.Limit()) * float64(time.Second))
	return s
}

func (l *Limiter) bucket(client string) *bucket {
	e, ok := l.byClient[client]
	if !ok {
		if l.used.Len() >= maxClients {
			oldest := l.used.Back()
			delete(l.byClient, oldest.Value.(*bucket).client)
			l.used.Remove(oldest)
		}
		perSecond := rate.Limit(float64(l.perMinute) / 60)
		e = l.used.PushFront(&bucket{client, rate.NewLimiter(perSecond, l.perMinute)})
		l.byClient[client] = e
	}
	l.used.MoveToFront(e)
	return e.Value.(*bucket)
}

// Key is what a client is counted by: an IPv6 client by its /64, which is one
// household or machine with 2^64 addresses.
func Key(client string) string {
	addr, err := netip.ParseAddr(client)
	if err != nil {
		return client
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		return netip.PrefixFrom(addr, 64).Masked().String()
	}
	return addr.String()
}
