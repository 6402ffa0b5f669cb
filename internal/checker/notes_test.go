package checker

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// hop builds a response; fields come in pairs.
func hop(url string, status int, fields ...string) Hop {
	h := Hop{URL: url, Method: "GET", Status: status, Protocol: "HTTP/1.1", Headers: http.Header{}}
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == "→" {
			h.Location = fields[i+1]
			h.Headers.Set("Location", fields[i+1])
			continue
		}
		h.Headers.Add(fields[i], fields[i+1])
	}
	return h
}

func page(url, html string, fields ...string) Hop {
	h := hop(url, 200, append([]string{"Content-Type", "text/html; charset=utf-8"}, fields...)...)
	h.Body = []byte(html)
	return h
}

func withCertificate(h Hop, daysLeft int, verified bool) Hop {
	h.TLS = &TLS{DaysLeft: daysLeft, Verified: verified, NotAfter: noon.AddDate(0, 0, daysLeft)}
	return h
}

func TestNotes(t *testing.T) {
	const a, b = "https://a.example/", "https://b.example/"
	for _, tc := range []struct {
		name string
		hops []Hop
		want string // kinds, the gravest first
	}{
		{"all well", []Hop{hop(a, 200)}, ""},
		{"one permanent redirect", []Hop{hop("http://a.example/", 301, "→", a), hop(a, 200)}, ""},
		{"three redirects", []Hop{hop(a, 301, "→", b), hop(b, 301, "→", a+"1"), hop(a+"1", 301, "→", a+"2"), hop(a+"2", 200)}, ""},
		{"four redirects", []Hop{hop(a, 301, "→", b), hop(b, 301, "→", a+"1"), hop(a+"1", 301, "→", a+"2"), hop(a+"2", 301, "→", a+"3"), hop(a+"3", 200)}, "chain-too-long"},
		{"http, https, http", []Hop{hop("http://a.example/x", 301, "→", b), hop(b, 301, "→", "http://c.example/y"), hop("http://c.example/y", 404)}, "http-https-http"},
		{"https to http", []Hop{hop(a, 301, "→", "http://b.example/"), hop("http://b.example/", 200)}, "https-to-http plain-http"},
		{"http", []Hop{hop("http://a.example/", 200)}, "plain-http"},
		{"redirect to nowhere", []Hop{hop(a, 302)}, "missing-location"},
		{"300 and 304 need none", []Hop{hop(a, 304)}, ""},

		{"302 to https", []Hop{hop("http://a.example/x", 302, "→", "https://a.example/x"), hop("https://a.example/x", 200)}, "temporary-for-permanent"},
		{"307 to www", []Hop{hop(a, 307, "→", "https://www.a.example/"), hop("https://www.a.example/", 200)}, "temporary-for-permanent"},
		{"303 adds a slash", []Hop{hop(a+"x", 303, "→", a+"x/"), hop(a+"x/", 200)}, "temporary-for-permanent"},
		{"302 to a login page", []Hop{hop(a+"x", 302, "→", a+"login"), hop(a+"login", 200)}, ""},
		{"302 to another query", []Hop{hop(a+"x", 302, "→", a+"x?lang=en"), hop(a+"x?lang=en", 200)}, ""},
		{"302 back to http", []Hop{hop(a+"x", 302, "→", "http://a.example/x"), hop("http://a.example/x", 404)}, "https-to-http"},

		{"503", []Hop{hop(a, 503)}, "missing-retry-after"},
		{"429", []Hop{hop(a, 429)}, "missing-retry-after"},
		{"503 with Retry-After", []Hop{hop(a, 503, "Retry-After", "5")}, ""},
		{"401 without a challenge", []Hop{hop(a, 401)}, "missing-header"},
		{"401 with one", []Hop{hop(a, 401, "Www-Authenticate", "Basic")}, ""},
		{"405 with an empty Allow", []Hop{hop(a, 405, "Allow", "")}, ""},
		{"407", []Hop{hop(a, 407)}, "missing-header"},
		{"426", []Hop{hop(a, 426)}, "missing-header"},

		{"cached 500", []Hop{hop(a, 500, "Cache-Control", "public, max-age=60")}, "cacheable-error"},
		{"cached 500, shared", []Hop{hop(a, 500, "Cache-Control", `S-MaxAge="60"`)}, "cacheable-error"},
		{"cached 500, Expires", []Hop{hop(a, 500, "Expires", "Sun, 22 Nov 2026 12:05:00 GMT")}, "cacheable-error"},
		{"Expires against Date", []Hop{hop(a, 500, "Expires", "Sun, 22 Nov 2026 12:05:00 GMT", "Date", "Sun, 22 Nov 2026 12:05:00 GMT")}, ""},
		{"max-age beats Expires", []Hop{hop(a, 500, "Cache-Control", "max-age=0", "Expires", "Sun, 22 Nov 2026 12:05:00 GMT")}, ""},
		{"no-store beats all", []Hop{hop(a, 500, "Cache-Control", "max-age=60", "Cache-Control", "No-Store")}, ""},
		{"a 200 may be cached", []Hop{hop(a, 200, "Cache-Control", "max-age=60")}, ""},

		{"certificate about to end", []Hop{withCertificate(hop(a, 200), 21, true)}, "certificate-expires-soon"},
		{"certificate with time", []Hop{withCertificate(hop(a, 200), 22, true)}, ""},
		{"certificate that was refused", []Hop{withCertificate(hop(a, 0), -1, false)}, ""},

		{"soft 404, title", []Hop{page(a+"x", "<html><title>Page not\n found – A</title><h1>A</h1>")}, "soft-404"},
		{"soft 404, heading", []Hop{page(a+"x", "<title>A</title><h1><b>Oops!</b> This page doesn’t exist.</h1>")}, "soft-404"},
		{"soft 404, entities", []Hop{page(a+"x", "<title>That page can&#39;t be found</title>")}, "soft-404"},
		{"soft 404, German", []Hop{page(a+"x", "<title>Seite nicht gefunden</title>")}, "soft-404"},
		{"a real 404", []Hop{hop(a+"x", 404)}, ""},
		{"the words in prose", []Hop{page(a+"x", "<title>News</title><h1>News</h1><p>not found</p>")}, ""},
		{"a second heading", []Hop{page(a+"x", "<title>News</title><h1>News</h1><h1>404</h1>")}, ""},
		{"404 inside a number", []Hop{page(a+"x", "<title>Model 14045</title>")}, ""},
		{"the words in a script", []Hop{page(a+"x", "<script>'<title>not found</title>'</script><title>A</title>")}, ""},
		{"coded", []Hop{page(a+"x", "<title>not found</title>", "Content-Encoding", "gzip")}, ""},
		{"to the home page", []Hop{hop(a+"old/page", 301, "→", a), hop(a, 200)}, "soft-404"},
		{"from the home page", []Hop{hop("http://a.example/", 301, "→", a), hop(a, 200)}, ""},

		{"a warning before a remark", []Hop{hop("http://a.example/x", 302, "→", "https://a.example/x"), hop("https://a.example/x", 503)}, "missing-retry-after temporary-for-permanent"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := &Report{URL: tc.hops[0].URL, Hops: tc.hops}
			r.conclude(noon)
			var kinds []string
			for _, n := range r.Notes {
				kinds = append(kinds, n.Kind)
				if n.Says == "" || n.Level == "" || n.Hop < 0 || n.Hop >= len(r.Hops) {
					t.Errorf("note %+v", n)
				}
			}
			if got := strings.Join(kinds, " "); got != tc.want {
				t.Errorf("notes %q, want %q", got, tc.want)
			}
			if r.Verdict == "" {
				t.Error("no verdict")
			}
		})
	}
}

