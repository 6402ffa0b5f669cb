package markdown

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// newPolicy is the allow list behind everything that is rendered: what Markdown
// makes, and the few elements authors write by hand. No script, style, handler,
// form, frame or SVG; links by scheme.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "del", "ins", "s", "sub", "sup", "small", "mark",
		"kbd", "samp", "var", "abbr", "cite", "q", "blockquote", "ul", "ol", "li", "dl", "dt", "dd",
		"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "pre", "code", "span", "div", "details", "summary", "figure", "figcaption", "img", "a", "input")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("title").OnElements("a", "abbr", "img")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(bluemonday.Integer).OnElements("img")
	p.AllowAttrs("loading").Matching(regexp.MustCompile(`^lazy$`)).OnElements("img")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("th", "td")
	p.AllowAttrs("open").Matching(regexp.MustCompile(`^$`)).OnElements("details")
	// Task lists: a box that shows a state and takes no input.
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("aria-label").Matching(regexp.MustCompile(`^(done|to do)$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").Matching(regexp.MustCompile(`^$`)).OnElements("input")
	// Code blocks: token classes, and what makes a scrolling block reachable.
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(k|s|n|c|a|code|title|note (note|tip|important|warning|danger)|footnotes|footnote-ref|footnote-backref|language-[\w+#-]{1,30})$`)).OnElements("span", "code", "pre", "div", "a", "p")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("pre")
	p.AllowAttrs("role").Matching(regexp.MustCompile(`^(group|note|doc-noteref|doc-backlink|doc-endnotes)$`)).OnElements("pre", "a", "div")
	p.AllowAttrs("aria-label").Matching(regexp.MustCompile(`^[\w .+#-]{1,40}$`)).OnElements("pre")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^fn(ref\d*)?:\d{1,4}$`)).OnElements("li", "sup")
	// Anchors of free text, which have a prefix of their own.
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^h-[\w.:-]{1,200}$`)).OnElements("a", "h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "td", "li")
	return p
}
