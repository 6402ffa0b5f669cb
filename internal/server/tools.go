package server

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/internal/catalog"
	"siteerror/internal/checker"
	"siteerror/internal/diagnose"
	"siteerror/internal/library"
	"siteerror/internal/mock"
)

// Limits on request bodies, in bytes.
const (
	maxCheckBody    = 64 << 10
	maxDiagnoseBody = 2 << 20
)

// newMock is the handler of /status/: it plays what the library knows.
func (s *Server) newMock() *mock.Handler {
	return mock.New(mock.Config{
		BasePath: s.cfg.BasePath,
		Clock:    s.cfg.Now,
		Problem:  s.writeProblem,
		Sent:     s.sent,
		Client:   s.cfg.Gate.Client,
		Lookup: func(number int) (mock.Status, bool) {
			snap, release := s.library.Acquire()
			defer release()
			for _, code := range snap.Catalog.ByNumber(strconv.Itoa(number)) {
				return played(code, number), true
			}
			return mock.Status{}, false
		},
	})
}

// sent counts an answer that went past the ResponseWriter.
func (s *Server) sent(r *http.Request, status int, bytes int64) {
	s.metrics.mock.count(status)
	s.tell(&recorder{status: status, bytes: bytes}, r, 0)
}

// played is a code as the mock sends it: by the fields and the body of the
// page's example.
func played(c *catalog.Code, number int) mock.Status {
	name := c.Name
	if c.Semantics.Registration == "reserved" && len(c.Aliases) > 0 {
		name = c.Aliases[0] // 418 is "(Unused)" in the registry and "I'm a teapot" wherever it is sent
	}
	st := mock.Status{Code: number, Reason: name, NoBody: c.Semantics.Body == "no"}
	for _, h := range c.PlayedHeaders() {
		st.Headers = append(st.Headers, mock.Header{Name: h.Name, Value: h.Value})
	}
	if c.Example != nil {
		st.Body = c.Example.Body
		st.ContentType, _ = c.Example.Header("Content-Type")
	}
	return st
}

// readBody reads a request body of at most limit bytes. A longer one is a 413,
// told before the body is sent where the client asked (Expect: 100-continue).
func readBody(c *gin.Context, limit int64) ([]byte, error) {
	tooLarge := &requestError{status: http.StatusRequestEntityTooLarge, detail: "The body is larger than " + strconv.FormatInt(limit, 10) + " bytes."}
	if c.Request.ContentLength > limit {
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, limit))
	var max *http.MaxBytesError
	switch {
	case errors.As(err, &max):
		return nil, tooLarge
	case err != nil:
		return nil, badRequest("The body could not be read.")
	}
	return body, nil
}

// ownSite refuses a POST that a page of another site made the browser send.
func (s *Server) ownSite(r *http.Request) error {
	if err := s.guard.Check(r); err != nil {
		return &requestError{status: http.StatusForbidden, detail: "This request comes from another site's page. The tools answer their own pages and programs only."}
	}
	return nil
}

// diagnose reads evidence with the snapshot's engine and fills in addresses.
func (s *Server) diagnose(c *gin.Context, snap *library.Snapshot, paste []byte) (*diagnose.Report, error) {
	engine, err := snap.Diagnoser()
	if err != nil {
		return nil, err
	}
	report := engine.Diagnose(c.Request.Context(), paste)
	for i := range report.Findings {
		f := &report.Findings[i]
		f.URL = s.absolute(findingPath(snap.Catalog, f))
		for j := range f.OtherReadings {
			if _, path, err := snap.Catalog.Find(f.OtherReadings[j].ID); err == nil {
				f.OtherReadings[j].URL = s.absolute(path)
			}
		}
		if code, _, err := snap.Catalog.Find(f.ID); err == nil && f.Title == "" {
			f.Title = code.Title
		}
	}
	return report, nil
}

func findingPath(c *catalog.Catalog, f *diagnose.Finding) string {
	for _, id := range []string{f.AliasID, f.ID} {
		if _, path, err := c.Find(id); id != "" && err == nil {
			return path
		}
	}
	return "/codes/" + f.ID
}

