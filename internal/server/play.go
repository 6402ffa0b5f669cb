package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/internal/library"
	"siteerror/internal/mock"
	"siteerror/web"
)

// maxPlayBody is the size of a request to the playground, in bytes.
const maxPlayBody = 64 << 10

type apiPlayRequest struct {
	Method  string            `json:"method,omitempty" jsonschema:"GET if left out"`
	Path    string            `json:"path" jsonschema:"path and query below /status/, such as /status/503?delay=1s"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
}

// apiPlay is an exchange with the mock and the same request for clients.
type apiPlay struct {
	*mock.Exchange
	Code []web.ClientCode `json:"code"`
}

// play sends a request to this server's own mock, through everything that
// stands before it, over a connection in memory.
func (s *Server) play(c *gin.Context, ask mock.Ask) (*mock.Exchange, error) {
	if !strings.HasPrefix(ask.Target, statusPrefix) {
		return nil, badRequest("The path must begin with /status/, as in /status/503?delay=1s.")
	}
	ask.Target = s.cfg.BasePath + ask.Target
	if u, err := url.Parse(s.site.URL); err == nil {
		ask.Host = u.Host
	}
	if addr, err := netip.ParseAddr(s.cfg.Gate.Client(c.Request)); err == nil {
		ask.From = net.TCPAddrFromAddrPort(netip.AddrPortFrom(addr, 0))
	}
	x, err := mock.Play(c.Request.Context(), http.HandlerFunc(s.answer), ask) // who asked has been let in
	if errors.Is(err, mock.ErrBadAsk) {
		return nil, badRequest("%s", err)
	}
	return x, err
}

// requestCode is ask as code for clients.
func (s *Server) requestCode(method string, ask mock.Ask) []web.ClientCode {
	r := web.SentRequest{Method: method, URL: s.site.URL + ask.Target, Body: ask.Body}
	for _, h := range ask.Headers {
		r.Headers = append(r.Headers, web.Field(h))
	}
	return web.RequestCode(r)
}

// apiPlay serves POST /api/v1/play.
func (s *Server) apiPlay(c *gin.Context, _ *library.Snapshot) error {
	if err := s.ownSite(c.Request); err != nil {
		return err
	}
	if mediaType, _, err := mime.ParseMediaType(c.GetHeader("Content-Type")); err != nil || mediaType != "application/json" {
		return &requestError{status: http.StatusUnsupportedMediaType, detail: `Send application/json: {"path": "/status/503"}.`, header: http.Header{"Accept": {"application/json"}}}
	}
	body, err := readBody(c, maxPlayBody)
	if err != nil {
		return err
	}
	var req apiPlayRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return badRequest(`The body is no JSON object such as {"path": "/status/503"}.`)
	}
	if req.Method == "" {
		req.Method = http.MethodGet
	}
	ask := mock.Ask{Method: strings.ToUpper(req.Method), Target: req.Path, Body: req.Body}
	for name, value := range req.Headers {
		ask.Headers = append(ask.Headers, mock.Header{Name: name, Value: value})
	}
	x, err := s.play(c, ask)
	if err != nil {
		return err
	}
	return s.neverCached(c, http.StatusOK, apiPlay{x, s.requestCode(ask.Method, ask)})
}

// showPlayground serves GET /playground: the form, and with send=1 what its
// request and the answer are. The mock has no effects, so a link may repeat it.
func (s *Server) showPlayground(c *gin.Context, snap *library.Snapshot) error {
	q := c.Request.URL.Query()
	r := web.PlayRequest{Method: strings.ToUpper(c.DefaultQuery("method", "GET")), Target: c.DefaultQuery("path", "/status/200"), Headers: q.Get("headers"), Body: q.Get("body")}
	ask := mock.Ask{Method: r.Method, Target: r.Target, Body: r.Body}
	p := s.viewsOf(snap).NewPlayground(snap.Catalog, r)
	status := 0
	var err error
	if ask.Headers, err = headerLines(r.Headers); err == nil && q.Get("send") != "" {
		err = s.sendPlay(c, &p, ask)
	}
	var re *requestError
	switch {
	case errors.As(err, &re):
		status, p.Detail = re.status, re.detail
	case err != nil:
		return err
	}
	p.Code = s.requestCode(r.Method, ask)
	if q.Get("send") == "" {
		return pageNow(s, c, status, s.views.Playground, p)
	}
	return privatePage(s, c, status, s.views.Playground, p)
}

func (s *Server) sendPlay(c *gin.Context, p *web.PlaygroundPage, ask mock.Ask) error {
	x, err := s.play(c, ask)
	if err != nil {
		return err
	}
	p.Sent, p.Response = wireText(x.Request), wireText(x.Response)
	after := fmt.Sprintf(" in %.0f ms", math.Ceil(x.TotalMS))
	switch x.End {
	case mock.EndNothing:
		p.Status, p.End = "No answer"+after, "The connection was closed before a byte was sent."
		return nil
	case mock.EndCut:
		p.End = "The connection was closed in the middle of the answer."
	case mock.EndTimeout:
		p.End = "No more came within 15 seconds."
	}
	p.Status = "No answer" + after
	if x.Head != nil {
		p.Status = strings.TrimSpace(strconv.Itoa(x.Head.Status)+" "+x.Head.Reason) + after
		p.Class = "c" + strconv.Itoa(x.Head.Status/100)
	}
	return nil
}

// wireText is bytes of HTTP/1.1 as a page shows them.
func wireText(s string) string { return strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n") }

// headerLines reads header fields, one a line.
func headerLines(text string) ([]mock.Header, error) {
	var out []mock.Header
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, badRequest("Header line %q is not of the form Name: value.", line)
		}
		out = append(out, mock.Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	return out, nil
}
