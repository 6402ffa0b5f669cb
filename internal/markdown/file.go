package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits on one file. They are far above what a person writes and far below
// what would hurt a small machine.
const (
	MaxFileSize  = 2 << 20   // bytes
	maxFrontSize = 64 << 10  // bytes of front matter
	maxFrontDeep = 20        // nesting of front matter
	maxFrontKeys = 256       // fields of one mapping: the decoder compares each with each
	maxLine      = 256 << 10 // bytes in one line
	maxCells     = 10_000    // cells of one table: short rows are padded to the header's width
	maxNesting   = 100       // block quotes and lists inside each other
	maxMarks     = 8_000     // of emphasis and links in one paragraph: each may be compared with each
)

// File is a content file taken apart. Body keeps its place in the file, so that
// every later mistake can be given a line number.
type File struct {
	Path     string
	Front    *yaml.Node // a mapping, or nil where the file has no front matter
	above    int        // lines that stand above Front's first: 1 for the "---"
	Body     []byte     // line ends are LF
	BodyLine int        // the line on which Body begins, from 1
}

// Split takes src apart and checks what holds for every file: size, encoding,
// and front matter that is one plain YAML mapping. It keeps src.
func Split(path string, src []byte) (*File, Problems) {
	fail := func(line int, format string, args ...any) (*File, Problems) {
		return nil, Problems{{Path: path, Line: line, Msg: fmt.Sprintf(format, args...)}}
	}
	if len(src) > MaxFileSize {
		return fail(0, "the file has %d bytes; at most %d are read: split it", len(src), MaxFileSize)
	}
	if !utf8.Valid(src) {
		return fail(invalidLine(src), "not UTF-8: save the file as UTF-8")
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if bytes.IndexByte(src, '\r') >= 0 {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	}
	if line := longLine(src); line > 0 {
		return fail(line, "the line is longer than %d bytes: break it", maxLine)
	}
	return splitFront(path, src, false)
}

// SplitLoose is Split for files of other people, whose front matter may be for
// a reader that minds less: what cannot be read as a whole is read line by line,
// "field: value". The problems say what was wrong; a nil File, that nothing helps.
func SplitLoose(path string, src []byte) (*File, Problems) {
	f, problems := Split(path, src)
	if f != nil {
		return f, nil
	}
	if !utf8.Valid(src) || len(src) > MaxFileSize || longLine(src) > 0 {
		return nil, problems
	}
	src = bytes.ReplaceAll(bytes.TrimPrefix(src, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	f, more := splitFront(path, src, true)
	if f == nil {
		return nil, more
	}
	return f, problems
}

func splitFront(path string, src []byte, loose bool) (*File, Problems) {
	fail := func(line int, format string, args ...any) (*File, Problems) {
		return nil, Problems{{Path: path, Line: line, Msg: fmt.Sprintf(format, args...)}}
	}
	f := &File{Path: path, Body: src, BodyLine: 1}
	parse, mark := parseFront, "---"
	if bytes.HasPrefix(src, []byte(tomlMark+"\n")) {
		parse, mark = parseTOML, tomlMark
	}
	front, body, ok, err := cutFront(src, mark)
	if err != nil && loose {
		ok, err = false, nil // it was a line across the page
	}
	if err != nil {
		return fail(1, "%v", err)
	}
	if ok {
		f.Body = body
		f.BodyLine = 1 + bytes.Count(src[:len(src)-len(body)], []byte("\n"))
		node, problems := parse(path, front, 1)
		if problems != nil && loose {
			node, problems = lineByLine(front), nil
		}
		if problems != nil {
			return nil, problems
		}
		f.Front, f.above = node, 1
	}
	if p := f.checkBody(); p != nil {
		return nil, p
	}
	return f, nil
}

// cutFront separates "---\n…\n---\n" from what follows, or the same with "+++". A file that merely
// begins with a thematic break and never closes it is an error: the author
// meant front matter.
func cutFront(src []byte, mark string) (front, body []byte, ok bool, err error) {
	rest, found := bytes.CutPrefix(src, []byte(mark+"\n"))
	if !found {
		return nil, src, false, nil
	}
	for at := 0; at <= len(rest); {
		end := bytes.IndexByte(rest[at:], '\n')
		line := rest[at:]
		if end >= 0 {
			line = rest[at : at+end]
		}
		if t := bytes.TrimRight(line, " \t"); string(t) == mark || mark == "---" && string(t) == "..." {
			if end < 0 {
				return rest[:at], nil, true, nil
			}
			return rest[:at], rest[at+end+1:], true, nil
		}
		if end < 0 {
			break
		}
		at += end + 1
	}
	return nil, nil, false, fmt.Errorf("front matter is not closed: end it with a line of %s", mark)
}

// ParseYAML takes a file that is one YAML mapping and nothing else, such as a
// file of settings, held to the same rules as front matter.
func ParseYAML(path string, src []byte) (*File, Problems) {
	if !utf8.Valid(src) {
		return nil, Problems{{Path: path, Line: invalidLine(src), Msg: "not UTF-8: save the file as UTF-8"}}
	}
	node, problems := parseFront(path, bytes.TrimPrefix(src, []byte("\ufeff")), 0)
	if problems != nil {
		return nil, problems
	}
	return &File{Path: path, Front: node}, nil
}

// parseFront reads a mapping that begins below the given number of lines.
func parseFront(path string, front []byte, above int) (*yaml.Node, Problems) {
	what := "front matter: "
	if above == 0 {
		what = ""
	}
	if len(front) > maxFrontSize {
		return nil, Problems{{path, 1, fmt.Sprintf("%s%d bytes; at most %d are read", what, len(front), maxFrontSize)}}
	}
	dec := yaml.NewDecoder(bytes.NewReader(front))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) { // nothing, or comments alone
			return nil, nil
		}
		line, msg := yamlError(err)
		return nil, Problems{{path, line + above, what + msg}}
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, Problems{{path, root.Line + above, what + "expected “field: value” lines"}}
	}
	c := plainCheck{path: path, what: what, above: above}
	c.check(root, 0)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return root, nil
}

// lineByLine reads the lines of front matter that give a field a value.
func lineByLine(front []byte) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	line := 0
	for l := range bytes.Lines(front) {
		line++
		key, value, ok := strings.Cut(string(l), ":")
		if !ok || key == "" || strings.ContainsAny(key[:1], " \t#-[{") || len(n.Content) >= 2*maxFrontKeys {
			continue
		}
		value = strings.TrimSpace(value)
		if len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: strings.TrimSpace(key), Line: line}, &yaml.Node{Kind: yaml.ScalarNode, Value: value, Line: line})
	}
	return n
}

