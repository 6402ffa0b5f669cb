package checker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Addresses of the test's internet; the guard takes them for public, and nothing is dialled.
const (
	ipA = "93.184.215.14"
	ipB = "151.101.1.69"
)

func TestCheckFollowsRedirects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.redirects("old.example", ipA, 301, map[string]string{"/a": "http://new.example/b?x=1", "/up/there": "../a"})
		w.redirects("new.example", ipB, 302, map[string]string{"/b": "/c#part"})
		report, err := w.checker(Config{UserAgent: "test/1"}).Check(t.Context(), Request{URL: " http://OLD.example/up/there "})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, hop := range report.Hops {
			got = append(got, fmt.Sprintf("%s %d %s", hop.URL, hop.Status, hop.Address))
		}
		want := []string{
			"http://old.example/up/there 301 " + ipA,
			"http://old.example/a 301 " + ipA,
			"http://new.example/b?x=1 302 " + ipB,
			"http://new.example/c 200 " + ipB,
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("hops:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if report.URL != "http://old.example/up/there" || report.Verdict != "new.example answers 200 OK after 3 redirects, in 0 ms." {
			t.Errorf("%s: %s", report.URL, report.Verdict)
		}
	})
}

func TestRequestIsPlain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		var got []string
		w.site("site.example", ipA, func(rw http.ResponseWriter, r *http.Request) {
			got = append(got, fmt.Sprint(r.Method, " ", r.RequestURI, " ", r.Host, " ", r.Header))
			http.SetCookie(rw, &http.Cookie{Name: "a", Value: "b"})
			if r.URL.Path == "/" {
				rw.Header().Set("Location", "/next")
				rw.WriteHeader(303)
			}
		})
		t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
		c := w.checker(Config{UserAgent: "test/1"})
		for _, method := range []string{"", "HEAD", "OPTIONS"} {
			if _, err := c.Check(t.Context(), Request{URL: "http://site.example/", Method: method}); err != nil {
				t.Fatal(err)
			}
		}
		const fields = " site.example map[Accept:[*/*] User-Agent:[test/1]]"
		want := []string{"GET /" + fields, "GET /next" + fields, "HEAD /" + fields, "HEAD /next" + fields, "OPTIONS /" + fields, "GET /next" + fields}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("requests:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for _, method := range []string{"POST", "DELETE", "get", "GET / HTTP/1.1\r\nX:"} {
			_, err := c.Check(t.Context(), Request{URL: "http://site.example/", Method: method})
			wantError(t, err, ErrMalformed)
		}
	})
}

// Every way to an inner address ends in the same refusal, and nothing is dialled.
func TestRefusedTargets(t *testing.T) {
	w := newWorld()
	w.names["private.example"] = []string{"10.0.0.1"}
	w.names["mixed.example"] = []string{ipA, "10.0.0.1"}
	w.names["mixed6.example"] = []string{ipA, "::1"}
	w.names["mapped.example"] = []string{"::ffff:127.0.0.1"}
	w.names["metadata.example"] = []string{"169.254.169.254"}
	w.names["nat64.example"] = []string{"64:ff9b::7f00:1"}
	w.names["azure.example"] = []string{"168.63.129.16"}
	c := w.checker(Config{Rate: 2})
	first := ""
	for _, raw := range []string{
		"http://127.0.0.1/", "http://10.0.0.1:8080/", "https://169.254.169.254/latest/meta-data/", "http://[::1]/",
		"http://[fd00:ec2::254]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://0.0.0.0/",
		"http://168.63.129.16/", "http://100.100.100.200/", "http://localhost/", "http://2130706433/", "http://0x7f.1/",
		"http://private.example/", "http://mixed.example/", "http://mixed6.example/", "http://mapped.example/",
		"http://metadata.example/", "http://nat64.example/", "http://azure.example/",
	} {
		report, err := c.Check(t.Context(), Request{URL: raw, Client: "1.2.3.4"})
		e := wantError(t, err, ErrRefused)
		if first == "" {
			first = e.Detail
		}
		if report != nil || e.Detail != first || e.RetryAfter != 0 {
			t.Errorf("%s: %+v, %+v; want the same refusal for all and no report", raw, report, e)
		}
	}
	if len(w.dialled) != 0 {
		t.Errorf("dialled %v", w.dialled)
	}
}

