package server

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/internal/feed"
	"siteerror/internal/library"
	"siteerror/web"
)

// twins are the Markdown of pages that hold a form or a list: the contract
// promises it of any page. What is a text has its own beside its page.
func (s *Server) twins(page func(string, handler)) {
	twin := func(path string, text func(*library.Snapshot) string) {
		page(path, func(c *gin.Context, snap *library.Snapshot) error {
			return s.markdownTwin(c, snap, func() string { return text(snap) })
		})
	}
	twin("/codes.md", func(snap *library.Snapshot) string { return feed.CodesMarkdown(snap.Catalog, s.siteOf(snap)) })
	twin("/blog.md", func(snap *library.Snapshot) string {
		return feed.PostsMarkdown(snap.Catalog.Posts, s.siteOf(snap), "Blog", "/blog")
	})
	twin("/compare.md", func(snap *library.Snapshot) string { return feed.ComparisonsMarkdown(snap.Catalog, s.siteOf(snap)) })
	twin("/docs.md", func(snap *library.Snapshot) string {
		if d, err := snap.Catalog.Doc(""); err == nil && !d.Folder {
			return feed.PageMarkdown(d.Page, s.siteOf(snap))
		}
		return feed.DocsMarkdown(snap.Catalog.Roots, s.siteOf(snap), "Docs", "/docs")
	})
	twin("/index.md", func(snap *library.Snapshot) string {
		if d := snap.Catalog.Home(); d != nil {
			return feed.PageMarkdown(d.Page, s.siteOf(snap))
		}
		return feed.HomeMarkdown(snap.Catalog, s.siteOf(snap))
	})
	twin("/api.md", func(snap *library.Snapshot) string { return apiMarkdown(s.siteOf(snap)) })
	page("/cheatsheet.md", s.serveCheatSheet)
	page("/quiz.md", s.serveQuizMarkdown)
	page("/search.md", s.serveSearchMarkdown)
	for _, tool := range feed.Tools() {
		if tool.Slug != "cheatsheet" && tool.Slug != "quiz" {
			twin("/"+tool.Slug+".md", func(snap *library.Snapshot) string { return feed.ToolMarkdown(tool, s.siteOf(snap)) })
		}
	}
}

// apiMarkdown is the API's page: every call with its parameters.
func apiMarkdown(site feed.Site) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# API\n\nEverything on these pages as JSON. The description for programs is [openapi.json](%s/openapi.json) (OpenAPI 3.1); errors are problem documents (RFC 9457).\n", site.URL)
	for _, op := range operations() {
		fmt.Fprintf(&b, "\n## %s %s\n\n%s.\n", strings.ToUpper(op.method), op.path, op.summary)
		if len(op.params) > 0 || op.body != nil {
			b.WriteByte('\n')
		}
		for _, p := range op.params {
			fmt.Fprintf(&b, "- `%s`: %s\n", p.name, p.description)
		}
		if op.body != nil {
			fmt.Fprintf(&b, "- body, `%s`: %s\n", op.body.contentType, op.body.description)
		}
		if example := apiExamples[op.id]; example[1] != "" {
			fmt.Fprintf(&b, "\nExample: `%s` with `%s`\n", example[0], example[1])
		} else if example[0] != "" {
			fmt.Fprintf(&b, "\nExample: `%s`\n", example[0])
		}
	}
	return b.String() + "\nFrom " + site.URL + "/api\n"
}

// serveQuizMarkdown serves GET /quiz.md: a round on paper, the answers at its end.
func (s *Server) serveQuizMarkdown(c *gin.Context, snap *library.Snapshot) error {
	seed, err := quizSeed(c)
	if err != nil {
		return err
	}
	if seed == nil {
		s.redirectOnce(c, "/quiz.md?seed="+strconv.FormatUint(uint64(rand.Uint32()), 10))
		return nil
	}
	return s.markdownNow(c, web.QuizMarkdown(snap.Catalog, *seed, s.siteOf(snap).URL))
}

// serveSearchMarkdown serves GET /search.md: a page of results, as the API counts them.
func (s *Server) serveSearchMarkdown(c *gin.Context, snap *library.Snapshot) error {
	q := c.Request.URL.Query()
	req, err := searchRequest(q, snap)
	if err != nil {
		return err
	}
	page, err := intParam(q, "page", 1, 1, maxOffset/hitsPerPage)
	if err != nil {
		return err
	}
	req.Limit, req.Offset = hitsPerPage, (page-1)*hitsPerPage
	found, err := s.search(c.Request.Context(), snap, req)
	if err != nil {
		return err
	}
	site := s.siteOf(snap)
	var b strings.Builder
	b.WriteString("# Search\n\n")
	if req.Text != "" {
		fmt.Fprintf(&b, "%d results for %s\n\n", found.Total, codeSpan(req.Text))
	}
	if found.DidYouMean != nil {
		fmt.Fprintf(&b, "Did you mean [%s](%s/search.md?q=%s)?\n\n", *found.DidYouMean, site.URL, url.QueryEscape(*found.DidYouMean))
	}
	for _, h := range found.Hits {
		address := h.URL
		if strings.HasPrefix(address, "/") {
			address = strings.TrimSuffix(site.URL, s.cfg.BasePath) + address
		}
		fmt.Fprintf(&b, "- [%s](%s): %s\n", h.Title, address, plainSnippet(h.Snippet))
	}
	if page*hitsPerPage < found.Total && page < maxOffset/hitsPerPage {
		next := cloneValues(q)
		next.Set("page", strconv.Itoa(page+1))
		fmt.Fprintf(&b, "\n[Next page](%s/search.md?%s)\n", site.URL, next.Encode())
	}
	return s.markdownNow(c, b.String())
}

// plainSnippet is a fragment as text in one line, its matches strong.
func plainSnippet(snippet string) string {
	text := html.UnescapeString(strings.NewReplacer("<mark>", "**", "</mark>", "**").Replace(snippet))
	return strings.Join(strings.Fields(text), " ")
}

// codeSpan is text as a code span, in as many backticks as it takes.
func codeSpan(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	ticks := "`"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	if len(ticks) > 1 {
		text = " " + text + " "
	}
	return ticks + text + ticks
}
