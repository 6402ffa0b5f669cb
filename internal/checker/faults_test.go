package checker

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// What goes wrong at the target is a report, not an error, and ends within its bound.
func TestTargetsThatFail(t *testing.T) {
	drip := func(conn net.Conn) { // the answer never ends
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		for {
			if _, err := io.WriteString(conn, "x"); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
	silent := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
	for _, tc := range []struct {
		name     string
		url      string // default http://site.example/
		host     func(net.Conn)
		dns      func(context.Context) error
		dial     func(context.Context) error
		wantKind string
		wantSays string
		wantTook time.Duration
	}{
		{name: "no such name", url: "http://gone.example/", wantKind: KindDNS, wantSays: "DNS has no address for gone.example."},
		{name: "name servers fail", dns: func(context.Context) error { return &net.DNSError{Err: "server misbehaving", Server: "10.0.0.53:53"} },
			wantKind: KindDNS, wantSays: "DNS gave no answer for site.example: either its name servers fail, or this server has no network."},
		{name: "name servers are slow", dns: never, wantKind: KindDNS, wantTook: maxDNSTime},
		{name: "no network for DNS", dns: func(context.Context) error { return &net.OpError{Op: "dial", Err: syscall.ENETUNREACH} }, wantKind: KindNetwork},
		{name: "nothing listens", wantKind: KindConnect, wantSays: "site.example refused the connection: nothing listens on port 80."},
		{name: "no route", dial: func(context.Context) error { return &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH} }, wantKind: KindNetwork},
		{name: "packets dropped", dial: never, wantKind: KindTimeout, wantTook: maxConnectTime},
		{name: "reset at once", dial: func(context.Context) error { return &net.OpError{Op: "dial", Err: syscall.ECONNRESET} }, wantKind: KindReset},
		{name: "accepts and says nothing", host: silent, wantKind: KindTimeout, wantTook: maxTime},
		{name: "TLS never answers", url: "https://site.example:8443/", host: silent, wantKind: KindTimeout, wantTook: maxTime},
		{name: "no TLS there", url: "https://site.example:8443/", host: raw("HTTP/1.1 400 Bad Request\r\n\r\n"), wantKind: KindTLS,
			wantSays: "site.example does not speak TLS on port 8443."},
		{name: "closes during TLS", url: "https://site.example:8443/", host: raw(""), wantKind: KindEmpty,
			wantSays: "site.example closed the connection before the TLS handshake was done."},
		{name: "closes without a byte", host: raw(""), wantKind: KindEmpty, wantSays: "site.example closed the connection before sending an answer."},
		{name: "not HTTP", host: raw("SSH-2.0-OpenSSH_9.9\r\n"), wantKind: KindProtocol},
		{name: "header cut off", host: raw("HTTP/1.1 200 OK\r\nServer: x"), wantKind: KindEmpty},
		{name: "header of 100 KiB", host: raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 100<<10) + "\r\n\r\n"), wantKind: KindHeaders,
			wantSays: "The response has more than 64 KiB of header fields."},
		{name: "interim responses without end", host: raw(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1000)), wantKind: KindProtocol},
		{name: "body cut off", host: raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), wantKind: KindBody},
		{name: "body without end", host: drip, wantKind: KindTimeout, wantTook: maxTime},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.names["site.example"] = []string{ipA}
				for _, port := range []string{":80", ":8443"} {
					w.hosts[ipA+port], w.slow[ipA+port] = tc.host, tc.dial
				}
				w.slow["site.example"] = tc.dns
				url := tc.url
				if url == "" {
					url = "http://site.example/"
				}
				start := time.Now()
				report, err := w.checker(Config{}).Check(t.Context(), Request{URL: url})
				if err != nil {
					t.Fatal(err)
				}
				last := report.Last()
				if last.Error == nil || last.Error.Kind != tc.wantKind || tc.wantSays != "" && last.Error.Says != tc.wantSays {
					t.Fatalf("got %+v, want %s: %s", last.Error, tc.wantKind, tc.wantSays)
				}
				if took := time.Since(start); took != tc.wantTook {
					t.Errorf("took %s, want %s", took, tc.wantTook)
				}
				if !strings.Contains(report.Verdict, last.Error.Says) || strings.Contains(report.Verdict, "10.0.0.53") {
					t.Errorf("verdict %q", report.Verdict)
				}
				time.Sleep(time.Minute) // time stands still once this returns, and targets wait to notice the end
			})
		})
	}
}

func TestBodyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.site("big.example", ipA, func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Encoding", "gzip") // is not undone: a bomb stays small
			for {
				if _, err := rw.Write(make([]byte, 32<<10)); err != nil {
					return
				}
			}
		})
		report, err := w.checker(Config{}).Check(t.Context(), Request{URL: "http://big.example/"})
		if err != nil {
			t.Fatal(err)
		}
		if last := report.Last(); last.Error != nil || last.BodyBytes != maxBodyBytes || !last.BodyTruncated || len(last.Body) != maxBodyBytes {
			t.Errorf("%d bytes, truncated %v, %+v", last.BodyBytes, last.BodyTruncated, last.Error)
		}
	})
}