func TestRedirectsToRefusedTargets(t *testing.T) {
	for name, location := range map[string]string{
		"private address":  "http://10.0.0.1/admin",
		"metadata":         "http://169.254.169.254/latest/meta-data/",
		"relative scheme":  "//127.0.0.1/",
		"name":             "http://inner.example/",
		"odd spelling":     "http://0x7f000001/",
		"localhost":        "http://localhost:8080/",
		"another port":     "http://out.example:6379/",
		"another scheme":   "gopher://out.example/",
		"user information": "http://a:b@out.example/",
		"percent":          "http://127.0.0.1%2f@out.example/",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.names["inner.example"] = []string{"192.168.1.1"}
				w.redirects("out.example", ipA, 302, map[string]string{"/": location})
				report, err := w.checker(Config{}).Check(t.Context(), Request{URL: "http://out.example/"})
				if !errors.Is(err, ErrRefused) && report.Last().Error == nil {
					t.Fatalf("%v, %+v: followed", err, report)
				}
				if len(w.dialled) != 1 || w.dialled[0] != ipA+":80" {
					t.Errorf("dialled %v", w.dialled)
				}
				if errors.Is(err, ErrRefused) {
					if last := report.Last(); len(report.Hops) != 2 || last.Error.Kind != KindRefused || last.Status != 0 || last.Address != "" {
						t.Errorf("the report ends with %+v", last)
					}
				}
			})
		})
	}
}

// A name server that says one thing to the check and another to the connection changes nothing:
// each hop looks up once and dials what was judged.
func TestRebinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.redirects("rebind.example", ipA, 302, map[string]string{"/": "/again"})
		w.next["rebind.example"] = []string{"127.0.0.1"}
		report, err := w.checker(Config{}).Check(t.Context(), Request{URL: "http://rebind.example/"})
		wantError(t, err, ErrRefused)
		if len(report.Hops) != 2 || report.Hops[0].Status != 302 || report.Hops[1].Error.Kind != KindRefused {
			t.Errorf("hops %+v", report.Hops)
		}
		if fmt.Sprint(w.dialled) != "["+ipA+":80]" || w.lookups["rebind.example"] != 2 {
			t.Errorf("dialled %v after %d look-ups; want the judged address only, one look-up for each hop", w.dialled, w.lookups["rebind.example"])
		}
	})
}

// The last judgement falls where the connection is made, whatever came before it.
func TestControlJudgesTheDialledAddress(t *testing.T) {
	w := newWorld()
	w.names["site.example"] = []string{ipA}
	c := w.checker(Config{})
	inner := netip.MustParseAddrPort("127.0.0.1:80")
	honest := c.dial
	c.dial = func(ctx context.Context, _ netip.AddrPort, control ControlFunc) (net.Conn, error) {
		return honest(ctx, inner, control)
	}
	_, err := c.Check(t.Context(), Request{URL: "http://site.example/"})
	wantError(t, err, ErrRefused)
	if len(w.dialled) != 0 {
		t.Errorf("dialled %v", w.dialled)
	}
}

func TestOperatorAllowsNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.site("app.corp.example", "10.1.2.3", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(503) })
		w.names["db.corp.example"] = []string{"10.2.0.1"}
		c := w.checker(Config{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}})
		report, err := c.Check(t.Context(), Request{URL: "http://app.corp.example/"})
		if err != nil || report.Last().Status != 503 {
			t.Errorf("allowed: %v, %+v", err, report)
		}
		_, err = c.Check(t.Context(), Request{URL: "http://db.corp.example/"})
		wantError(t, err, ErrRefused)
	})
}

func TestRedirectLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.site("endless.example", ipA, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Location", r.URL.Path+"x")
			rw.WriteHeader(302)
		})
		report, err := w.checker(Config{}).Check(t.Context(), Request{URL: "http://endless.example/"})
		if err != nil || len(report.Hops) != maxRedirects+1 || report.Notes[0].Kind != "chain-too-long" || report.Notes[0].Level != LevelError {
			t.Errorf("%v: %d hops, %+v", err, len(report.Hops), report.Notes)
		}
		if !strings.HasPrefix(report.Verdict, "Given up after 10 redirects") {
			t.Error(report.Verdict)
		}

		w.redirects("loop.example", ipA, 302, map[string]string{"/a": "/b", "/b": "/a"})
		report, err = w.checker(Config{}).Check(t.Context(), Request{URL: "http://loop.example/a"})
		if err != nil || len(report.Hops) != 2 || report.Notes[0].Kind != "loop" || !strings.HasPrefix(report.Verdict, "The redirects never end") {
			t.Errorf("%v: %+v", err, report)
		}

		w.redirects("broken.example", ipA, 302, map[string]string{"/": "http://[::1", "/\\": "/", "/b": "\\\\x.example"})
		for _, path := range []string{"/", "/b"} {
			report, err = w.checker(Config{}).Check(t.Context(), Request{URL: "http://broken.example" + path})
			if err != nil || len(report.Hops) != 1 || report.Last().Error.Kind != KindRedirect {
				t.Errorf("%v: %+v", err, report)
			}
		}
	})
}

func TestCallersContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.names["slow.example"] = []string{ipA}
		w.slow[ipA+":80"] = never
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		report, err := w.checker(Config{}).Check(ctx, Request{URL: "http://slow.example/"})
		if report != nil || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

func TestOnlySoManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.names["slow.example"] = []string{ipA}
		w.slow["slow.example"] = never
		c := w.checker(Config{Rate: -1})
		for range maxFetches {
			go func() { _, _ = c.Check(t.Context(), Request{URL: "http://slow.example/"}) }()
		}
		synctest.Wait()
		_, err := c.Check(t.Context(), Request{URL: "http://other.example/"})
		if e := wantError(t, err, ErrBusy); e.RetryAfter < time.Second {
			t.Errorf("RetryAfter %s", e.RetryAfter)
		}
		time.Sleep(maxTime)
		if _, err := c.Check(t.Context(), Request{URL: "http://other.example/"}); err != nil {
			t.Errorf("after they ended: %v", err)
		}
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.redirects("site.example", ipA, 302, map[string]string{"/in": "http://10.0.0.1/"})
		c := w.checker(Config{Rate: 3})
		check := func(client, url string) error {
			_, err := c.Check(t.Context(), Request{URL: url, Client: client})
			return err
		}
		for range 10 { // refusals cost nothing
			wantError(t, check("2001:db8::1", "http://10.0.0.1/"), ErrRefused)
			wantError(t, check("2001:db8::1", "http://"), ErrMalformed)
		}
		if err := check("2001:db8::1", "http://site.example/"); err != nil {
			t.Fatal(err)
		}
		if err := check("2001:db8::2", "http://gone.example/"); err != nil { // another address of the same /64
			t.Fatal(err)
		}
		wantError(t, check("2001:db8::1", "http://site.example/in"), ErrRefused) // counts: its first hop was fetched
		if e := wantError(t, check("2001:db8::3", "http://site.example/"), ErrTooMany); e.RetryAfter != 20*time.Second {
			t.Errorf("RetryAfter %s, want the 20 s until the next of 3 a minute", e.RetryAfter)
		}
		if err := check("2001:db8:0:1::1", "http://site.example/"); err != nil {
			t.Errorf("another client: %v", err)
		}
		time.Sleep(20 * time.Second)
		if err := check("2001:db8::1", "http://site.example/"); err != nil {
			t.Errorf("after waiting as told: %v", err)
		}
	})
}

func TestReportAsJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.site("site.example", ipA, func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header()["Date"] = nil
			rw.Header().Set("Content-Type", "text/plain")
			rw.WriteHeader(503)
			_, _ = io.WriteString(rw, "secret body")
		})
		report, err := w.checker(Config{}).Check(t.Context(), Request{URL: "http://site.example/"})
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.MarshalIndent(report, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		const want = `{
 "url": "http://site.example/",
 "method": "GET",
 "verdict": "site.example answers 503 Service Unavailable, in 0 ms: the server, or one behind it, failed. 503 comes without Retry-After, so clients cannot know when to try again.",
 "notes": [
  {
   "kind": "missing-retry-after",
   "level": "warning",
   "hop": 0,
   "says": "503 comes without Retry-After, so clients cannot know when to try again."
  }
 ],
 "hops": [
  {
   "url": "http://site.example/",
   "method": "GET",
   "status": 503,
   "reason": "Service Unavailable",
   "protocol": "HTTP/1.1",
   "address": "93.184.215.14",
   "headers": {
    "Content-Length": [
     "11"
    ],
    "Content-Type": [
     "text/plain"
    ]
   },
   "timing_ms": {
    "dns": 0,
    "connect": 0,
    "tls": 0,
    "first_byte": 0,
    "total": 0
   },
   "body_bytes": 11,
   "body_truncated": false
  }
 ],
 "total_ms": 0,
 "checked_at": "2000-01-01T00:00:00Z"
}`
		if string(got) != want {
			t.Errorf("got\n%s", got)
		}
		if text := report.Last().Text(); text != "HTTP/1.1 503 Service Unavailable\nContent-Length: 11\nContent-Type: text/plain\n\nsecret body" {
			t.Errorf("as text: %q", text)
		}
	})
}
