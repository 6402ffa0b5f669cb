package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"siteerror/internal/gate"
	"siteerror/internal/misses"
)

// ask sends a request as somebody on this machine, changed by the caller.
func ask(s *Server, path string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "localhost:8080"
	r.Header.Set("Accept", browser)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func missed(t *testing.T, s *Server) map[string]apiMiss {
	t.Helper()
	w := ask(s, "/api/v1/misses", nil)
	var out apiMisses
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	all := make(map[string]apiMiss)
	for _, m := range out.Misses {
		all[m.Query] = m
	}
	return all
}

func TestSearchesThatLedNowhereAreCounted(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Misses = misses.New(time.Now) })
	page := ask(s, "/search?q=bad+gateway", nil).Body.String()
	link := "/codes/502?q=bad&#43;gateway"
	if !strings.Contains(page, `href="`+link+`"`) {
		t.Fatalf("the first result does not say what it was found by: no %s", link)
	}
	if got := missed(t, s)["bad gateway"]; got.Missed != 1 || got.Results == 0 {
		t.Errorf("before a result is opened: %+v", got)
	}
	if w := ask(s, strings.ReplaceAll(link, "&#43;", "+"), nil); w.Code != 200 || !strings.Contains(w.Body.String(), "<mark>") {
		t.Errorf("the result answers %d, or marks nothing", w.Code)
	}
	if got, ok := missed(t, s)["bad gateway"]; ok {
		t.Errorf("after a result was opened: %+v", got)
	}

	ask(s, "/search?q=xqzvw", nil)
	ask(s, "/search?q=xqzvw&page=2", nil)                                                                                           // a further page
	ask(s, "/search?q=xqzvw&kind=post", nil)                                                                                        // a filter
	ask(s, "/api/v1/search?q=xqzvw+wvzqx", func(r *http.Request) { r.Header.Set("Sec-Fetch-Mode", "cors") })                        // half typed
	ask(s, "/api/v1/search?q=wvzqx", nil)                                                                                           // a program
	ask(s, "/search?q=password%3Dhunter2", nil)                                                                                     // a secret
	ask(s, "/search?q=192.0.2.7+-+-+%5B10/Oct/2026:13:55:36+%2B0000%5D+%22GET+/secret+HTTP/1.1%22+404+153+%22-%22+%22curl%22", nil) // a log line
	got := missed(t, s)
	if got["xqzvw"].Missed != 1 || got["wvzqx"].Missed != 1 || len(got) != 2 {
		t.Errorf("counted: %+v", got)
	}
	for path, want := range map[string]string{"/misses": "xqzvw", "/metrics": "siteerror_searches_without_result_total"} {
		if w := ask(s, path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d without %s", path, w.Code, want)
		}
	}
}

func TestWhatWasPastedStaysOutOfAddresses(t *testing.T) {
	s := reader(t)
	page := ask(s, "/search?q=Authorization:+Bearer+abcdefghijklmnop.qrstuvwxyz+401+Unauthorized", nil).Body.String()
	if !strings.Contains(page, `href="/codes/401`) || strings.Contains(page, "/codes/401?q=") {
		t.Error("a result's address repeats a secret, or there is no result")
	}
}

func TestMissesAreTheOperators(t *testing.T) {
	open := func(c *Config) { c.Misses = misses.New(time.Now) }
	proxied, err := gate.New(gate.Config{Trusted: []string{"10.0.0.0/8"}})
	if err != nil {
		t.Fatal(err)
	}
	with := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	tests := []struct {
		name   string
		config func(*Config)
		change func(*http.Request)
		want   int
	}{
		{"this machine", open, nil, 200},
		{"this machine, IPv6", open, func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:50000", "[::1]:8080" }, 200},
		{"another machine", open, func(r *http.Request) { r.RemoteAddr = "192.0.2.1:50000" }, 403},
		{"a name that was made to point here", open, func(r *http.Request) { r.Host = "evil.example" }, 403},
		{"a proxy on this machine", open, with("X-Forwarded-For", "192.0.2.1"), 403},
		{"another kind of proxy", open, with("Via", "1.1 cache"), 403},
		{"a proxy that adds nothing", open, func(r *http.Request) { r.Proto, r.ProtoMinor = "HTTP/1.0", 0 }, 403},
		{"a site with readers elsewhere", func(c *Config) { open(c); c.BaseURL = "https://help.example" }, nil, 403},
		{"a site behind a proxy", func(c *Config) { open(c); c.Gate = proxied }, nil, 403},
		{"no token", func(c *Config) { open(c); c.OperatorToken = "open" }, nil, 401},
		{"a wrong token", func(c *Config) { open(c); c.OperatorToken = "open" }, func(r *http.Request) { r.SetBasicAuth("x", "shut") }, 401},
		{"the token", func(c *Config) { open(c); c.OperatorToken = "open"; c.BaseURL = "https://help.example" }, func(r *http.Request) {
			r.SetBasicAuth("x", "open")
			r.RemoteAddr, r.Host = "192.0.2.1:50000", "help.example"
		}, 200},
		{"the token as a bearer's", func(c *Config) { open(c); c.OperatorToken = "open" }, with("Authorization", "Bearer open"), 200},
		{"turned off", nil, nil, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, tt.config)
			for _, path := range []string{"/misses", "/api/v1/misses"} {
				w := ask(s, path, tt.change)
				if w.Code != tt.want {
					t.Errorf("%s: %d, want %d", path, w.Code, tt.want)
				}
				if challenge := w.Header().Get("Www-Authenticate"); (challenge != "") != (w.Code == 401) {
					t.Errorf("%s: %d with WWW-Authenticate %q", path, w.Code, challenge)
				}
				if w.Header().Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s: another origin's page may read it", path)
				}
				if w.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("%s: Cache-Control %q", path, w.Header().Get("Cache-Control"))
				}
			}
		})
	}
}
