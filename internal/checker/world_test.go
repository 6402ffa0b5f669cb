package checker

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"testing"
)

// world is an internet in memory: names, and what listens at addresses. It works inside synctest,
// where waiting takes no time.
type world struct {
	names map[string][]string                        // addresses of a name
	next  map[string][]string                        // addresses from the second look-up on, if set
	hosts map[string]func(net.Conn)                  // "address:port" → what answers
	slow  map[string]func(ctx context.Context) error // "address:port" or name → wait or fail first

	mu      sync.Mutex
	lookups map[string]int
	dialled []string
}

func newWorld() *world {
	return &world{
		names: map[string][]string{}, next: map[string][]string{}, hosts: map[string]func(net.Conn){},
		slow: map[string]func(context.Context) error{}, lookups: map[string]int{},
	}
}

func (w *world) LookupNetIP(ctx context.Context, _, host string) ([]netip.Addr, error) {
	w.mu.Lock()
	w.lookups[host]++
	texts := w.names[host]
	if w.lookups[host] > 1 && w.next[host] != nil {
		texts = w.next[host]
	}
	w.mu.Unlock()
	if wait := w.slow[host]; wait != nil {
		if err := wait(ctx); err != nil {
			return nil, err
		}
	}
	if texts == nil {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var addrs []netip.Addr
	for _, text := range texts {
		addrs = append(addrs, netip.MustParseAddr(text))
	}
	return addrs, nil
}

func (w *world) dial(ctx context.Context, addr netip.AddrPort, control ControlFunc) (net.Conn, error) {
	network := "tcp4"
	if addr.Addr().Is6() {
		network = "tcp6"
	}
	if err := control(network, addr.String(), nil); err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	w.mu.Lock()
	w.dialled = append(w.dialled, addr.String())
	w.mu.Unlock()
	if wait := w.slow[addr.String()]; wait != nil {
		if err := wait(ctx); err != nil {
			return nil, err
		}
	}
	serve := w.hosts[addr.String()]
	if serve == nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	client, server := net.Pipe()
	go serve(server)
	return client, nil
}

func (w *world) checker(cfg Config) *Checker {
	cfg.Resolver, cfg.Dial = w, w.dial
	return New(cfg)
}

// site puts a name on the map whose server answers by handler.
func (w *world) site(name, addr string, handler http.HandlerFunc) {
	w.names[name] = []string{addr}
	w.hosts[net.JoinHostPort(addr, "80")] = overHTTP(handler)
}

// redirects puts a name on the map whose paths redirect as told; every other path is a 200.
func (w *world) redirects(name, addr string, status int, to map[string]string) {
	w.site(name, addr, func(rw http.ResponseWriter, r *http.Request) {
		if location, ok := to[r.URL.Path]; ok {
			rw.Header().Set("Location", location)
			rw.WriteHeader(status)
			return
		}
		_, _ = io.WriteString(rw, "fine")
	})
}

// overHTTP serves one connection.
func overHTTP(handler http.HandlerFunc) func(net.Conn) {
	return func(conn net.Conn) {
		closed := make(chan struct{})
		server := &http.Server{Handler: handler, ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				close(closed)
			}
		}}
		_ = server.Serve(&oneConn{conn: conn, done: closed})
	}
}

// raw answers every connection with the same bytes after the request's first ones, then closes.
func raw(answer string) func(net.Conn) {
	return func(conn net.Conn) {
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, answer)
	}
}

// oneConn is a listener with one connection, open until that is closed.
type oneConn struct {
	conn net.Conn
	done chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	if conn := l.conn; conn != nil {
		l.conn = nil
		return conn, nil
	}
	<-l.done
	return nil, io.EOF
}
func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// never waits until ctx ends.
func never(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// wantError fails unless err is an *Error of the given kind.
func wantError(t *testing.T, err, want error) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
	return e
}
