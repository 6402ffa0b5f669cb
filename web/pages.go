package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"siteerror/internal/catalog"
)

// Frame is what every page's layout needs.
type Frame struct {
	Title       string // unique on the site; the site's name is added
	Description string // at least 30 characters, unique
	Path        string // of this page, for canonical and current links
	Color       string // of the page's class, "c4", or ""
	Nav         string // the current entry of the main navigation
	Query       string // in the search field
	NoIndex     bool
	Scripts     []string // small scripts of this page besides the site's
	JSONLD      template.JS
	Markdown    string // path of the page's Markdown twin, or ""
	Site        string
	Canonical   string
	Image       string // address of the page's social card, or ""
	CheckerOff  bool
	Version     string
	Edit        string // where the page is edited, or ""
	Own         Site
	Footer      Footer
}

// Footer is what the frame shows of the catalog, on every page alike.
type Footer struct {
	Classes []*catalog.Category // of registered codes, with a colour each
	Often   []*catalog.Code
	Pairs   []*catalog.Guide
}

// inFooter is how many codes and pairs the footer names.
const inFooter = 6

func footerOf(c *catalog.Catalog) Footer {
	f := Footer{Often: c.Popular(inFooter), Pairs: c.Guides[:min(inFooter, len(c.Guides))]}
	for _, class := range c.Categories {
		if len(class.Color) == 2 {
			f.Classes = append(f.Classes, class)
		}
	}
	return f
}

func (v *Views) frame(title, description, path string) Frame {
	f := Frame{Title: title, Description: description, Path: path, Site: v.cfg.Title, CheckerOff: v.cfg.CheckerOff, Version: v.cfg.Version, Own: v.site, Footer: v.footer, Image: v.absolute("/cards/home.png")}
	if v.cfg.BaseURL != "" {
		f.Canonical = v.cfg.BaseURL + path
	}
	return f
}

// absolute is a path's address, as far as the site knows it.
func (v *Views) absolute(path string) string {
	if v.cfg.BaseURL != "" {
		return v.cfg.BaseURL + path
	}
	return v.url(path)
}

// HomePage is the front page.
type HomePage struct {
	Frame
	Classes []*catalog.Category
	Vendors []*catalog.Vendor
	Popular []*catalog.Code
	Guides  []*catalog.Guide
	Posts   []*catalog.Post
	Pages   int
	Live    []LiveExample
}

// LiveExample is a log line and what the diagnosis makes of it.
type LiveExample struct {
	ID, Label                    string
	Marked                       template.HTML // the line, its evidence marked
	Title, Path, Color, Hop, Why string
}

// NewHome makes the front page.
func (v *Views) NewHome(c *catalog.Catalog, live []LiveExample) HomePage {
	p := HomePage{
		Live:    live,
		Frame:   v.frame("HTTP status codes, explained", "Search every HTTP status code, registered or a vendor's own: what it means, who has to act, and how to prove and fix it.", "/"),
		Classes: c.Categories, Popular: c.Popular(12), Guides: c.Guides[:min(8, len(c.Guides))], Posts: c.Posts[:min(4, len(c.Posts))], Pages: len(c.Codes),
	}
	for _, vendor := range c.Vendors {
		if len(vendor.Codes)+len(vendor.Renderings) > 0 && vendor.Slug != "ietf" {
			p.Vendors = append(p.Vendors, vendor)
		}
	}
	p.Nav, p.Markdown = "home", "/index.md"
	return p
}

// ErrorPage is a 404 or another error, for people.
type ErrorPage struct {
	Frame
	Status    int
	Name      string
	Detail    string
	RequestID string
	Words     string // to search for
	Hits      []Hit
	Near      []*catalog.Code
}

// NewError makes an error's page.
func (v *Views) NewError(status int, name, detail, requestID string) ErrorPage {
	p := ErrorPage{Frame: v.frame(fmt.Sprintf("%d %s", status, name), fmt.Sprintf("%d %s: this address could not be answered with a page.", status, name), ""), Status: status, Name: name, Detail: detail, RequestID: requestID}
	p.NoIndex, p.Canonical = true, ""
	p.Color = fmt.Sprintf("c%d", status/100)
	return p
}

// APIPage is the API's page for people.
type APIPage struct {
	Frame
	Operations []APIOperation
}

// APIOperation is one call of the API, with a form that tries it.
type APIOperation struct {
	Method, Path, Summary string
	Params                []APIParam
	Example               string // a path to try
	Body, BodyType        string // what to send with it; "" for GET
	Answers               []APIAnswer
	Curl                  string
}

// APIParam is a parameter of a call.
type APIParam struct {
	Name, In, Description string
	Required              bool
}

// APIAnswer is a status that a call may answer with.
type APIAnswer struct {
	Status int
	Title  string
	Known  bool // there is a page about the status
}

// NewAPI makes the API's page.
func (v *Views) NewAPI(ops []APIOperation) APIPage {
	p := APIPage{Frame: v.frame("API", "The JSON API: search, codes, comparison, diagnosis, with every parameter and a form to try each call.", "/api"), Operations: ops}
	p.Scripts, p.Markdown = []string{"api.js"}, "/api.md"
	for i := range ops {
		op := &ops[i]
		op.Curl = "curl " + shellQuote(v.cfg.SiteURL+op.Example)
		if op.Body != "" {
			op.Curl = "curl -H " + shellQuote("Content-Type: "+op.BodyType) + " --data-binary " + shellQuote(op.Body) + " " + shellQuote(v.cfg.SiteURL+op.Example)
		}
	}
	return p
}

// ld encodes structured data for a script element that is data, not script.
// json.Marshal escapes <, > and &, so it cannot end the element.
func ld(v any) template.JS {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(true)
	if err := enc.Encode(v); err != nil {
		return ""
	}
	return template.JS(strings.TrimSpace(b.String())) // #nosec G203: JSON with HTML escaped
}
