package feed

import (
	"fmt"
	"slices"
	"strings"

	"siteerror/internal/catalog"
)

// LLMs returns llms.txt (llmstxt.org): the site as a list of links that a
// language model can follow, each to a page's Markdown.
func LLMs(c *catalog.Catalog, site Site) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n> HTTP status codes explained: every registered code, the vendors' own, what causes each and how to fix it.\n\n", site.Title)
	b.WriteString("Every page has a Markdown twin at its address with `.md` added. `/api/v1/search?q=` searches, `/llms-full.txt` holds everything.\n")
	listCodes(&b, c, site, ".md")
	b.WriteString("\n## Blog\n\n")
	for _, p := range c.Posts {
		fmt.Fprintf(&b, "- [%s](%s%s.md): %s\n", p.Title, site.URL, p.Path, p.Summary)
	}
	if len(c.Docs) > 0 {
		b.WriteString("\n## Docs\n\n")
		for _, d := range c.Docs {
			fmt.Fprintf(&b, "- [%s](%s%s.md): %s\n", d.Title, site.URL, d.Path, d.Summary)
		}
	}
	return []byte(b.String())
}

// LLMsFull returns llms-full.txt: every page's Markdown, one after the other.
func LLMsFull(c *catalog.Catalog, site Site) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", site.Title)
	for _, code := range c.Codes {
		b.WriteString("\n---\n\n")
		b.WriteString(CodeMarkdown(code, site))
	}
	for _, p := range c.Posts {
		b.WriteString("\n---\n\n")
		b.WriteString(PageMarkdown(p.Page, site))
	}
	for _, d := range c.Docs {
		b.WriteString("\n---\n\n")
		b.WriteString(PageMarkdown(d.Page, site))
	}
	return []byte(b.String())
}

// CodeMarkdown returns a code's page as Markdown that stands on its own: the
// facts that the front matter holds, then the body.
func CodeMarkdown(c *catalog.Code, site Site) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", c.Title, c.Verdict)
	fact := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- %s: %s\n", label, value)
		}
	}
	fact("Address", site.URL+c.Path)
	fact("Class", c.Category.Title)
	fact("Vendor", c.Vendor.Title)
	if c.Reference.URL != "" {
		fact("Defined in", fmt.Sprintf("[%s](%s)", c.Reference.Title, c.Reference.URL))
	}
	fact("Who has to act", c.Semantics.ActorWords())
	fact("Who sends it", c.Semantics.EmitterWords())
	fact("Retry", c.Semantics.RetryWords())
	fact("Required headers", strings.Join(c.Semantics.RequiredHeaders, ", "))
	fact("Seen in", strings.Join(c.SeenIn, "; "))
	fact("Also called", strings.Join(c.Aliases, "; "))
	b.WriteString("\n" + Absolute(strings.TrimSpace(c.Markdown), site.URL) + "\n")
	if len(c.Signatures) > 0 {
		b.WriteString("\n## What betrays it\n\n")
		for _, s := range c.Signatures {
			fmt.Fprintf(&b, "- %s: `%s` %s\n", strings.ReplaceAll(s.Where, "-", " "), SignatureText(s), s.Says)
		}
	}
	if len(c.Related) > 0 {
		b.WriteString("\n## Related codes\n\n")
		for _, r := range c.Related {
			fmt.Fprintf(&b, "- [%s](%s%s): %s\n", r.Code.Title, site.URL, r.Path, r.Why)
		}
	}
	b.WriteString("\n## Sources\n\n")
	for _, s := range c.Sources {
		fmt.Fprintf(&b, "- [%s](%s)\n", s.Title, s.URL)
	}
	fmt.Fprintf(&b, "\nReviewed %s.\n", c.Reviewed.Format("2006-01-02"))
	return b.String()
}

// SignatureText is a signature as one writes it in a sentence.
func SignatureText(s catalog.Signature) string {
	if s.Pattern != "" {
		return s.Pattern
	}
	var parts []string
	for name, value := range s.Fields {
		parts = append(parts, name+" = "+value)
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// ListMarkdown returns a category's or a vendor's page as Markdown that stands on
// its own: the introduction, then the codes in order.
func ListMarkdown(t catalog.Taxonomy, site Site) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", t.Title)
	if t.Intro != nil {
		b.WriteString(Absolute(strings.TrimSpace(t.Intro.Source), site.URL) + "\n\n")
	}
	for _, c := range t.Codes {
		fmt.Fprintf(&b, "- [%s](%s%s): %s\n", c.Title, site.URL, c.Path, c.Verdict)
	}
	return b.String() + "\nFrom " + site.URL + t.Path + "\n"
}

// PageMarkdown returns a post or doc as Markdown that stands on its own.
func PageMarkdown(p catalog.Page, site Site) string {
	body := Absolute(strings.TrimSpace(p.Portable()), site.URL)
	if !strings.HasPrefix(body, "# ") {
		body = "# " + p.Title + "\n\n" + body
	}
	return body + "\n\nFrom " + site.URL + p.Path + "\n"
}
