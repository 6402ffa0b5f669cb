package catalog

import (
	"path"
	"regexp"
	"strings"

	"siteerror/internal/markdown"
)

// docText has the text of a doc, in the cache or as compact in memory, and makes
// sections of it whenever somebody asks for them: of thousands of docs few are
// read. It never changes.
type docText struct {
	cat  *Catalog
	file string
	code decoder // of the outline
}

const docPrefix = "h-" // of a doc's own anchors

// briefOutline is a doc's outline with the anchors that the page has, free of
// those that its frame uses.
func briefOutline(r *markdown.Renderer, f *markdown.File) *markdown.Outline {
	o := r.Brief(f)
	for i := range o.Sections {
		if s := &o.Sections[i]; s.Title != "" {
			s.Anchor = docPrefix + s.Anchor
		}
	}
	return o
}

func (t *docText) read() (o *markdown.Outline, top []*Section, links *linker) {
	d := t.code
	o = d.outline()
	links = &linker{cat: t.cat, dir: path.Dir(t.file), file: t.file, prefix: docPrefix, extra: o.Anchors, doc: true}
	top, links.flat = newSections(o, &body{source: o.Source, links: links})
	return o, top, links
}

// ownLink is a link that only this program follows, as its dialect writes it.
var ownLink = regexp.MustCompile(`\[([^\]]*)\]\(<((?:wiki|include):[^>]*)>\)`)

// markdown is the body for readers elsewhere: what only this program follows leads
// to a path of the site, and text that another file has stands in its place.
func (t *docText) markdown() string {
	source := t.code.source
	if !strings.Contains(source, "](<") {
		return source
	}
	_, _, links := t.read()
	return ownLink.ReplaceAllStringFunc(source, func(link string) string {
		m := ownLink.FindStringSubmatch(link)
		dest, _ := links.resolve(m[2])
		if text, ok := strings.CutPrefix(dest, markdown.TextScheme); ok {
			return text
		}
		if dest == "" {
			return m[1]
		}
		return "[" + m[1] + "](" + strings.TrimPrefix(dest, t.cat.base) + ")"
	})
}

// texts is Page.Texts. It leaves out what else there is to a section.
func (t *docText) texts(visit func(anchor, title, text, aliasID string)) {
	d := t.code
	d.text()
	d.apart(&d.source)
	for n := d.count(); n > 0; n-- {
		s := d.section("")
		visit(s.Anchor, s.Title, s.Text, "")
	}
}

// count is how many texts there are.
func (t *docText) count() int {
	d := t.code
	d.text()
	d.apart(&d.source)
	return d.count()
}
