package markdown

import (
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark-emoji/definition"
)

var (
	learnTab     = regexp.MustCompile(`^#+\s*\[([^\]]+)\]\(#tab/[^)]*\)\s*$`)
	learnMark    = regexp.MustCompile(`\[!(INCLUDE|include|VIDEO|video|code|div|tab)[-\w]*\s*(?:\[([^\]]*)\])?\s*(?:\(([^)]*)\))?[^\]]*\]`)
	xref         = regexp.MustCompile(`<xref:([^?>\s]+)[^>]*>`)
	jsxLine      = regexp.MustCompile(`^\s*</?[A-Z][\w.]*(\s[^<]*)?/?>\s*$`)
	jsxOpen      = regexp.MustCompile(`^\s*<[A-Z][\w.]*(\s[^<>]*)?$`)
	jsxLast      = regexp.MustCompile(`(^|[^=])>\s*$`)
	jsxValue     = regexp.MustCompile(`\s([a-zA-Z-]+)=(?:\{\{[^{}]*\}\}|\{(?:(?:require|useBaseUrl)\()?(?:["'` + "`" + `]([^"'` + "`" + `{}]*)["'` + "`" + `])?[^{}]*\})`)
	mdxComment   = regexp.MustCompile(`\{/\*.*?\*/\}`)
	moduleLine   = regexp.MustCompile(`^(import|export)\s+(\{|\*|[\w$]+[ ,]|['"])`)
	attributes   = regexp.MustCompile(`^\s*(?:\{::?\s*[^}]*\}|\{:/[^}]*\}|\{\s*` + attrList + `\})\s*$`)
	noteClass    = regexp.MustCompile(`^\s*\{:\s*\.([a-z]+)(-title)?\s*\}`)
	inlineAttrs  = regexp.MustCompile(`([)\]*_:` + "`" + `])\{:?\s*` + attrList + `\}`)
	headingAttrs = regexp.MustCompile(`\s*\{:?\s*(` + attrList + `)\}\s*$`)
	idAttr       = regexp.MustCompile(`#([\w.:-]+)`)
	abbreviation = regexp.MustCompile(`^\*\[[^\]]+\]:\s`)
	tagLine      = regexp.MustCompile(`^<(/?)(div|figure|section|aside|span|p)((?:\s[^<>]*)?)>\s*$`)
	markdownAttr = regexp.MustCompile(`\smarkdown(?:=["']?\w+["']?)?(?:\s|$)`)
	shortcode    = regexp.MustCompile(`\{\{[<%]\s*(/?)\s*([\w/-]*)\s*(.*?)\s*/?[>%]\}\}`)
	liquid       = regexp.MustCompile(`\{%-?\s*(\w+)\s*(.*?)\s*-?%\}`)
	siteRoot     = regexp.MustCompile(`\{\{\s*site\.(?:baseurl|url)\s*(?:\|[^}]*)?\}\}`)
	liquidValue  = regexp.MustCompile(`\{\{\s*["']([^"']*)["']\s*\|\s*(?:relative_url|absolute_url)\s*\}\}`)
	wikiLink     = regexp.MustCompile(`\[\[([^\s\[\]|][^\[\]|]*)(?:\|([^\[\]|]+))?\]\]`)
	pictureName  = regexp.MustCompile(`(?i)^\S+\.(?:png|jpe?g|gif|svg|webp)$`)
	darkPicture  = regexp.MustCompile(`!\[[^\]]*\]\([^)\s]*#(?:only-dark|gh-dark-mode-only)\)`)
	emojiName    = regexp.MustCompile(`(^|[\s(\[*_>|]):([a-z+-][a-z0-9_+-]*):`)
	themeIcon    = regexp.MustCompile(`:(?:material|fontawesome|octicons|simple)-[a-z0-9-]+:(?:\{[^{}]*\})? ?`)
	keyNames     = regexp.MustCompile(`(^|[\s(*_>|])\+\+([a-zA-Z0-9"-]+(?:\+[a-zA-Z0-9"-]+)*)\+\+`)
	formula      = regexp.MustCompile(`\$\$([^$` + "`" + `]*[\\^_=][^$` + "`" + `]*)\$\$`)
	quoted       = regexp.MustCompile(`["'` + "`" + `]([^"'` + "`" + `]*)["'` + "`" + `]`)
	htmlAnchor   = regexp.MustCompile(`<(a|h[1-6]|p|div|span|section|td|li)\b([^>]*?)\s(?:name|id)\s*=\s*(?:"([\w.:-]+)"|'([\w.:-]+)'|([\w.:-]+))((?:\s[^>]*)?)>`)
	attrSource   = regexp.MustCompile(`\b(?:src|source|link)\s*=\s*["']([^"']*)["']`)
	attrText     = regexp.MustCompile(`\b(?:alt|alt-text|caption|title)\s*=\s*["']([^"']*)["']`)

	mdxCommentEnd    = regexp.MustCompile(`\*/\}`)
	liquidCommentEnd = regexp.MustCompile(`\{%-?\s*endcomment\s*-?%\}`)
	kramdownComment  = regexp.MustCompile(`\{::comment\}.*?\{:/(?:comment)?\}`)
)

