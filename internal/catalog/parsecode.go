package catalog

import (
	"encoding/binary"
	"strings"

	"go.yaml.in/yaml/v3"

	"siteerror/internal/markdown"
)

// encoder writes numbers and texts one after the other, but what is searched and
// what is rendered apart: most of a library is neither for most of the time.
type encoder struct{ b, plain, source []byte }

func (e *encoder) uint(n uint64) { e.b = binary.AppendUvarint(e.b, n) }

func (e *encoder) int(n int) { e.uint(uint64(n)) }

func (e *encoder) text(s string) {
	e.int(len(s))
	e.b = append(e.b, s...)
}

func (e *encoder) apart(to *[]byte, s string) {
	e.int(len(s))
	*to = append(*to, s...)
}

func (e *encoder) flag(set bool) {
	if set {
		e.uint(1)
	} else {
		e.uint(0)
	}
}

// part writes a text that is probably a part of whole, at from or after it, and
// returns where. As such it takes no room, neither here nor in memory.
func (e *encoder) part(s, whole string, from int) int {
	at := strings.Index(whole[from:], s)
	if s == "" || at < 0 {
		e.int(0)
		e.text(s)
		return from
	}
	e.int(from + at + 1)
	e.int(len(s))
	return from + at
}

func (e *encoder) parsed(p *parsed) {
	e.text(p.group)
	e.int(p.file.BodyLine)
	e.text(string(p.file.Body))
	e.int(len(p.faults))
	for _, f := range p.faults {
		e.int(f.Line)
		e.text(f.Msg)
	}
	e.front(p.front)
	if p.group == "docs" { // nobody asks for a field of theirs again
		e.text("")
	} else {
		e.text(string(frontNodes(p.file.Front)))
	}
	e.flag(p.outline != nil)
	if p.outline != nil {
		e.outline(p.outline)
	}
}

func frontNodes(n *yaml.Node) []byte {
	if n == nil {
		return nil
	}
	var e encoder
	e.int(countNodes(n))
	e.node(n)
	return e.b
}

func countNodes(n *yaml.Node) int {
	if n == nil {
		return 0
	}
	count := 1
	for _, c := range n.Content {
		count += countNodes(c)
	}
	return count
}

func (e *encoder) node(n *yaml.Node) {
	e.int(int(n.Kind))
	e.int(int(n.Style))
	e.int(n.Line)
	e.text(n.Tag)
	e.text(n.Value)
	e.int(len(n.Content))
	for _, c := range n.Content {
		e.node(c)
	}
}

func (e *encoder) outline(o *markdown.Outline) {
	e.text(o.Title)
	e.apart(&e.source, o.Source)
	e.int(len(o.Sections))
	at := 0
	for i := range o.Sections {
		s := &o.Sections[i]
		e.int(s.Level)
		e.int(s.Line)
		e.text(s.Title)
		e.text(s.Anchor)
		e.apart(&e.plain, s.Text)
		at = e.part(s.Source, o.Source, at)
		e.blocks(s, o.Source, at)
	}
	e.int(len(o.Links))
	for _, l := range o.Links {
		e.text(l.Dest)
		e.int(l.Line)
		e.flag(l.Image)
	}
	e.int(len(o.Anchors))
	for _, a := range o.Anchors {
		e.text(a)
	}
}

func (e *encoder) blocks(s *markdown.Section, source string, at int) {
	e.int(len(s.Blocks))
	inText := 0
	for i := range s.Blocks {
		b := &s.Blocks[i]
		e.int(int(b.Kind))
		e.int(b.Line)
		e.text(b.Info)
		inText = e.part(b.Text, s.Text, inText)
		at = e.part(b.Source, source, at)
		e.part(b.Code, source, at)
		e.int(len(b.Items))
		for _, item := range b.Items {
			e.part(item, source, at)
		}
	}
}

// compactor puts what was read of files together, a megabyte at a time. A parser
// strews a file's texts among what it leaves behind; a page that stays for years
// would hold far more memory than it needs.
type compactor struct {
	e     encoder
	files []*parsed
	ends  []codeSize
}

// codeSize is how much an encoder has written.
type codeSize struct{ b, plain, source int }

func (e *encoder) size() codeSize { return codeSize{len(e.b), len(e.plain), len(e.source)} }

func (c *compactor) add(p *parsed) {
	if p.fail != nil {
		return
	}
	c.e.parsed(p)
	c.files, c.ends = append(c.files, p), append(c.ends, c.e.size())
	if len(c.e.b)+len(c.e.plain)+len(c.e.source) > 1<<20 {
		c.flush()
	}
}

func (c *compactor) flush() {
	b, plain, source := string(c.e.b), string(c.e.plain), string(c.e.source)
	start := codeSize{}
	for i, p := range c.files {
		end := c.ends[i]
		p.code = decoder{s: b[start.b:end.b], plain: plain[start.plain:end.plain], source: source[start.source:end.source]}
		start = end
		p.read(p.code)
	}
	c.e = encoder{c.e.b[:0], c.e.plain[:0], c.e.source[:0]}
	c.files, c.ends = c.files[:0], c.ends[:0]
}

// decoder reads what an encoder has written. Its texts are parts of the three
// strings. What does not fit makes it bad, and every value after that zero.
type decoder struct {
	s, plain, source string
	bad              bool
}

func (d *decoder) fail() {
	*d = decoder{bad: true}
}

