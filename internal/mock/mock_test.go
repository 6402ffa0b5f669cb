package mock

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// testLibrary stands for the content: the phrases Go gets wrong, a vendor's code, and samples of
// which some must never go out.
func testLibrary(code int) (Status, bool) {
	s, ok := map[int]Status{
		104: {Reason: "Upload Resumption Supported"},
		413: {Reason: "Content Too Large"},
		414: {Reason: "URI Too Long"},
		416: {Reason: "Range Not Satisfiable"},
		418: {Reason: "(Unused)"},
		422: {Reason: "Unprocessable Content"},
		425: {Reason: "Too Early", NoBody: true},
		499: {Reason: "Client Closed Request"},
		302: {Reason: "Found", Headers: []Header{{"Location", "https://evil.example/"}}},
		401: {Reason: "Unauthorized", Headers: []Header{{"WWW-Authenticate", `Digest realm="a"`}, {"WWW-Authenticate", `Bearer realm="b"`}}},
		520: {Reason: "", Headers: []Header{{"CF-RAY", "8f00-AMS"}, {"Set-Cookie", "a=b"}, {"Content-Security-Policy", "default-src *"}, {"X-Bad", "a\r\nb"}, {"Cache-Control", "public"}}},
		503: {Reason: "Service Unavailable", Body: `{"error":"busy"}`, ContentType: "application/json"},
		500: {Reason: "Internal Server Error", Body: "<script>alert(1)</script>", ContentType: "text/html"},
	}[code]
	if !ok && http.StatusText(code) != "" {
		return Status{Reason: http.StatusText(code)}, true
	}
	return s, ok
}

func newTestServer(t *testing.T, cfg Config) *httptest.Server {
	t.Helper()
	if cfg.Lookup == nil {
		cfg.Lookup = testLibrary
	}
	server := httptest.NewServer(New(cfg))
	t.Cleanup(server.Close)
	return server
}

// exchange sends raw bytes and returns all that comes back until the connection ends.
func exchange(t *testing.T, server *httptest.Server, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(conn) // an error leaves what came before it, which is what tests look at
	return string(b)
}

func get(method, target string) string {
	return method + " " + target + " HTTP/1.1\r\nHost: mock.test\r\nConnection: close\r\n\r\n"
}