// attrList is a list of attributes: "#id .class key=value".
const attrList = `(?:(?:[#.][\w:-]+|[\w-]+=(?:"[^"]*"|'[^']*'|[^\s}"']+))\s*)+`

// liquidComment begins a comment of Jekyll.
const liquidComment = "{% comment %}"

// text rewrites a line outside code and containers' marks.
func (d *dialect) text(s string) string {
	if d.until != nil {
		loc := d.until.FindStringIndex(s)
		if loc == nil {
			return ""
		}
		d.until = nil
		return s[loc[1]:]
	}
	if d.module {
		d.module = strings.TrimSpace(s) != ""
		return ""
	}
	if d.jsx {
		d.jsx = strings.TrimSpace(s) != "" && !jsxLast.MatchString(s)
		return ""
	}
	if (strings.HasPrefix(s, "import ") || strings.HasPrefix(s, "export ")) && moduleLine.MatchString(s) && (strings.HasPrefix(s, "export") || strings.ContainsAny(s, `'"{`)) {
		t := strings.TrimSpace(s)
		d.module = !strings.HasSuffix(t, ";") && !strings.HasSuffix(t, `'`) && !strings.HasSuffix(t, `"`) || strings.HasSuffix(t, "{") || strings.HasSuffix(t, "(")
		return ""
	}
	if kind := d.title; kind != "" {
		d.title = ""
		return "> [!" + kind + "] " + strings.TrimLeft(s, "> ")
	}
	t := strings.TrimLeft(s, " \t")
	switch {
	case t == "", indentOf(s) >= 4 && !(d.list && indentOf(s) < 8) && !strings.ContainsAny(s, "{<") && !strings.HasPrefix(t, "[!code"):
		return s // code, or deep in a list
	case t[0] == '{' && attributes.MatchString(s):
		return d.attributes(s)
	case strings.HasPrefix(t, "--8<--"), s == "[TOC]", s == "[[_TOC_]]", strings.HasPrefix(s, "*[") && abbreviation.MatchString(s), strings.TrimSpace(d.peek) == "{:toc}":
		return ""
	case t[0] == '<' && jsxLine.MatchString(s):
		return ""
	case t[0] == '<' && jsxOpen.MatchString(s):
		d.jsx = true
		return ""
	case t[0] == '#' && learnTab.MatchString(s):
		return tabTitle(learnTab.FindStringSubmatch(s)[1])
	case t[0] == '<' && d.element(t):
		return ""
	}
	if strings.Contains(s, "<") {
		s = d.tags(s)
	}
	if strings.Contains(s, "{") {
		s = d.braces(s)
	}
	if strings.Contains(s, "[!") {
		s = outsideCode(s, learnMark, func(m []string) string {
			switch kind := strings.ToLower(m[1]); {
			case kind == "include" && m[3] != "":
				return "[" + orDefault(m[2], "more") + "](<" + IncludeScheme + m[3] + ">)"
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
	if strings.Contains(s, "[[") {
		s = outsideCode(s, wikiLink, func(m []string) string {
			if text, picture := orDefault(m[2], m[1]), orDefault(m[1], m[2]); pictureName.MatchString(picture) {
				return "![" + strings.TrimPrefix(strings.TrimPrefix(text, picture), "alt=") + "](<" + picture + ">)"
			}
			return "[" + m[1] + "](<" + WikiScheme + orDefault(m[2], m[1]) + ">)"
		})
	}
	if strings.Contains(s, "#only-dark") || strings.Contains(s, "#gh-dark-mode-only") {
		s = outsideCode(s, darkPicture, func([]string) string { return "" }) // the light one stands beside it
	}
	return d.marked(s)
}

// element notes the tag of HTML that a line is, and reports whether it is left
// out: what stands in an element marked "markdown" is Markdown, which a line of
// HTML before it would end.
func (d *dialect) element(s string) bool {
	m := tagLine.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	if m[1] == "" {
		hidden := markdownAttr.MatchString(m[3])
		if hidden || len(d.html) > 0 {
			d.html = append(d.html, element{m[2], hidden})
		}
		return hidden
	}
	last := len(d.html) - 1
	if last < 0 || d.html[last].name != m[2] {
		return false
	}
	hidden := d.html[last].hidden
	d.html = d.html[:last]
	return hidden
}

// attributes is what stands for a line of kramdown that says of the block before
// or after it what it is: "{: .note }" makes that a note in Just the Docs.
func (d *dialect) attributes(s string) string {
	m := noteClass.FindStringSubmatch(s)
	if m == nil || noteKinds[m[1]].class == "" || !d.blank || strings.TrimSpace(d.peek) == "" {
		return ""
	}
	if m[2] != "" {
		d.title = m[1]
		return ""
	}
	return "> [!" + m[1] + "]"
}

// tags rewrites the tags of a line.
func (d *dialect) tags(s string) string {
	if strings.Contains(s, "name") || strings.Contains(s, "id") {
		s = outsideCode(s, htmlAnchor, func(m []string) string {
			id := m[3] + m[4] + m[5]
			if strings.HasPrefix(id, AnchorPrefix) {
				return m[0]
			}
			return "<" + m[1] + m[2] + ` id="` + AnchorPrefix + id + `"` + m[6] + ">"
		})
	}
	if strings.Contains(s, "={") {
		s = outsideCode(s, jsxValue, func(m []string) string { // src={require('./a.png').default}
			if m[2] == "" || m[1] == "style" {
				return ""
			}
			return " " + m[1] + `="` + m[2] + `"`
		})
	}
	if !strings.Contains(s, "<xref:") {
		return s
	}
	return outsideCode(s, xref, func(m []string) string { return "`" + m[1] + "`" })
}

// braces rewrites what stands between braces: comments, templates, attributes.
func (d *dialect) braces(s string) string {
	if strings.Contains(s, "{/*") && !strings.Contains(s, "{{") {
		s = mdxComment.ReplaceAllString(s, "")
		if before, _, found := strings.Cut(s, "{/*"); found {
			s, d.until = before, mdxCommentEnd
		}
	}
	if strings.Contains(s, "{{") {
		s = siteRoot.ReplaceAllString(s, "")
		s = liquidValue.ReplaceAllString(s, "$1")
		s = outsideCode(s, shortcode, d.shortcode)
	}
	if strings.Contains(s, "{%") {
		s = outsideCode(s, liquid, d.liquid)
		if before, _, found := strings.Cut(s, liquidComment); found {
			s, d.until = before, liquidCommentEnd
		}
	}
	if strings.Contains(s, "{::comment}") {
		s = kramdownComment.ReplaceAllString(s, "")
	}
	if strings.HasPrefix(s, "#") {
		if m := headingAttrs.FindStringSubmatchIndex(s); m != nil {
			id := ""
			if a := idAttr.FindStringSubmatch(s[m[2]:m[3]]); a != nil {
				id = " {#" + a[1] + "}"
			}
			s = s[:m[0]] + id
		}
		return s
	}
	return outsideCode(s, inlineAttrs, func(m []string) string { return m[1] })
}

// marked rewrites marks of single words: emoji, keys, inserted and raised text.
func (d *dialect) marked(s string) string {
	if strings.Contains(s, ":material-") || strings.Contains(s, ":fontawesome-") || strings.Contains(s, ":octicons-") || strings.Contains(s, ":simple-") {
		s = outsideCode(s, themeIcon, func([]string) string { return "" }) // pictures of MkDocs' theme
	}
	if strings.Count(s, ":") > 1 {
		s = outsideCode(s, emojiName, func(m []string) string {
			if e, ok := definition.Github().Get(m[2]); ok && e.IsUnicode() {
				return m[1] + string(e.Unicode)
			}
			return m[0]
		})
	}
	if strings.Contains(s, "$$") {
		s = outsideCode(s, formula, func(m []string) string { return "`" + strings.TrimSpace(m[1]) + "`" })
	}
	for _, mark := range marks {
		if strings.Contains(s, mark.sign) {
			s = outsideCode(s, mark.re, func(m []string) string { return m[1] + "<" + mark.tag + ">" + m[2] + "</" + mark.tag + ">" })
		}
	}
	if strings.Contains(s, "++") {
		s = outsideCode(s, keyNames, func(m []string) string {
			return m[1] + "<kbd>" + strings.ReplaceAll(m[2], "+", "</kbd>+<kbd>") + "</kbd>"
		})
	}
	return s
}

// marks are those of MkDocs and Hugo that GitHub's Markdown has not.
var marks = []struct {
	sign, tag string
	re        *regexp.Regexp
}{
	{"==", "mark", regexp.MustCompile(`(^|[\s(*_>|])==([^=\s](?:[^=]*[^=\s])?)==`)},
	{"^^", "ins", regexp.MustCompile(`(^|[\s(*_>|])\^\^([^^\s](?:[^^]*[^^\s])?)\^\^`)},
	{"~", "sub", regexp.MustCompile(`([A-Za-z])~(\w{1,8})~`)},
	{"^", "sup", regexp.MustCompile(`([A-Za-z0-9)])\^(-?\w{1,8})\^`)},
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
	case !closing:
		named, rest := arguments(args)
		if file := named["file"]; file != "" { // a sample in a file of its own
			return "`" + file + "`"
		}
		if text := firstOf(named, "text", "term_id"); text != "" {
			return text
		}
		if len(rest) == 1 && name == "heading" {
			return rest[0]
		}
	}
	return ""
}

// liquid is what stands for a tag of Jekyll: {% link page.md %}.
func (d *dialect) liquid(m []string) string {
	switch m[1] {
	case "link", "post_url":
		return "/" + strings.TrimPrefix(m[2], "/")
	case "comment":
		return liquidComment
	case "include":
		file, args, _ := strings.Cut(m[2], " ")
		if kind, ok := noteKinds[strings.TrimSuffix(path.Base(file), path.Ext(file))]; ok {
			if named, _ := arguments(args); named["content"] != "" {
				return "**" + kind.title + ":** " + named["content"]
			}
		}
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
