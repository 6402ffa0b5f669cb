package markdown

import (
	"regexp"
	"strings"
)

var (
	blockEnd      = regexp.MustCompile(`</([A-Z][\w.]*)\s*>|\{\{[<%]\s*/\s*([\w/-]+)`)
	jsxBegin      = regexp.MustCompile(`^(\s*)<([A-Z][\w.]*)((?:\s(?:[^<>"'{}]|"[^"]*"|'[^']*'|\{[^{}]*\})*)?)>(.*)$`)
	tagEnd        = regexp.MustCompile(`^\s*(?:</([A-Z][\w.]*)\s*>|\{\{[<%]\s*/\s*([\w/-]+)\s*[>%]\}\})\s*$`)
	shortcodeLine = regexp.MustCompile(`^(\s*)\{\{([<%])\s*([\w/-]+)\s*(.*?)\s*[>%]\}\}\s*$`)
	namedValue    = regexp.MustCompile(`([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'{}]+))`)
	positional    = regexp.MustCompile(`"([^"]*)"|` + "`([^`]*)`" + `|(\S+)`)
)

// anyNote are the names of blocks that say what kind of note they are by an argument.
var anyNote = map[string]bool{"admonition": true, "alert": true, "aside": true, "callout": true, "hint": true, "notice": true, "notification": true, "pageinfo": true}

// folded are the names of blocks that open when they are clicked.
var folded = map[string]bool{"collapse": true, "details": true, "expand": true, "spoiler": true}

// arguments are those of a tag or shortcode, by name and by place.
func arguments(s string) (named map[string]string, rest []string) {
	named = map[string]string{}
	s = namedValue.ReplaceAllStringFunc(s, func(a string) string {
		m := namedValue.FindStringSubmatch(a)
		named[strings.ToLower(m[1])] = m[2] + m[3] + m[4]
		return ""
	})
	for _, m := range positional.FindAllStringSubmatch(s, -1) {
		rest = append(rest, m[1]+m[2]+m[3])
	}
	return named, rest
}

// firstOf is the first of the named arguments that there is.
func firstOf(named map[string]string, names ...string) string {
	for _, n := range names {
		if v := named[n]; v != "" {
			return v
		}
	}
	return ""
}

// noteOf is the kind and title of the note that a block of some name is; kind is
// "" for none.
func noteOf(name string, named map[string]string, rest []string) (kind, title string) {
	next := func() string {
		if len(rest) == 0 {
			return ""
		}
		v := rest[0]
		rest = rest[1:]
		return v
	}
	switch {
	case folded[name]:
		kind = "details"
	case anyNote[name]:
		if kind = strings.ToLower(firstOf(named, "type", "color", "kind", "context")); kind == "" && len(named) == 0 {
			kind = strings.ToLower(next())
		}
		if noteKinds[kind].class == "" {
			kind = "note"
		}
	case noteKinds[name].class != "":
		kind = name
	default:
		return "", ""
	}
	if title = firstOf(named, "title", "header", "summary"); title == "" && len(named) == 0 {
		title = next()
	}
	return kind, title
}

// tag handles a line that is a tag of JSX or a shortcode which begins or ends a
// block, and reports whether it was one. It writes what stands for the line.
func (d *dialect) tag(s string) bool {
	t := strings.TrimLeft(s, " \t")
	if !strings.HasPrefix(t, "<") && !strings.HasPrefix(t, "{{") || indentOf(s) >= 4 && len(d.open) == 0 && d.blank {
		return false
	}
	if m := tagEnd.FindStringSubmatch(s); m != nil {
		if m[2] == "tabpane" {
			d.code = ""
		}
		if !d.close(m[1] + m[2]) {
			return false
		}
		d.out = append(d.out, strings.TrimRight(d.marks(), " ")...)
		return true
	}
	if d.deep() {
		return false
	}
	if m := jsxBegin.FindStringSubmatch(s); m != nil && !strings.HasSuffix(m[3], "/") {
		name, text := m[2], m[4]
		named, _ := arguments(m[3])
		kind, title := noteOf(strings.ToLower(name), named, nil)
		label := firstOf(named, "label", "title", "name", "value")
		isTab := (name == "TabItem" || name == "Tab") && label != ""
		if before, after, closed := strings.Cut(text, "</"+name+">"); closed {
			if isTab {
				d.out = append(append(d.out, d.marks()...), m[1]+"**"+label+"** "+d.text(before+after)...)
			}
			return isTab
		}
		switch {
		case isTab && d.ends[name] > d.at:
			d.begin(name, m[1], tabTitle(label)+text, false)
		case kind != "" && d.ends[name] > d.at:
			d.begin(name, m[1], "> [!"+kind+"] "+title, true)
		case text == "" && d.ends[name] > d.at:
			d.begin(name, m[1], "", false)
		default:
			return false
		}
		return true
	}
	m := shortcodeLine.FindStringSubmatch(s)
	if m == nil || strings.HasPrefix(m[4], "/*") || d.ends[m[3]] <= d.at {
		return false
	}
	name := strings.ToLower(m[3][strings.LastIndexByte(m[3], '/')+1:])
	named, rest := arguments(m[4])
	kind, title := noteOf(name, named, rest)
	switch {
	case name == "tabpane":
		if d.code = orDefault(named["lang"], "text"); named["text"] == "true" {
			d.code = ""
		}
		return false
	case name == "tab" || name == "tab-item":
		label, lang := firstOf(named, "name", "header", "title", "label"), firstOf(named, "codelang", "lang")
		if label == "" && len(rest) > 0 {
			label = rest[0]
		}
		if m[2] == "<" {
			lang = orDefault(lang, d.code)
		}
		if label = strings.ReplaceAll(label, "`", "'"); lang != "" {
			d.out = append(append(d.out, d.marks()...), m[1]+"```"+lang+` title="`+label+`"`...)
			d.fence = tagFence
			return true
		}
		d.begin(m[3], m[1], tabTitle(label), false)
	case kind != "":
		d.begin(m[3], m[1], "> [!"+kind+"] "+title, true)
	default:
		return false
	}
	return true
}

// begin writes the first line of a block that a tag ends.
func (d *dialect) begin(tag, indent, line string, quote bool) {
	d.out = append(d.out, strings.TrimRight(d.marks()+indent+line, " ")...)
	if strings.HasSuffix(line, "  ") {
		d.out = append(d.out, "  "...)
	}
	o := open{tag: tag, quote: quote, indent: indentOf(indent)}
	if n := len(d.open); n > 0 {
		o.indent += d.open[n-1].base
	}
	o.base = d.inside(o.indent)
	d.open = append(d.open, o)
}

// close ends the innermost block of a tag, and whatever in it was not ended.
func (d *dialect) close(tag string) bool {
	for i := len(d.open) - 1; i >= 0; i-- {
		if d.open[i].tag == tag && d.open[i].colons == 0 {
			d.open = d.open[:i]
			return true
		}
	}
	return false
}
