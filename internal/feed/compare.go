package feed

import (
	"fmt"
	"strings"

	"siteerror/internal/catalog"
)

// CompareMarkdown returns a comparison as Markdown that stands on its own: the verdict and what is
// written about the pair, then the points as a table with a column for each code.
func CompareMarkdown(cmp *catalog.Comparison, site Site) string {
	var b strings.Builder
	titles := make([]string, len(cmp.Codes))
	for i, c := range cmp.Codes {
		titles[i] = c.Title
	}
	fmt.Fprintf(&b, "# %s\n\n", strings.Join(titles, " or "))
	if g := cmp.Guide; g != nil {
		b.WriteString(g.Verdict + "\n\n")
		for _, c := range g.Codes {
			if when := g.Choose[c.ID]; when != "" {
				fmt.Fprintf(&b, "- Choose [%s](%s%s) %s.\n", c.Title, site.URL, c.Path, strings.TrimSuffix(when, "."))
			}
		}
		for _, s := range g.Sections {
			if s.Title != "" {
				fmt.Fprintf(&b, "\n## %s\n", s.Title)
			}
			b.WriteString("\n" + Absolute(strings.TrimSpace(s.Source), site.URL) + "\n")
		}
		b.WriteString("\n## Point by point\n\n")
	}
	b.WriteString("| |")
	for _, c := range cmp.Codes {
		fmt.Fprintf(&b, " [%s](%s%s) |", c.Title, site.URL, c.Path)
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", len(cmp.Codes)+1) + "\n")
	for _, p := range cmp.Points {
		b.WriteString("| " + p.Label + " |")
		for _, cell := range p.Cells {
			b.WriteString(" " + Absolute(tableCell(cell.Text), site.URL) + " |")
		}
		b.WriteByte('\n')
	}
	return b.String() + "\nFrom " + site.URL + cmp.Path + "\n"
}

// tableCell is a text as a table takes it: in one line, its bars escaped.
func tableCell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}

// CodesMarkdown lists all codes, a section for each vendor.
func CodesMarkdown(c *catalog.Catalog, site Site) string {
	var b strings.Builder
	b.WriteString("# All codes\n")
	listCodes(&b, c, site, "")
	return b.String() + "\nFrom " + site.URL + "/codes\n"
}

// PostsMarkdown lists posts under a title; path is where the list stands.
func PostsMarkdown(posts []*catalog.Post, site Site, title, path string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", title)
	for _, p := range posts {
		fmt.Fprintf(&b, "- [%s](%s%s), %s: %s\n", p.Title, site.URL, p.Path, p.Date.Format("2006-01-02"), p.Summary)
	}
	return b.String() + "\nFrom " + site.URL + path + "\n"
}

// listCodes writes a section for each vendor that lists its codes. The suffix
// stands behind each address.
func listCodes(b *strings.Builder, c *catalog.Catalog, site Site, suffix string) {
	for _, v := range c.Vendors {
		if len(v.Codes) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n## %s\n\n", v.Title)
		for _, code := range v.Codes {
			fmt.Fprintf(b, "- [%s](%s%s%s): %s\n", code.Title, site.URL, code.Path, suffix, code.Verdict)
		}
	}
}
