package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
)

var (
	rawLink   = regexp.MustCompile(`(?i)\b(href|src)\s*=\s*("[^"]*"|'[^']*')`)
	elsewhere = regexp.MustCompile(`^(?i:https?:)?//`)
	rawAnchor = regexp.MustCompile(`\sid="(` + AnchorPrefix + `[^"]+)"`)
	headingTo = regexp.MustCompile(`\s*\{#([\w.:-]+)[^{}]*\}\s*$`)
)

// collectLinks notes every link and image, those of raw HTML too, and the
// anchors set there.
func (o *Outline) collectLinks(doc ast.Node, src []byte, lines lineIndex) {
	block := 0
	raw := func(b []byte, line int) {
		for _, m := range rawLink.FindAllSubmatch(b, -1) {
			dest := html.UnescapeString(string(m[2][1 : len(m[2])-1]))
			o.Links = append(o.Links, Link{Dest: dest, Line: line, Image: strings.EqualFold(string(m[1]), "src")})
		}
		for _, m := range rawAnchor.FindAllSubmatch(b, -1) {
			o.Anchors = append(o.Anchors, string(m[1]))
		}
	}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if n.Type() == ast.TypeBlock && n.Pos() >= 0 {
			block = n.Pos()
		}
		switch n := n.(type) {
		case *ast.Link:
			o.Links = append(o.Links, Link{Dest: string(n.Destination), Line: lines.at(inlinePos(n, src, block))})
		case *ast.Image:
			o.Links = append(o.Links, Link{Dest: string(n.Destination), Line: lines.at(inlinePos(n, src, block)), Image: true})
		case *ast.RawHTML:
			raw(n.Segments.Value(src), lines.at(inlinePos(n, src, block)))
		case *ast.HTMLBlock:
			raw(n.Lines().Value(src), lines.at(block))
		}
		return ast.WalkContinue, nil
	})
}

// resolveLinks writes where each link leads. One that leads nowhere gives way to
// its text, an image to what it shows; an image of another site becomes a link.
func resolveLinks(doc ast.Node, src []byte, resolve func(string) string) {
	var dead, raws []ast.Node
	var away []*ast.Image
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			n.Destination = []byte(resolve(string(n.Destination)))
			if said, ok := bytes.CutPrefix(n.Destination, []byte(TextScheme)); ok {
				n.RemoveChildren(n)
				n.AppendChild(n, ast.NewString(said))
				dead = append(dead, n)
			}
			if len(n.Destination) == 0 {
				dead = append(dead, n)
			}
		case *ast.Image:
			n.Destination = []byte(resolve(string(n.Destination)))
			_, linked := n.Parent().(*ast.Link)
			switch {
			case len(n.Destination) == 0, linked && isElsewhere(n.Destination):
				dead = append(dead, n)
			case isElsewhere(n.Destination):
				away = append(away, n)
			}
		case *ast.RawHTML:
			if rawLink.Match(n.Segments.Value(src)) {
				raws = append(raws, n)
			}
		case *ast.HTMLBlock:
			if rawLink.Match(n.Lines().Value(src)) {
				raws = append(raws, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, l := range dead {
		parent := l.Parent()
		for c := l.FirstChild(); c != nil; {
			next := c.NextSibling()
			parent.InsertBefore(parent, l, c)
			c = next
		}
		parent.RemoveChild(parent, l)
	}
	for _, n := range away {
		l := ast.NewLink()
		l.Destination = n.Destination
		for c := n.FirstChild(); c != nil; c = n.FirstChild() {
			l.AppendChild(l, c)
		}
		if !l.HasChildren() {
			l.AppendChild(l, ast.NewString([]byte("picture")))
		}
		n.Parent().ReplaceChild(n.Parent(), n, l)
	}
	for _, n := range raws {
		var to ast.Node
		if inline, ok := n.(*ast.RawHTML); ok {
			s := ast.NewString(resolveRaw(inline.Segments.Value(src), resolve))
			s.SetCode(true) // written as it is; the sanitiser stands behind it
			to = s
		} else {
			b := n.(*ast.HTMLBlock)
			html := b.Lines().Value(src)
			if b.HasClosure() {
				html = append(html, b.ClosureLine.Value(src)...)
			}
			to = &rawBlock{html: resolveRaw(html, resolve)}
		}
		n.Parent().ReplaceChild(n.Parent(), n, to)
	}
}

// isElsewhere reports whether a picture is on another site. Pages show none of
// those: readers would be told to strangers, and see nothing without a network.
func isElsewhere(dest []byte) bool { return elsewhere.Match(dest) }

func resolveRaw(b []byte, resolve func(string) string) []byte {
	return rawLink.ReplaceAllFunc(b, func(attr []byte) []byte {
		m := rawLink.FindSubmatch(attr)
		dest := resolve(html.UnescapeString(string(m[2][1 : len(m[2])-1])))
		if dest == "" || strings.EqualFold(string(m[1]), "src") && isElsewhere([]byte(dest)) {
			return nil
		}
		return []byte(string(m[1]) + `="` + html.EscapeString(dest) + `"`)
	})
}

var kindRawBlock = ast.NewNodeKind("RawBlock")

// rawBlock is an HTML block whose links have been resolved.
type rawBlock struct {
	ast.BaseBlock
	html []byte
}

func (*rawBlock) Kind() ast.NodeKind { return kindRawBlock }

func (b *rawBlock) Dump(src []byte, level int) { ast.DumpHelper(b, src, level, nil, nil) }

type rawRenderer struct{}

func (rawRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindRawBlock, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		_, err := w.Write(n.(*rawBlock).html)
		return ast.WalkContinue, err
	})
}

// headingTransformer takes "{#anchor}" off the end of headings.
type headingTransformer struct{}

func (headingTransformer) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok {
			continue
		}
		last, ok := h.LastChild().(*ast.Text)
		if !ok {
			continue
		}
		value := last.Segment.Value(reader.Source())
		if m := headingTo.FindSubmatchIndex(value); m != nil {
			h.SetAttributeString("anchor", string(value[m[2]:m[3]]))
			last.Segment = last.Segment.WithStop(last.Segment.Start + m[0])
		}
	}
}

// headingID is the anchor that a heading asks for, else its title.
func headingID(h *ast.Heading, title string) string {
	if v, ok := h.AttributeString("anchor"); ok {
		return v.(string)
	}
	return title
}

// htmlText writes what a reader sees of HTML.
func htmlText(b *strings.Builder, src []byte) {
	z := html.NewTokenizer(bytes.NewReader(src))
	hidden := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.EndTagToken:
			switch name, _ := z.TagName(); string(name) {
			case "script", "style":
				hidden ^= 1
			case "td", "th", "br":
				b.WriteByte(' ')
			}
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
			}
		}
	}
}
