package markdown

import (
	"path"
	"regexp"
	"strings"
)

// Plain rewrites what other site generators add to Markdown as Markdown that
// says the same: containers (":::note", "!!! tip") as quotes with a title,
// shortcodes, JSX and directives as what they hold, wiki links as links. Code
// stays as it is. Each line stays one line, so line numbers hold.
//
// Docusaurus, Microsoft Learn, MkDocs, Hugo, Jekyll and GitHub wikis are meant;
// what is not known is left as it was written.
func Plain(src []byte) []byte {
	lines := strings.SplitAfter(string(src), "\n")
	d := dialect{out: make([]byte, 0, len(src)+len(src)/16), next: make([]int, len(lines)), ends: map[string]int{}, blank: true}
	for i, indent := len(lines)-1, 0; i >= 0; i-- {
		line := lines[i]
		if strings.TrimSpace(line) != "" {
			indent = indentOf(line)
		}
		d.next[i] = indent
		if strings.Contains(line, "{{") || strings.Contains(line, "</") {
			for _, m := range blockEnd.FindAllStringSubmatch(line, -1) {
				d.ends[m[1]+m[2]] = max(i, d.ends[m[1]+m[2]])
			}
		}
		if strings.TrimSpace(line) == mathFence {
			d.ends[mathFence] = max(i, d.ends[mathFence])
		}
	}
	for i, line := range lines {
		d.at = i
		text, ended := strings.CutSuffix(line, "\n")
		if d.peek = ""; i+1 < len(lines) {
			d.peek = lines[i+1]
		}
		d.line(text)
		d.blank = strings.TrimSpace(text) == ""
		if ended {
			d.out = append(d.out, '\n')
		}
	}
	return d.out
}

// dialect is the state of rewriting one file.
type dialect struct {
	out    []byte
	next   []int          // by line: where it, or the next that is not blank, begins
	ends   map[string]int // the last line that ends a block of a tag or shortcode
	at     int            // the line
	peek   string         // the line after it
	blank  bool           // the line before it
	fence  string         // the marker that closes the code block we are in, or ""
	column int            // where that block begins
	list   bool           // in a list
	html   []element      // of HTML that hold Markdown, or others in them
	module bool           // in an import or export of several lines
	jsx    bool           // in a tag of several lines
	until  *regexp.Regexp // ends the comment we are in; nil in none
	title  string         // the kind of note whose title is the next line's text
	code   string         // tabs hold code in this language
	open   []open         // containers, outermost first
	block  []indented     // blocks that live by their indentation, outermost first
}

// open is a container that ends by a mark: ":::", a tag or a shortcode.
type open struct {
	colons int    // 0 for tags
	tag    string // or the shortcode, which has a "/" before it
	quote  bool   // shown as a quote; else only what it holds is shown
	indent int    // where its mark stands
	base   int    // what it holds stands here
}

// element is one of HTML, whose tags stand on lines of their own.
type element struct {
	name   string
	hidden bool // it is not written
}

// indented is a block of MkDocs: what belongs to it stands four columns further in.
type indented struct {
	indent int
	quote  bool
	opens  int // containers around it
}

var (
	fenceMark   = regexp.MustCompile("^[ \t>]*(`{3,}|~{3,})(.*)$")
	listItem    = regexp.MustCompile(`^(?:[-*+]|\d{1,9}[.)])\s`)
	fenceClass  = regexp.MustCompile(`^\s*\{\s*\.([\w+#-]+)([^}]*)\}`)
	colonBlock  = regexp.MustCompile(`^(\s*)(:{3,})\s*([A-Za-z][\w-]*)?\s*(.*?)\s*$`)
	mkdocsBlock = regexp.MustCompile(`^(\s*)(?:!!!|\?\?\?\+?)\s+([A-Za-z][\w-]*)(?:\s+[A-Za-z][\w-]*)*\s*(?:"(.*)")?\s*$`)
	mkdocsTab   = regexp.MustCompile(`^(\s*)===[!+]?\s+"(.*)"\s*$`)
	codeBegin   = regexp.MustCompile(`^\s*(?:\{\{[<%]\s*(?:highlight\s+"?([\w+#-]*)|code-toggle\b|(mermaid|katex|math|plantuml)\b)[^{}]*\}\}|\{%-?\s*highlight\s+([\w+#-]*)[^{}]*%\})\s*$`)
	codeEnd     = regexp.MustCompile(`\{\{[<%]\s*/\s*(?:highlight|code-toggle|mermaid|katex|math|plantuml|[\w/-]*tab)\b|\{%-?\s*endhighlight\b`)
)

