package web

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"siteerror/internal/catalog"
)

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
