package catalog

import (
	"cmp"
	"math"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// unordered is the place of a page that asks for none: after those that do.
const unordered = math.MaxInt32

// addDoc makes a page of any other file. What its fields are called depends on
// the generator it was written for; fields that nobody knows are its author's.
func (b *builder) addDoc(p *parsed) {
	f := p.file
	b.note(&b.cat.Faults, p, p.faults...)
	if b.opts.Strict {
		var m struct {
			Title   string   `yaml:"title"`
			Summary string   `yaml:"summary"`
			Tags    []string `yaml:"tags"`
			Order   int      `yaml:"order"`
			Draft   bool     `yaml:"draft"`
		}
		if ps := f.Decode(&m, true); ps != nil {
			b.report(p, ps...)
			return
		}
	}
	if f.Field("draft") == "true" || f.Field("published") == "false" || p.builtin && !b.cat.Site.Library.HasDocs() {
		return
	}
	if o, taken := b.owners["doc/"+p.docPath]; taken && o.source == p.source {
		p.docPath = fullDocPath(f.Path) // README.md beside index.md, a.md beside a/index.md
	}
	if !b.claim(p, "doc/"+p.docPath, 1) {
		return
	}
	title := cmp.Or(f.Field("title"), p.outline.Title)
	if title == "" && len(p.outline.Sections) > 0 {
		title = p.outline.Sections[0].Title
	}
	if title == "" {
		title = humanize(path.Base(p.docPath))
	}
	d := &Doc{Order: order(f.Field("order", "weight", "sidebar_position", "nav_order", "sidebar.order")), Label: f.Field("sidebar_label", "linkTitle", "nav_title")}
	d.Page = Page{
		Kind: KindDoc, ID: p.docPath, Title: title, Path: docURL(p.docPath), Summary: clip(oneLine(f.Field("summary", "description")), maxVerdict), Tags: tags(f.List("tags")),
		Modified: anyDate(f.Field("reviewed", "lastmod", "last_update.date", "updated", "ms.date", "date")),
		File:     f.Path, Own: !p.builtin, source: p.source, Markdown: p.outline.Source,
	}
	d.Sections, d.Flat = b.sections(p, "h-")
	if d.Summary == "" && len(d.Flat) > 0 {
		d.Summary = clip(firstSentence(d.Flat[0].Text), maxVerdict)
	}
	b.cat.docs[p.docPath] = d
	b.otherNames(p, d)
}

// otherNames notes the addresses that a page has, or had, on its author's site.
func (b *builder) otherNames(p *parsed, d *Doc) {
	dir := path.Dir(p.docPath)
	add := func(name string) {
		if name = strings.ToLower(strings.Trim(name, "/")); name == "" {
			return
		}
		if _, taken := b.cat.names[name]; !taken {
			b.cat.names[name] = d
		}
	}
	for _, name := range append(p.file.List("slug", "url", "permalink"), p.file.List("aliases", "redirect_from")...) {
		if strings.HasPrefix(name, "/") {
			add(name)
		} else {
			add(path.Join(dir, name))
		}
	}
	if id := p.file.Field("id"); id != "" {
		add(path.Join(dir, id))
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
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02 15:04:05", "01/02/2006", "2006-01-02T15:04:05"} {
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
			return cmp.Or(cmp.Compare(a.Order, b.Order), naturalCompare(a.Label, b.Label), cmp.Compare(a.ID, b.ID))
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
	for id, d := range c.docs {
		word := strings.ToLower(path.Base(id))
		c.endings[word] = append(c.endings[word], d)
	}
	for _, docs := range c.endings {
		slices.SortFunc(docs, func(a, b *Doc) int { return naturalCompare(b.ID, a.ID) }) // 7.6 before 7.5
	}
	c.lower = map[string]string{}
	for id := range c.docs {
		c.lower[strings.ToLower(id)] = id
	}
	for name := range c.files {
		c.lower[strings.ToLower(name)] = name
	}
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
