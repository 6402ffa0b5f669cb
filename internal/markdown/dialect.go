package markdown

import (
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
	if !foreign.Match(src) {
		return src
	}
	lines := strings.SplitAfter(string(src), "\n")
	// Where the next line that is not blank begins: a blank line belongs to a
	// block if that line does.
	next := make([]int, len(lines))
	for i, indent := len(lines)-1, 0; i >= 0; i-- {
		if strings.TrimSpace(lines[i]) != "" {
			indent = indentOf(lines[i])
		}
		next[i] = indent
	}
	d := dialect{out: make([]byte, 0, len(src)+len(src)/16)}
	for i, line := range lines {
		text, ended := strings.CutSuffix(line, "\n")
		d.line(text, next[i])
		if ended {
			d.out = append(d.out, '\n')
		}
	}
	return d.out
}

// foreign matches whatever may need rewriting; most files have none of it.
var foreign = regexp.MustCompile(`:::|!!!|\?\?\?|===|\{\{|\{%|\{/\*|\[\[|\[!|--8<--|(?m:^(?:import|export) |^\s*</?[A-Z]|^\s*\{:|^\[TOC\])|#tab/|<\w+[^>]*\b(?:name|id)=`)

// dialect is the state of rewriting one file.
type dialect struct {
	out    []byte
	fence  string     // the marker that closes the code block we are in, or ""
	module bool       // in an import or export of several lines
	note   bool       // in a comment of several lines
	open   []open     // containers, outermost first
	block  []indented // blocks that live by their indentation, outermost first
}

// open is a ":::" container.
type open struct {
	colons int
	quote  bool // shown as a quote; else only what it holds is shown
}

// indented is a block of MkDocs: what belongs to it stands four columns further in.
type indented struct {
	indent int
	quote  bool
}

var (
	fenceMark   = regexp.MustCompile("^[ \t>]*(`{3,}|~{3,})(.*)$")
	colonBlock  = regexp.MustCompile(`^(\s*)(:{3,})\s*([A-Za-z][\w-]*)?\s*(.*?)\s*$`)
	mkdocsBlock = regexp.MustCompile(`^(\s*)(?:!!!|\?\?\?\+?)\s+([A-Za-z][\w-]*)(?:\s+[A-Za-z][\w-]*)*\s*(?:"(.*)")?\s*$`)
	mkdocsTab   = regexp.MustCompile(`^(\s*)===[!+]?\s+"(.*)"\s*$`)
	learnTab    = regexp.MustCompile(`^#+\s*\[([^\]]+)\]\(#tab/[^)]*\)\s*$`)
	learnMark   = regexp.MustCompile(`\[!(INCLUDE|include|VIDEO|video|code|div|tab)[-\w]*\s*(?:\[([^\]]*)\])?\s*(?:\(([^)]*)\))?[^\]]*\]`)
	jsxLine     = regexp.MustCompile(`^\s*</?[A-Z][\w.]*(\s[^<]*)?/?>\s*$`)
	jsxOpen     = regexp.MustCompile(`^\s*<[A-Z][\w.]*(\s[^<>]*)?$`)
	jsxLabel    = regexp.MustCompile(`^\s*<TabItem\b.*?\b(?:label|value)="([^"]*)"`)
	mdxComment  = regexp.MustCompile(`\{/\*.*?\*/\}`)
	moduleLine  = regexp.MustCompile(`^(import|export)\s+(\{|\*|[\w$]+[ ,]|['"])`)
	codeBegin   = regexp.MustCompile(`^\s*(?:\{\{[<%]\s*(?:highlight\s+"?([\w+#-]*)|code-toggle\b)[^{}]*\}\}|\{%-?\s*highlight\s+([\w+#-]*)[^{}]*%\})\s*$`)
	codeEnd     = regexp.MustCompile(`\{\{[<%]\s*/\s*(?:highlight|code-toggle)\b|\{%-?\s*endhighlight\b`)
	attributes  = regexp.MustCompile(`^\s*\{:\s*[^}]*\}\s*$`)
	shortcode   = regexp.MustCompile(`\{\{[<%]\s*(/?)\s*([\w/-]*)\s*(.*?)\s*/?[>%]\}\}`)
	liquid      = regexp.MustCompile(`\{%-?\s*(\w+)\s*(.*?)\s*-?%\}`)
	siteRoot    = regexp.MustCompile(`\{\{\s*site\.(?:baseurl|url)\s*(?:\|[^}]*)?\}\}`)
	liquidValue = regexp.MustCompile(`\{\{\s*["']([^"']*)["']\s*\|\s*(?:relative_url|absolute_url)\s*\}\}`)
	wikiLink    = regexp.MustCompile(`\[\[([^\s\[\]|][^\[\]|]*)(?:\|([^\[\]|]+))?\]\]`)
	quoted      = regexp.MustCompile(`["'` + "`" + `]([^"'` + "`" + `]*)["'` + "`" + `]`)
	htmlAnchor  = regexp.MustCompile(`<(a|h[1-6]|p|div|span|section|td|li)\b([^>]*?)\s(?:name|id)\s*=\s*["']?([\w.:-]+)["']?([^>]*)>`)
	attrSource  = regexp.MustCompile(`\b(?:src|source|link)\s*=\s*["']([^"']*)["']`)
	attrText    = regexp.MustCompile(`\b(?:alt|alt-text|caption|title)\s*=\s*["']([^"']*)["']`)
)

