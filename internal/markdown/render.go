package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"time"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Limits on one page's output.
const (
	maxHTML       = 4 << 20     // bytes
	maxRenderTime = time.Second // for all of it
)

// ErrTooLarge is returned for a page whose HTML passes the limits.
var ErrTooLarge = errors.New("the page makes too much HTML: split it")

// Config is how a Renderer writes.
type Config struct {
	Reserved []string // anchors that headings must not take
}

// Renderer turns bodies into outlines and HTML. It is safe for concurrent use.
type Renderer struct {
	cfg    Config
	md     goldmark.Markdown
	policy *bluemonday.Policy
	lexers *lexerCache
}

// NewRenderer returns a Renderer for GitHub's Markdown with footnotes and
// definition lists. Raw HTML passes through an allow list only.
func NewRenderer(cfg Config) *Renderer {
	r := &Renderer{cfg: cfg, policy: newPolicy(), lexers: newLexerCache()}
	r.md = goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(noteTransformer{}, 100), util.Prioritized(headingTransformer{}, 100))),
		goldmark.WithRendererOptions(
			html.WithUnsafe(), // the sanitiser stands behind it
			renderer.WithNodeRenderers(util.Prioritized(codeRenderer{r}, 100), util.Prioritized(noteRenderer{}, 100), util.Prioritized(taskRenderer{}, 100), util.Prioritized(rawRenderer{}, 100)),
		),
	)
	return r
}

// Rendered is a body's HTML, in the order of its Outline.
type Rendered struct {
	Sections []RenderedSection
}

// RenderedSection is one section's HTML: the heading's inline content, and each
// block. Both have been sanitised.
type RenderedSection struct {
	Heading template.HTML
	Blocks  []template.HTML
}

// HTML returns the whole section below its heading.
func (s RenderedSection) HTML() template.HTML { return Join(s.Blocks) }

// Join strings blocks together.
func Join(blocks []template.HTML) template.HTML {
	n := 0
	for _, b := range blocks {
		n += len(b)
	}
	buf := make([]byte, 0, n)
	for _, b := range blocks {
		buf = append(buf, b...)
	}
	return template.HTML(buf) // each block is sanitised
}

// Render writes body as HTML. Resolve, if set, maps each link and image
// destination to the one to write; it must not block. A link that it maps to ""
// is written as its text alone.
func (r *Renderer) Render(body []byte, resolve func(dest string) string) (*Rendered, error) {
	doc := r.parse(body, resolve)
	w := &limitedBuffer{deadline: time.Now().Add(maxRenderTime)}
	out := &Rendered{}
	var cur *RenderedSection
	titleSeen := false
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		w.Reset()
		if h, ok := n.(*ast.Heading); ok {
			if h.Level == 1 && cur == nil && !titleSeen {
				titleSeen = true
				continue
			}
			for c := h.FirstChild(); c != nil; c = c.NextSibling() {
				if err := r.md.Renderer().Render(w, body, c); err != nil {
					return nil, renderError(err)
				}
			}
			out.Sections = append(out.Sections, RenderedSection{Heading: r.sanitize(w.Bytes())})
			cur = &out.Sections[len(out.Sections)-1]
			continue
		}
		if cur == nil {
			out.Sections = append(out.Sections, RenderedSection{})
			cur = &out.Sections[0]
		}
		if err := r.md.Renderer().Render(w, body, n); err != nil {
			return nil, renderError(err)
		}
		cur.Blocks = append(cur.Blocks, r.sanitize(w.Bytes()))
	}
	if bytes.IndexByte(body, '<') >= 0 {
		for i := range out.Sections {
			balance(out.Sections[i].Blocks)
		}
	}
	return out, nil
}

// Inline writes a short Markdown text, one paragraph, without the paragraph
// around it.
func (r *Renderer) Inline(md string, resolve func(dest string) string) template.HTML {
	doc := r.parse([]byte(md), resolve)
	w := &limitedBuffer{deadline: time.Now().Add(maxRenderTime)}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		first := n
		if p, ok := n.(*ast.Paragraph); ok {
			first = p.FirstChild()
		}
		for c := first; c != nil; c = c.NextSibling() {
			if r.md.Renderer().Render(w, []byte(md), c) != nil {
				return template.HTML(template.HTMLEscapeString(md))
			}
			if c == n {
				break
			}
		}
	}
	return r.sanitize(w.Bytes())
}

func (r *Renderer) parse(body []byte, resolve func(string) string) ast.Node {
	doc := r.md.Parser().Parse(text.NewReader(body), parser.WithContext(parser.NewContext()))
	if resolve != nil {
		resolveLinks(doc, body, resolve)
	}
	return doc
}

func (r *Renderer) sanitize(b []byte) template.HTML {
	return template.HTML(r.policy.SanitizeBytes(b)) // #nosec G203: this is the sanitiser
}

func renderError(err error) error {
	if errors.Is(err, ErrTooLarge) {
		return ErrTooLarge
	}
	return fmt.Errorf("rendering: %w", err)
}

// limitedBuffer fails once more than maxHTML has been written through it or the
// deadline has passed, which ends the rendering.
type limitedBuffer struct {
	bytes.Buffer
	total    int
	deadline time.Time
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.total += len(p); b.total > maxHTML || time.Now().After(b.deadline) {
		return 0, ErrTooLarge
	}
	return b.Buffer.Write(p)
}
