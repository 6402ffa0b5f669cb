package server

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"siteerror/internal/gate"
)

// Where readers sign in, nothing but the probes is answered to anybody else, and
// what is answered is a model of its kind.
func TestClosedSite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "htpasswd")
	line, err := gate.Hash("ann", "open sesame")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := gate.New(gate.Config{Passwords: file, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	var told []Access
	s := newServer(t, func(c *Config) { c.Gate, c.Access = g, func(a Access) { told = append(told, a) } })
	challenge := map[string]string{"Www-Authenticate": `^Basic realm="siteerror", charset="UTF-8"$`, "Cache-Control": "no-store", "X-Request-Id": ".", "X-Content-Type-Options": "nosniff"}
	for _, path := range []string{"/", "/codes/502", "/search?q=x", "/status/200", "/mcp", "/metrics", "/robots.txt", "/assets/none", "/nowhere", "/healthz/../codes"} {
		w := do(s, exchange{path: path})
		if w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, w.Code)
		}
		for name, want := range challenge {
			if got := w.Header().Get(name); !regexp.MustCompile(want).MatchString(got) {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
	if w := do(s, exchange{path: "/api/v1/codes"}); w.Code != 401 || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), "/codes/401") {
		t.Errorf("the API: %d %s", w.Code, w.Body)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if w := do(s, exchange{path: path}); w.Code != 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	told = nil
	in := map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("ann:open sesame")), "Accept": browser}
	w := do(s, exchange{path: "/codes/502", header: in})
	if w.Code != 200 || len(told) != 1 || told[0].User != "ann" {
		t.Errorf("signed in: %d, told %+v", w.Code, told)
	}
	play := exchange{method: "POST", path: "/api/v1/play", body: `{"path":"/status/503"}`, header: map[string]string{"Authorization": in["Authorization"], "Content-Type": "application/json"}}
	if w := do(s, play); w.Code != 200 || !strings.Contains(w.Body.String(), "503 Service Unavailable") {
		t.Errorf("the playground, signed in: %d %s", w.Code, w.Body)
	}
	asset := regexp.MustCompile(`href="(/assets/[^"]+)"`).FindStringSubmatch(w.Body.String())
	if w := do(s, exchange{path: asset[1], header: in}); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Cache-Control"), "private,") {
		t.Errorf("an asset: %d, %q", w.Code, w.Header().Get("Cache-Control"))
	}
}

// Requests are counted by the route, never by what a client made up.
func TestMetricsByRoute(t *testing.T) {
	s := newServer(t, nil)
	for _, path := range []string{"/codes/502", "/codes/made-up-1", "/502", "/made/up", "/search?q=x", "/api/v1/search?q=x", "/status/503"} {
		do(s, exchange{path: path})
	}
	srv := httptest.NewServer(s) // a connection, where the mock writes past net/http
	defer srv.Close()
	res, err := http.Get(srv.URL + "/status/299")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if err := s.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	body := do(s, exchange{path: "/metrics"}).Body.String()
	for _, want := range []string{
		`siteerror_http_requests_total{route="/codes/{id}",status="200"} 1`,
		`siteerror_http_requests_total{route="/codes/{id}",status="404"} 1`,
		`siteerror_http_requests_total{route="/{code}",status="200"} 1`,
		`siteerror_http_requests_total{route="other",status="404"} 1`,
		`siteerror_http_requests_total{route="/status/{code}",status="503"} 1`,
		`siteerror_http_requests_total{route="/status/{code}",status="299"} 1`,
		`siteerror_http_request_seconds_count{route="/search"} 1`,
		`siteerror_search_seconds_count 2`,
		"go_goroutines ", "process_resident_memory_bytes ", "process_open_fds ",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, "made") {
		t.Error("a client's own words became a label")
	}
}
