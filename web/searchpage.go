package web

import (
	"fmt"
	"html/template"
	"net/url"

	"siteerror/internal/catalog"
)

// SearchPage is a page of results.
type SearchPage struct {
	Frame
	Status     string // "23 results for “timeout”"
	Hits       []Hit
	Facets     []Facet
	Chips      []Link // filters in force, each with the address that removes it
	DidYouMean Link
	Previous   string
	Next       string
	Page       int
	Pages      int
	Evidence   bool            // the query looks like a log line or headers
	Findings   []Finding       // what it says then, the first alone
	Popular    []*catalog.Code // where nothing was found
	Hidden     []Field         // the filters, for the form
}

// Hit is one result.
type Hit struct {
	Number, Title, Path, Kind, Color string
	Vendor, VendorColor              string
	Section                          string // the heading below which Snippet stands
	Snippet                          template.HTML
}

// Facet is a group of filters.
type Facet struct {
	Title  string
	Values []FacetValue
	More   []FacetValue // behind a fold
}

// shownValues is how many values a facet shows unfolded.
const shownValues = 8

// Fold puts behind a fold what a facet has too many of. Filters in force stay.
func (f *Facet) Fold() {
	all := f.Values
	f.Values = nil
	for i, v := range all {
		if len(all) <= shownValues+1 || i < shownValues || v.Active {
			f.Values = append(f.Values, v)
		} else {
			f.More = append(f.More, v)
		}
	}
}

// FacetValue is one filter with the number of hits it would leave.
type FacetValue struct {
	Label  string
	Count  int
	Path   string // that toggles it
	Active bool
}

// Link is a label and where it leads.
type Link struct{ Label, Path string }

// Field is a hidden form field.
type Field struct{ Name, Value string }

// NewSearch makes the frame of a page of results; the caller fills in the rest.
func (v *Views) NewSearch(query string, total int) SearchPage {
	title := "Search"
	if query != "" {
		title = "Search: " + clip(query, 60)
	}
	p := SearchPage{Frame: v.frame(title, "Full-text search over every code, post and doc, by number, name, symptom or pasted log line.", "/search")}
	p.Query, p.NoIndex = query, query != ""
	p.Markdown = "/search.md?" + url.Values{"q": {query}}.Encode()
	switch {
	case query == "" && total == 0:
		p.Status = "Type a number, a name, a symptom, or paste a log line."
	case query == "":
		p.Status = plural(total, "page", "pages")
	case total == 0:
		p.Status = fmt.Sprintf("No results for “%s”", clip(query, 200))
	default:
		p.Status = plural(total, "result", "results") + fmt.Sprintf(" for “%s”", clip(query, 200))
	}
	return p
}

// MissesPage shows the operator which searches led nowhere.
type MissesPage struct {
	Frame
	Since    string // day
	Searches int
	Rows     []MissRow
}

// MissRow is a query with its counts.
type MissRow struct {
	Query, Path, Last string
	Missed, Searches  int
	Results           int
}

// NewMisses makes the page without rows.
func (v *Views) NewMisses() MissesPage {
	p := MissesPage{Frame: v.frame("Searches that led nowhere", "What readers searched for and did not find, or did not open: counts of short texts, never who asked.", "/misses")}
	p.NoIndex = true
	return p
}

// Add appends a row.
func (p *MissesPage) Add(query, path, last string, missed, searches, results int) {
	p.Rows = append(p.Rows, MissRow{query, path, last, missed, searches, results})
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
