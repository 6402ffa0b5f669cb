package mock

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// lateWriter behaves like Gin's ResponseWriter: the status waits for the first byte, and Hijack is
// always there, whether what it wraps has one or not.
type lateWriter struct {
	http.ResponseWriter
	status int
	done   bool
}

func (w *lateWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
func (w *lateWriter) WriteHeader(status int)      { w.status = status }

func (w *lateWriter) now() {
	if !w.done {
		w.done = true
		w.ResponseWriter.WriteHeader(w.status)
	}
}

func (w *lateWriter) Write(p []byte) (int, error) {
	w.now()
	return w.ResponseWriter.Write(p)
}

func (w *lateWriter) Flush() {
	w.now()
	w.ResponseWriter.(http.Flusher).Flush()
}

func (w *lateWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.done = true
	return w.ResponseWriter.(http.Hijacker).Hijack()
}

func TestBehindAWrapper(t *testing.T) {
	h := New(Config{Lookup: testLibrary})
	wrapped := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		late := &lateWriter{ResponseWriter: w}
		h.ServeHTTP(late, r)
		late.now()
	})
	server := httptest.NewServer(wrapped)
	defer server.Close()
	for target, want := range map[string]string{
		"/status/103": "HTTP/1.1 103 Early Hints\r\nLink: </status/200>; rel=preload; as=fetch\r\n\r\nHTTP/1.1 200 OK\r\n",
		"/status/104": "HTTP/1.1 104 Upload Resumption Supported\r\nLocation: /status/200\r\n\r\nHTTP/1.1 200 OK\r\n",
		"/status/422": "HTTP/1.1 422 Unprocessable Content\r\n",
		"/status/204": "HTTP/1.1 204 No Content\r\n",
	} {
		if got := exchange(t, server, get("GET", target)); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q, want it to start %q", target, got, want)
		}
	}
	w := httptest.NewRecorder() // has no connection to take over
	wrapped.ServeHTTP(w, httptest.NewRequest("GET", "/status/422", nil))
	if w.Code != 422 {
		t.Errorf("without a connection: %d", w.Code)
	}
}

func TestWaitForHijackedAnswers(t *testing.T) {
	h := New(Config{Lookup: testLibrary})
	server := httptest.NewServer(h)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(get("GET", "/status/422?fault=drip"))); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil { // the answer has begun
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if h.Wait(short) == nil {
		t.Error("Wait returned while an answer was dripping")
	}
	conn.Close() // the next piece fails, which ends it
	if err := h.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}
