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

// QuizMarkdown is a round of the quiz on paper, the answers at its end; base
// stands before the paths of links.
func QuizMarkdown(c *catalog.Catalog, seed uint64, base string) string {
	var b, answers strings.Builder
	fmt.Fprintf(&b, "# Quiz\n\nRound %d. The answers are at the end.\n", seed)
	for i, q := range Round(c, seed) {
		fmt.Fprintf(&b, "\n## %d. %s\n\n", i+1, q.Text)
		if q.Source != "" {
			b.WriteString("```\n" + strings.TrimSpace(q.Source) + "\n```\n\n")
		}
		for j, option := range q.Options {
			if q.Mono {
				option = "`" + option + "`"
			}
			fmt.Fprintf(&b, "- %c: %s\n", 'a'+j, option)
		}
		fmt.Fprintf(&answers, "%d. %c. %s [%s](%s%s)\n", i+1, 'a'+q.Right, q.Why, q.Link, base, q.Path)
	}
	return b.String() + "\n## Answers\n\n" + answers.String() + "\nFrom " + base + fmt.Sprintf("/quiz?seed=%d\n", seed)
}
