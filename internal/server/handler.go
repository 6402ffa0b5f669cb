package server

import (
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"siteerror/internal/library"
)

// maxURI is the length of a request target in bytes. A pasted log line fits;
// what is longer belongs in a body.
const maxURI = 8<<10 + 1024 // the query of 8 KiB, and the path and parameters around it

// Header values of every response, shared by all.
var (
	nosniff      = []string{"nosniff"}
	noReferrer   = []string{"strict-origin-when-cross-origin"}
	sameOrigin   = []string{"same-origin"}
	denyAll      = []string{"default-src 'none'; frame-ancestors 'none'"}
	anyOrigin    = []string{"*"}
	crossOrigin  = []string{"cross-origin"}
	exposed      = []string{"ETag, Link, X-Request-Id, RateLimit, RateLimit-Policy, Retry-After"}
	apiPrefix    = "/api/"
	statusPrefix = "/status/"
	allMethods   = "GET, HEAD, POST, OPTIONS"
)

// ServeHTTP answers one request. What holds for every response, whoever makes
// it, is done here: the request id, the fields that tell browsers to be careful,
// who may come in, the base path, the limit on the target, and recovery.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.admit) }

// answer is ServeHTTP for those who have been let in already.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) { s.serve(w, r, nil) }

func (s *Server) serve(w http.ResponseWriter, r *http.Request, admit func(*recorder, *http.Request) bool) {
	rec := recorders.Get().(*recorder)
	*rec = recorder{ResponseWriter: w}
	start := s.cfg.Now()
	h := w.Header()
	h["X-Request-Id"] = s.ids.next()
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = noReferrer
	h["Cross-Origin-Opener-Policy"] = sameOrigin
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	h["Content-Security-Policy"] = denyAll
	if s.hsts != nil {
		h["Strict-Transport-Security"] = s.hsts
	}
	defer func() { // runs when a handler aborts the connection, too
		s.finish(rec, r, start)
		rec.ResponseWriter = nil
		recorders.Put(rec)
	}()
	defer func() {
		if p := recover(); p != nil {
			s.recovered(rec, r, p)
		}
	}()
	if admit == nil || admit(rec, r) {
		s.route(rec, r)
	}
}

// admit reports whether the gate lets a request in, and answers it if not.
func (s *Server) admit(w *recorder, r *http.Request) bool {
	if !s.cfg.Gate.Closed() || s.open(r) {
		return true
	}
	user, refused := s.cfg.Gate.Admit(r)
	if refused == nil {
		w.user = user
		return true
	}
	for name, values := range refused.Header {
		w.Header()[name] = values
	}
	s.problemOrText(w, r, refused.Status, refused.Detail)
	return false
}

// open reports whether a request passes where readers sign in: probes know no
// passwords, and learn nothing but that the server is well; the operator's pages
// ask for a password of their own, which would go in the same field.
func (s *Server) open(r *http.Request) bool {
	path, ok := strings.CutPrefix(r.URL.Path, s.cfg.BasePath)
	if !ok {
		return false
	}
	switch path {
	case "/healthz", "/readyz":
		return true
	case missesPath, missesAPIPath:
		return s.cfg.OperatorToken != ""
	}
	return false
}

