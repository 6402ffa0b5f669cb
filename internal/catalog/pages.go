package catalog

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"siteerror/internal/config"
)

type taxonomyFront struct {
	Title string `yaml:"title"`
	Order int    `yaml:"order"`
	Color string `yaml:"color"`
}

func (b *builder) taxonomy(p *parsed, dir string, m taxonomyFront) (Taxonomy, bool) {
	if m.Title == "" {
		b.problem(p, 1, "front matter: title is missing")
		return Taxonomy{}, false
	}
	if !b.claim(p, dir+"/"+p.name, "") {
		return Taxonomy{}, false
	}
	t := Taxonomy{Slug: p.name, Title: m.Title, Order: m.Order, Color: m.Color, Path: "/" + dir + "/" + p.name}
	if config.IsColor(m.Color) {
		t.Color, t.Hex = "x-"+p.name, m.Color
	}
	if top, _ := b.sections(p, "h-"); len(top) > 0 {
		t.Intro = top[0]
	}
	return t, true
}

func (b *builder) addCategory(p *parsed) {
	var m taxonomyFront
	if ps := p.file.Decode(&m, !p.cached); ps != nil {
		b.report(p, ps...)
		return
	}
	if t, ok := b.taxonomy(p, "categories", m); ok {
		b.cat.categories[t.Slug] = &Category{t}
	}
}

func (b *builder) addVendor(p *parsed) {
	var m struct {
		taxonomyFront `yaml:",inline"`
		Hop           string   `yaml:"hop"`
		Words         []string `yaml:"words"`
		URL           string   `yaml:"url"`
	}
	if ps := p.file.Decode(&m, !p.cached); ps != nil {
		b.report(p, ps...)
		return
	}
	if m.Hop != "" && !slices.Contains(emitters, m.Hop) {
		b.problem(p, p.fieldLine("hop"), "front matter: hop %q: one of %s", m.Hop, strings.Join(emitters, ", "))
	}
	if t, ok := b.taxonomy(p, "vendors", m.taxonomyFront); ok {
		b.cat.vendors[t.Slug] = &Vendor{Taxonomy: t, Hop: m.Hop, Words: m.Words, URL: m.URL}
	}
}

const wordsPerMinute = 220 // silent reading of technical prose