func TestTimingAndInterim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := func(d time.Duration) func(context.Context) error {
			return func(context.Context) error { time.Sleep(d); return nil }
		}
		w := newWorld()
		w.site("slow.example", ipA, func(rw http.ResponseWriter, _ *http.Request) {
			time.Sleep(300 * time.Millisecond)
			rw.WriteHeader(103)
			_, _ = io.WriteString(rw, "a")
			_ = http.NewResponseController(rw).Flush()
			time.Sleep(400 * time.Millisecond)
		})
		w.slow["slow.example"], w.slow[ipA+":80"] = wait(100*time.Millisecond), wait(200*time.Millisecond)
		report, err := w.checker(Config{}).Check(t.Context(), Request{URL: "http://slow.example/"})
		if err != nil {
			t.Fatal(err)
		}
		last := report.Last()
		if want := (Timing{DNS: 100, Connect: 200, FirstByte: 300, Total: 1000}); last.Timing != want || report.TotalMS != 1000 {
			t.Errorf("timing %+v, %v; want %+v", last.Timing, report.TotalMS, want)
		}
		if len(last.Interim) != 1 || last.Interim[0] != 103 {
			t.Errorf("interim %v", last.Interim)
		}
	})
}

func TestAnotherAddressIsTried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.site("two.example", ipB, func(http.ResponseWriter, *http.Request) {})
		w.names["two.example"] = []string{"2606:4700::1111", ipB}
		w.slow["[2606:4700::1111]:80"] = func(context.Context) error { return &net.OpError{Op: "dial", Err: syscall.ENETUNREACH} }
		report, err := w.checker(Config{}).Check(t.Context(), Request{URL: "http://two.example/"})
		if err != nil || report.Last().Address != ipB {
			t.Errorf("%v, %+v", err, report)
		}
	})
}

// TLS and HTTP/2 are real here, on the loopback; only the way there is made up.
func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "hello") }))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.Config.ErrorLog = log.New(io.Discard, "", 0)
	old.StartTLS()
	defer old.Close()

	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	check := func(cfg Config, target *httptest.Server, url string) (*Report, error) {
		w := newWorld()
		w.names["example.com"], w.names["other.test"] = []string{ipA}, []string{ipA}
		cfg.Resolver = w
		cfg.Dial = func(ctx context.Context, addr netip.AddrPort, control ControlFunc) (net.Conn, error) {
			if err := control("tcp4", addr.String(), nil); err != nil {
				return nil, err
			}
			var d net.Dialer
			return d.DialContext(ctx, "tcp", target.Listener.Addr().String())
		}
		return New(cfg).Check(t.Context(), Request{URL: url})
	}

	report, err := check(Config{Roots: roots}, server, "https://example.com/")
	if err != nil {
		t.Fatal(err)
	}
	last := report.Last()
	if last.Status != 200 || last.Protocol != "HTTP/2" || last.TLS == nil {
		t.Fatalf("%+v, %+v", last, last.Error)
	}
	if c := last.TLS; c.Version != "TLS 1.3" || !c.Verified || c.Issuer != "O=Acme Co" || c.DaysLeft < 1 || c.NotAfter.IsZero() || c.Cipher == "" {
		t.Errorf("TLS %+v", c)
	}
	if last.Reason != "" || string(last.Body) != "hello" {
		t.Errorf("%+v", last)
	}

	later := func() time.Time { return server.Certificate().NotAfter.Add(48 * time.Hour) }
	for _, tc := range []struct {
		name, url, want string
		cfg             Config
		target          *httptest.Server
		wantCertificate bool
	}{
		{"unknown authority", "https://example.com/", "comes from an authority this server does not know", Config{Roots: x509.NewCertPool()}, server, true},
		{"another name", "https://other.test/", "is not for other.test", Config{Roots: roots}, server, true},
		{"expired", "https://example.com/", "is outside its dates", Config{Roots: roots, Clock: later}, server, true},
		{"old TLS", "https://example.com/", "TLS", Config{Roots: roots}, old, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			report, err := check(tc.cfg, tc.target, tc.url)
			if err != nil {
				t.Fatal(err)
			}
			last := report.Last()
			if last.Error == nil || last.Error.Kind != KindTLS || !strings.Contains(last.Error.Says, tc.want) {
				t.Errorf("got %+v, want %q", last.Error, tc.want)
			}
			if got := last.TLS != nil; got != tc.wantCertificate {
				t.Errorf("certificate told: %v", got)
			}
			if last.TLS != nil && (last.TLS.Verified || last.TLS.Issuer == "") {
				t.Errorf("TLS %+v", last.TLS)
			}
		})
	}
}
