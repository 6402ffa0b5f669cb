package gate

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Refusal is why a request is not let in, as an answer to it.
type Refusal struct {
	Status int
	Detail string
	Header http.Header
}

// maxUser bounds the name of a user in bytes.
const maxUser = 256

// Admit returns the user who asks, "" where the site is open, or why the request
// is not let in. A request that ends while it waits is refused as well.
func (g *Gate) Admit(r *http.Request) (user string, refused *Refusal) {
	if !g.Closed() {
		return "", nil
	}
	if g.header != "" && g.fromProxy(r) {
		if values := r.Header[g.header]; len(values) == 1 && plainName(values[0]) {
			return values[0], nil
		}
	}
	if g.passwords == nil {
		return "", &Refusal{Status: http.StatusForbidden, Detail: "This site is reached through the proxy that signs its readers in."}
	}
	user, password, ok := r.BasicAuth()
	if !ok {
		return "", challenge("Sign in to read this site.")
	}
	known := g.passwords.Get()
	if g.checks.passed(known.hash(user), user, password) {
		return user, nil
	}
	client := g.Client(r)
	if wait := g.failures.Check(client); wait > 0 {
		return "", &Refusal{
			Status: http.StatusTooManyRequests, Detail: "Too many wrong passwords came from your address. Wait before you try again.",
			Header: http.Header{"Retry-After": {strconv.Itoa(int((wait + time.Second - 1) / time.Second))}},
		}
	}
	right, err := g.checks.check(r.Context(), known, user, password)
	switch {
	case err != nil:
		return "", &Refusal{
			Status: http.StatusServiceUnavailable, Detail: "Too many people are signing in at once. Try again in a few seconds.",
			Header: http.Header{"Retry-After": {"5"}},
		}
	case !right:
		g.failures.Take(client)
		return "", challenge("The name or the password is wrong.")
	}
	return user, nil
}

// challenge asks for a name and a password (RFC 7617).
func challenge(detail string) *Refusal {
	return &Refusal{Status: http.StatusUnauthorized, Detail: detail, Header: http.Header{"Www-Authenticate": {`Basic realm="siteerror", charset="UTF-8"`}}}
}

// plainName reports whether s can stand for a user in a log.
func plainName(s string) bool {
	if s == "" || len(s) > maxUser {
		return false
	}
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == 0xfffd {
			return false
		}
	}
	return true
}

// waitForCheck is how long a sign-in may wait for its turn.
const waitForCheck = 5 * time.Second

func (c *checks) check(ctx context.Context, known *passwords, user, password string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, waitForCheck)
	defer cancel()
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	hash := known.hash(user)
	if c.passed(hash, user, password) { // by another request of the same browser, meanwhile
		return true, nil
	}
	if !known.right(hash, password) {
		return false, nil
	}
	c.remember(hash, user, password)
	return true, nil
}