func (s *Server) route(w *recorder, r *http.Request) {
	if r.Method == http.MethodOptions && r.RequestURI == "*" {
		w.Header().Set("Allow", allMethods)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if r.URL.Path == "" {
		if r.Method == http.MethodConnect {
			w.Header().Set("Allow", allMethods)
			s.problemOrText(w, r, http.StatusMethodNotAllowed, "This server is no proxy, and opens no tunnels.")
			return
		}
		r = withPath(r, "/") // http://host, without a slash
	}
	if fixed := plainQuery(r.URL.RawQuery); fixed != r.URL.RawQuery {
		r.URL.RawQuery = fixed
	}
	if base := s.cfg.BasePath; base != "" {
		path, ok := strings.CutPrefix(r.URL.Path, base)
		if !ok || path != "" && path[0] != '/' {
			s.problemOrText(w, r, http.StatusNotFound, "This site lives below "+base+"/.")
			return
		}
		if path == "" {
			path = "/"
		}
		r = withPath(r, path)
	}
	if readOnlyAPI(r) {
		h := w.Header()
		h["Access-Control-Allow-Origin"] = anyOrigin
		h["Access-Control-Expose-Headers"] = exposed
		h["Cross-Origin-Resource-Policy"] = crossOrigin
	}
	if len(r.RequestURI) > maxURI {
		s.problemOrText(w, r, http.StatusRequestURITooLong, "The address is longer than 9 KiB. Send long text in the body of POST /api/v1/diagnose.")
		return
	}
	if strings.HasPrefix(r.URL.Path, statusPrefix) {
		w.route = s.metrics.mock
		s.mock.ServeHTTP(w, r)
		return
	}
	if r.URL.Path == "/mcp" {
		w.route = s.metrics.mcp
		s.mcp.ServeHTTP(w, r)
		return
	}
	s.engine.ServeHTTP(w, r)
}

// plainQuery is a query in which what is no syntax is text: a semicolon, which net/url refuses, and a
// percent sign that no two hexadecimal digits follow.
func plainQuery(q string) string {
	if !strings.ContainsAny(q, ";%") {
		return q
	}
	var b strings.Builder
	for i := 0; i < len(q); i++ {
		switch {
		case q[i] == ';':
			b.WriteString("%3B")
		case q[i] == '%' && !(i+2 < len(q) && isHex(q[i+1]) && isHex(q[i+2])):
			b.WriteString("%25")
		default:
			b.WriteByte(q[i])
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// readOnlyAPI reports whether any page of the web may read the answer: the API
// has no secrets and knows no users. Its tools are not for other sites.
func readOnlyAPI(r *http.Request) bool {
	p := r.URL.Path
	return p == "/openapi.json" || strings.HasPrefix(p, apiPrefix) && p != "/api/v1/check" && p != "/api/v1/diagnose" && p != missesAPIPath && p != "/api/v1/play"
}

// withPath is r with another path: a shallow copy, as net/http's StripPrefix makes.
func withPath(r *http.Request, path string) *http.Request {
	r2 := new(http.Request)
	*r2 = *r
	u := *r.URL
	u.Path, u.RawPath = path, ""
	r2.URL = &u
	return r2
}

// recovered turns a panic into a 500 that says nothing but the request id. An
// aborted handler stays aborted.
func (s *Server) recovered(w *recorder, r *http.Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	s.log.Error("panic", "request", requestID(w), "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
	if w.status == 0 {
		s.problemOrText(w, r, http.StatusInternalServerError, "Something went wrong here. The log has the details under the request id.")
	}
}

// problemOrText is the answer where no page can be made: a problem below /api/,
// else a line of text.
func (s *Server) problemOrText(w http.ResponseWriter, r *http.Request, status int, detail string) {
	if strings.HasPrefix(strings.TrimPrefix(r.URL.Path, s.cfg.BasePath), apiPrefix) {
		s.writeProblem(w, r, status, detail)
		return
	}
	text := title(status) + "\n" + detail + "\nRequest id: " + requestID(w) + "\n"
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h["Cache-Control"] = cacheNever
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, text)
	}
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	user   string
	route  *routeMetrics // nil: no route
}

var recorders = sync.Pool{New: func() any { return new(recorder) }}

func (w *recorder) WriteHeader(status int) {
	if status >= 200 && w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush is for handlers that stream.
func (w *recorder) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// handler is how pages and API answers are written: one snapshot, and an error
// instead of an error response.
type handler func(c *gin.Context, snap *library.Snapshot) error

// page wraps a handler whose errors are pages.
func (s *Server) page(h handler) gin.HandlerFunc { return s.with(h, s.failPage) }

// api wraps a handler whose errors are problem documents, and counts what each client asks.
func (s *Server) api(h handler) gin.HandlerFunc {
	return s.with(func(c *gin.Context, snap *library.Snapshot) error {
		if err := s.limited(c); err != nil {
			return err
		}
		return h(c, snap)
	}, s.failAPI)
}

func (s *Server) with(h handler, fail func(*gin.Context, *library.Snapshot, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		snap := s.library.Hold()
		defer s.library.Release(snap)
		if err := h(c, snap); err != nil {
			s.logFailure(c, err)
			var re *requestError
			if errors.As(err, &re) {
				for name, values := range re.header {
					c.Writer.Header()[name] = values
				}
			}
			fail(c, snap, err)
		}
		c.Writer.WriteHeaderNow()
	}
}

func (s *Server) logFailure(c *gin.Context, err error) {
	if status, _ := statusOf(err); status >= 500 && c.Request.Context().Err() == nil {
		s.log.Error("request failed", "request", requestID(c.Writer), "method", c.Request.Method, "path", c.Request.URL.Path, "err", err)
	}
}

func (s *Server) failAPI(c *gin.Context, _ *library.Snapshot, err error) {
	status, detail := statusOf(err)
	s.writeProblem(c.Writer, c.Request, status, detail)
}
