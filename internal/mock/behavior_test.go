package mock

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const browserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

func TestContent(t *testing.T) {
	h := New(Config{Lookup: testLibrary})
	for _, tc := range []struct{ name, target, accept, wantType, wantBody string }{
		{"no Accept: plain text", "/status/404", "", "text/plain; charset=utf-8", "404 Not Found\n"},
		{"anything: plain text", "/status/404", "*/*", "text/plain; charset=utf-8", "404 Not Found\n"},
		{"a browser: plain text, never HTML", "/status/404", browserAccept, "text/plain; charset=utf-8", "404 Not Found\n"},
		{"JSON", "/status/404", "application/json", "application/json", `{"status":404,"title":"Not Found"}` + "\n"},
		{"problem", "/status/404", "application/problem+json", "application/problem+json", `{"status":404,"title":"Not Found"}` + "\n"},
		{"XML", "/status/404", "text/plain;q=0.1, application/xml", "application/xml", `<?xml version="1.0" encoding="UTF-8"?>` + "\n<response><status>404</status><title>Not Found</title></response>\n"},
		{"by quality", "/status/404", "text/plain;q=0.2, application/json;q=0.9", "application/json", ""},
		{"the specific range wins", "/status/404", "text/plain;q=0, */*;q=0.5", "application/json", ""},
		{"a whole kind", "/status/404", "application/*", "application/json", ""},
		{"nothing that fits: still the status", "/status/404", "image/png", "text/plain; charset=utf-8", "404 Not Found\n"},
		{"junk", "/status/404", ";;,=q,text/plain;q=x", "text/plain; charset=utf-8", "404 Not Found\n"},
		{"the library's sample", "/status/503", "", "application/json", `{"error":"busy"}`},
		{"the sample fits Accept", "/status/503", "application/json", "application/json", `{"error":"busy"}`},
		{"another type than the sample", "/status/503", "text/plain", "text/plain; charset=utf-8", "503 Service Unavailable\n"},
		{"a sample no browser may run", "/status/500", "", "text/plain; charset=utf-8", ""},
		{"type beats Accept", "/status/404?type=json", "text/plain", "application/json", ""},
		{"XML by its old name", "/status/404", "text/xml", "text/xml", `<?xml version="1.0" encoding="UTF-8"?>` + "\n<response><status>404</status><title>Not Found</title></response>\n"},
		{"type by its full name", "/status/404?type=application/xml%3Bcharset=utf-8", "", "application/xml", ""},
		{"a body is text", "/status/404?body=no+such+page", "application/json", "text/plain; charset=utf-8", "no such page"},
		{"a body that is JSON", "/status/404?body={%22a%22:1}", "", "application/json", `{"a":1}`},
		{"a body that only looks like JSON", "/status/404?body={a", "", "text/plain; charset=utf-8", "{a"},
		{"a body that claims to be JSON", "/status/404?body={a&type=json", "", "application/json", "{a"},
		{"an empty body", "/status/404?body=", "", "text/plain; charset=utf-8", ""},
		{"a code without content", "/status/425", "", "", ""},
		{"a code without content, given one", "/status/425?body=x", "", "text/plain; charset=utf-8", "x"},
		{"204 has no body", "/status/204?body=x", "", "", ""},
		{"205 has no body", "/status/205?body=x", "", "", ""},
		{"304 has no body", "/status/304?body=x", "", "", ""},
		{"101 says why it is missing", "/status/101", "", "text/plain; charset=utf-8", "200 OK\n101 Switching Protocols was not sent: nothing is switched here, and after it this would no longer be HTTP.\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var header []string
			if tc.accept != "" {
				header = []string{"Accept", tc.accept}
			}
			w := serve(h, "GET", tc.target, header...)
			if got := w.Header().Get("Content-Type"); got != tc.wantType {
				t.Errorf("type %q, want %q", got, tc.wantType)
			}
			if got := w.Body.String(); tc.wantBody != "" && got != tc.wantBody || tc.wantType == "" && got != "" {
				t.Errorf("body %q, want %q", got, tc.wantBody)
			}
		})
	}
	if got := serve(h, "GET", "/status/200?type=xml&body=%3Chtml/%3E").Header().Get("Content-Disposition"); got != "attachment" {
		t.Errorf("a stranger's XML: Content-Disposition %q, want attachment", got)
	}
	if got := serve(h, "GET", "/status/200?type=xml").Header().Get("Content-Disposition"); got != "" {
		t.Errorf("our own XML: Content-Disposition %q", got)
	}
}