// plainCheck refuses the parts of YAML that can make a small file mean a large
// or a surprising one. They are not needed to describe a page.
type plainCheck struct {
	path, what string
	above      int
	problems   Problems
}

func (c *plainCheck) add(n *yaml.Node, msg string) {
	c.problems = append(c.problems, Problem{c.path, n.Line + c.above, c.what + msg})
}

func (c *plainCheck) check(n *yaml.Node, depth int) {
	switch {
	case depth > maxFrontDeep:
		c.add(n, fmt.Sprintf("nested more than %d levels deep", maxFrontDeep))
		return
	case n.Kind == yaml.AliasNode:
		c.add(n, "aliases (*name) are not supported: write the value out")
		return
	case n.Anchor != "":
		c.add(n, "anchors (&name) are not supported: write the value out")
		return
	case n.Style&yaml.TaggedStyle != 0:
		c.add(n, "tags ("+n.Tag+") are not supported: remove it")
		return
	}
	if n.Kind == yaml.MappingNode && len(n.Content) > 2*maxFrontKeys {
		c.add(n, fmt.Sprintf("more than %d fields in one mapping", maxFrontKeys))
		return
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && child.Kind == yaml.ScalarNode && child.Tag == "!!merge" {
			c.add(child, "merge keys (<<) are not supported")
			return
		}
		c.check(child, depth+1)
	}
}