// serve plays target for a handler without a connection underneath.
func serve(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestStatusLineIsExact(t *testing.T) {
	server := newTestServer(t, Config{})
	for _, tc := range []struct{ target, want string }{
		{"/status/200", "HTTP/1.1 200 OK"},
		{"/status/404", "HTTP/1.1 404 Not Found"},
		{"/status/413", "HTTP/1.1 413 Content Too Large"},
		{"/status/414", "HTTP/1.1 414 URI Too Long"},
		{"/status/416", "HTTP/1.1 416 Range Not Satisfiable"},
		{"/status/418", "HTTP/1.1 418 (Unused)"},
		{"/status/422", "HTTP/1.1 422 Unprocessable Content"},
		{"/status/425", "HTTP/1.1 425 Too Early"},
		{"/status/499", "HTTP/1.1 499 Client Closed Request"},
		{"/status/299", "HTTP/1.1 299 "}, // nobody named it: an empty phrase, the space stays
		{"/status/520", "HTTP/1.1 520 "},
		{"/status/599", "HTTP/1.1 599 "},
	} {
		got := exchange(t, server, get("GET", tc.target))
		if line, _, _ := strings.Cut(got, "\r\n"); line != tc.want {
			t.Errorf("%s: status line %q, want %q", tc.target, line, tc.want)
		}
	}
}

func TestEveryCodeIsPlayed(t *testing.T) {
	server := newTestServer(t, Config{})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for code := 200; code <= 599; code++ {
		if code == 444 {
			continue
		}
		for _, method := range []string{"GET", "HEAD", "PURGE"} {
			req, err := http.NewRequest(method, fmt.Sprintf("%s/status/%d", server.URL, code), nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := client.Do(req)
			if err != nil {
				t.Fatalf("%s %d: %v", method, code, err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode != code {
				t.Errorf("%s %d: got %d, %v", method, code, res.StatusCode, err)
			}
			if wantBody := method != "HEAD" && !bodyless(code) && code != 425; (len(body) > 0) != wantBody {
				t.Errorf("%s %d: body %q, want one: %v", method, code, body, wantBody)
			}
		}
	}
}

// The companions a code must have, whatever the library knows.
func TestRequiredHeaders(t *testing.T) {
	server := newTestServer(t, Config{BasePath: "/ref/", Lookup: func(int) (Status, bool) { return Status{}, false }})
	for _, tc := range []struct {
		code        int
		field, want string
	}{
		{201, "Location", "/ref/status/200"},
		{206, "Content-Range", "bytes 0-19/1020"},
		{301, "Location", "/ref/status/200"},
		{302, "Location", "/ref/status/200"},
		{303, "Location", "/ref/status/200"},
		{304, "ETag", `"mock"`},
		{307, "Location", "/ref/status/200"},
		{308, "Location", "/ref/status/200"},
		{401, "WWW-Authenticate", `Bearer realm="mock"`},
		{405, "Allow", "GET, HEAD"},
		{407, "Proxy-Authenticate", `Bearer realm="mock"`},
		{416, "Content-Range", "bytes */1000"},
		{426, "Upgrade", "websocket"},
		{426, "Connection", "Upgrade"},
		{429, "Retry-After", "5"},
		{451, "Link", `</ref/codes/451>; rel="blocked-by"`},
		{503, "Retry-After", "5"},
	} {
		res, _ := readResponse(t, exchange(t, server, strings.Replace(get("GET", fmt.Sprintf("/status/%d", tc.code)), "Connection: close\r\n", "", 1)+get("GET", "/status/200")), "GET")
		if got := res.Header.Get(tc.field); got != tc.want {
			t.Errorf("%d: %s: %q, want %q", tc.code, tc.field, got, tc.want)
		}
	}
}

// readResponse parses the first final response in raw.
func readResponse(t *testing.T, raw, method string) (*http.Response, string) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	body, _ := io.ReadAll(res.Body) // truncation is a test's subject
	return res, string(body)
}

func TestLibrarySamples(t *testing.T) {
	h := New(Config{Lookup: testLibrary})
	if got := serve(h, "GET", "/status/401").Header().Values("WWW-Authenticate"); !slices.Equal(got, []string{`Digest realm="a"`, `Bearer realm="b"`}) {
		t.Errorf("401: the library's challenges replace ours, got %q", got)
	}
	if got := serve(h, "GET", "/status/302").Header().Get("Location"); got != "/status/200" {
		t.Errorf("302: Location %q leaves this host", got)
	}
	got := serve(h, "GET", "/status/520").Header()
	if got.Get("Cf-Ray") != "8f00-AMS" {
		t.Errorf("520: the vendor's field is missing: %v", got)
	}
	for field, want := range map[string]string{"Set-Cookie": "", "X-Bad": "", "Cache-Control": "no-store", "Content-Security-Policy": "sandbox; default-src 'none'"} {
		if got.Get(field) != want {
			t.Errorf("520: %s is %q, want %q", field, got.Get(field), want)
		}
	}
	if w := serve(h, "GET", "/status/500"); w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("500: active sample went out as %q", w.Header().Get("Content-Type"))
	}
}

func TestPolicyFieldsOnEveryAnswer(t *testing.T) {
	server := newTestServer(t, Config{})
	for _, target := range []string{"/status/200", "/status/422", "/status/204", "/status/503?body=x&type=xml", "/status/103", "/status/200?header.X-A=1"} {
		raw := exchange(t, server, get("GET", target))
		for strings.HasPrefix(raw, "HTTP/1.1 1") { // past the interim response
			_, raw, _ = strings.Cut(raw, "\r\n\r\n")
		}
		res, _ := readResponse(t, raw, "GET")
		for field, want := range map[string]string{
			"X-Content-Type-Options":      "nosniff",
			"Content-Security-Policy":     "sandbox; default-src 'none'",
			"Cache-Control":               "no-store",
			"X-Robots-Tag":                "noindex",
			"Access-Control-Allow-Origin": "*",
		} {
			if got := res.Header.Get(field); got != want {
				t.Errorf("%s: %s is %q, want %q", target, field, got, want)
			}
		}
		if res.Header.Get("Date") == "" {
			t.Errorf("%s: no Date", target)
		}
	}
}

func TestInterimResponses(t *testing.T) {
	server := newTestServer(t, Config{})
	for _, tc := range []struct {
		name, request string
		wantLines     []string
		wantLink      string
	}{
		{"100", get("GET", "/status/100"), []string{"HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"}, ""},
		{"102", get("PURGE", "/status/102"), []string{"HTTP/1.1 102 Processing", "HTTP/1.1 200 OK"}, ""},
		{"103", get("GET", "/status/103"), []string{"HTTP/1.1 103 Early Hints", "HTTP/1.1 200 OK"}, "</status/200>; rel=preload; as=fetch"},
		{"103 with a Link", get("GET", "/status/103?header.Link=%3C/a%3E%3Brel=preload"), []string{"HTTP/1.1 103 Early Hints", "HTTP/1.1 200 OK"}, "</a>;rel=preload"},
		{"104, a phrase Go lacks", get("GET", "/status/104"), []string{"HTTP/1.1 104 Upload Resumption Supported", "HTTP/1.1 200 OK"}, ""},
		{"150, a code nobody named", get("GET", "/status/150"), []string{"HTTP/1.1 150 ", "HTTP/1.1 200 OK"}, ""},
		{"101 never goes out", get("GET", "/status/101"), []string{"HTTP/1.1 200 OK"}, ""},
		{"HTTP/1.0 has no 1xx", "GET /status/103 HTTP/1.0\r\n\r\n", []string{"HTTP/1.0 200 OK"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			raw := exchange(t, server, tc.request)
			tp := textproto.NewReader(bufio.NewReader(strings.NewReader(raw)))
			for i, want := range tc.wantLines {
				line, err := tp.ReadLine()
				if err != nil || line != want {
					t.Fatalf("response %d starts %q (%v), want %q", i+1, line, err, want)
				}
				header, err := tp.ReadMIMEHeader()
				if err != nil {
					t.Fatal(err)
				}
				if i == 0 && len(tc.wantLines) > 1 {
					if got := header.Get("Link"); got != tc.wantLink {
						t.Errorf("interim Link %q, want %q", got, tc.wantLink)
					}
					if header.Get("Content-Length") != "" || header.Get("Content-Security-Policy") != "" {
						t.Errorf("the interim response carries fields of the final one: %v", header)
					}
				}
			}
		})
	}
}

func TestFaults(t *testing.T) {
	var silent atomic.Int64
	server := newTestServer(t, Config{Sent: func(_ *http.Request, _ int, n int64) {
		if n == 0 {
			silent.Add(1)
		}
	}})

	t.Run("444 closes without a byte", func(t *testing.T) {
		if got := exchange(t, server, get("GET", "/status/444")); got != "" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("reset is a TCP reset", func(t *testing.T) {
		_, err := http.Get(server.URL + "/status/200?fault=reset")
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v, want a connection reset", err)
		}
	})
	if silent.Load() != 2 {
		t.Errorf("Sent was told of %d silent answers, want 2", silent.Load())
	}
	for _, target := range []string{"/status/200?fault=truncate&body=0123456789", "/status/422?fault=truncate&body=0123456789"} {
		t.Run(target, func(t *testing.T) {
			res, err := http.Get(server.URL + target)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if string(body) != "01234" || !errors.Is(err, io.ErrUnexpectedEOF) || res.ContentLength != 10 {
				t.Errorf("got %q of %d bytes, %v; want the first half and an unexpected end", body, res.ContentLength, err)
			}
		})
	}
}

// A hijacked connection is closed while the client may still be sending: the answer must arrive.
func TestHijackedAnswerSurvivesAnUnreadBody(t *testing.T) {
	server := newTestServer(t, Config{})
	for range 20 {
		res, err := http.Post(server.URL+"/status/422", "text/plain", bytes.NewReader(make([]byte, 100<<10)))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || string(body) != "422 Unprocessable Content\n" {
			t.Fatalf("body %q, %v", body, err)
		}
	}
}

func TestBadRequestsNameTheParameter(t *testing.T) {
	h := New(Config{Lookup: testLibrary})
	long := strings.Repeat("a", 2000)
	for _, tc := range []struct{ target, wantDetail string }{
		{"/status/", "status: "},
		{"/status/600", `status: "600"`},
		{"/status/099", `status: "099"`},
		{"/status/0404", `status: "0404"`},
		{"/status/-20", `status: "-20"`},
		{"/status/+20", `status: "+20"`},
		{"/status/abc", `status: "abc"`},
		{"/status/200/", `status: "200/"`},
		{"/status/404.13", `status: "404.13"`},
		{"/status/503,,200", `status: ""`},
		{"/status/" + strings.Repeat("200,", 32) + "200", "status: 33 codes"},
		{"/status/200:0.9,503", "status: either every code"},
		{"/status/200:0,503:1", `status: "0" is not a weight`},
		{"/status/200:-1,503:1", `status: "-1"`},
		{"/status/200:NaN,503:1", `status: "NaN"`},
		{"/status/200:1e9,503:1", `status: "1e9"`},
		{"/status/200?delay=abc", `delay: "abc"`},
		{"/status/200?delay=", "delay: "},
		{"/status/200?delay=5", `delay: "5" is not a time; give a number and its unit`},
		{"/status/200?delay=-1s", "delay: it cannot be negative"},
		{"/status/200?delay=11s", "delay: \"11s\" is longer than 10s"},
		{"/status/200?delay=1s&delay=2s", "delay: it is given 2 times"},
		{"/status/200?body=" + strings.Repeat("a", maxBody+1), "body: 8193 bytes"},
		{"/status/206?body=", "body: a 206"},
		{"/status/200?type=html", `type: "html"`},
		{"/status/200?type=text/html", `type: "text/html"`},
		{"/status/200?type=image/svg%2Bxml", "type: "},
		{"/status/200?fault=explode", `fault: "explode"`},
		{"/status/204?fault=truncate", "fault: truncate"},
		{"/status/200?fault=truncate&body=", "fault: truncate"},
		{"/status/200,503?key=", "key: "},
		{"/status/200,503?key=" + strings.Repeat("k", 129), "key: "},
		{"/status/200:1,503:1?seed=x", `seed: "x"`},
		{"/status/200?seed=1", "seed: it fixes the order of a weighted list"},
		{"/status/200?dealy=2s", "dealy: no such parameter"},
		{"/status/200?%00=2s", `"\x00": no such parameter`},
		{"/status/200?body=%zz", "query: "},
		{"/status/200?header.=x", "header.: "},
		{"/status/200?header.Bad%20Name=x", `"header.Bad Name": `},
		{"/status/200?header.X-" + strings.Repeat("a", 80) + "=x", "header.X-aaaa"},
		{"/status/200?header.Location=//evil.example", "header.Location: this field cannot be set"},
		{"/status/200?header.X-A=" + long, "header.X-A: a value"},
		{"/status/200?header.X-A=a%0d%0aSet-Cookie:%20x", "header.X-A: a value"},
		{"/status/200?header.X-A=%C3%A9", "header.X-A: a value"},
		{"/status/200?header.X-A=1&header.x-a=2", "header.x-a: it is given twice"},
		{"/status/200?header.Retry-After=1&header.Retry-After=2", "header.Retry-After: a response has one"},
		{"/status/200?header.Retry-After=soon", `header.Retry-After: "soon"`},
		{"/status/200?header.Retry-After=-1", "header.Retry-After: "},
		{"/status/200?header.Retry-After=date:x", "header.Retry-After: "},
		{"/status/200?header.Retry-After=date:99999999999", "header.Retry-After: "},
		{"/status/200?header.ETag=v1", "header.ETag: "},
		{"/status/200?" + strings.Repeat("&header.X-A=1", 17), "header.X-A: more than 16"},
		{"/status/200?" + manyHeaders(17), "header.X-26: more than 16"},
	} {
		w := serve(h, "GET", tc.target)
		if w.Code != 400 || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.80s: %d %s, want a problem of 400", tc.target, w.Code, w.Header().Get("Content-Type"))
		}
		if body := w.Body.String(); !strings.Contains(body, strings.TrimSuffix(strings.TrimPrefix(strconv.Quote(tc.wantDetail), `"`), `"`)) {
			t.Errorf("%.80s: %s lacks %q", tc.target, body, tc.wantDetail)
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%.80s: a page of another origin cannot read why", tc.target)
		}
	}
}

func manyHeaders(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "&header.X-%d=1", 10+i)
	}
	return b.String()
}

