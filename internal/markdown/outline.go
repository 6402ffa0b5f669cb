package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// Outline is a body cut at its headings. Headings inside quotes and lists do
// not cut.
type Outline struct {
	Title    string // of a level-1 heading that opens the body; it is no section then
	Source   string // the whole body
	Sections []Section
	Links    []Link
	Anchors  []string // that the author set by hand in HTML, with their prefix
}

// Section is a heading and the blocks up to the next one. The first section has
// Level 0 and no title where the body begins without a heading.
type Section struct {
	Level  int
	Title  string // plain text
	Anchor string // unique in the body, made from the title: "how-to-fix-it"
	Line   int    // in the file
	Source string // Markdown below the heading
	Text   string // plain text below the heading, blocks on lines of their own
	Blocks []Block
}

// BlockKind says what a block is to a reader of the source.
type BlockKind int

// The kinds a caller may tell apart; everything else is Other.
const (
	Other BlockKind = iota
	Paragraph
	List
	Quote
	Code
)

// Block is a block directly below a heading.
type Block struct {
	Kind   BlockKind
	Line   int      // in the file
	Source string   // Markdown
	Text   string   // plain text
	Items  []string // List: each item's Markdown, marker and indentation removed
	Info   string   // Code: the info string, "python framework=fastapi"
	Code   string   // Code: the code, without the last line end
}

// Link is a link or image to somewhere.
type Link struct {
	Dest  string // as written
	Line  int    // in the file
	Image bool
}

// Outline cuts f's body. It reads the body once and renders nothing.
func (r *Renderer) Outline(f *File) *Outline { return r.outline(f, true) }

// Brief is Outline without the sections' blocks and sources, which take several
// times the memory of the body: it is for pages that are only read and searched.
func (r *Renderer) Brief(f *File) *Outline { return r.outline(f, false) }

func (r *Renderer) outline(f *File, blocks bool) *Outline {
	doc := r.parse(f.Body, nil)
	o := &Outline{Source: string(f.Body)}
	ids := newAnchors(r.cfg.Reserved)
	lines := newLineIndex(f.Body, f.BodyLine)
	var cur *Section
	titled := false
	start := 0 // of cur's source
	var texts []string
	closeAt := func(end int) {
		if cur == nil {
			return
		}
		if blocks {
			cur.Source = strings.TrimSpace(o.Source[min(start, end):end])
		}
		cur.Text = strings.Join(texts, "\n")
		if len(texts) == 1 {
			cur.Text = strings.Clone(cur.Text) // no more room than it needs
		}
		texts = texts[:0]
		o.Sections = append(o.Sections, *cur)
	}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		pos := blockPos(n, f.Body)
		if h, ok := n.(*ast.Heading); ok {
			title := plainText(h, f.Body)
			if h.Level == 1 && cur == nil && !titled {
				o.Title, titled = title, true
				continue
			}
			closeAt(pos)
			cur = &Section{Level: h.Level, Title: title, Anchor: ids.next(headingID(h, title)), Line: lines.at(pos)}
			start = headingEnd(h, f.Body)
			continue
		}
		if cur == nil {
			cur, start = &Section{Line: lines.at(pos)}, pos
		}
		text := plainText(n, f.Body)
		if !blocks {
			text = wholeWords(n, text)
		}
		if text != "" {
			texts = append(texts, text)
		}
		if blocks {
			cur.Blocks = append(cur.Blocks, newBlock(n, f.Body, o.Source, text, pos, lines))
		}
	}
	closeAt(len(f.Body))
	o.collectLinks(doc, f.Body, lines)
	return o
}

// mnemonic is a letter of a word that stands in brackets because an option is
// named after it: "E[x]tract".
var mnemonic = regexp.MustCompile(`\[([A-Za-z]{1,2})\]([a-z])`)

// wholeWords is prose with its words as readers look for them.
func wholeWords(n ast.Node, text string) string {
	switch n.(type) {
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return text
	}
	if !strings.Contains(text, "[") {
		return text
	}
	return mnemonic.ReplaceAllString(text, "$1$2")
}

func newBlock(n ast.Node, src []byte, whole, plain string, pos int, lines lineIndex) Block {
	end := len(src)
	for next := n.NextSibling(); next != nil; next = next.NextSibling() {
		if p := blockPos(next, src); p > pos {
			end = p
			break
		}
	}
	b := Block{Line: lines.at(pos), Source: strings.TrimSpace(whole[pos:end]), Text: plain}
	switch n := n.(type) {
	case *ast.Paragraph:
		b.Kind = Paragraph
	case *ast.Blockquote:
		b.Kind = Quote
	case *ast.FencedCodeBlock:
		b.Kind = Code
		if n.Info != nil {
			b.Info = string(n.Info.Segment.Value(src))
		}
		b.Code = strings.TrimSuffix(string(n.Lines().Value(src)), "\n")
	case *ast.CodeBlock:
		b.Kind, b.Code = Code, strings.TrimSuffix(string(n.Lines().Value(src)), "\n")
	case *ast.List:
		b.Kind = List
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			b.Items = append(b.Items, itemSource(c, src, end))
		}
	}
	return b
}

