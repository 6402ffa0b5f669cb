package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/diagnose"
	"siteerror/internal/library"
	"siteerror/internal/markdown"
	"siteerror/web"
)

// showDiagnose serves the empty form.
func (s *Server) showDiagnose(c *gin.Context, snap *library.Snapshot) error {
	return pageOnce(s, c, snap, s.views.Diagnose, func() web.DiagnosePage { return s.viewsOf(snap).NewDiagnose() })
}

// postDiagnose answers the form.
func (s *Server) postDiagnose(c *gin.Context, snap *library.Snapshot) error {
	if err := s.ownSite(c.Request); err != nil {
		return err
	}
	body, err := readBody(c, 3*maxDiagnoseBody) // a form escapes what is pasted
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return badRequest("The form could not be read.")
	}
	paste := form.Get("paste")
	p := s.viewsOf(snap).NewDiagnose()
	p.Asked = true
	switch {
	case len(paste) > maxDiagnoseBody:
		return &requestError{status: http.StatusRequestEntityTooLarge, detail: "The paste is larger than 2 MiB."}
	case strings.TrimSpace(paste) == "":
		p.Detail = "Nothing was pasted."
		p.Status = p.Detail
		return privatePage(s, c, http.StatusBadRequest, s.views.Diagnose, p)
	}
	report, err := s.diagnose(c, snap, []byte(paste))
	if err != nil {
		return err
	}
	s.fillDiagnosis(c, snap, &p, report)
	return privatePage(s, c, 0, s.views.Diagnose, p)
}

func (s *Server) fillDiagnosis(c *gin.Context, snap *library.Snapshot, p *web.DiagnosePage, report *diagnose.Report) {
	p.Paste = report.Text
	p.Marked = web.MarkText(report.Text, marksOf(report))
	p.Findings = s.findings(snap, report.Findings)
	p.Status = "Cannot tell who sent it."
	if len(p.Findings) > 0 {
		p.Status = p.Findings[0].Title + ", spoken by " + p.Findings[0].Hop + ": " + p.Findings[0].Confidence + "."
		if p.Findings[0].Hop == "cannot tell" {
			p.Status = p.Findings[0].Title + ". Which hop sent it cannot be told from this."
		}
	}
	for _, u := range report.CannotTell {
		p.Unknown = append(p.Unknown, unknownLine(u))
	}
	switch {
	case report.Lines == 1:
		p.Lines = "1 line read."
	case report.Unread == 0:
		p.Lines = fmt.Sprintf("%d lines read.", report.Lines)
	default:
		p.Lines = fmt.Sprintf("%d lines read, %d of them told nothing.", report.Lines, report.Unread)
	}
	if len(report.Findings) == 0 && report.SearchText != "" {
		if res, err := snap.Index.Search(c.Request.Context(), index.Request{Text: report.SearchText, Limit: 5}); err == nil {
			p.Nearest = s.hits(snap, "", res.Hits)
		}
	}
}

var hopNames = map[string]string{
	"client": "the client", "cdn": "the CDN", "load-balancer": "the load balancer", "proxy": "the proxy", "app-server": "the app server", "app": "the application",
}

// isCommand reports whether the check stands in a block of code of the page's
// proof. Space was folded when it was taken from there.
func isCommand(c *catalog.Catalog, id, check string) bool {
	code, err := c.Code(id)
	if err != nil || code.Proof == nil {
		return false
	}
	return slices.ContainsFunc(code.Proof.Blocks, func(b markdown.Block) bool {
		return len(b.Items) == 0 && strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(b.Code, "\\\n", " ")), " "), check)
	})
}

func (s *Server) findings(snap *library.Snapshot, found []diagnose.Finding) []web.Finding {
	var out []web.Finding
	for i := range found {
		f := &found[i]
		w := web.Finding{Title: f.Title, Path: findingPath(snap.Catalog, f), Hop: hopNames[f.Emitter], Confidence: f.Confidence, Why: f.Why}
		if w.Hop == "" {
			w.Hop = "cannot tell"
		}
		if v, err := snap.Catalog.Vendor(f.Vendor); err == nil {
			w.Vendor = v.Title
		}
		for _, e := range f.Evidence {
			w.Evidence = append(w.Evidence, web.Evidence{Text: e.Text, Says: e.Says})
			if e.Says == w.Why {
				w.Why = "" // once is enough
			}
		}
		for _, check := range f.NextChecks {
			w.Next = append(w.Next, web.Check{Text: check, Command: isCommand(snap.Catalog, f.ID, check)})
		}
		for _, r := range f.OtherReadings {
			if _, path, err := snap.Catalog.Find(r.ID); err == nil {
				w.Other = append(w.Other, web.Link{Label: r.Title, Path: path})
			}
		}
		out = append(out, w)
	}
	return out
}

// liveExamples are log lines and what the diagnosis of this very server makes of
// them; one whose page the library does not have is left out.
func (s *Server) liveExamples(c *gin.Context, snap *library.Snapshot) []web.LiveExample {
	var live []web.LiveExample
	for i, sample := range web.LiveSamples {
		report, err := s.diagnose(c, snap, []byte(sample.Text))
		if err != nil || len(report.Findings) == 0 {
			continue
		}
		found := s.findings(snap, report.Findings[:1])[0]
		if found.Path == "" {
			continue
		}
		example := web.LiveExample{
			ID: "live-" + strconv.Itoa(i), Label: sample.Label, Marked: web.MarkText(report.Text, marksOf(report)),
			Title: found.Title, Path: found.Path, Hop: found.Hop, Why: found.Why,
		}
		if code, _, err := snap.Catalog.Find(report.Findings[0].ID); err == nil {
			example.Color = code.Category.Color
		}
		live = append(live, example)
	}
	return live
}

func marksOf(report *diagnose.Report) []web.Mark {
	marks := make([]web.Mark, len(report.Marks))
	for i, m := range report.Marks {
		marks[i] = web.Mark{Start: m.Start, End: m.End}
	}
	return marks
}
