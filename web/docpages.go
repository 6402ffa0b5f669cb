package web

import (
	"fmt"
	"slices"

	"siteerror/internal/catalog"
)

// DocsPage lists the docs.
type DocsPage struct {
	Frame
	Below
}

// listed is how many pages of a folder one page lists.
const listed = 500

// Below is a part of a folder's pages, by the headings they stand under.
type Below struct {
	Groups     []DocGroup
	Count      int
	Part, Last int    // from 1
	Earlier    string // address of the part before, or ""
	Later      string
}

// DocGroup is a run of pages below one heading, mostly "".
type DocGroup struct {
	Title string
	Docs  []*catalog.Doc
}

// below cuts the part of docs that a page of the list at path shows. A part that
// is not there is the last.
func below(docs []*catalog.Doc, path string, part int) Below {
	b := Below{Count: len(docs), Last: max(1, (len(docs)+listed-1)/listed)}
	b.Part = min(max(part, 1), b.Last)
	if b.Part > 1 {
		b.Earlier = fmt.Sprintf("%s?page=%d", path, b.Part-1)
	}
	if b.Part < b.Last {
		b.Later = fmt.Sprintf("%s?page=%d", path, b.Part+1)
	}
	for i, d := range docs[(b.Part-1)*listed : min(b.Part*listed, len(docs))] {
		if n := len(b.Groups); i == 0 || b.Groups[n-1].Title != d.Group {
			b.Groups = append(b.Groups, DocGroup{Title: d.Group})
		}
		g := &b.Groups[len(b.Groups)-1]
		g.Docs = append(g.Docs, d)
	}
	return b
}

// NewDocs makes part n of the list of docs and folders that stand in no other.
func (v *Views) NewDocs(c *catalog.Catalog, n int) DocsPage {
	p := DocsPage{Frame: v.frame("Docs", "Every other page of this site: guides, runbooks and how to run it yourself.", "/docs"), Below: below(c.Roots, "/docs", n)}
	p.Nav, p.Markdown = "docs", "/docs.md"
	return p
}

// DocPage is any other Markdown page, or a folder of them.
type DocPage struct {
	Frame
	*catalog.Doc
	Below
	DocTitle string
	Parents  []*catalog.Doc // outermost first
}

// NewDoc makes a doc's page with part n of the list of what stands below it.
func (v *Views) NewDoc(c *catalog.Catalog, d *catalog.Doc, n int) DocPage {
	description := d.Summary
	if len(description) < 30 {
		description = d.Title + ": a page of the documentation on this site (" + d.Path + ")."
	}
	p := DocPage{Frame: v.frame(d.Title, description, d.Path), Doc: d, DocTitle: d.Title, Below: below(d.Children, d.Path, n)}
	for up := d.Parent; up != nil; up = up.Parent {
		p.Parents = append(p.Parents, up)
	}
	slices.Reverse(p.Parents)
	p.Frame.Edit = c.EditURL(d.Page)
	p.Nav, p.Markdown = "docs", d.Path+".md"
	return p
}