// tagFence is dialect.fence in code that a tag begins and a tag ends.
const tagFence = "tag"

// AnchorPrefix stands before every anchor of free text, so that none takes an id
// that a page's frame uses.
const AnchorPrefix = "h-"

// WikiScheme begins the destination of a link that was written as [[Page]].
const WikiScheme = "wiki:"

func (d *dialect) line(s string, indent int) {
	s, prefix := d.unindent(s, indent)
	if d.fence == "" && d.opens(s) {
		return
	}
	for _, o := range d.open {
		if o.quote {
			prefix += "> "
		}
	}
	switch m := fenceMark.FindStringSubmatch(s); {
	case d.fence != "":
		if d.fence == tagFence {
			if codeEnd.MatchString(s) {
				s, d.fence = "```", ""
			}
		} else if m != nil && strings.HasPrefix(m[1], d.fence) && strings.TrimSpace(m[2]) == "" {
			d.fence = ""
		}
	case codeBegin.MatchString(s):
		lang := "toml" // code-toggle's
		if m := codeBegin.FindStringSubmatch(s); m[1]+m[2] != "" {
			lang = m[1] + m[2]
		}
		s, d.fence = "```"+lang, tagFence
	case m != nil:
		d.fence = m[1]
	default:
		s = d.text(s)
	}
	if s == "" {
		prefix = strings.TrimRight(prefix, " ")
	}
	d.out = append(append(d.out, prefix...), s...)
}

// unindent takes off what the blocks around s indent it by, and returns the
// marks of quotes that stand for it. A line that stands further out ends them;
// indent is where s begins, or the next line where s is blank.
func (d *dialect) unindent(s string, indent int) (rest, prefix string) {
	for i, b := range d.block {
		if indent < b.indent+4 {
			d.block, d.fence = d.block[:i], ""
			break
		}
	}
	if len(d.block) == 0 {
		return s, ""
	}
	base := d.block[0].indent
	prefix = strings.Repeat(" ", base)
	for _, b := range d.block {
		if b.quote {
			prefix += "> "
		}
	}
	if strings.TrimSpace(s) == "" {
		return "", prefix
	}
	return dropIndent(s, d.block[len(d.block)-1].indent+4), prefix
}

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
	marks := func() string {
		p := ""
		if len(d.block) > 0 {
			p = strings.Repeat(" ", d.block[0].indent)
		}
		for _, b := range d.block {
			if b.quote {
				p += "> "
			}
		}
		for _, o := range d.open {
			if o.quote {
				p += "> "
			}
		}
		return p
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
		b := marks()
		d.block = append(d.block, indented{outer + indentOf(m[1]), true})
		if len(d.block) == 1 {
			b = m[1] + b
		}
		write(b, "> [!", m[2], "] ", m[3])
		return true
	}
	if m := mkdocsTab.FindStringSubmatch(s); m != nil {
		write(marks(), m[1], "**", m[2], "**")
		d.block = append(d.block, indented{outer + indentOf(m[1]), false})
		return true
	}
	m := colonBlock.FindStringSubmatch(s)
	if m == nil || indentOf(m[1]) > 12 {
		return false
	}
	indent, colons, name, rest := m[1], len(m[2]), m[3], m[4]
	last := len(d.open) - 1
	switch {
	case name == "" && rest == "" || strings.HasSuffix(name, "-end"):
		if last >= 0 && (d.open[last].colons <= colons || name != "") {
			d.open = d.open[:last]
		}
		write(strings.TrimRight(marks(), " "))
	case name == "":
		return false
	case name == "image" || name == "video":
		src, alt := attrSource.FindStringSubmatch(rest), attrText.FindStringSubmatch(rest)
		if src == nil {
			return true
		}
		text := ""
		if alt != nil {
			text = alt[1]
		}
		if write(marks(), indent); name == "image" {
			write("!")
		}
		write("[", text, "](<", src[1], ">)")
		if !strings.HasSuffix(rest, ":::") {
			d.open = append(d.open, open{colons, false})
		}
	case strings.HasSuffix(rest, ":::"): // a directive of one line: nothing to show
		write(strings.TrimRight(marks(), " "))
	case noteKinds[strings.ToLower(name)].class == "":
		write(strings.TrimRight(marks(), " "))
		d.open = append(d.open, open{colons, false})
	default:
		title := strings.Trim(rest, "[]")
		if i := strings.IndexByte(title, '{'); i >= 0 { // {.class}
			title = strings.TrimSpace(title[:i])
		}
		write(marks(), indent, "> [!", name, "] ", strings.Trim(title, `"`))
		d.open = append(d.open, open{colons, true})
	}
	return true
}

