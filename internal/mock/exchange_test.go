package mock

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestPlayShowsTheWire(t *testing.T) {
	h := New(Config{Lookup: func(code int) (Status, bool) {
		return Status{Code: code, Reason: "Of The Library", Body: "sample"}, true
	}})
	tests := []struct {
		name, method, target string
		wantStatus           int
		wantInterim          int
		wantEnd              string
		wantIn               string // in the raw answer
	}{
		{"plain", "GET", "/status/503?body=sorry", 503, 0, EndComplete, "\r\n\r\nsorry"},
		{"redirect as it is", "GET", "/status/302", 302, 0, EndComplete, "Location: "},
		{"interim response first", "GET", "/status/103", 200, 1, EndComplete, "HTTP/1.1 103 "},
		{"own phrase", "GET", "/status/413", 413, 0, EndComplete, "HTTP/1.1 413 Of The Library\r\n"},
		{"HEAD has no body", "HEAD", "/status/404", 404, 0, EndComplete, "HTTP/1.1 404 "},
		{"custom method", "PURGE", "/status/200?body=gone", 200, 0, EndComplete, "gone"},
		{"444 says nothing", "GET", "/status/444", 0, 0, EndNothing, ""},
		{"reset", "GET", "/status/200?fault=reset", 0, 0, EndNothing, ""},
		{"truncated", "GET", "/status/200?fault=truncate&body=0123456789", 200, 0, EndCut, "Content-Length: 10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x, err := Play(context.Background(), h, Ask{Method: tt.method, Target: tt.target, Host: "mock.example"})
			if err != nil {
				t.Fatal(err)
			}
			status := 0
			if x.Head != nil {
				status = x.Head.Status
			}
			if status != tt.wantStatus || len(x.Interim) != tt.wantInterim || x.End != tt.wantEnd || !strings.Contains(x.Response, tt.wantIn) {
				t.Errorf("status %d, %d interim, end %q, response:\n%s", status, len(x.Interim), x.End, x.Response)
			}
			if tt.method == "HEAD" && x.Body != "" {
				t.Errorf("body of HEAD: %q", x.Body)
			}
			if !strings.HasPrefix(x.Request, tt.method+" "+tt.target+" HTTP/1.1\r\nHost: mock.example\r\n") {
				t.Errorf("request:\n%s", x.Request)
			}
		})
	}
}

func TestPlaySendsFieldsAndBodyAsWritten(t *testing.T) {
	var got *http.Request
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got = r })
	from := &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 1}
	x, err := Play(context.Background(), h, Ask{Method: "post", Target: "/status/201", Host: "h", Body: "a=1", Headers: []Header{{"X-Trace", "7"}, {"Accept", "text/plain"}}, From: from})
	if err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.Header.Get("X-Trace") != "7" || got.ContentLength != 3 || got.RemoteAddr != from.String() {
		t.Errorf("handler got %s %v from %s", got.Method, got.Header, got.RemoteAddr)
	}
	if strings.Contains(x.Request, "*/*") {
		t.Errorf("Accept was added to the one that was set:\n%s", x.Request)
	}
}

func TestPlayRefuses(t *testing.T) {
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was asked") })
	for name, ask := range map[string]Ask{
		"space in the path":   {Target: "/status/200 HTTP/1.1"},
		"line break in path":  {Target: "/status/200\r\nX: y"},
		"another host":        {Target: "http://other.example/status/200"},
		"line break in value": {Target: "/status/200", Headers: []Header{{"X-A", "b\r\nX-C: d"}}},
		"no token":            {Target: "/status/200", Headers: []Header{{"X A", "b"}}},
		"framing":             {Target: "/status/200", Headers: []Header{{"content-length", "0"}}},
		"method of two words": {Method: "GET /", Target: "/status/200"},
		"CONNECT":             {Method: "CONNECT", Target: "/status/200"},
	} {
		if _, err := Play(context.Background(), h, ask); !errors.Is(err, ErrBadAsk) {
			t.Errorf("%s: error %v, want ErrBadAsk", name, err)
		}
	}
}