func TestVerdict(t *testing.T) {
	const a, b = "https://a.example/", "https://b.example:8443/"
	failed := hop(b, 0)
	failed.Error = &HopError{KindConnect, "It refused."}
	cut := hop(a, 200)
	cut.Error = &HopError{KindBody, "It broke off."}
	for _, tc := range []struct {
		name string
		hops []Hop
		want string
	}{
		{"fine", []Hop{hop(a, 200)}, "a.example answers 200 OK, in 12 ms."},
		{"after a redirect", []Hop{hop(a, 301, "→", b), hop(b, 204)}, "b.example:8443 answers 204 No Content after 1 redirect, in 12 ms."},
		{"the request's fault", []Hop{hop(a, 404)}, "a.example answers 404 Not Found, in 12 ms: the server finds the request at fault."},
		{"the server's fault, and a remark", []Hop{hop(a, 502, "Cache-Control", "max-age=5")}, "a.example answers 502 Bad Gateway, in 12 ms: the server, or one behind it, failed. Caches may keep this error for 5 seconds and serve it after the cause is gone."},
		{"a code without a name", []Hop{hop(a, 299)}, "a.example answers 299, in 12 ms."},
		{"no answer", []Hop{failed}, "No answer: It refused."},
		{"no answer after a redirect", []Hop{hop(a, 301, "→", b), failed}, "No answer after 1 redirect: It refused."},
		{"half an answer", []Hop{cut}, "a.example answers 200 OK, in 12 ms. It broke off."},
	} {
		r := &Report{URL: tc.hops[0].URL, Hops: tc.hops, TotalMS: 12.3}
		if r.conclude(noon); r.Verdict != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, r.Verdict, tc.want)
		}
	}
}

// FuzzNotes: whatever a server says, the report stays bounded and well formed.
func FuzzNotes(f *testing.F) {
	f.Add(200, "max-age=1", "Sun, 22 Nov 2026 12:05:00 GMT", "text/html", "<title>404</title>", "https://b.example/")
	f.Add(503, "s-maxage=\"x\",,=", "-1", "text/html;;", "<h1><title></h1", "//x")
	f.Add(302, "max-age=99999999999999999999", "0", "", "<!--", "http://a.example/?%zz")
	f.Fuzz(func(t *testing.T, status int, cacheControl, expires, media, body, location string) {
		first := hop("https://a.example/x", status, "Cache-Control", cacheControl, "Expires", expires, "→", location)
		last := page("http://b.example/", body, "Cache-Control", cacheControl, "Expires", expires)
		last.Headers.Set("Content-Type", media)
		for _, hops := range [][]Hop{{first}, {first, last}} {
			r := &Report{URL: first.URL, Hops: hops}
			r.conclude(noon)
			if r.Verdict == "" || len(r.Verdict) > 1000 || len(r.Notes) > 10 {
				t.Errorf("%d notes, verdict %q", len(r.Notes), r.Verdict)
			}
			if age := freshFor(first.Headers, noon); age < 0 {
				t.Errorf("fresh for %s", age)
			}
			_ = r.Last().Text()
		}
	})
}
