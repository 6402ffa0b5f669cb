// Package checker fetches a stranger's URL, hop by hop, and says what it saw. It never reaches
// the network it stands in: every address is judged before it is dialled, at every redirect.
package checker

import (
	"context"
	"crypto/x509"
	"errors"
	"math"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"siteerror/internal/limit"
)

// The bounds of one check and of all together. Whatever is beyond them is cut, and the report
// says so.
const (
	maxTime        = 10 * time.Second // for the whole chain
	maxDNSTime     = 3 * time.Second  // for one name
	maxConnectTime = 3 * time.Second  // for one address
	maxDials       = 3                // addresses tried for one hop
	maxRedirects   = 10
	maxInterim     = 5         // 1xx responses before the real one
	maxHeaderBytes = 64 << 10  // of one response
	maxBodyBytes   = 256 << 10 // of the last response; the bodies of redirects are not read
	maxURLBytes    = 2048
	maxFetches     = 16 // checks at once
	busyRetry      = 5 * time.Second
	defaultRate    = 60 // checks a minute and client
)

// The reasons why nothing is fetched. Check wraps them in an *Error.
var (
	// ErrMalformed: the request is not an http or https URL and a method this package sends. A 400.
	ErrMalformed = errors.New("checker: malformed request")
	// ErrRefused: the policy keeps away from this target. A 422, alike for every refused address.
	ErrRefused = errors.New("checker: refused target")
	// ErrBusy: as many checks as there may be are running. A 503 with Retry-After.
	ErrBusy = errors.New("checker: busy")
	// ErrTooMany: this client has used up its checks. A 429 with Retry-After.
	ErrTooMany = errors.New("checker: too many checks")
)

// Error is what Check returns when it did not do, or not finish, what was asked.
type Error struct {
	Err        error         // one of the four above
	Detail     string        // sentences for the person who asked; no address, no internals
	RetryAfter time.Duration // ErrBusy and ErrTooMany: whole seconds, at least one; otherwise 0
}

func (e *Error) Error() string { return e.Detail }
func (e *Error) Unwrap() error { return e.Err }

// Resolver looks up the addresses of a name; *net.Resolver is one. network is "ip".
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// ControlFunc has the shape of net.Dialer.Control: it sees the address that is about to be
// connected to, and its error stops that.
type ControlFunc = func(network, address string, c syscall.RawConn) error

// DialFunc opens a TCP connection to addr and must have control approve the address it dials.
type DialFunc func(ctx context.Context, addr netip.AddrPort, control ControlFunc) (net.Conn, error)

// Config holds what New needs; the zero Config is a checker for public addresses.
type Config struct {
	Allow     []netip.Prefix   // inner networks the operator lets visitors reach
	Rate      int              // checks a minute and client; 0 means 60, below 0 no limit
	UserAgent string           // names this product to the servers that are checked
	Resolver  Resolver         // default: the system's name servers, without search domains
	Dial      DialFunc         // default: net.Dialer
	Roots     *x509.CertPool   // default: the system's
	Clock     func() time.Time // default: time.Now
}

// Checker checks URLs. It is safe for concurrent use.
type Checker struct {
	guard     guard
	resolver  Resolver
	dial      DialFunc
	roots     *x509.CertPool
	clock     func() time.Time
	userAgent string
	places    chan struct{} // one for each running check
	limit     *limit.Limiter
}

