package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// noteKind is how a note of some name is shown.
type noteKind struct{ class, title string }

// noteKinds are the names that GitHub, Docusaurus, MkDocs, Microsoft Learn and
// Obsidian give to notes. A ":::" container of another name only groups.
var noteKinds = map[string]noteKind{
	"note": {"note", "Note"}, "info": {"note", "Info"}, "seealso": {"note", "See also"}, "abstract": {"note", "Summary"}, "summary": {"note", "Summary"},
	"todo": {"note", "To do"}, "question": {"note", "Question"}, "quote": {"note", "Quote"}, "example": {"note", "Example"}, "details": {"note", "Details"},
	"tip": {"tip", "Tip"}, "hint": {"tip", "Hint"}, "success": {"tip", "Success"}, "check": {"tip", "Check"},
	"important": {"important", "Important"}, "alert": {"important", "Important"},
	"warning": {"warning", "Warning"}, "caution": {"warning", "Caution"}, "attention": {"warning", "Attention"},
	"danger": {"danger", "Danger"}, "error": {"danger", "Error"}, "failure": {"danger", "Failure"}, "bug": {"danger", "Bug"},
}

var kindNote = ast.NewNodeKind("Note")

// note is a quote whose first line says that it is one: "> [!WARNING]".
type note struct {
	ast.BaseBlock
	class, title string
}

func (*note) Kind() ast.NodeKind { return kindNote }

func (n *note) Dump(src []byte, level int) {
	ast.DumpHelper(n, src, level, map[string]string{"Class": n.class, "Title": n.title}, nil)
}

// noteTransformer makes notes of the quotes that say so.
type noteTransformer struct{}

func (noteTransformer) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var quotes []*ast.Blockquote
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if q, ok := n.(*ast.Blockquote); ok && entering {
			quotes = append(quotes, q)
		}
		return ast.WalkContinue, nil
	})
	for _, q := range quotes {
		makeNote(q, reader.Source())
	}
}

func makeNote(q *ast.Blockquote, src []byte) {
	p, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return
	}
	first := p.Lines().At(0)
	marker, found := strings.CutPrefix(strings.TrimSpace(string(first.Value(src))), "[!")
	name, title, closed := strings.Cut(marker, "]")
	if !found || !closed {
		return
	}
	kind, known := noteKinds[strings.ToLower(name)]
	if !known {
		kind = noteKind{"note", title}
		if title == "" && !isWord(name) {
			return
		}
	}
	n := &note{class: kind.class, title: kind.title}
	// The marker's line goes; what stands after the marker is the title.
	own := ast.NewParagraph()
	own.SetAttributeString("class", []byte("title"))
	at := first.Start + bytes.IndexByte(first.Value(src), ']') + 1
	for at < len(src) && strings.IndexByte("+- \t", src[at]) >= 0 {
		at++
	}
	for c := p.FirstChild(); c != nil; c = p.FirstChild() {
		p.RemoveChild(p, c)
		t, ok := c.(*ast.Text)
		last := ok && (t.SoftLineBreak() || t.HardLineBreak())
		if ok {
			t.Segment = t.Segment.WithStart(min(max(t.Segment.Start, at), t.Segment.Stop))
			t.SetSoftLineBreak(false)
			t.SetHardLineBreak(false)
		}
		if !ok || t.Segment.Len() > 0 {
			own.AppendChild(own, c)
		}
		if last {
			break
		}
	}
	if p.FirstChild() == nil {
		q.RemoveChild(q, p)
	}
	if own.HasChildren() {
		n.title = ""
		n.AppendChild(n, own)
	}
	for c := q.FirstChild(); c != nil; {
		next := c.NextSibling()
		q.RemoveChild(q, c)
		n.AppendChild(n, c)
		c = next
	}
	n.SetPos(q.Pos())
	q.Parent().ReplaceChild(q.Parent(), q, n)
}

// noteRenderer writes a note as a group with its title first.
type noteRenderer struct{}

func (noteRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindNote, func(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
		n := node.(*note)
		if !entering {
			_, err := w.WriteString("</div>\n")
			return ast.WalkContinue, err
		}
		_, err := w.WriteString(`<div class="note ` + n.class + `" role="note">`)
		if n.title != "" && err == nil {
			_, err = w.WriteString(`<p class="title">` + string(util.EscapeHTML([]byte(n.title))) + "</p>\n")
		}
		return ast.WalkContinue, err
	})
}
