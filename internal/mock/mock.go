// Package mock plays any HTTP status on request: GET /status/503 answers with 503, its own reason
// phrase and the header fields that belong to it. One call can add a delay, a body, header fields
// or a fault; a list of codes is played in order or by weight, for testing what retries.
package mock

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The bounds of what a stranger may ask for. The server's own limits (8 KiB of URL, 60 s to write)
// lie above them.
const (
	maxDelay   = 10 * time.Second // of waiting in one request, delay and fault=hang together
	maxWaiting = 512              // requests that wait at once; a wait costs a goroutine and a descriptor
	dripTime   = 5 * time.Second  // from the first piece of a dripped body to the last
	dripPieces = 20
	// A hijacked connection that is closed while the client still sends makes the kernel answer
	// with a reset, which may overtake the response. Closing therefore waits for the client.
	lingerTime  = 500 * time.Millisecond
	lingerBytes = 256 << 10
	writeTime   = 15 * time.Second // for one write to a hijacked connection
)

const (
	pathPrefix  = "/status/"
	playable    = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
	preflightOK = "600" // seconds a browser may remember a CORS preflight
)

// Header is one header field, a sample that shows what belongs to a status.
type Header struct{ Name, Value string }

// Status is what the library knows about a code. Reason may be empty: a code nobody has named has
// no phrase. Body and ContentType (a media type) are the sample answer; a type that a browser
// would run is played as plain text. NoBody marks a code whose answer has no content.
type Status struct {
	Code        int
	Reason      string
	Headers     []Header
	Body        string
	ContentType string
	NoBody      bool
}

// Config holds what New needs. Everything but Lookup may be left out.
type Config struct {
	// Lookup returns what the library says about code, 100 to 599, or false: such a code is
	// played all the same. It is called once per request, twice for a 1xx.
	Lookup func(code int) (Status, bool)
	// BasePath stands before every path of this server ("" or "/docs"); requests arrive without
	// it, a Location needs it.
	BasePath string
	// Clock tells the time for expiring sequences, Date and Retry-After. Default time.Now.
	Clock func() time.Time
	// Random returns a number in [0,1) for weights without a seed. Default rand.Float64.
	Random func() float64
	// Client names who asks; a sequence without a key is kept per client. Default: the host of
	// RemoteAddr.
	Client func(r *http.Request) string
	// Problem writes an error, RFC 9457 style. CORS and Allow fields are already set.
	Problem func(w http.ResponseWriter, r *http.Request, status int, detail string)
	// Sent, if set, is told of each answer that went past the ResponseWriter, so that an access
	// log need not say 200: hijacked answers, and connections closed without a byte (bytes is 0
	// and the status is the one that was asked for).
	Sent func(r *http.Request, status int, bytes int64)
}

// Handler plays /status/{spec}. It is safe for concurrent use. Mount it outside anything that
// compresses, buffers or swallows http.ErrAbortHandler, which it panics with to cut a connection.
type Handler struct {
	lookup   func(int) (Status, bool)
	base     string
	clock    func() time.Time
	random   func() float64
	client   func(*http.Request) string
	problem  func(http.ResponseWriter, *http.Request, int, string)
	sent     func(*http.Request, int, int64)
	waiting  chan struct{} // one place per request that waits
	steps    *sequences
	hijacked atomic.Int64 // answers being written past net/http
}

var _ http.Handler = (*Handler)(nil)

// New returns a handler for every path that starts with /status/.
func New(cfg Config) *Handler {
	h := &Handler{
		lookup:  cfg.Lookup,
		base:    strings.TrimRight(cfg.BasePath, "/"),
		clock:   cfg.Clock,
		random:  cfg.Random,
		client:  cfg.Client,
		problem: cfg.Problem,
		sent:    cfg.Sent,
		waiting: make(chan struct{}, maxWaiting),
	}
	if h.lookup == nil {
		h.lookup = func(int) (Status, bool) { return Status{}, false }
	}
	if h.clock == nil {
		h.clock = time.Now
	}
	if h.random == nil {
		h.random = rand.Float64
	}
	if h.client == nil {
		h.client = remoteHost
	}
	if h.problem == nil {
		h.problem = plainProblem
	}
	if h.sent == nil {
		h.sent = func(*http.Request, int, int64) {}
	}
	h.steps = newSequences(h.clock)
	return h
}

