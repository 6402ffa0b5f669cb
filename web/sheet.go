package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"

	"siteerror/internal/catalog"
)

// SheetCSV is the sheet as CSV (RFC 4180) with a header line.
func SheetCSV(codes []*catalog.Code) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	_ = w.Write([]string{"id", "code", "name", "category", "vendor", "retry", "cacheable", "verdict"})
	for _, c := range codes {
		_ = w.Write([]string{c.ID, c.Code, c.Name, c.Category.Slug, c.Vendor.Slug, c.Semantics.Retry, fmt.Sprint(c.Semantics.Cacheable), c.Verdict})
	}
	w.Flush()
	return b.Bytes()
}

// SheetMarkdown is the sheet as Markdown tables.
func SheetMarkdown(groups []CodeGroup) []byte {
	var b strings.Builder
	b.WriteString("# HTTP status codes\n")
	cell := strings.NewReplacer("|", `\|`)
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| code | name | vendor | in one line |\n| --- | --- | --- | --- |\n", g.Title)
		for _, c := range g.Codes {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Code, cell.Replace(c.Name), c.Vendor.Title, cell.Replace(c.Verdict))
		}
	}
	return []byte(b.String())
}