func (d *decoder) uint() uint64 {
	var n uint64
	for i := 0; i < len(d.s) && i < binary.MaxVarintLen64; i++ {
		n |= uint64(d.s[i]&0x7f) << (7 * i)
		if d.s[i] < 0x80 {
			d.s = d.s[i+1:]
			return n
		}
	}
	d.fail()
	return 0
}

func (d *decoder) int() int { return int(d.uint()) }

func (d *decoder) flag() bool { return d.uint() == 1 }

// count is uint for numbers of things of which each takes a byte at least.
func (d *decoder) count() int {
	n := d.uint()
	if n > uint64(len(d.s)) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.count()
	s := d.s[:n]
	d.s = d.s[n:]
	return s
}

// apart takes the next text of one of the other strings.
func (d *decoder) apart(from *string) string {
	n := d.uint()
	if n > uint64(len(*from)) {
		d.fail()
		return ""
	}
	s := (*from)[:n]
	*from = (*from)[n:]
	return s
}

func (d *decoder) part(whole string) string {
	at := d.uint()
	if at == 0 {
		return d.text()
	}
	n := d.uint()
	if at-1 > uint64(len(whole)) || n > uint64(len(whole))-(at-1) {
		d.fail()
		return ""
	}
	return whole[at-1:][:n]
}

// read makes p of what was written of its file, and reports whether it makes
// sense; p is as it was if not. The sections of a doc wait until somebody asks for
// them, and so do the lines of a code's fields.
func (p *parsed) read(code decoder) bool {
	d := code
	group, file := d.text(), &markdown.File{Path: p.file.Path, BodyLine: d.int()}
	if body := d.text(); body != "" {
		file.Body = []byte(body)
	}
	var faults markdown.Problems
	for n := d.count(); n > 0; n-- {
		faults = append(faults, markdown.Problem{Path: file.Path, Line: d.int(), Msg: d.text()})
	}
	front := d.front()
	nodes := decoder{s: d.text()}
	var outline *markdown.Outline
	if d.flag() && group != "docs" {
		outline = d.outline()
	}
	if d.bad || !fits(group, front) {
		return false
	}
	if group != p.group {
		if group != "docs" || p.group != "codes" || !p.foreign {
			return false // the tree has become another kind of site, or is none any more
		}
		p.asDoc()
	}
	p.file, p.faults, p.front, p.nodes, p.outline, p.code, p.rest = file, faults, front, nodes, outline, code, d
	if front == nil {
		p.wake()
	}
	return true
}

// fits reports whether the files of a group have front matter of this type.
func fits(group string, front any) bool {
	switch front.(type) {
	case *docFront:
		return group == "docs"
	case *navFile:
		return group == navGroup
	case *codeFront, *extensionFront:
		return group == "codes"
	}
	return group != "docs" && group != navGroup && group != "codes"
}

// wake gives the file its front matter, for the lines that its fields stand on.
func (p *parsed) wake() {
	if n := p.nodes.count(); n > 0 {
		nodes := make([]yaml.Node, n)
		p.file.SetFront(p.nodes.node(&nodes))
		p.nodes = decoder{}
	}
}

func (p *parsed) fieldLine(field string) int {
	p.wake()
	return p.file.FieldLine(field)
}

func (p *parsed) itemLine(field string, i int) int {
	p.wake()
	return p.file.ItemLine(field, i)
}

// node takes the next of nodes, and as many as it has below it.
func (d *decoder) node(nodes *[]yaml.Node) *yaml.Node {
	if len(*nodes) == 0 {
		d.fail()
		return &yaml.Node{}
	}
	n := &(*nodes)[0]
	*nodes = (*nodes)[1:]
	n.Kind, n.Style, n.Line, n.Tag, n.Value = yaml.Kind(d.int()), yaml.Style(d.int()), d.int(), d.text(), d.text()
	if count := d.count(); count > 0 {
		n.Content = make([]*yaml.Node, count)
		for i := range n.Content {
			n.Content[i] = d.node(nodes)
		}
	}
	return n
}

func (d *decoder) outline() *markdown.Outline {
	o := d.outlineHead()
	if n := d.count(); n > 0 {
		o.Sections = make([]markdown.Section, n)
	}
	for i := range o.Sections {
		o.Sections[i] = d.section(o.Source)
	}
	if n := d.count(); n > 0 {
		o.Links = make([]markdown.Link, n)
	}
	for i := range o.Links {
		o.Links[i] = markdown.Link{Dest: d.text(), Line: d.int(), Image: d.flag()}
	}
	for n := d.count(); n > 0; n-- {
		o.Anchors = append(o.Anchors, d.text())
	}
	return o
}

func (d *decoder) outlineHead() *markdown.Outline {
	return &markdown.Outline{Title: d.text(), Source: d.apart(&d.source)}
}

func (d *decoder) section(source string) markdown.Section {
	s := markdown.Section{Level: d.int(), Line: d.int(), Title: d.text(), Anchor: d.text(), Text: d.apart(&d.plain), Source: d.part(source)}
	d.blocks(&s, source)
	return s
}

func (d *decoder) blocks(s *markdown.Section, source string) {
	n := d.count()
	if n == 0 {
		return
	}
	s.Blocks = make([]markdown.Block, n)
	for i := range s.Blocks {
		b := &s.Blocks[i]
		b.Kind, b.Line, b.Info, b.Text, b.Source, b.Code = markdown.BlockKind(d.int()), d.int(), d.text(), d.part(s.Text), d.part(source), d.part(source)
		if n := d.count(); n > 0 {
			b.Items = make([]string, n)
		}
		for k := range b.Items {
			b.Items[k] = d.part(source)
		}
	}
}