// What dialect.fence is in code that a tag begins and a tag ends, and in a formula.
const (
	tagFence  = "tag"
	mathFence = "$$"
)

// AnchorPrefix stands before every anchor of free text, so that none takes an id
// that a page's frame uses.
const AnchorPrefix = "h-"

// WikiScheme begins the destination of a link that was written as [[Page]].
const WikiScheme = "wiki:"

// IncludeScheme begins the destination of a link to a file whose text was meant
// to stand in its place, TextScheme that text in a resolver's answer.
const (
	IncludeScheme = "include:"
	TextScheme    = "text:"
)

func (d *dialect) line(s string) {
	s = d.unindent(s)
	if n := len(d.open); n > 0 {
		s = dropIndent(s, d.open[n-1].base)
	}
	if d.fence == "" && d.until == nil && (d.opens(s) || d.tag(s)) {
		return
	}
	prefix := d.marks()
	if t := strings.TrimLeft(s, " \t"); t != "" && d.fence == "" && len(s)-len(t) < 4 {
		d.list = listItem.MatchString(t) || d.list && (!d.blank || t != s)
	}
	var m []string
	if strings.Contains(s, "```") || strings.Contains(s, "~~~") {
		if m = fenceMark.FindStringSubmatch(s); m != nil && m[1][0] == '`' && strings.Contains(m[2], "`") {
			m = nil // code in a line
		}
	}
	switch {
	case d.fence == tagFence && codeEnd.MatchString(s), d.fence == mathFence && strings.TrimSpace(s) == mathFence:
		s, d.fence = leading(s)+"```", ""
	case d.fence != "":
		if m != nil && strings.HasPrefix(m[1], d.fence) && strings.TrimSpace(m[2]) == "" && indentOf(s) < d.column+4 {
			d.fence = ""
		}
	case d.until != nil:
		s = d.text(s)
	case strings.Contains(s, "{") && codeBegin.MatchString(s):
		lang := "toml" // code-toggle's
		if m := codeBegin.FindStringSubmatch(s); m[1]+m[2]+m[3] != "" {
			lang = m[1] + m[2] + m[3]
		}
		s, d.fence = leading(s)+"```"+lang, tagFence
	case strings.TrimSpace(s) == mathFence && d.ends[mathFence] > d.at:
		s, d.fence = leading(s)+"```latex", mathFence
	case m != nil:
		d.fence, d.column = m[1], indentOf(s)
		if b := fenceClass.FindStringSubmatch(m[2]); b != nil { // ``` { .yaml .annotate }
			s = s[:len(s)-len(m[2])] + b[1] + b[2]
		}
	default:
		if len(d.open) > 0 && (strings.Contains(s, "</") || strings.Contains(s, "{{")) {
			for _, m := range blockEnd.FindAllStringSubmatch(s, -1) {
				d.close(m[1] + m[2]) // after what else is on the line
			}
		}
		s = d.text(s)
	}
	if s == "" {
		prefix = strings.TrimRight(prefix, " ")
	}
	d.out = append(append(d.out, prefix...), s...)
}

// marks are what stands before a line for the blocks around it.
func (d *dialect) marks() string {
	var p strings.Builder
	base := 0
	mark := func(indent int, quote bool) {
		for ; base < indent; base++ {
			p.WriteByte(' ')
		}
		if quote {
			p.WriteString("> ")
		}
	}
	for _, b := range d.block {
		mark(b.indent, b.quote)
		base = b.indent + 4
	}
	base = 0 // the rest is counted from there
	for _, o := range d.open {
		mark(o.indent, o.quote)
		base = o.base
	}
	return p.String()
}

// unindent takes off what the blocks around s indent it by. A line that stands
// further out ends them.
func (d *dialect) unindent(s string) string {
	for i, b := range d.block {
		if d.next[d.at] < b.indent+4 {
			d.block, d.fence, d.open = d.block[:i], "", d.open[:min(b.opens, len(d.open))]
			break
		}
	}
	if len(d.block) == 0 {
		return s
	}
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return dropIndent(s, d.block[len(d.block)-1].indent+4)
}

func leading(s string) string { return s[:len(s)-len(strings.TrimLeft(s, " \t"))] }

func indentOf(s string) int {
	n := 0
	for _, c := range s {
		switch c {
		case ' ':
			n++
		case '\t':
			n += 4 - n%4
		default:
			return n
		}
	}
	return n
}

func dropIndent(s string, columns int) string {
	n := 0
	for i, c := range s {
		if n >= columns || c != ' ' && c != '\t' {
			return s[i:]
		}
		if c == '\t' {
			n += 4 - n%4
		} else {
			n++
		}
	}
	return ""
}

