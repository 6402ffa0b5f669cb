package feed

import (
	"fmt"
	"strings"

	"siteerror/internal/catalog"
)

// Tool is a page with a form, and how one does the same without a browser.
type Tool struct {
	Slug, Title string
	text        string // ~ stands for `, {site} for the site's address; "" where the Markdown is made otherwise
}

// Tools are the pages that are no texts of their own.
func Tools() []Tool {
	return []Tool{
		{"diagnose", "Who sent this error?", `Send log lines, response headers, ~curl -v~ output or an error page, up to 2 MiB, and learn which hop produced the
error and what proves it. Nothing is kept or logged; secrets are masked.

~~~console
$ curl --data-binary @error.txt -H 'Content-Type: text/plain' {site}/api/v1/diagnose
$ siteerror diagnose access.log
~~~

The answer lists findings, best first, each with its evidence, how sure it is and what to check next.
`},
		{"playground", "Playground", `Any status, delay, header, body or fault from this server's mock.

~~~console
$ curl -i '{site}/status/503?header.Retry-After=5'
$ curl -H 'Content-Type: application/json' -d '{"path": "/status/429"}' {site}/api/v1/play
~~~

The second shows both sides of the wire. The path can say more:

- ~/status/503,503,200?key=abc~: one after the other, to test retries
- ~/status/200:0.9,503:0.1?seed=7~: by weight, the same order every run
- ~?delay=2s~: at most 10 s
- ~?body=hello&type=text~: also ~json~, ~xml~
- ~?header.Retry-After=5~: Retry-After, Cache-Control, Link, ETag and X-… fields
- ~?fault=reset~: or ~truncate~, ~drip~, ~hang~
`},
		{"checker", "URL checker", `Fetches a public URL hop by hop: status, headers, timing, TLS and redirects, with a verdict in words.

~~~console
$ curl -H 'Content-Type: application/json' -d '{"url": "https://example.com/"}' {site}/api/v1/check
~~~
`},
		{"cheatsheet", "Cheat sheet", ""},
		{"quiz", "Quiz", ""},
	}
}

// ToolMarkdown returns a tool's page as Markdown.
func ToolMarkdown(t Tool, site Site) string {
	return "# " + t.Title + "\n\n" + strings.NewReplacer("~", "`", "{site}", site.URL).Replace(t.text) + "\nFrom " + site.URL + "/" + t.Slug + "\n"
}

// HomeMarkdown returns the front page as Markdown: where to begin, with a link to
// the Markdown of each list.
func HomeMarkdown(c *catalog.Catalog, site Site) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%d status codes explained: what each means, who has to act, how to prove and fix it.\n\n", site.Title, len(c.Codes))
	entry := func(title, path string) { fmt.Fprintf(&b, "- [%s](%s%s)\n", title, site.URL, path) }
	entry("Search", "/search.md?q=bad+gateway")
	entry("All codes", "/codes.md")
	for _, v := range c.Categories {
		entry(v.Title, v.Path+".md")
	}
	entry("Comparisons", "/compare.md")
	for _, tool := range Tools() {
		entry(tool.Title, "/"+tool.Slug+".md")
	}
	entry("Blog", "/blog.md")
	entry("Docs", "/docs.md")
	entry("API", "/api.md")
	b.WriteString("\n## Popular codes\n\n")
	for _, code := range c.Popular(12) {
		fmt.Fprintf(&b, "- [%s](%s%s.md): %s\n", code.Title, site.URL, code.Path, code.Verdict)
	}
	return b.String() + "\nFrom " + site.URL + "/\n"
}

// ComparisonsMarkdown lists the comparisons that somebody wrote, and says how to have any other.
func ComparisonsMarkdown(c *catalog.Catalog, site Site) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Compare status codes\n\nAny two to four codes: `%s/compare/401-vs-403.md`. Of these pairs there is more to say than their pages do:\n\n", site.URL)
	for _, g := range c.Guides {
		fmt.Fprintf(&b, "- [%s or %s](%s%s.md): %s\n", g.Codes[0].Title, g.Codes[1].Title, site.URL, g.Path, g.Verdict)
	}
	return b.String() + "\nFrom " + site.URL + "/compare\n"
}

// DocsMarkdown lists docs, and folders of them, under a title; path is where the list stands.
func DocsMarkdown(docs []*catalog.Doc, site Site, title, path string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", title)
	for _, d := range docs {
		fmt.Fprintf(&b, "- [%s](%s%s.md)", d.Title, site.URL, d.Path)
		if d.Summary != "" {
			b.WriteString(": " + d.Summary)
		}
		b.WriteByte('\n')
	}
	return b.String() + "\nFrom " + site.URL + path + "\n"
}