func TestHeadEqualsGet(t *testing.T) {
	h := New(Config{Lookup: testLibrary})
	for _, target := range []string{"/status/404", "/status/503", "/status/200?body=abc", "/status/206", "/status/204"} {
		get, head := serve(h, "GET", target), serve(h, "HEAD", target)
		if head.Body.Len() != 0 || head.Code != get.Code || fmt.Sprint(head.Header()) != fmt.Sprint(get.Header()) {
			t.Errorf("%s: HEAD %d %v, GET %d %v", target, head.Code, head.Header(), get.Code, get.Header())
		}
	}
}

func TestMethods(t *testing.T) {
	h := New(Config{Lookup: testLibrary})
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "M-SEARCH"} {
		if w := serve(h, method, "/status/409"); w.Code != 409 {
			t.Errorf("%s: %d, want 409", method, w.Code)
		}
	}
	for _, method := range []string{"TRACE", "CONNECT"} {
		r := httptest.NewRequest("GET", "/status/200", nil)
		r.Method = method
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 405 || w.Header().Get("Allow") == "" {
			t.Errorf("%s: %d, Allow %q, want 405 and an Allow", method, w.Code, w.Header().Get("Allow"))
		}
	}
	if w := serve(h, "GET", "/elsewhere"); w.Code != 404 {
		t.Errorf("another path: %d", w.Code)
	}
}

func TestPreflight(t *testing.T) {
	h := New(Config{Lookup: testLibrary})
	w := serve(h, "OPTIONS", "/status/503,200?key=a", "Origin", "https://app.example", "Access-Control-Request-Method", "PURGE")
	if w.Code != 204 || w.Header().Get("Access-Control-Allow-Methods") != "PURGE" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
	if w := serve(h, "OPTIONS", "/status/503", "Origin", "https://app.example", "Access-Control-Request-Method", "A, B\x00"); w.Header().Get("Access-Control-Allow-Methods") != "*" {
		t.Errorf("a method that is none is echoed: %v", w.Header())
	}
	if w := serve(h, "GET", "/status/503,200?key=a"); w.Code != 503 {
		t.Errorf("the preflight used up a step: %d", w.Code)
	}
}

func TestSequence(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := New(Config{Lookup: testLibrary, Clock: func() time.Time { return now }})
	play := func(target string) string {
		w := serve(h, "GET", target)
		return fmt.Sprintf("%d %s", w.Code, w.Header().Get("X-Mock-Step"))
	}
	for i, want := range []string{"503 1/3", "503 2/3", "200 3/3", "200 3/3"} {
		if got := play("/status/503,503,200?key=abc"); got != want {
			t.Errorf("request %d: %s, want %s", i+1, got, want)
		}
	}
	if got := play("/status/503,503,200?key=other"); got != "503 1/3" {
		t.Errorf("another key: %s", got)
	}
	if got := play("/status/500,200?key=abc"); got != "500 1/2" {
		t.Errorf("another list under the same key: %s", got)
	}
	if got := play("/status/503,503,200?key=abc&delay=abc"); !strings.HasPrefix(got, "400") {
		t.Errorf("a bad parameter: %s", got)
	}
	if got := play("/status/503,503,200?key=other"); got != "503 2/3" {
		t.Errorf("the other key goes on: %s", got)
	}
	now = now.Add(sequenceTTL + time.Second)
	if got := play("/status/503,503,200?key=abc"); got != "503 1/3" {
		t.Errorf("after it expired: %s", got)
	}
}

