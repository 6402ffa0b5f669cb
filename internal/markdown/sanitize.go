package markdown

import (
	"html/template"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// newPolicy is the allow list behind everything that is rendered: what Markdown
// makes, and the few elements authors write by hand. No script, style, handler,
// form, frame or SVG; links by scheme.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "b", "i", "u", "dfn", "del", "ins", "s", "sub", "sup", "small", "mark",
		"kbd", "samp", "var", "abbr", "cite", "q", "blockquote", "ul", "ol", "li", "dl", "dt", "dd",
		"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "pre", "code", "span", "div", "details", "summary", "figure", "figcaption", "img", "a", "input")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("title").OnElements("a", "abbr", "img")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^\d{1,4}(px|%)?$`)).OnElements("img")
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

// balance makes elements that an author has opened end where the blocks do, and
// takes away ends of elements that none of the blocks has opened: what stands
// around them would otherwise change with them.
func balance(blocks []template.HTML) {
	var open []string
	for i, block := range blocks {
		var b strings.Builder
		z := html.NewTokenizer(strings.NewReader(string(block)))
		for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
			raw := string(z.Raw())
			tag, _ := z.TagName()
			name := string(tag)
			switch {
			case kind == html.StartTagToken && !endsItself[name]:
				open = append(open, name)
			case kind == html.EndTagToken && !endsItself[name]:
				at := len(open) - 1
				for at >= 0 && open[at] != name {
					at--
				}
				if at < 0 {
					continue
				}
				for len(open) > at+1 {
					b.WriteString("</" + open[len(open)-1] + ">")
					open = open[:len(open)-1]
				}
				open = open[:at]
			}
			b.WriteString(raw)
		}
		if i == len(blocks)-1 {
			for ; len(open) > 0; open = open[:len(open)-1] {
				b.WriteString("</" + open[len(open)-1] + ">")
			}
		}
		blocks[i] = template.HTML(b.String()) // #nosec G203: nothing but ends of elements was added
	}
}

// endsItself are elements that have no end, or need none.
var endsItself = map[string]bool{"br": true, "hr": true, "img": true, "input": true,
	"p": true, "li": true, "dt": true, "dd": true, "tr": true, "td": true, "th": true, "thead": true, "tbody": true, "tfoot": true}