// itemSource returns a list item's Markdown as it would stand on its own.
func itemSource(item ast.Node, src []byte, end int) string {
	if item.FirstChild() == nil {
		return ""
	}
	if next := item.NextSibling(); next != nil {
		end = next.Pos()
	}
	start := item.FirstChild().Pos()
	indent := start - item.Pos()
	var b strings.Builder
	if start < 0 || start > end {
		return ""
	}
	for l := range strings.Lines(string(src[start:end])) {
		trimmed := 0
		for trimmed < indent && trimmed < len(l) && l[trimmed] == ' ' && b.Len() > 0 {
			trimmed++
		}
		b.WriteString(l[trimmed:])
	}
	return strings.TrimSpace(b.String())
}

// blockPos is the offset of the line on which the block begins.
func blockPos(n ast.Node, src []byte) int {
	p := n.Pos()
	if p < 0 { // made by an extension at the end, a footnote list
		return len(src)
	}
	return bytes.LastIndexByte(src[:p], '\n') + 1
}

// headingEnd is the offset after the heading's last line: ATX headings have
// one, setext headings an underline as well.
func headingEnd(h *ast.Heading, src []byte) int {
	end := lineEnd(src, h.Pos())
	if l := h.Lines(); l.Len() > 0 {
		end = lineEnd(src, max(h.Pos(), l.At(l.Len()-1).Start))
	}
	if first := bytes.TrimLeft(src[h.Pos():], " "); len(first) > 0 && first[0] != '#' {
		end = lineEnd(src, end)
	}
	return end
}

func lineEnd(src []byte, at int) int {
	if at >= len(src) {
		return len(src)
	}
	if i := bytes.IndexByte(src[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(src)
}

// plainText is what a reader sees of n, without markup: blocks and table rows
// on lines of their own, raw HTML left out.
func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	newline := func() {
		if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
			b.WriteByte('\n')
		}
	}
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			switch n.(type) {
			case *extast.TableCell:
				b.WriteByte(' ')
			case *ast.Paragraph, *ast.TextBlock, *ast.Heading, *extast.TableRow, *extast.TableHeader:
				newline()
			}
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			if text := n.Segment.Value(src); n.IsRaw() {
				b.Write(text)
			} else {
				b.Write(meant(text))
			}
			if n.HardLineBreak() || n.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(src))
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			newline()
			b.Write(n.Lines().Value(src))
			newline()
			return ast.WalkSkipChildren, nil
		case *ast.HTMLBlock:
			newline()
			htmlText(&b, n.Lines().Value(src))
			newline()
			return ast.WalkSkipChildren, nil
		case *ast.RawHTML, *extast.FootnoteBacklink, *extast.FootnoteLink:
			return ast.WalkSkipChildren, nil
		case *ast.Link:
			if bytes.HasPrefix(n.Destination, []byte(IncludeScheme)) { // a file's name
				return ast.WalkSkipChildren, nil
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// meant is prose without the escapes and entities that a character is written by.
func meant(text []byte) []byte {
	if bytes.IndexByte(text, '\\') >= 0 {
		text = util.UnescapePunctuations(text)
	}
	if bytes.IndexByte(text, '&') >= 0 {
		text = util.ResolveEntityNames(util.ResolveNumericReferences(text))
	}
	return text
}

func inlinePos(n ast.Node, src []byte, block int) int {
	if p := n.Pos(); p >= 0 && p < len(src) {
		return p
	}
	return block
}

// lineIndex finds the line of an offset.
type lineIndex struct {
	starts []int
	first  int
}

func newLineIndex(src []byte, first int) lineIndex {
	x := lineIndex{starts: []int{0}, first: first}
	for i, c := range src {
		if c == '\n' {
			x.starts = append(x.starts, i+1)
		}
	}
	return x
}

func (x lineIndex) at(offset int) int {
	lo, hi := 0, len(x.starts)
	for lo+1 < hi {
		if mid := (lo + hi) / 2; x.starts[mid] <= offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return x.first + lo
}

// Text returns what a reader sees of a short Markdown text, without markup.
func (r *Renderer) Text(md string) string {
	return plainText(r.parse([]byte(md), nil), []byte(md))
}
