package web

import (
	"html/template"
	"net/url"
	"slices"
	"strings"

	"siteerror/internal/catalog"
)

// CheatSheetPage is all codes on one sheet.
type CheatSheetPage struct {
	Frame
	Groups   []CodeGroup
	Classes  []*catalog.Category
	Vendors  []*catalog.Vendor
	Category string
	Vendor   string
	Heading  string
	Filter   string // the filters as a query, "?vendor=iis", or ""
	Count    int
}

// OftenMet is the popularity from which a vendor's code stands on the sheet.
const OftenMet = 5

// CheatSheet groups the codes of the sheet: the registered ones by class and the
// vendors' often-met ones, or what the filters leave. A vendor's filter shows
// its full list.
func CheatSheet(c *catalog.Catalog, category, vendor string) []CodeGroup {
	var groups []CodeGroup
	for _, cat := range c.Categories {
		if category != "" && cat.Slug != category {
			continue
		}
		g := CodeGroup{Title: cat.Title, Path: cat.Path, Anchor: cat.Slug, Color: cat.Color}
		for _, code := range cat.Codes {
			switch {
			case vendor != "" && code.Vendor.Slug != vendor:
			case vendor == "" && code.Vendor.Slug != "ietf" && code.Popularity < OftenMet:
			default:
				g.Codes = append(g.Codes, code)
			}
		}
		if len(g.Codes) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// NewCheatSheet makes the sheet.
func (v *Views) NewCheatSheet(c *catalog.Catalog, category, vendor string) CheatSheetPage {
	p := CheatSheetPage{
		Frame: v.frame("Cheat sheet", "Every registered status code and the vendors' often-met ones on one printable sheet of two pages at most.", "/cheatsheet"), Heading: "Cheat sheet",
		Groups: CheatSheet(c, category, vendor), Classes: c.Categories, Vendors: c.Vendors, Category: category, Vendor: vendor,
	}
	p.Nav, p.Markdown = "cheatsheet", "/cheatsheet.md"
	filters := url.Values{}
	if cat, err := c.Category(category); err == nil {
		filters.Set("category", category)
		p.Heading += ": " + cat.Title
	}
	if vendor, err := c.Vendor(vendor); err == nil {
		filters.Set("vendor", vendor.Slug)
		p.Heading += ": " + vendor.Title
	}
	if len(filters) > 0 {
		p.Filter = "?" + filters.Encode()
		p.Title, p.NoIndex = p.Heading, true
	}
	for _, g := range p.Groups {
		p.Count += len(g.Codes)
	}
	return p
}

// DiagnosePage takes evidence and says who spoke.
type DiagnosePage struct {
	Frame
	Paste    string        // masked, as it was read
	Marked   template.HTML // the same with the evidence marked
	Findings []Finding
	Unknown  []string // what can't be told, with the field that would settle it
	Nearest  []Hit    // search results, where nothing could be placed
	Asked    bool
	Detail   string // why there is no answer
	Status   string // the first finding in a line
	Lines    string
	Samples  []Sample
	API      string // address for programs
}

// Finding is one answer.
type Finding struct {
	Title, Path, Vendor, Hop, Confidence, Why string
	Evidence                                  []Evidence
	Next                                      []Check
	Other                                     []Link
}

// Evidence is a quotation from the paste and what it says.
type Evidence struct{ Text, Says string }

// Check is what would prove a finding: a command, or words.
type Check struct {
	Text    string
	Command bool
}

// Sample is something to paste.
type Sample struct{ Label, Text string }

// LiveSamples are short enough for the front page.
var LiveSamples = []Sample{
	{"NGINX error log", `2026/11/22 03:14:07 [error] 31#31: *812 connect() failed (111: Connection refused) while connecting to upstream, client: 203.0.113.7, upstream: "http://10.0.3.4:8080/cart"`},
	{"Response headers", "HTTP/1.1 502 Bad Gateway\nServer: awselb/2.0\nContent-Type: text/html\nContent-Length: 122"},
	{"curl", "curl: (52) Empty reply from server"},
}

// NewDiagnose makes the page.
func (v *Views) NewDiagnose() DiagnosePage {
	p := DiagnosePage{Frame: v.frame("Diagnose", "Paste a log line, response headers or an error page and learn which hop produced the error, and what proves it.", "/diagnose")}
	p.Nav, p.Markdown = "diagnose", "/diagnose.md"
	p.Scripts = []string{"tool.js"}
	p.API = v.cfg.SiteURL + "/api/v1/diagnose"
	p.Samples = []Sample{
		{"NGINX error log", `2026/11/22 03:14:07 [error] 31#31: *812 connect() failed (111: Connection refused) while connecting to upstream, client: 203.0.113.7, server: shop.example, request: "GET /cart HTTP/1.1", upstream: "http://10.0.3.4:8080/cart"`},
		{"ALB access log", `https 2026-11-22T03:14:07.123456Z app/shop/50dc6c495c0c9188 203.0.113.7:51234 10.0.3.4:8080 0.001 60.002 -1 504 - 312 277 "GET https://shop.example:443/report HTTP/1.1" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "shop.example" "arn:aws:acm:eu-west-1:123456789012:certificate/x" 0 2026-11-22T03:13:07.121000Z "forward" "-" "-" "10.0.3.4:8080" "-" "-" "-"`},
		{"Response headers", "HTTP/1.1 502 Bad Gateway\nServer: awselb/2.0\nContent-Type: text/html\nContent-Length: 122"},
		{"curl", "curl: (52) Empty reply from server"},
	}
	return p
}

// Mark is a part of a text, in bytes.
type Mark struct{ Start, End int }

// MarkText escapes text and puts the parts into mark elements. Marks that
// overlap or lie outside are ignored.
func MarkText(text string, marks []Mark) template.HTML {
	var b strings.Builder
	at := 0
	for _, m := range marks {
		if m.Start < at || m.End > len(text) || m.End <= m.Start {
			continue
		}
		b.WriteString(template.HTMLEscapeString(text[at:m.Start]))
		b.WriteString("<mark>" + template.HTMLEscapeString(text[m.Start:m.End]) + "</mark>")
		at = m.End
	}
	b.WriteString(template.HTMLEscapeString(text[at:]))
	return template.HTML(b.String()) // #nosec G203: all of it is escaped
}

// CheckerPage fetches a URL and shows its hops.
type CheckerPage struct {
	Frame
	URL      string
	Method   string
	Asked    bool
	Verdict  string
	Notes    []CheckNote
	Hops     []CheckHop
	Findings []Finding
	Detail   string // why there is no answer
	Again    string // path of the filled form
}

// CheckNote is a remark on a chain of redirects.
type CheckNote struct{ Level, Says string }

// CheckHop is one response.
type CheckHop struct {
	URL, Status, StatusPath, Color, Protocol, Timing, Error string
	TLS                                                     string
	Headers                                                 []Field
	Timeline                                                template.HTML
}

// NewChecker makes the page.
func (v *Views) NewChecker() CheckerPage {
	p := CheckerPage{Frame: v.frame("URL checker", "Fetch a public URL hop by hop: status, headers, timing, TLS and redirects, with a verdict in words.", "/checker"), Method: "GET"}
	p.Markdown = "/checker.md"
	p.Scripts = []string{"tool.js"}
	return p
}

// PlaygroundPage plays a status.
type PlaygroundPage struct {
	Frame
	Method    string
	Target    string // "/status/503?delay=1s"
	Headers   string // one a line
	Body      string
	Codes     []*catalog.Code
	Methods   []string
	Status    string // "503 Service Unavailable in 12 ms", once something was played
	Class     string // "c5": the color of the status
	Sent      string // the exact request
	Response  string // the exact answer
	End       string // what to say where the answer is not whole
	Detail    string // why nothing was played
	Code      []ClientCode
	Permalink string
}

// PlayRequest is what the playground's form holds.
type PlayRequest struct{ Method, Target, Headers, Body string }

// NewPlayground makes the page with the form filled.
func (v *Views) NewPlayground(c *catalog.Catalog, r PlayRequest) PlaygroundPage {
	p := PlaygroundPage{
		Frame:  v.frame("Playground", "Send a request to this server's mock and see the exact response: any status, delay, header, body or fault.", "/playground"),
		Method: r.Method, Target: r.Target, Headers: r.Headers, Body: r.Body,
		Methods: []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"},
	}
	if !slices.Contains(p.Methods, r.Method) {
		p.Methods = append(p.Methods, r.Method)
	}
	p.Nav, p.Markdown = "playground", "/playground.md"
	p.Scripts = []string{"tool.js"}
	q := url.Values{"method": {r.Method}, "path": {r.Target}}
	for name, value := range map[string]string{"headers": r.Headers, "body": r.Body} {
		if value != "" {
			q.Set(name, value)
		}
	}
	p.Permalink = "/playground?" + q.Encode() + "&send=1"
	for _, code := range c.Codes {
		if code.Vendor.Slug == "ietf" {
			p.Codes = append(p.Codes, code)
		}
	}
	return p
}
