package checker

import (
	"container/list"
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const maxClients = 10_000 // remembered; the one that asked longest ago makes room

// limiter gives every client its checks a minute. Safe for concurrent use.
type limiter struct {
	perMinute int // below 0: no limit
	clock     func() time.Time

	mu       sync.Mutex
	byClient map[string]*list.Element // of *bucket
	used     *list.List               // most recently used first
}

type bucket struct {
	client string
	tokens *rate.Limiter
}

func newLimiter(perMinute int, clock func() time.Time) *limiter {
	return &limiter{perMinute: perMinute, clock: clock, byClient: map[string]*list.Element{}, used: list.New()}
}

// check returns ErrTooMany if client has no check left. It takes none, so that a refusal that
// follows is free.
func (l *limiter) check(client string) error {
	return l.try(client, func(*rate.Limiter, time.Time) bool { return true })
}

// take uses one check of client, or returns ErrTooMany.
func (l *limiter) take(client string) error {
	return l.try(client, func(tokens *rate.Limiter, now time.Time) bool { return tokens.AllowN(now, 1) })
}

func (l *limiter) try(client string, use func(*rate.Limiter, time.Time) bool) error {
	if l.perMinute < 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	tokens := l.bucket(clientKey(client)).tokens
	left := tokens.TokensAt(now)
	if left >= 1 && use(tokens, now) {
		return nil
	}
	wait := time.Duration((1 - left) / float64(tokens.Limit()) * float64(time.Second))
	return &Error{ErrTooMany, "You have used up your checks for now; there are only so many a minute.", wholeSeconds(wait)}
}

func (l *limiter) bucket(client string) *bucket {
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

// clientKey counts an IPv6 client by its /64, which is one household or machine with 2^64 addresses.
func clientKey(client string) string {
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

func wholeSeconds(d time.Duration) time.Duration {
	return time.Duration(max(1, math.Ceil(d.Seconds()))) * time.Second
}