func TestSequenceWithoutKeyIsPerClient(t *testing.T) {
	h := New(Config{Lookup: testLibrary, Client: func(r *http.Request) string { return r.Header.Get("X-Client") }})
	for _, tc := range []struct {
		client string
		want   int
	}{{"a", 503}, {"b", 503}, {"a", 200}, {"b", 200}} {
		if w := serve(h, "GET", "/status/503,200", "X-Client", tc.client); w.Code != tc.want {
			t.Errorf("client %s: %d, want %d", tc.client, w.Code, tc.want)
		}
	}
}

func TestSequencesAreBounded(t *testing.T) {
	s := newSequences(time.Now)
	for i := range 3 * maxSequences {
		s.next(fmt.Sprint(i))
	}
	if len(s.byKey) != maxSequences || s.used.Len() != maxSequences {
		t.Errorf("%d keys and %d entries are kept, want %d", len(s.byKey), s.used.Len(), maxSequences)
	}
	if n := s.next(fmt.Sprint(3*maxSequences - 1)); n != 1 {
		t.Errorf("the newest was forgotten: %d", n)
	}
}

func TestWeights(t *testing.T) {
	run := func(target string) (codes []int) {
		h := New(Config{Lookup: testLibrary}) // a new run
		for range 200 {
			codes = append(codes, serve(h, "GET", target).Code)
		}
		return codes
	}
	first := run("/status/200:0.9,503:0.1?seed=7")
	if !slices.Equal(first, run("/status/200:0.9,503:0.1?seed=7")) {
		t.Error("the same seed gave another order")
	}
	if slices.Equal(first, run("/status/200:0.9,503:0.1?seed=8")) {
		t.Error("another seed gave the same order")
	}
	failures := 0
	for _, code := range first {
		if code == 503 {
			failures++
		}
	}
	if failures < 8 || failures > 34 {
		t.Errorf("%d of 200 are 503, want about 20", failures)
	}
	h := New(Config{Lookup: testLibrary, Random: func() float64 { return 0.95 }})
	if w := serve(h, "GET", "/status/200:9,503:1"); w.Code != 503 {
		t.Errorf("0.95 of 9:1 is %d, want the last tenth", w.Code)
	}
	if w := serve(h, "GET", "/status/503:3"); w.Code != 503 {
		t.Errorf("one code with a weight: %d", w.Code)
	}
}

// Waits take no real time in here.
func TestWaits(t *testing.T) {
	for _, tc := range []struct {
		target string
		want   time.Duration
		drops  bool
	}{
		{"/status/200", 0, false},
		{"/status/200?delay=2s", 2 * time.Second, false},
		{"/status/200?delay=10s", maxDelay, false},
		{"/status/200?fault=drip&body=0123456789", dripTime, false},
		{"/status/200?fault=drip&body=x", 0, false},
		{"/status/200?fault=hang", maxDelay, true},
		{"/status/200?fault=hang&delay=4s", maxDelay, true},
		{"/status/444?delay=1s", time.Second, true},
	} {
		t.Run(tc.target, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, start := New(Config{Lookup: testLibrary}), time.Now()
				dropped := aborts(func() { serve(h, "GET", tc.target) })
				if took := time.Since(start); took.Round(time.Millisecond) != tc.want || dropped != tc.drops {
					t.Errorf("took %s, dropped %v; want %s, %v", took, dropped, tc.want, tc.drops)
				}
			})
		})
	}
}

func TestWaitEndsWhenTheClientLeaves(t *testing.T) {
	for _, target := range []string{"/status/200?delay=9s", "/status/200?fault=hang", "/status/200?fault=drip"} {
		synctest.Test(t, func(t *testing.T) {
			h, start := New(Config{Lookup: testLibrary}), time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			r := httptest.NewRequestWithContext(ctx, "GET", target, nil)
			if !aborts(func() { h.ServeHTTP(httptest.NewRecorder(), r) }) || time.Since(start) != time.Second {
				t.Errorf("%s: went on for %s", target, time.Since(start))
			}
		})
	}
}

func TestOnlySoManyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Config{Lookup: testLibrary})
		for range maxWaiting {
			go serve(h, "GET", "/status/200?delay=5s")
		}
		synctest.Wait()
		w := serve(h, "GET", "/status/200?delay=1s")
		if w.Code != 503 || w.Header().Get("Retry-After") == "" {
			t.Errorf("one too many: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
		if w := serve(h, "GET", "/status/200"); w.Code != 200 {
			t.Errorf("one that does not wait: %d", w.Code)
		}
		time.Sleep(6 * time.Second)
		if w := serve(h, "GET", "/status/200?delay=1s"); w.Code != 200 {
			t.Errorf("after the others left: %d", w.Code)
		}
	})
}

// aborts reports whether f cut the connection the way net/http understands.
func aborts(f func()) (aborted bool) {
	defer func() {
		if v := recover(); v != nil {
			if v != http.ErrAbortHandler {
				panic(v)
			}
			aborted = true
		}
	}()
	f()
	return false
}

func TestHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(New(Config{Lookup: testLibrary}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	client := server.Client()
	for target, want := range map[string]int{"/status/422": 422, "/status/426": 426, "/status/103": 200, "/status/104": 200, "/status/299": 299} {
		res, err := client.Get(server.URL + target)
		if err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		res.Body.Close()
		if res.ProtoMajor != 2 || res.StatusCode != want || res.Header.Get("Upgrade") != "" {
			t.Errorf("%s: %s %d, Upgrade %q", target, res.Proto, res.StatusCode, res.Header.Get("Upgrade"))
		}
	}
	for _, target := range []string{"/status/444", "/status/200?fault=reset"} {
		if res, err := client.Get(server.URL + target); err == nil {
			res.Body.Close()
			t.Errorf("%s: got %d, want a broken stream", target, res.StatusCode)
		}
	}
}

// FuzzMock: whatever is asked for, the answer is a 4xx or the status that was asked for, and no
// header field of the caller gets out of its line.
func FuzzMock(f *testing.F) {
	for _, seed := range [][2]string{
		{"200", ""}, {"503,503,200", "key=abc"}, {"200:0.9,503:0.1", "seed=7"}, {"103", "header.Link=<a>"},
		{"404", "body={}&type=json"}, {"503", "header.Retry-After=date:3"}, {"206", "body=%zz"}, {"599", "header.X-A=a%0d%0ab"},
		{"204", "body=x"}, {"200", "fault=truncate"}, {"444", ""}, {"101", "type=xml"}, {"١٠٠", "dealy=1"}, {"200:1e-320,200:0x1p-3", ""},
	} {
		f.Add(seed[0], seed[1], "text/plain;q=0.5, application/*")
	}
	h := New(Config{Lookup: testLibrary})
	f.Fuzz(func(t *testing.T, spec, query, accept string) {
		p, err := parsePlan(spec, query, time.Now())
		if err == nil && (p.delay > 0 || p.fault == faultHang || p.fault == faultDrip) {
			if p.delay > maxDelay {
				t.Errorf("delay %s", p.delay)
			}
			t.Skip("would wait")
		}
		r := httptest.NewRequest("GET", "/status/x", nil)
		r.URL.Path, r.URL.RawQuery = pathPrefix+spec, query
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		aborted := aborts(func() { h.ServeHTTP(w, r) })
		switch {
		case err != nil:
			if aborted || w.Code != 400 {
				t.Errorf("%v, yet %d", err, w.Code)
			}
			return
		case aborted: // 444, reset, truncate: no complete answer by design
			return
		}
		asked := slices.ContainsFunc(p.steps, func(s step) bool { return s.code == w.Code || s.code < 200 && w.Code == 200 })
		if !asked {
			t.Errorf("asked for %s, got %d", spec, w.Code)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("policy fields are gone: %v", w.Header())
		}
		for name, values := range w.Header() {
			for _, v := range values {
				if !isToken(name) || !printable(v) {
					t.Errorf("field %q: %q", name, v)
				}
			}
		}
		if media, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";"); media != "" {
			if _, ok := playableType(media); !ok {
				t.Errorf("type %q", media)
			}
		}
	})
}