func (b *builder) addPost(p *parsed) {
	var m struct {
		Title   string   `yaml:"title"`
		Date    string   `yaml:"date"`
		Updated string   `yaml:"updated"`
		Summary string   `yaml:"summary"`
		Tags    []string `yaml:"tags"`
		Codes   []string `yaml:"codes"`
	}
	if ps := p.file.Decode(&m, !p.cached); ps != nil {
		b.report(p, ps...)
		return
	}
	at := func(field, format string, args ...any) {
		b.problem(p, p.fieldLine(field), "front matter: "+format, args...)
	}
	before := len(b.problems)
	for field, value := range map[string]string{"title": m.Title, "date": m.Date, "summary": m.Summary} {
		if value == "" {
			at(field, "%s is missing", field)
		}
	}
	if n := utf8.RuneCountInString(m.Summary); n > maxVerdict {
		at("summary", "summary has %d characters: at most %d", n, maxVerdict)
	}
	if len(m.Tags) == 0 {
		at("tags", "tags is missing")
	}
	for _, t := range m.Tags {
		if !codePattern.MatchString(t) {
			at("tags", "tag %q: only letters, digits and hyphens", t)
		}
	}
	date, err := parseDate(m.Date)
	if err != nil && m.Date != "" {
		at("date", "date: %v", err)
	}
	updated := time.Time{}
	if m.Updated != "" {
		if updated, err = parseDate(m.Updated); err != nil {
			at("updated", "updated: %v", err)
		}
	}
	if len(b.problems) > before || !b.claim(p, "post/"+p.name, "") {
		return
	}
	if p.builtin && !b.cat.Site.Library.HasPosts() {
		return
	}
	post := &Post{Date: date, Updated: updated}
	post.Page = Page{
		Kind: KindPost, ID: p.name, Title: m.Title, Path: "/blog/" + p.name, Summary: m.Summary, Tags: m.Tags,
		Modified: latest(date, updated), File: p.file.Path, Own: !p.builtin, source: p.source, Markdown: p.outline.Source,
	}
	post.top, post.flat = b.sections(p, "h-")
	words := 0
	for _, s := range post.flat {
		words += len(strings.Fields(s.Text))
	}
	post.Minutes = max(1, (words+wordsPerMinute/2)/wordsPerMinute)
	b.cat.posts[post.ID] = post
	b.pending = append(b.pending, func() {
		for _, id := range m.Codes {
			code, _, err := b.cat.Find(id)
			if err != nil && (b.cat.failedCode(id) || b.tolerates(p)) {
				continue
			}
			if err != nil {
				at("codes", "codes: there is no code %q%s", id, b.nearestCode(id))
				continue
			}
			if !slices.Contains(post.Codes, code) {
				post.Codes = append(post.Codes, code)
			}
		}
	})
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

const relatedPosts = 3

// linkPosts lists posts under their codes and under each other.
func (b *builder) linkPosts() {
	for _, p := range b.cat.Posts {
		for _, c := range p.Codes {
			c.Posts = append(c.Posts, p)
		}
	}
	for _, p := range b.cat.Posts {
		shared := func(q *Post) int {
			n := 0
			for _, t := range p.Tags {
				if slices.Contains(q.Tags, t) {
					n++
				}
			}
			for _, c := range p.Codes {
				if slices.Contains(q.Codes, c) {
					n += 2
				}
			}
			return n
		}
		for _, q := range b.cat.Posts {
			if q != p && shared(q) > 0 {
				p.Related = append(p.Related, q)
			}
		}
		slices.SortStableFunc(p.Related, func(x, y *Post) int { return cmp.Compare(shared(y), shared(x)) })
		p.Related = p.Related[:min(relatedPosts, len(p.Related))]
	}
}

func (b *builder) addGuide(p *parsed) {
	var m struct {
		Codes   []string          `yaml:"codes"`
		Verdict string            `yaml:"verdict"`
		Choose  map[string]string `yaml:"choose"`
	}
	if ps := p.file.Decode(&m, !p.cached); ps != nil {
		b.report(p, ps...)
		return
	}
	if len(m.Codes) != 2 || m.Verdict == "" {
		b.problem(p, 1, "front matter: codes (two ids) and verdict are required")
		return
	}
	if n := utf8.RuneCountInString(m.Verdict); n > maxVerdict {
		b.problem(p, p.fieldLine("verdict"), "front matter: verdict has %d characters: at most %d", n, maxVerdict)
	}
	g := &Guide{Verdict: m.Verdict, Choose: m.Choose}
	g.Sections, _ = b.sections(p, "h-")
	b.pending = append([]func(){func() { // before links are checked, since they may lead here
		for _, id := range m.Codes {
			code, err := b.cat.Code(id)
			if err != nil && (b.cat.failedCode(id) || b.tolerates(p)) {
				return
			}
			if err != nil {
				b.problem(p, p.fieldLine("codes"), "front matter: there is no code %q%s", id, b.nearestCode(id))
				return
			}
			g.Codes = append(g.Codes, code)
		}
		sortCanonical(g.Codes)
		g.Path = comparePath(g.Codes)
		if want := path.Base(g.Path); want != p.name {
			b.problem(p, p.fieldLine("codes"), "front matter: name the file %s.md, the canonical order of the two", want)
		}
		if !b.claim(p, "comparison/"+g.Path, "codes") {
			return
		}
		b.cat.guides[g.Path] = g
		b.cat.Guides = append(b.cat.Guides, g)
		for _, c := range g.Codes {
			c.Guides = append(c.Guides, g)
		}
	}}, b.pending...)
}

// clip cuts s to at most n characters at a word's end.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	cut := string([]rune(s)[:n-1])
	if i := strings.LastIndexByte(cut, ' '); i > n/2 {
		cut = cut[:i]
	}
	return cut + "…"
}