// apiDiagnose serves POST /api/v1/diagnose. What is pasted is neither kept nor
// logged.
func (s *Server) apiDiagnose(c *gin.Context, snap *library.Snapshot) error {
	if err := s.ownSite(c.Request); err != nil {
		return err
	}
	mediaType, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if c.GetHeader("Content-Type") != "" && err != nil || mediaType == "multipart/form-data" {
		return &requestError{status: http.StatusUnsupportedMediaType, detail: "Send the evidence as text/plain.", header: http.Header{"Accept": {"text/plain"}}}
	}
	body, err := readBody(c, maxDiagnoseBody)
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(body)) == "" {
		return badRequest("The body is empty: send log lines, response headers, curl -v output or an error page as text/plain.")
	}
	report, err := s.diagnose(c, snap, body)
	if err != nil {
		return err
	}
	return s.neverCached(c, http.StatusOK, report)
}

// apiCheck serves POST /api/v1/check.
func (s *Server) apiCheck(c *gin.Context, snap *library.Snapshot) error {
	if err := s.ownSite(c.Request); err != nil {
		return err
	}
	if mediaType, _, err := mime.ParseMediaType(c.GetHeader("Content-Type")); err != nil || mediaType != "application/json" {
		return &requestError{status: http.StatusUnsupportedMediaType, detail: `Send application/json: {"url": "https://example.com/"}.`, header: http.Header{"Accept": {"application/json"}}}
	}
	body, err := readBody(c, maxCheckBody)
	if err != nil {
		return err
	}
	var req apiCheckRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return badRequest(`The body is no JSON object such as {"url": "https://example.com/"}.`)
	}
	report, err := s.check(c, checker.Request{URL: req.URL, Method: req.Method})
	if err != nil {
		return err
	}
	return s.neverCached(c, http.StatusOK, apiCheckReport{report, s.lastHop(c, snap, report)})
}

// check runs the checker for the client who asks.
func (s *Server) check(c *gin.Context, req checker.Request) (*checker.Report, error) {
	if s.cfg.Checker == nil {
		return nil, &requestError{status: http.StatusNotFound, detail: "The URL checker is switched off on this server."}
	}
	req.Client = s.cfg.Gate.Client(c.Request)
	report, err := s.cfg.Checker.Check(c.Request.Context(), req)
	if err == nil {
		return report, nil
	}
	var ce *checker.Error
	if !errors.As(err, &ce) {
		return nil, err
	}
	re := &requestError{status: http.StatusUnprocessableEntity, detail: ce.Detail}
	switch {
	case errors.Is(err, checker.ErrMalformed):
		re.status = http.StatusBadRequest
	case errors.Is(err, checker.ErrTooMany):
		re.status = http.StatusTooManyRequests
	case errors.Is(err, checker.ErrBusy):
		re.status = http.StatusServiceUnavailable
	}
	if ce.RetryAfter > 0 {
		re.header = http.Header{"Retry-After": {strconv.Itoa(int(ce.RetryAfter.Seconds() + 0.999))}}
	}
	return nil, re
}

// lastHop is the diagnosis of where a check ended: the response as a paste.
func (s *Server) lastHop(c *gin.Context, snap *library.Snapshot, report *checker.Report) []diagnose.Finding {
	if len(report.Hops) == 0 {
		return []diagnose.Finding{}
	}
	hop := report.Hops[len(report.Hops)-1]
	if hop.Status < 400 {
		return []diagnose.Finding{}
	}
	var b strings.Builder
	b.WriteString("HTTP/1.1 " + strconv.Itoa(hop.Status) + " " + hop.Reason + "\n")
	for name, values := range hop.Headers {
		for _, v := range values {
			b.WriteString(name + ": " + v + "\n")
		}
	}
	b.WriteString("\n")
	b.Write(hop.Body)
	d, err := s.diagnose(c, snap, []byte(b.String()))
	if err != nil || d.Findings == nil {
		return []diagnose.Finding{}
	}
	return d.Findings
}

// neverCached answers with JSON about this request alone.
func (s *Server) neverCached(c *gin.Context, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := c.Writer.Header()
	h.Set("Content-Type", typeJSON)
	h["Cache-Control"] = cacheNever
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Writer.WriteHeader(status)
	_, err = c.Writer.Write(body)
	return err
}
