package checker

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// The dialer that ships asks control about the very address, and its no keeps every packet back.
func TestDialTCPAsksControl(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	addr := netip.MustParseAddrPort(listener.Addr().String())

	asked := ""
	conn, err := dialTCP(t.Context(), addr, func(network, address string, _ syscall.RawConn) error {
		asked = network + " " + address
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if want := "tcp4 " + addr.String(); asked != want {
		t.Errorf("control was asked about %q, want %q", asked, want)
	}
	if _, err := dialTCP(t.Context(), addr, newGuard(nil).control); !errors.Is(err, errAddress) {
		t.Errorf("loopback: %v, want the guard's refusal", err)
	}
}

// Names are asked for as they are, never below a search domain of the network this runs in.
func TestNamesAreRooted(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]bool{}
	resolver := rooted{&net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			message := make([]byte, 512) // a stream: two bytes of length come first
			n, _ := io.ReadAtLeast(server, message, 14)
			var parser dnsmessage.Parser
			if _, err := parser.Start(message[2:n]); err != nil {
				return
			}
			if q, err := parser.Question(); err == nil {
				mu.Lock()
				asked[q.Name.String()] = true
				mu.Unlock()
			}
		}()
		return client, nil
	}}}
	if _, err := resolver.LookupNetIP(t.Context(), "ip", "app.inner.example"); err == nil {
		t.Fatal("a look-up without an answer succeeded")
	}
	mu.Lock()
	defer mu.Unlock()
	if len(asked) != 1 || !asked["app.inner.example."] {
		t.Errorf("asked for %v", asked)
	}
}
