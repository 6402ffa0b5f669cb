package web

import (
	"html/template"
	"slices"
	"strings"

	"siteerror/internal/catalog"
)

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
