package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
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

// CodesPage lists all codes.
type CodesPage struct {
	Frame
	Groups []CodeGroup
	Count  int
}

// CodeGroup is a class's or a vendor's codes.
type CodeGroup struct {
	Title, Path, Anchor, Color string
	Codes                      []*catalog.Code
	Long                       bool // folded until somebody wants it
	Compact                    bool // numbers and names alone
}

// longList is from how many codes on a list is long: it is folded, or gets a
// field that narrows it.
const longList = 30

// NewCodes makes the list of all codes: registered ones by class, then each
// vendor's.
func (v *Views) NewCodes(c *catalog.Catalog) CodesPage {
	p := CodesPage{Count: len(c.Codes), Frame: v.frame("All status codes", fmt.Sprintf("All %d status codes on one page: the registered ones by class, then each vendor's own.", len(c.Codes)), "/codes")}
	p.Nav = "codes"
	p.Markdown = "/codes.md"
	for _, cat := range c.Categories {
		g := CodeGroup{Title: cat.Title, Path: cat.Path, Anchor: cat.Slug, Color: cat.Color}
		for _, code := range cat.Codes {
			if code.Vendor.Slug == "ietf" {
				g.Codes = append(g.Codes, code)
			}
		}
		if len(g.Codes) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	for _, vendor := range c.Vendors {
		if vendor.Slug != "ietf" && len(vendor.Codes) > 0 {
			p.Groups = append(p.Groups, CodeGroup{Title: vendor.Title, Path: vendor.Path, Anchor: "v-" + vendor.Slug, Codes: vendor.Codes, Long: len(vendor.Codes) >= longList})
		}
	}
	return p
}

// ListPage is a category's or a vendor's page.
type ListPage struct {
	Frame
	Heading    string
	Intro      template.HTML
	Groups     []CodeGroup
	Long       bool
	Renderings []catalog.Rendering
	VendorURL  string
}

// NewCategory makes a category's page: its registered codes, then each vendor's.
func (v *Views) NewCategory(cat *catalog.Category) ListPage {
	p := ListPage{
		Frame:   v.frame(cat.Title+" status codes", introLine(cat.Taxonomy, cat.Title+" status codes: what the class promises and every code in it."), cat.Path),
		Heading: cat.Title, Intro: intro(cat.Taxonomy), Long: len(cat.Codes) >= longList,
	}
	p.Color, p.Nav, p.Markdown = cat.Color, "codes", cat.Path+".md"
	for _, code := range cat.Codes {
		anchor, title := "v-"+code.Vendor.Slug, code.Vendor.Title
		if code.Vendor.Slug == "ietf" {
			title = "Registered codes"
		}
		p.add(anchor, title, code)
	}
	for i := range p.Groups { // a vendor's page says more of them
		p.Groups[i].Compact = p.Long && p.Groups[i].Anchor != "v-ietf"
		p.Groups[i].Color = cat.Color
	}
	return p
}

// NewVendor makes a vendor's page. Substatuses stand below the status that they
// refine.
func (v *Views) NewVendor(c *catalog.Catalog, vendor *catalog.Vendor) ListPage {
	p := ListPage{
		Frame:   v.frame(vendor.Title+" status codes", introLine(vendor.Taxonomy, vendor.Title+" status codes and error pages: what each means and where to read it."), vendor.Path),
		Heading: vendor.Title, Intro: intro(vendor.Taxonomy), Renderings: vendor.Renderings, VendorURL: vendor.URL, Long: len(vendor.Codes) >= longList,
	}
	p.Nav, p.Markdown = "codes", vendor.Path+".md"
	for _, code := range vendor.Codes {
		anchor, title := "own", "Its own codes"
		if main, _, ok := strings.Cut(code.Code, "."); ok && p.Long {
			anchor, title = "own-"+main, main+", refined"
			if std := c.ByNumber(main); len(std) == 1 {
				title = std[0].Title + ", refined"
			}
		}
		p.add(anchor, title, code)
	}
	return p
}

// add puts a code in the group of its anchor.
func (p *ListPage) add(anchor, title string, code *catalog.Code) {
	i := slices.IndexFunc(p.Groups, func(g CodeGroup) bool { return g.Anchor == anchor })
	if i < 0 {
		i = len(p.Groups)
		p.Groups = append(p.Groups, CodeGroup{Title: title, Anchor: anchor})
	}
	p.Groups[i].Codes = append(p.Groups[i].Codes, code)
}

func intro(t catalog.Taxonomy) template.HTML {
	if t.Intro == nil {
		return ""
	}
	return t.Intro.HTML()
}

func introLine(t catalog.Taxonomy, otherwise string) string {
	if t.Intro == nil {
		return otherwise
	}
	line, _, _ := strings.Cut(t.Intro.Text, ". ")
	if n := len(line); n < 30 || n > 200 {
		return otherwise
	}
	return line + "."
}

// ChooserPage is shown where several vendors use a number.
type ChooserPage struct {
	Frame
	Number string
	Codes  []*catalog.Code
}

// NewChooser makes the page that tells the vendors' uses of a number apart.
func (v *Views) NewChooser(number string, codes []*catalog.Code) ChooserPage {
	p := ChooserPage{Frame: v.frame("Which "+number+"?", number+" is used by several vendors: choose yours by what betrays it in logs and pages.", "/"+number), Number: number, Codes: codes}
	p.NoIndex = true
	return p
}

// ComparePickerPage offers comparisons.
type ComparePickerPage struct {
	Frame
	Codes    []*catalog.Code // to suggest before anything is typed
	Guides   []*catalog.Guide
	Confused []Link // pairs that nobody wrote about, and people mix up
	First    string
	Second   string
}

// suggested are the codes that the pickers know without asking the server: the
// registered ones and those that people often meet.
func suggested(c *catalog.Catalog) []*catalog.Code {
	var codes []*catalog.Code
	for _, code := range c.Codes {
		if code.Vendor.Slug == "ietf" || code.Popularity >= OftenMet {
			codes = append(codes, code)
		}
	}
	return codes
}

// confused are pairs of well-known codes whose pages say that they are taken
// for each other and that have no guide.
func confused(c *catalog.Catalog) []Link {
	const wellKnown, most = 6, 16
	var links []Link
	for _, code := range c.Popular(len(c.Codes)) {
		for _, r := range code.Related {
			if r.Relation != "confused-with" || code.Popularity < wellKnown || r.Code.Popularity < wellKnown || r.Code == code {
				continue
			}
			cmp, err := c.Compare([]string{code.ID, r.Code.ID})
			if err != nil || cmp.Guide != nil {
				continue
			}
			link := Link{Label: cmp.Codes[0].ID + " vs " + cmp.Codes[1].ID, Path: cmp.Path}
			if len(links) < most && !slices.Contains(links, link) {
				links = append(links, link)
			}
		}
	}
	return links
}

// NewComparePicker makes the page where comparisons begin.
func (v *Views) NewComparePicker(c *catalog.Catalog) ComparePickerPage {
	p := ComparePickerPage{
		Frame: v.frame("Compare status codes", "Put two to four status codes side by side: meaning, who has to act, retry, caching, headers and causes.", "/compare"),
		Codes: suggested(c), Guides: c.Guides, Confused: confused(c),
	}
	p.Nav, p.Markdown = "compare", "/compare.md"
	return p
}

// ComparePage is a comparison.
type ComparePage struct {
	Frame
	*catalog.Comparison
	Known   []*catalog.Code // to suggest before anything is typed
	Columns []Column
	Choices []Choice
	Differs []catalog.Point
	Equal   []catalog.Point
	Heading string
}

// Column is a code of the comparison.
type Column struct {
	Code    *catalog.Code
	Without string // path of the comparison without it
}

// Choice says when to choose a code.
type Choice struct {
	Code *catalog.Code
	When template.HTML
}

// NewCompare makes the page of a comparison.
func (v *Views) NewCompare(c *catalog.Catalog, cmp *catalog.Comparison) ComparePage {
	var ids []string
	for _, code := range cmp.Codes {
		ids = append(ids, code.ID)
	}
	heading := strings.Join(ids, " vs ")
	p := ComparePage{
		Frame:      v.frame(heading, "How "+strings.Join(ids, " and ")+" differ: meaning, who has to act, retry, caching, required headers and causes, side by side.", cmp.Path),
		Comparison: cmp, Known: suggested(c), Heading: heading,
	}
	p.Nav = "compare"
	p.Markdown = cmp.Path + ".md"
	p.NoIndex = cmp.Guide == nil
	for i, code := range cmp.Codes {
		p.Columns = append(p.Columns, Column{code, "/compare?codes=" + strings.Join(slices.Delete(slices.Clone(ids), i, i+1), "&codes=")})
	}
	for _, pt := range cmp.Points {
		if pt.Same {
			p.Equal = append(p.Equal, pt)
		} else {
			p.Differs = append(p.Differs, pt)
		}
	}
	if cmp.Guide != nil {
		p.Description = cmp.Guide.Verdict
		p.Image = v.absolute("/cards" + cmp.Path + ".png")
		for _, code := range cmp.Codes {
			if when := cmp.Guide.Choose[code.ID]; when != "" {
				p.Choices = append(p.Choices, Choice{code, c.Inline(when)})
			}
		}
	} else {
		for _, code := range cmp.Codes {
			for _, r := range code.Related {
				for _, other := range cmp.Codes {
					if r.Code == other && other != code {
						p.Choices = append(p.Choices, Choice{code, c.Inline(r.Why)})
					}
				}
			}
		}
	}
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