// New returns a Checker.
func New(cfg Config) *Checker {
	c := &Checker{
		guard:     newGuard(cfg.Allow),
		resolver:  cfg.Resolver,
		dial:      cfg.Dial,
		roots:     cfg.Roots,
		clock:     cfg.Clock,
		userAgent: cfg.UserAgent,
		places:    make(chan struct{}, maxFetches),
	}
	if c.resolver == nil {
		c.resolver = rooted{&net.Resolver{PreferGo: true}}
	}
	if c.dial == nil {
		c.dial = dialTCP
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.userAgent == "" {
		c.userAgent = "siteerror-checker"
	}
	rate := cfg.Rate
	if rate == 0 {
		rate = defaultRate
	}
	c.limit = limit.New(rate, c.clock)
	return c
}

// Request says what to check.
type Request struct {
	URL    string
	Method string // GET, HEAD or OPTIONS; "" is GET
	Client string // who asks, as an IP address, for the rate; IPv6 counts by its /64
}

// Check fetches req.URL and follows its redirects. The error is an *Error, or ctx's when ctx ended
// first. A target that does not answer is no error: the report tells. When a redirect leads to a
// refused target, both are returned: the hops up to there, and ErrRefused.
func (c *Checker) Check(ctx context.Context, req Request) (*Report, error) {
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method) {
		return nil, &Error{Err: ErrMalformed, Detail: "The checker sends GET, HEAD and OPTIONS, since other methods may change something at the target."}
	}
	t, err := vet(strings.TrimSpace(req.URL))
	if err != nil {
		return nil, err
	}
	if wait := c.limit.Check(req.Client); wait > 0 {
		return nil, tooMany(wait)
	}
	select {
	case c.places <- struct{}{}:
		defer func() { <-c.places }()
	default:
		return nil, &Error{ErrBusy, "As many checks as this server runs at once are under way. Try again in a few seconds.", busyRetry}
	}

	limited, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	report := &Report{URL: t.url.String(), Method: method, CheckedAt: c.clock().UTC(), Hops: []Hop{}}
	addrs, hop, err := c.locate(limited, t, method)
	if err != nil {
		return nil, err // nothing was sent to anybody but a name server: not counted
	}
	if wait := c.limit.Take(req.Client); wait > 0 {
		return nil, tooMany(wait) // used up by others of this client meanwhile
	}
	err = c.follow(limited, report, t, addrs, hop)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	report.TotalMS = milliseconds(c.clock().Sub(report.CheckedAt))
	report.conclude(c.clock())
	return report, err
}

// follow fetches t, whose addresses are known already, and whatever it redirects to. hop is the
// first, begun by locate.
func (c *Checker) follow(ctx context.Context, report *Report, t target, addrs []netip.Addr, hop Hop) error {
	seen := map[string]bool{}
	for {
		seen[hop.Method+" "+hop.URL] = true
		err := c.fetch(ctx, t, addrs, &hop)
		if err == nil && hop.redirects() {
			t, err = c.next(t, &hop)
		}
		report.Hops = append(report.Hops, hop)
		if err != nil {
			return report.stopBefore(hop, err)
		}
		if !hop.redirects() {
			return nil
		}
		method := hop.Method
		if hop.Status == http.StatusSeeOther && method != http.MethodHead {
			method = http.MethodGet // RFC 9110, 15.4.4
		}
		if seen[method+" "+t.url.String()] {
			report.looped = true
			return nil
		}
		if len(report.Hops) > maxRedirects {
			report.gaveUp = true
			return nil
		}
		last := hop
		if addrs, hop, err = c.locate(ctx, t, method); err != nil {
			return report.stopBefore(last, err)
		}
	}
}

// next reads where hop leads. A Location that is no URL becomes the hop's error; one that the
// policy refuses is returned as such.
func (c *Checker) next(from target, hop *Hop) (target, error) {
	location := hop.Headers.Get("Location")
	t, err := vetReference(from, location)
	switch {
	case err == nil:
		hop.Location = t.url.String()
	case errors.Is(err, ErrRefused):
		hop.Location = location
		return target{}, err
	default:
		hop.Error = &HopError{KindRedirect, "It redirects, but its Location is not a URL that can be followed."}
	}
	return t, nil
}

func tooMany(wait time.Duration) error {
	whole := time.Duration(math.Ceil(wait.Seconds())) * time.Second
	return &Error{ErrTooMany, "You have used up your checks for now; there are only so many a minute.", whole}
}

// rooted asks for names as they are: without the final dot, a resolver may try the search domains
// of the network it stands in.
type rooted struct{ *net.Resolver }

func (r rooted) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	return r.Resolver.LookupNetIP(ctx, network, host+".")
}

func dialTCP(ctx context.Context, addr netip.AddrPort, control ControlFunc) (net.Conn, error) {
	d := net.Dialer{Control: control, KeepAlive: -1}
	return d.DialContext(ctx, "tcp", addr.String())
}
