package server

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/internal/checker"
	"siteerror/internal/diagnose"
	"siteerror/internal/library"
	"siteerror/web"
)

func unknownLine(u diagnose.Unknown) string { return u.Question + " " + u.SettledBy }

// showChecker serves the form. A permalink fills it and fetches nothing.
func (s *Server) showChecker(c *gin.Context, snap *library.Snapshot) error {
	p := s.viewsOf(snap).NewChecker()
	p.URL = c.Query("url")
	if m := c.Query("method"); slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, m) {
		p.Method = m
	}
	return pageNow(s, c, 0, s.views.Checker, p)
}

// postChecker answers the form.
func (s *Server) postChecker(c *gin.Context, snap *library.Snapshot) error {
	if err := s.ownSite(c.Request); err != nil {
		return err
	}
	body, err := readBody(c, maxCheckBody)
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return badRequest("The form could not be read.")
	}
	p := s.viewsOf(snap).NewChecker()
	p.Asked, p.URL = true, form.Get("url")
	if m := form.Get("method"); m != "" {
		p.Method = m
	}
	p.Again = "/checker?" + url.Values{"url": {p.URL}, "method": {p.Method}}.Encode()
	status := 0
	report, err := s.check(c, checker.Request{URL: p.URL, Method: p.Method})
	var re *requestError
	switch {
	case errors.As(err, &re):
		status, p.Detail = re.status, re.detail
		for name, values := range re.header {
			c.Writer.Header()[name] = values
		}
	case err != nil:
		return err
	}
	if report != nil {
		fillCheck(&p, report)
		p.Findings = s.findings(snap, s.lastHop(c, snap, report))
	}
	return privatePage(s, c, status, s.views.Checker, p)
}

func fillCheck(p *web.CheckerPage, report *checker.Report) {
	p.Verdict = report.Verdict
	for _, n := range report.Notes {
		p.Notes = append(p.Notes, web.CheckNote{Level: n.Level, Says: n.Says})
	}
	scale := 0.0
	for _, h := range report.Hops {
		scale = max(scale, h.Timing.Total)
	}
	for _, h := range report.Hops {
		hop := web.CheckHop{
			URL: h.URL, Status: "No answer", Protocol: h.Protocol,
			Timing:   fmt.Sprintf("DNS %.0f, connect %.0f, TLS %.0f, first byte %.0f, in all %.0f ms", h.Timing.DNS, h.Timing.Connect, h.Timing.TLS, h.Timing.FirstByte, h.Timing.Total),
			Timeline: web.Timeline(h.Timing.DNS, h.Timing.Connect, h.Timing.TLS, h.Timing.FirstByte, scale),
		}
		if h.Status > 0 {
			hop.Status = strings.TrimSpace(strconv.Itoa(h.Status) + " " + h.Reason)
			hop.StatusPath = "/" + strconv.Itoa(h.Status)
			hop.Color = "c" + strconv.Itoa(h.Status/100)
		}
		if h.TLS != nil {
			hop.TLS = fmt.Sprintf("%s, certificate of %s until %s", h.TLS.Version, h.TLS.Subject, h.TLS.NotAfter.Format("2006-01-02"))
		}
		if h.Error != nil {
			hop.Error = h.Error.Says
		}
		var names []string
		for name := range h.Headers {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			for _, value := range h.Headers[name] {
				hop.Headers = append(hop.Headers, web.Field{Name: name, Value: value})
			}
		}
		p.Hops = append(p.Hops, hop)
	}
}
