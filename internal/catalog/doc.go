package catalog

import (
	"cmp"
	"html"
	"math"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"siteerror/internal/markdown"
)

// unordered is the place of a page that asks for none: after those that do.
const unordered = math.MaxInt32

// docFront is what a doc says of itself, in its front matter or else in its text.
type docFront struct {
	Title, Label, Summary string
	Order                 int
	Tags                  []string
	Modified              string // RFC 3339, or ""
	Draft                 bool
	ID                    string
	Names                 []string // other addresses on its author's site
}

// strictDocFront has the fields that our own docs may have.
type strictDocFront struct {
	Title   string   `yaml:"title"`
	Summary string   `yaml:"summary"`
	Tags    []string `yaml:"tags"`
	Order   int      `yaml:"order"`
	Draft   bool     `yaml:"draft"`
}

// newDocFront finds it. What fields are called depends on the generator that a
// file was written for; those that nobody knows are its author's.
func newDocFront(f *markdown.File, o *markdown.Outline) *docFront {
	text := func(names ...string) string { return html.UnescapeString(f.Field(names...)) } // generators put it into a page as it is
	m := &docFront{
		Title: cmp.Or(text("title"), o.Title), Label: text("sidebar_label", "linkTitle", "nav_title"),
		Summary: clip(oneLine(text("summary", "description")), maxVerdict), Tags: tags(f.List("tags")),
		Order: order(f.Field("order", "weight", "sidebar_position", "nav_order", "sidebar.order")),
		Draft: f.Field("draft") == "true" || f.Field("published") == "false",
		ID:    f.Field("id"), Names: append(f.List("slug", "url", "permalink"), f.List("aliases", "redirect_from")...),
	}
	if t := anyDate(f.Field("reviewed", "lastmod", "last_update.date", "updated", "ms.date", "date")); !t.IsZero() {
		m.Modified = t.Format(time.RFC3339)
	}
	if len(o.Sections) > 0 {
		if first := o.Sections[0]; m.Title == "" && first.Title != "" && !slices.ContainsFunc(o.Sections[1:], func(s markdown.Section) bool { return s.Level <= first.Level }) {
			m.Title = first.Title // else it is a chapter, and the page is called what the file is
		}
		m.Summary = cmp.Or(m.Summary, clip(firstSentence(o.Sections[0].Text), maxVerdict))
	}
	return m
}

// addDoc makes a page of any other file.
func (b *builder) addDoc(p *parsed) {
	m := p.front.(*docFront)
	b.note(&b.cat.Faults, p, p.faults...)
	if m.Draft || p.builtin && !b.cat.Site.Library.HasDocs() {
		return
	}
	if d := b.cat.docs[p.docPath]; d != nil && d.source == p.source {
		if full := fullDocPath(p.file.Path); full != p.docPath {
			p.docPath = full // README.md beside index.md
		} else {
			b.makeWay(d) // a/index.md for a.md
		}
	}
	if d := b.cat.docs[p.docPath]; d != nil && d.source == p.source {
		b.problem(p, 1, alreadyIn, "doc "+p.docPath, path.Join(p.dir, d.File))
		return
	}
	d := &Doc{Order: m.Order, Label: m.Label}
	d.Page = Page{
		Kind: KindDoc, ID: p.docPath, Title: m.Title, Path: docURL(p.docPath), Summary: m.Summary, Tags: m.Tags, Modified: anyDate(m.Modified),
		File: p.file.Path, Own: !p.builtin, source: p.source, Markdown: p.rest.source, text: &docText{b.cat, p.file.Path, p.rest},
	}
	if d.Title == "" {
		if d.Title = humanize(path.Base(p.docPath)); p.docPath == "" && strings.EqualFold(p.name, "home") {
			d.Title = p.name
		}
	}
	b.docs = append(b.docs, p)
	b.cat.docs[p.docPath] = d
	b.otherNames(p, d)
}

// makeWay gives the page of a folder its file's own name, where another page has
// the folder's.
func (b *builder) makeWay(d *Doc) {
	full := fullDocPath(d.File)
	if b.cat.docs[full] != nil {
		return
	}
	for _, p := range b.docs {
		if p.source == d.source && p.file.Path == d.File {
			p.docPath = full
		}
	}
	delete(b.cat.docs, d.ID)
	d.ID, d.Path = full, docURL(full)
	b.cat.docs[full] = d
}

// otherNames notes the addresses that a page has, or had, on its author's site.
func (b *builder) otherNames(p *parsed, d *Doc) {
	m := p.front.(*docFront)
	dir := path.Dir(p.docPath)
	add := func(name string) {
		if name = strings.ToLower(strings.Trim(name, "/")); name == "" {
			return
		}
		if _, taken := b.cat.names[name]; !taken {
			b.cat.names[name] = d
		}
	}
	for _, name := range m.Names {
		if strings.HasPrefix(name, "/") {
			add(name)
		} else {
			add(path.Join(dir, name))
		}
	}
	if m.ID != "" {
		add(path.Join(dir, m.ID))
	}
	if m := datedFile.FindStringSubmatch(path.Base(p.docPath)); m != nil { // a blog's: 2026-05-01-hello.md
		dated := path.Join(m[1], m[2], m[3], m[4])
		add(dated)
		add(path.Join(path.Base(dir), dated))
		add(path.Join(dir, dated))
	}
}