// yamlError takes the line out of the decoder's "yaml: line 3: …".
func yamlError(err error) (line int, msg string) {
	msg = strings.TrimPrefix(err.Error(), "yaml: ")
	if _, err := fmt.Sscanf(msg, "line %d: ", &line); err == nil {
		_, msg, _ = strings.Cut(msg, ": ")
	}
	if strings.Contains(msg, "mapping values are not allowed") {
		msg += " (quote a value that contains “: ”)"
	}
	return line, msg
}

// checkBody refuses the few inputs on which Markdown output grows out of
// proportion to its source.
func (f *File) checkBody() Problems {
	var ps Problems
	line := f.BodyLine
	width, rows, tableLine := 0, 0, 0
	marks, fence := 0, ""
	for l := range bytes.Lines(f.Body) {
		t := bytes.TrimSpace(l)
		switch {
		case len(t) == 0:
			width, rows = 0, 0
		case isDelimiterRow(t):
			width, rows, tableLine = bytes.Count(t, []byte("|"))+1, 1, line
		case width > 0:
			if rows++; rows*width > maxCells {
				ps = append(ps, Problem{f.Path, tableLine, fmt.Sprintf("the table has more than %d cells: split it", maxCells)})
				width = 0
			}
		}
		switch mark := fenceMark.FindSubmatch(t); {
		case fence != "":
			if mark != nil && strings.HasPrefix(string(mark[1]), fence) {
				fence = ""
			}
		case mark != nil:
			marks, fence = 0, string(mark[1])
		case len(t) == 0 || bytes.IndexByte([]byte("|#>-+"), t[0]) >= 0:
			marks = countMarks(t)
		default:
			if marks += countMarks(t); marks > maxMarks {
				ps = append(ps, Problem{f.Path, line, fmt.Sprintf("the paragraph has more than %d marks of emphasis and links: break it", maxMarks)})
				return ps
			}
		}
		if marks > maxMarks {
			ps = append(ps, Problem{f.Path, line, fmt.Sprintf("the line has more than %d marks of emphasis and links: break it", maxMarks)})
			return ps
		}
		if depth := nesting(t); depth > maxNesting {
			ps = append(ps, Problem{f.Path, line, fmt.Sprintf("blocks are nested more than %d deep", maxNesting)})
			break
		}
		line++
	}
	return ps
}

// countMarks counts the characters that may begin or end emphasis or a link.
func countMarks(line []byte) int {
	n := 0
	for _, c := range line {
		switch c {
		case '*', '_', '~', '[', '`', '<':
			n++
		}
	}
	return n
}

func isDelimiterRow(t []byte) bool {
	if bytes.IndexByte(t, '-') < 0 || bytes.IndexByte(t, '|') < 0 {
		return false
	}
	return len(bytes.Trim(t, "|-: \t")) == 0 && !bytes.ContainsFunc(t, func(r rune) bool { return !strings.ContainsRune("|-: \t", r) })
}

// nesting counts the block markers a line begins with.
func nesting(t []byte) int {
	n := 0
	for i := 0; i < len(t); i++ {
		switch t[i] {
		case '>':
			n++
		case '-', '*', '+':
			if i+1 < len(t) && t[i+1] != ' ' {
				return n
			}
			n++
		case ' ', '\t':
		default:
			return n
		}
	}
	return n
}

func invalidLine(src []byte) int {
	line := 1
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		if r == utf8.RuneError && size == 1 {
			return line
		}
		if r == '\n' {
			line++
		}
		src = src[size:]
	}
	return 0
}

func longLine(src []byte) int {
	line := 1
	for l := range bytes.Lines(src) {
		if len(l) > maxLine {
			return line
		}
		line++
	}
	return 0
}