func TestSettableHeaders(t *testing.T) {
	for _, tc := range []struct {
		name string
		want bool
	}{
		{"Retry-After", true}, {"retry-after", true}, {"Cache-Control", true}, {"Link", true}, {"ETag", true},
		{"X-Trace-Id", true}, {"x-a", true}, {"X-", false}, {"X", false},
		{"X-Content-Type-Options", false}, {"x-content-type-options", false}, {"X-Robots-Tag", false}, {"X-Request-ID", false},
		{"X-Accel-Redirect", false}, {"X-Accel-Buffering", false}, {"X-Sendfile", false}, {"X-SENDFILE", false},
		{"X-Sendfile-Temporary", false}, {"X-LIGHTTPD-send-file", false}, {"X-Reproxy-URL", false}, {"X-Mock-Step", false},
		{"Location", false}, {"Set-Cookie", false}, {"Content-Type", false}, {"Content-Length", false},
		{"Content-Security-Policy", false}, {"Transfer-Encoding", false}, {"Connection", false}, {"Refresh", false},
		{"Clear-Site-Data", false}, {"Strict-Transport-Security", false}, {"Access-Control-Allow-Credentials", false}, {"", false},
	} {
		if got := settable(tc.name); got != tc.want {
			t.Errorf("settable(%q) = %v", tc.name, got)
		}
	}
}

func TestHeaderValues(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	h := New(Config{Lookup: testLibrary, Clock: func() time.Time { return now }})
	for _, tc := range []struct{ query, field, want string }{
		{"header.Retry-After=120", "Retry-After", "120"},
		{"header.Retry-After=Wed,%2021%20Oct%202026%2007:28:00%20GMT", "Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"},
		{"header.Retry-After=date:30", "Retry-After", "Sun, 22 Nov 2026 10:00:30 GMT"},
		{"header.Cache-Control=max-age=60", "Cache-Control", "max-age=60"},
		{"header.ETag=%22v1%22", "ETag", `"v1"`},
		{"header.ETag=W/%22v1%22", "ETag", `W/"v1"`},
		{"header.X-A=1&header.X-A=2", "X-A", "1, 2"},
		{"header.X-A=", "X-A", ""},
		{"header.X-A=%22%3Cscript%3E", "X-A", `"<script>`},
	} {
		w := serve(h, "GET", "/status/503?"+tc.query)
		if got := strings.Join(w.Header().Values(tc.field), ", "); w.Code != 503 || got != tc.want {
			t.Errorf("%s: %d, %s %q, want %q", tc.query, w.Code, tc.field, got, tc.want)
		}
	}
}
