package server

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Access is a request that was answered, without what people paste or keep
// secret: no query, no body, no credentials.
type Access struct {
	Time    time.Time
	Request string // its id
	Client  string // an IP address, or "unix"
	User    string // who signed in, or ""
	Method  string
	Path    string // as it was sent, percent-encoded
	Proto   string
	Status  int
	Bytes   int64 // of the body
	Took    time.Duration
	Referer string // without its query
	Agent   string
}

// tell tells whoever keeps the access log of a request.
func (s *Server) tell(w *recorder, r *http.Request, took time.Duration) {
	if s.cfg.Access == nil {
		return
	}
	a := Access{
		Time: s.cfg.Now(), Client: s.cfg.Gate.Client(r), User: w.user, Method: r.Method, Path: r.URL.EscapedPath(), Proto: r.Proto,
		Status: w.status, Bytes: w.bytes, Took: took, Agent: r.UserAgent(),
	}
	if w.ResponseWriter != nil {
		a.Request = requestID(w)
	}
	if a.Path == "" {
		a.Path = "*" // OPTIONS *
	}
	a.Referer, _, _ = strings.Cut(r.Referer(), "?")
	s.cfg.Access(a)
}

// LogAccess writes each request as a line of log.
func LogAccess(log *slog.Logger) func(Access) {
	return func(a Access) {
		log.Info("request", "request", a.Request, "client", a.Client, "user", a.User, "method", a.Method, "path", a.Path, "proto", a.Proto,
			"status", a.Status, "bytes", a.Bytes, "ms", float64(a.Took.Microseconds())/1000, "referer", a.Referer, "agent", a.Agent)
	}
}

// CombinedAccess writes each request to w in the combined log format of Apache
// and NGINX, which every log analyzer reads. Lines are written whole.
func CombinedAccess(w io.Writer) func(Access) {
	var mu sync.Mutex
	return func(a Access) {
		size := "-"
		if a.Bytes > 0 {
			size = strconv.FormatInt(a.Bytes, 10)
		}
		line := fmt.Sprintf("%s - %s [%s] \"%s %s %s\" %d %s %s %s\n", dash(a.Client), word(a.User), a.Time.Format("02/Jan/2006:15:04:05 -0700"),
			escaped(a.Method), escaped(a.Path), a.Proto, a.Status, size, quoted(a.Referer), quoted(a.Agent))
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.WriteString(w, line)
	}
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// word is a user's name as one word.
func word(s string) string { return dash(strings.ReplaceAll(escaped(s), " ", `\x20`)) }

func quoted(s string) string { return `"` + escaped(dash(s)) + `"` }

// escaped writes what could end a field or steer a terminal as \xhh, as NGINX does.
func escaped(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e || r == '"' || r == '\\' }) < 0 {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\x%02X`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// finish counts a request and tells of it.
func (s *Server) finish(w *recorder, r *http.Request, start time.Time) {
	if w.status == 0 {
		return // it went past the ResponseWriter, and was counted there; or nothing was sent
	}
	took := s.cfg.Now().Sub(start)
	route := w.route
	if route == nil {
		route = s.metrics.other
	}
	route.count(w.status)
	route.seconds.Observe(took.Seconds())
	s.tell(w, r, took)
}
