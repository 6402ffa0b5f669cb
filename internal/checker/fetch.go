package checker

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"
)

// phase is how far a hop got, so that its error can say what failed.
type phase int

const (
	inDNS phase = iota
	inConnect
	inTLS
	inRequest // sending it, waiting for the response, reading its header
	inBody
)

// locate begins a hop: it looks up t's addresses and has all of them judged. Its error is
// ErrRefused; a name without addresses is the hop's own error.
func (c *Checker) locate(ctx context.Context, t target, method string) ([]netip.Addr, Hop, error) {
	hop := Hop{URL: t.url.String(), Method: method, Headers: http.Header{}}
	addrs := []netip.Addr{t.addr}
	if !t.addr.IsValid() {
		start := c.clock()
		limited, cancel := context.WithTimeout(ctx, maxDNSTime)
		defer cancel()
		found, err := c.resolver.LookupNetIP(limited, "ip", t.host)
		hop.Timing.DNS = milliseconds(c.clock().Sub(start))
		hop.Timing.Total = hop.Timing.DNS
		if err != nil || len(found) == 0 {
			hop.Error = explain(inDNS, t, err)
			return nil, hop, nil
		}
		addrs = found
	}
	unmapped := make([]netip.Addr, len(addrs))
	for i, addr := range addrs {
		if !c.guard.permits(addr) { // one is enough: which one is dialled must not be a matter of luck
			return nil, Hop{}, refusedAddress()
		}
		unmapped[i] = addr.Unmap()
	}
	return unmapped, hop, nil
}

// fetch sends the request of hop to one of addrs and completes hop. Its only error is ErrRefused,
// from the check on the address that is dialled.
func (c *Checker) fetch(ctx context.Context, t target, addrs []netip.Addr, hop *Hop) error {
	if hop.Error != nil {
		return nil
	}
	start := c.clock()
	defer func() { hop.Timing.Total = milliseconds(c.clock().Sub(start)) + hop.Timing.DNS }()

	conn, addr, err := c.connect(ctx, addrs, t.port)
	hop.Timing.Connect = milliseconds(c.clock().Sub(start))
	if err != nil {
		if errors.Is(err, errAddress) {
			return refusedAddress()
		}
		hop.Error = explain(inConnect, t, err)
		return nil
	}
	defer conn.Close()
	hop.Address = addr.String()

	marks := &marks{clock: c.clock}
	transport := c.transport(conn)
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, marks.trace()), hop.Method, hop.URL, nil)
	if err != nil {
		hop.Error = &HopError{KindProtocol, "This URL cannot be put into a request."}
		return nil
	}
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", "*/*")

	res, err := transport.RoundTrip(req)
	marks.record(hop)
	if err != nil {
		at := marks.phase(t)
		if certs := unverified(err); certs != nil {
			hop.TLS = describeTLS(&tls.ConnectionState{PeerCertificates: certs}, c.clock())
		}
		hop.Error = explain(at, t, err)
		return nil
	}
	defer res.Body.Close()
	hop.Status, hop.Headers, hop.Protocol = res.StatusCode, res.Header, protocol(res)
	if res.ProtoMajor == 1 {
		hop.Reason = shorten(strings.TrimSpace(strings.TrimPrefix(res.Status, strconv.Itoa(res.StatusCode))))
	}
	if res.TLS != nil {
		hop.TLS = describeTLS(res.TLS, c.clock())
	}
	if hop.redirects() || res.StatusCode == http.StatusSwitchingProtocols {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBodyBytes+1))
	if hop.BodyTruncated = len(body) > maxBodyBytes; hop.BodyTruncated {
		body = body[:maxBodyBytes]
	}
	hop.Body, hop.BodyBytes = body, len(body)
	if err != nil {
		hop.Error = explain(inBody, t, err)
	}
	return nil
}

// connect dials addrs in turn until one answers. The guard sees every address as it is dialled.
func (c *Checker) connect(ctx context.Context, addrs []netip.Addr, port uint16) (net.Conn, netip.Addr, error) {
	var first error
	for _, addr := range bothFamilies(addrs) {
		limited, cancel := context.WithTimeout(ctx, maxConnectTime)
		conn, err := c.dial(limited, netip.AddrPortFrom(addr, port), c.guard.control)
		cancel()
		if err == nil {
			return conn, addr, nil
		}
		if errors.Is(err, errAddress) || ctx.Err() != nil {
			return nil, addr, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, netip.Addr{}, first
}

// bothFamilies chooses up to maxDials addresses in the resolver's order, so that an IPv4 address
// among them has its turn on a machine without IPv6, and the other way round.
func bothFamilies(addrs []netip.Addr) []netip.Addr {
	chosen := addrs[:min(len(addrs), maxDials)]
	for _, addr := range addrs[len(chosen):] {
		mixed := false
		for _, other := range chosen {
			mixed = mixed || other.Is4() != chosen[0].Is4()
		}
		if mixed {
			break
		}
		if addr.Is4() != chosen[0].Is4() {
			return append(append([]netip.Addr{}, chosen[:maxDials-1]...), addr)
		}
	}
	return chosen
}

// transport speaks over conn, once: no proxy, no decompression, no second connection.
func (c *Checker) transport(conn net.Conn) *http.Transport {
	var once sync.Once
	return &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			err := errors.New("checker: a second connection was asked for")
			var first net.Conn
			once.Do(func() { first, err = conn, nil })
			return first, err
		},
		TLSClientConfig:        &tls.Config{RootCAs: c.roots, Time: c.clock, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
		IdleConnTimeout:        time.Second,
	}
}

func protocol(res *http.Response) string {
	if res.ProtoMajor == 2 {
		return "HTTP/2"
	}
	return res.Proto
}

// errInterim stops a server that sends 1xx responses without end. net/http leaves that to whoever
// looks at them.
var errInterim = errors.New("checker: too many interim responses")

// marks collects the moments of a round trip. The transport calls from its own goroutines, even
// after the round trip is over, hence the lock.
type marks struct {
	clock func() time.Time

	mu                                   sync.Mutex
	tlsStart, tlsDone, wrote, firstBytes time.Time
	interim                              []int
}

func (m *marks) trace() *httptrace.ClientTrace {
	mark := func(t *time.Time) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if t.IsZero() {
			*t = m.clock()
		}
	}
	return &httptrace.ClientTrace{
		TLSHandshakeStart: func() { mark(&m.tlsStart) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				mark(&m.tlsDone)
			}
		},
		WroteRequest:         func(httptrace.WroteRequestInfo) { mark(&m.wrote) },
		GotFirstResponseByte: func() { mark(&m.firstBytes) },
		Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
			m.mu.Lock()
			defer m.mu.Unlock()
			if len(m.interim) >= maxInterim {
				return errInterim
			}
			m.interim = append(m.interim, code)
			return nil
		},
	}
}

func (m *marks) record(hop *Hop) {
	m.mu.Lock()
	defer m.mu.Unlock()
	hop.Timing.TLS = between(m.tlsStart, m.tlsDone)
	hop.Timing.FirstByte = between(m.wrote, m.firstBytes)
	hop.Interim = append([]int(nil), m.interim...)
}

// phase tells a handshake that failed from a request that did.
func (m *marks) phase(t target) phase {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.url.Scheme == "https" && m.tlsDone.IsZero() {
		return inTLS
	}
	return inRequest
}

func between(from, to time.Time) float64 {
	if from.IsZero() || to.Before(from) {
		return 0
	}
	return milliseconds(to.Sub(from))
}