// text rewrites a line outside code and containers' marks.
func (d *dialect) text(s string) string {
	if d.note {
		if _, after, found := strings.Cut(s, "*/}"); found {
			d.note = false
			return after
		}
		return ""
	}
	if d.module {
		d.module = strings.TrimSpace(s) != ""
		return ""
	}
	if moduleLine.MatchString(s) && (strings.HasPrefix(s, "export") || strings.ContainsAny(s, `'"{`)) {
		t := strings.TrimSpace(s)
		d.module = !strings.HasSuffix(t, ";") && !strings.HasSuffix(t, `'`) && !strings.HasSuffix(t, `"`) || strings.HasSuffix(t, "{") || strings.HasSuffix(t, "(")
		return ""
	}
	switch {
	case indentOf(s) >= 4 && strings.TrimLeft(s, " \t") != "" && !strings.Contains(s, "{{") && !strings.Contains(s, "<"):
		return s // code, or deep in a list
	case attributes.MatchString(s), strings.HasPrefix(strings.TrimSpace(s), "--8<--"), s == "[TOC]", s == "[[_TOC_]]":
		return ""
	case jsxLabel.MatchString(s):
		return "**" + jsxLabel.FindStringSubmatch(s)[1] + "**"
	case jsxLine.MatchString(s), jsxOpen.MatchString(s):
		return ""
	case learnTab.MatchString(s):
		return "**" + learnTab.FindStringSubmatch(s)[1] + "**"
	}
	if strings.Contains(s, "<") {
		s = outsideCode(s, htmlAnchor, func(m []string) string {
			if strings.HasPrefix(m[3], AnchorPrefix) {
				return m[0]
			}
			return "<" + m[1] + m[2] + ` id="` + AnchorPrefix + m[3] + `"` + m[4] + ">"
		})
	}
	if strings.Contains(s, "{/*") {
		s = mdxComment.ReplaceAllString(s, "")
		if before, _, found := strings.Cut(s, "{/*"); found {
			s, d.note = before, true
		}
	}
	if strings.Contains(s, "[!") {
		s = outsideCode(s, learnMark, func(m []string) string {
			switch kind := strings.ToLower(m[1]); {
			case kind == "code" && m[3] != "":
				return "[" + orDefault(m[2], "code") + "](<" + m[3] + ">)"
			case kind == "video":
				if _, dest, found := strings.Cut(m[0], " "); found {
					return "<" + strings.Trim(dest, " ]") + ">"
				}
			}
			return ""
		})
	}
	if strings.Contains(s, "{{") {
		s = siteRoot.ReplaceAllString(s, "")
		s = liquidValue.ReplaceAllString(s, "$1")
		s = outsideCode(s, shortcode, d.shortcode)
	}
	if strings.Contains(s, "{%") {
		s = outsideCode(s, liquid, d.liquid)
	}
	if strings.Contains(s, "[[") {
		s = outsideCode(s, wikiLink, func(m []string) string {
			return "[" + m[1] + "](<" + WikiScheme + orDefault(m[2], m[1]) + ">)"
		})
	}
	return s
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// shortcode is what stands for a Hugo shortcode: {{< name arguments >}}.
func (d *dialect) shortcode(m []string) string {
	closing, name, args := m[1] != "", m[2], m[3]
	first := ""
	if q := quoted.FindStringSubmatch(args); q != nil {
		first = q[1]
	} else if words := strings.Fields(args); len(words) > 0 {
		first = words[0]
	}
	switch {
	case strings.HasPrefix(args, "/*"): // {{</* name */>}}: shown, not run
		return "{{< " + strings.TrimSuffix(strings.TrimPrefix(args, "/*"), "*/") + " >}}"
	case name == "ref" || name == "relref":
		return first
	case name == "figure" || name == "img" || name == "image":
		src, alt := attrSource.FindStringSubmatch(args), attrText.FindStringSubmatch(args)
		if src == nil {
			return ""
		}
		text := ""
		if alt != nil {
			text = alt[1]
		}
		return "![" + text + "](<" + src[1] + ">)"
	case name == "youtube" && !closing && first != "":
		return "<https://www.youtube.com/watch?v=" + first + ">"
	case !closing && name != "" && noteKinds[strings.ToLower(name)].title != "":
		return "**" + noteKinds[strings.ToLower(name)].title + ":** "
	}
	return ""
}

// liquid is what stands for a tag of Jekyll: {% link page.md %}.
func (d *dialect) liquid(m []string) string {
	switch m[1] {
	case "link", "post_url":
		return "/" + strings.TrimPrefix(m[2], "/")
	}
	return ""
}

// outsideCode replaces the matches of re in s that stand in no code span.
func outsideCode(s string, re *regexp.Regexp, with func(m []string) string) string {
	var b strings.Builder
	at := 0
	for _, loc := range re.FindAllStringSubmatchIndex(s, -1) {
		if strings.Count(s[:loc[0]], "`")%2 == 1 {
			continue
		}
		m := make([]string, len(loc)/2)
		for i := range m {
			if loc[2*i] >= 0 {
				m[i] = s[loc[2*i]:loc[2*i+1]]
			}
		}
		b.WriteString(s[at:loc[0]])
		b.WriteString(with(m))
		at = loc[1]
	}
	if at == 0 {
		return s
	}
	b.WriteString(s[at:])
	return b.String()
}