// ServeHTTP answers one request. Order matters: everything that can be wrong with the request is
// said before a step of a sequence is used up or a wait begins.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	openCORS(w.Header())
	switch {
	case r.Method == http.MethodTrace || r.Method == http.MethodConnect:
		w.Header().Set("Allow", playable)
		h.problem(w, r, http.StatusMethodNotAllowed, r.Method+" is the one kind of method this mock does not play: "+
			"nothing is echoed and no tunnel opened. Any other method will do.")
		return
	case isPreflight(r):
		answerPreflight(w, r)
		return
	}
	spec, ok := strings.CutPrefix(r.URL.Path, pathPrefix)
	if !ok {
		h.problem(w, r, http.StatusNotFound, "The mock answers below "+pathPrefix+", for example "+pathPrefix+"503.")
		return
	}
	p, err := parsePlan(spec, r.URL.RawQuery, h.clock())
	if err != nil {
		detail := "The request could not be read."
		if bad, ok := errors.AsType[*paramError](err); ok {
			detail = bad.Error()
		}
		h.problem(w, r, http.StatusBadRequest, detail)
		return
	}
	release, ok := h.startWait(p)
	if !ok {
		w.Header().Set("Retry-After", "1")
		h.problem(w, r, http.StatusServiceUnavailable,
			fmt.Sprintf("%d requests are already waiting here, which is all this mock keeps at once. Try again in a second, or without delay, hang and drip.", maxWaiting))
		return
	}
	defer release()

	code, step := h.pick(p, r)
	if p.delay > 0 && !sleep(r.Context(), p.delay) {
		h.sent(r, code, 0)
		panic(http.ErrAbortHandler) // the client left
	}
	switch {
	case p.fault == faultHang:
		sleep(r.Context(), maxDelay-p.delay)
		h.drop(r, code)
	case p.fault == faultReset:
		h.reset(w, r, code)
		return
	case code == 444: // NGINX's own: close the connection without an answer
		h.drop(r, code)
	}
	h.play(w, r, p, h.answer(r, p, code, step))
}

// pick chooses the code that this request gets and, for a list, what X-Mock-Step says.
func (h *Handler) pick(p plan, r *http.Request) (code int, step string) {
	if len(p.steps) == 1 {
		return p.steps[0].code, ""
	}
	if p.weighted && !p.seeded {
		return p.draw(h.random()), ""
	}
	n := h.steps.next(p.sequenceKey(h.client(r)))
	if p.weighted {
		return p.draw(drawAt(p.seed, n)), strconv.FormatUint(n+1, 10)
	}
	i := int(min(n, uint64(len(p.steps)-1)))
	return p.steps[i].code, fmt.Sprintf("%d/%d", i+1, len(p.steps))
}

// startWait takes a place for a request that is going to wait; release gives it back. It is false
// when all places are taken.
func (h *Handler) startWait(p plan) (release func(), ok bool) {
	if p.delay == 0 && p.fault != faultHang && p.fault != faultDrip {
		return func() {}, true
	}
	select {
	case h.waiting <- struct{}{}:
		return func() { <-h.waiting }, true
	default:
		return nil, false
	}
}

// drop closes the connection without a byte: net/http closes it (HTTP/2: resets the stream) when a
// handler aborts before it wrote anything.
func (h *Handler) drop(r *http.Request, code int) {
	h.sent(r, code, 0)
	panic(http.ErrAbortHandler)
}

// openCORS lets a page of any origin read the answer; there are no credentials to leak.
func openCORS(header http.Header) {
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Expose-Headers", "*")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("X-Robots-Tag", "noindex")
}

// isPreflight tells a browser's question before a cross-origin call from an OPTIONS that wants to
// see the status (Fetch standard, "CORS-preflight request").
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" &&
		r.Header.Get("Access-Control-Request-Method") != ""
}

// answerPreflight allows what was asked for. It uses no step of a sequence.
func answerPreflight(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Access-Control-Allow-Methods", "*")
	if method := r.Header.Get("Access-Control-Request-Method"); isToken(method) {
		header.Set("Access-Control-Allow-Methods", method)
	}
	header.Set("Access-Control-Allow-Headers", "*, Authorization") // "*" alone leaves Authorization out
	header.Set("Access-Control-Max-Age", preflightOK)
	header.Set("Vary", "Access-Control-Request-Method")
	w.WriteHeader(http.StatusNoContent)
}

func remoteHost(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// plainProblem is the Problem of a Config without one.
func plainProblem(w http.ResponseWriter, _ *http.Request, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail,
	}) // the client may be gone; there is nobody left to tell
}
