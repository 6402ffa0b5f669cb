package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"siteerror/internal/diagnose"
	"siteerror/internal/library"
	"siteerror/internal/misses"
)

// The operator's page and its JSON.
const (
	missesPath    = "/misses"
	missesAPIPath = "/api/v1/misses"
	shownMisses   = 100
)

// searched counts a search of a reader's own words: not one of a filter or a further page, and nothing that was pasted.
func (s *Server) searched(text string, results int) {
	if results == 0 {
		s.metrics.fruitless.Inc()
	}
	if countable(text) {
		s.cfg.Misses.Searched(text, results)
	}
}

// countable reports whether a text is words to search for that hold no secret.
func countable(text string) bool {
	return text != "" && len(text) <= maxCounted && !diagnose.LooksLikeEvidence(text) && diagnose.Mask(text) == text
}

// maxCounted spares longer texts the looking at; misses.Plain keeps shorter ones.
const maxCounted = 200

// asked is a result's address with the words that led to it, by which opening it is counted. What was pasted stays out of
// addresses, which other programs keep.
func asked(path, anchor, text string) string {
	if countable(text) {
		path += "?q=" + url.QueryEscape(text)
	}
	if anchor != "" {
		path += "#" + anchor
	}
	return path
}

// opened counts a result that was opened. Browsers that fetch ahead say so.
func (s *Server) opened(c *gin.Context) {
	if s.cfg.Misses == nil || c.Request.Method != http.MethodGet || c.GetHeader("Sec-Purpose") != "" {
		return
	}
	if text := c.Query("q"); countable(text) {
		s.cfg.Misses.Opened(text)
	}
}

// byProgram reports whether no browser sent a request. What the search palette asks while somebody types is no search to count.
func byProgram(r *http.Request) bool { return r.Header.Get("Sec-Fetch-Mode") == "" }

// showMisses serves GET /misses: the searches that led nowhere, for whoever runs the server.
func (s *Server) showMisses(c *gin.Context, snap *library.Snapshot) error {
	found, err := s.missed(c)
	if err != nil {
		return err
	}
	p := s.viewsOf(snap).NewMisses()
	p.Since, p.Searches = found.Since.UTC().Format(time.DateOnly), found.Searches
	for _, q := range found.Missed {
		p.Add(q.Text, "/search?q="+url.QueryEscape(q.Text), q.Last, q.Missed(), q.Searches, q.Results)
	}
	rep, err := render(s, s.views.Misses, p)
	if err != nil {
		return err
	}
	rep.live, rep.cacheControl = true, cacheNever
	rep.serve(c.Writer, c.Request)
	return nil
}

// apiMisses serves GET /api/v1/misses.
func (s *Server) apiMisses(c *gin.Context, _ *library.Snapshot) error {
	found, err := s.missed(c)
	if err != nil {
		return err
	}
	out := apiMisses{Since: found.Since.UTC().Truncate(time.Second), Searches: found.Searches, Misses: make([]apiMiss, len(found.Missed))}
	for i, q := range found.Missed {
		out.Misses[i] = apiMiss{Query: q.Text, Missed: q.Missed(), Searches: q.Searches, Results: q.Results, Last: q.Last}
	}
	body, err := marshal(out)
	if err != nil {
		return err
	}
	rep := newRepresentation(typeJSON, body)
	rep.live, rep.cacheControl = true, cacheNever
	rep.serve(c.Writer, c.Request)
	return nil
}

func (s *Server) missed(c *gin.Context) (misses.Summary, error) {
	if s.cfg.Misses == nil {
		return misses.Summary{}, notFound("Misses are not counted here: the server was started with --no-misses.")
	}
	if err := s.operatorOnly(c.Request); err != nil {
		return misses.Summary{}, err
	}
	return s.cfg.Misses.Summary(shownMisses), nil
}

// operatorOnly refuses whoever does not run the server. With a token, that is the password; without one, the request has to
// come from this very machine, and not by way of a proxy on it: no field may say so, and the server must not be configured for
// readers elsewhere. The Host keeps out web pages that had their name point here (DNS rebinding).
func (s *Server) operatorOnly(r *http.Request) error {
	if s.cfg.OperatorToken != "" {
		_, password, _ := r.BasicAuth()
		if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			password = bearer
		}
		got, want := sha256.Sum256([]byte(password)), sha256.Sum256([]byte(s.cfg.OperatorToken))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			return &requestError{
				status: http.StatusUnauthorized, detail: "This page is the operator's: any user name, and the server's --operator-token as the password.",
				header: http.Header{"Www-Authenticate": {`Basic realm="siteerror operator", charset="UTF-8"`}},
			}
		}
		return nil
	}
	if s.cfg.BaseURL != "" || s.cfg.Gate.Proxied() || !isLoopback(r.RemoteAddr) || !isLoopback(r.Host) || forwarded(r) {
		return &requestError{
			status: http.StatusForbidden,
			detail: "This page is the operator's. It answers on the machine itself, at a loopback address and without a proxy; from elsewhere start the server with --operator-token.",
		}
	}
	return nil
}

// isLoopback reports whether a host, with or without a port, is this machine.
func isLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// forwarded reports whether a request has passed a proxy. NGINX adds no field unless told to, and speaks HTTP/1.0 to us by
// default before its release 1.29.7.
func forwarded(r *http.Request) bool {
	if !r.ProtoAtLeast(1, 1) {
		return true
	}
	for name := range r.Header {
		if name == "Forwarded" || name == "Via" || name == "X-Real-Ip" || name == "True-Client-Ip" || strings.HasPrefix(name, "X-Forwarded-") || strings.HasPrefix(name, "Cf-") {
			return true
		}
	}
	return false
}