var datedFile = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)-(.+)$`)

func order(s string) int {
	if v, err := strconv.ParseFloat(s, 64); err == nil && v != 0 && math.Abs(v) < 1e6 {
		return int(v * 1000)
	}
	return unordered
}

// tags are a page's tags, as a list or as one text with commas.
func tags(list []string) []string {
	var out []string
	for _, s := range list {
		for t := range strings.SplitSeq(s, ",") {
			if t = strings.TrimSpace(t); t != "" && len(out) < 20 && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// anyDate reads a date as the generators write it; zero where it is none.
func anyDate(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01-02 15:04:05", "01/02/2006", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func docURL(p string) string {
	if p == "" {
		return "/docs"
	}
	return (&url.URL{Path: "/docs/" + p}).EscapedPath()
}

func humanize(name string) string {
	if name == "" || name == "." {
		return "Documentation"
	}
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return ' '
		}
		return r
	}, name))
	if name == "" {
		return "Untitled"
	}
	r, size := utf8.DecodeRuneInString(name)
	return strings.ToUpper(string(r)) + name[size:]
}

// linkDocs makes a tree of the docs and their folders, in the order that the
// pages and the navigation files ask for.
func (b *builder) linkDocs() {
	c := b.cat
	ids := keysOf(c.docs)
	for _, id := range ids {
		for dir := path.Dir(id); dir != "." && c.docs[dir] == nil; dir = path.Dir(dir) {
			c.docs[dir] = &Doc{Folder: true, Order: unordered, Page: Page{Kind: KindDoc, ID: dir, Title: humanize(path.Base(dir)), Path: docURL(dir)}}
		}
	}
	for id, d := range c.docs {
		if n, ok := b.nav[id]; ok {
			d.Order, d.Group = cmp.Or(n.order, d.Order), n.group
			if d.Folder {
				d.Title = cmp.Or(n.title, d.Title)
			} else {
				d.Label = cmp.Or(d.Label, n.title)
			}
		}
		if d.Label == "" {
			d.Label = d.Title
		}
	}
	b.bubbleOrder()
	for id, d := range c.docs {
		switch dir := path.Dir(id); {
		case id == "":
			continue
		case dir == ".":
			if d.Parent = c.docs[""]; d.Parent == nil {
				c.Roots = append(c.Roots, d)
				continue
			}
		default:
			d.Parent = c.docs[dir]
		}
		d.Parent.Children = append(d.Parent.Children, d)
	}
	if root := c.docs[""]; root != nil {
		c.Roots = append(c.Roots, root)
	}
	var last *Doc
	var walk func(docs []*Doc)
	walk = func(docs []*Doc) {
		slices.SortFunc(docs, func(a, b *Doc) int {
			return cmp.Or(shippedLast(a, b), cmp.Compare(a.Order, b.Order), naturalCompare(a.Label, b.Label), cmp.Compare(a.ID, b.ID))
		})
		for _, d := range docs {
			if !d.Folder {
				c.Docs = append(c.Docs, d)
				if last != nil {
					last.Next, d.Previous = d, last
				}
				last = d
			}
			walk(d.Children)
		}
	}
	walk(c.Roots)
	c.endings = sync.OnceValue(func() map[string][]*Doc { return docsByEnding(c.docs) })
	c.lower = sync.OnceValue(func() map[string]string { return lowerIDs(c.docs) })
}

// shippedLast has the manual of this program follow what its hosts have written.
func shippedLast(a, b *Doc) int {
	switch shipped := !a.Own && !a.Folder; {
	case shipped == (!b.Own && !b.Folder):
		return 0
	case shipped:
		return 1
	}
	return -1
}

// docsByEnding are the docs by the last word of their paths, newer versions first.
func docsByEnding(docs map[string]*Doc) map[string][]*Doc {
	endings := make(map[string][]*Doc, len(docs))
	for id, d := range docs {
		word := strings.ToLower(path.Base(id))
		endings[word] = append(endings[word], d)
	}
	for _, docs := range endings {
		slices.SortFunc(docs, func(a, b *Doc) int { return naturalCompare(b.ID, a.ID) }) // 7.6 before 7.5
	}
	return endings
}

func lowerIDs(docs map[string]*Doc) map[string]string {
	lower := make(map[string]string, len(docs))
	for id := range docs {
		lower[strings.ToLower(id)] = id
	}
	return lower
}

// bubbleOrder gives a folder that no navigation names the place of its first
// page that one does.
func (b *builder) bubbleOrder() {
	for id, n := range b.nav {
		if n.order == 0 || b.cat.docs[id] == nil {
			continue
		}
		for dir := path.Dir(id); dir != "."; dir = path.Dir(dir) {
			if d := b.cat.docs[dir]; d != nil && d.Folder && b.nav[dir].order == 0 && n.order < d.Order {
				d.Order = n.order
			}
		}
	}
}