// opens handles lines that begin or end a container, and reports whether s was
// one. It writes what stands for the line.
func (d *dialect) opens(s string) bool {
	if t := strings.TrimLeft(s, " \t"); t == "" || strings.IndexByte(":!?=", t[0]) < 0 || d.deep() && strings.Trim(t, ": ") != "" {
		return false
	}
	write := func(parts ...string) {
		for _, p := range parts {
			d.out = append(d.out, p...)
		}
	}
	outer := 0
	if len(d.block) > 0 {
		outer = d.block[len(d.block)-1].indent + 4
	}
	if m := mkdocsBlock.FindStringSubmatch(s); m != nil {
		write(d.marks(), m[1], "> [!", m[2], "] ", d.marked(m[3]))
		d.block = append(d.block, indented{outer + indentOf(m[1]), true, len(d.open)})
		return true
	}
	if m := mkdocsTab.FindStringSubmatch(s); m != nil {
		write(d.marks(), m[1], tabTitle(d.marked(m[2])))
		d.block = append(d.block, indented{outer + indentOf(m[1]), false, len(d.open)})
		return true
	}
	m := colonBlock.FindStringSubmatch(s)
	if m == nil || indentOf(m[1]) > 12 {
		return false
	}
	indent, colons, name, rest := m[1], len(m[2]), m[3], m[4]
	last := len(d.open) - 1
	begin := func(quote bool) {
		o := open{colons: colons, tag: name, quote: quote, indent: indentOf(indent), base: indentOf(indent)}
		if last >= 0 {
			o.indent, o.base = o.indent+d.open[last].base, o.base+d.open[last].base
		}
		if !quote { // rows and columns of Learn stand further in
			o.base = d.inside(o.base)
		}
		d.open = append(d.open, o)
	}
	bare := strings.TrimRight(d.marks(), " ")
	switch {
	case name == "" && rest == "":
		if last >= 0 && d.open[last].colons > 0 && d.open[last].colons <= colons {
			d.open = d.open[:last]
		}
		write(strings.TrimRight(d.marks(), " "))
	case strings.HasSuffix(name, "-end"):
		for i := last; i >= 0; i-- {
			if d.open[i].tag == strings.TrimSuffix(name, "-end") {
				d.open = d.open[:i]
				break
			}
		}
		write(strings.TrimRight(d.marks(), " "))
	case name == "":
		return false
	case name == "image" || name == "video" || name == "code":
		src, alt := attrSource.FindStringSubmatch(rest), attrText.FindStringSubmatch(rest)
		if src == nil {
			write(bare)
			return true
		}
		text := ""
		if name == "code" {
			text = path.Base(src[1])
		}
		if alt != nil {
			text = alt[1]
		}
		if write(d.marks(), indent); name == "image" {
			write("!")
		}
		write("[", text, "](<", src[1], ">)")
		if !strings.HasSuffix(rest, ":::") || strings.Contains(rest, `type="complex"`) {
			begin(false)
		}
	case name == "row" || name == "column":
		write(bare)
		begin(false)
	case strings.HasSuffix(rest, ":::"): // a directive of one line: nothing to show
		write(bare)
	default:
		title := rest
		if strings.HasPrefix(title, "[") && strings.HasSuffix(title, "]") {
			title = title[1 : len(title)-1]
		}
		if i := strings.IndexByte(title, '{'); i >= 0 { // {.class}
			title = strings.TrimSpace(title[:i])
		}
		if noteKinds[strings.ToLower(name)].class == "" {
			if name = "note"; !strings.HasPrefix(rest, "[") || title == "" { // not a note of somebody's own kind
				write(bare)
				name = m[3]
				begin(false)
				return true
			}
		}
		write(d.marks(), indent, "> [!", name, "] ", d.marked(strings.Trim(title, `"`)))
		name = m[3]
		begin(true)
	}
	return true
}

// deep reports whether no more blocks may be opened: each costs a mark on every
// line in it.
func (d *dialect) deep() bool { return len(d.open)+len(d.block) >= 20 }

// inside is where what a container holds stands: the next line, if that is
// further in than the container's mark.
func (d *dialect) inside(mark int) int {
	outer := 0
	if len(d.block) > 0 {
		outer = d.block[len(d.block)-1].indent + 4
	}
	if d.at+1 < len(d.next) {
		return max(mark, d.next[d.at+1]-outer)
	}
	return mark
}

// tabTitle is the line that stands above a tab's text, on a line of its own.
func tabTitle(s string) string { return "**" + strings.TrimSpace(s) + "**  " }
