package catalog

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"siteerror/internal/config"
	"siteerror/internal/markdown"
)

// addConfigured makes the categories or vendors that the site's settings name.
// They win over files.
func (b *builder) addConfigured(group string, from map[string]config.Taxonomy) {
	for _, slug := range slices.Sorted(maps.Keys(from)) {
		c := from[slug]
		p := &parsed{group: group, name: slug, file: &markdown.File{Path: config.Name, Body: []byte(c.About), BodyLine: 1}, source: -1}
		p.outline = b.cat.renderer.Outline(p.file)
		t := Taxonomy{Slug: slug, Title: c.Title, Order: c.Order, Color: c.Color, Path: "/" + group + "/" + slug}
		if config.IsColor(c.Color) {
			t.Color, t.Hex = "x-"+slug, c.Color
		}
		if top, _ := b.sections(p, "h-"); len(top) > 0 {
			t.Intro = top[0]
		}
		if group == "categories" {
			b.cat.categories[slug] = &Category{t}
		} else {
			b.cat.vendors[slug] = &Vendor{Taxonomy: t, Hop: c.Hop, Words: c.Words, URL: c.URL}
		}
	}
}

// tree is what is known of a source once it has been read.
type tree struct {
	dir  string // for messages
	edit string // its own pattern, or ""
}

// EditURL is where a page is edited, "" where nobody has said.
func (c *Catalog) EditURL(p Page) string {
	if !p.Own || p.source < 0 || p.source >= len(c.trees) {
		return ""
	}
	pattern := orElse(c.trees[p.source].edit, c.Site.Edit)
	return strings.ReplaceAll(pattern, "{path}", (&url.URL{Path: p.File}).EscapedPath())
}

// Relative is a problem's file as its author knows it, without the folder of the
// machine that the tree stands in.
func (c *Catalog) Relative(p markdown.Problem) markdown.Problem {
	for _, t := range c.trees {
		if rest, ok := strings.CutPrefix(p.Path, path.Clean(t.dir)+"/"); ok && t.dir != "" {
			p.Path = rest
			break
		}
	}
	return p
}

// narrowLists takes off the lists what a narrowed library leaves empty.
func (b *builder) narrowLists() {
	if !b.cat.Site.Library.Narrows() {
		return
	}
	b.cat.Categories = slices.DeleteFunc(b.cat.Categories, func(v *Category) bool { return len(v.Codes) == 0 })
	b.cat.Vendors = slices.DeleteFunc(b.cat.Vendors, func(v *Vendor) bool { return len(v.Codes)+len(v.Renderings) == 0 })
}

// checkSettings reports what settings name that is not there. It costs nobody a
// page: what they name may come back, or go with an upgrade.
func (b *builder) checkSettings() {
	c, codes := b.cat, b.shippedCodes()
	for _, f := range b.settings {
		bad := func(field, format string, args ...any) {
			b.note(&c.Faults, &parsed{group: "docs"}, markdown.Problem{Path: f.Path, Line: f.Line(field), Msg: fmt.Sprintf(format, args...)})
		}
		if id, ok := strings.CutPrefix(f.Site.Home, "/docs"); ok {
			if _, err := c.Doc(strings.Trim(id, "/")); err != nil {
				bad("home", "home: there is no page %s", f.Site.Home)
			}
		}
		if logo := f.Site.Logo; logo != "" && c.assets.at(strings.TrimPrefix(logo, "docs/")) == nil {
			bad("logo", "logo: %s is in no content folder, or is too large", logo)
		}
		links := &linker{cat: c, doc: true}
		for _, column := range f.Site.Footer {
			for _, l := range column.Links {
				if _, err := links.resolve(l.URL); err != nil {
					bad("footer", "footer: %v", err)
				}
			}
		}
		for _, list := range []struct {
			field string
			names []string
			known []string
		}{
			{"vendors", f.Site.Library.Vendors, keysOf(c.vendors)}, {"categories", f.Site.Library.Categories, keysOf(c.categories)}, {"without", f.Site.Library.Without, codes},
		} {
			for _, name := range list.names {
				if codes != nil && !slices.ContainsFunc(list.known, func(k string) bool { return strings.EqualFold(k, name) }) {
					bad("library."+list.field, "library.%s: the library has no %q%s", list.field, name, didYouMean(name, list.known))
				}
			}
		}
	}
}

// shippedCodes are the ids of all that the library has, wanted or not.
func (b *builder) shippedCodes() []string {
	var ids []string
	for _, p := range b.files {
		if p.builtin && p.group == "codes" {
			ids = append(ids, p.name)
		}
	}
	return ids
}

// extensionFront is the front matter of a file that adds to a code's page.
type extensionFront struct {
	Extends    string      `yaml:"extends"`
	By         string      `yaml:"by"`
	Aliases    []string    `yaml:"aliases"`
	Symptoms   []string    `yaml:"symptoms"`
	Signatures []Signature `yaml:"signatures"`
	Sources    []Link      `yaml:"sources"`
}

// addExtension adds a file's sections to a page that another file has, in the
// place that their headings name, else below the meaning.
func (b *builder) addExtension(p *parsed, m *extensionFront) {
	if m.By == "" {
		m.By = orElse(b.cat.Site.Title, "this site")
	}
	for i := 0; !p.cached && i < len(m.Signatures); i++ {
		b.checkSignature(p, i, &m.Signatures[i])
	}
	top, flat := b.sections(p, "x-"+markdown.Slug(p.name)+"-")
	for _, s := range flat {
		s.Origin = m.By
	}
	if len(flat) == 0 && len(m.Signatures) == 0 {
		b.problem(p, p.file.BodyLine, "nothing is added: write a section, such as “## At %s”", m.By)
		return
	}
	b.extensions = append(b.extensions, func() {
		code, _, err := b.cat.Find(m.Extends)
		if err != nil {
			if !b.cat.failedCode(m.Extends) {
				b.problem(p, p.fieldLine("extends"), "front matter: extends: there is no code %q%s", m.Extends, b.nearestCode(m.Extends))
			}
			return
		}
		at := code.Meaning
		if r, err := b.cat.Rendering(m.Extends); err == nil {
			at = r.Section
		}
		for _, s := range top {
			place := at
			if h := headingFor(s.Title); h != nil && h.field != nil && *h.field(code) != nil {
				place = *h.field(code)
			}
			if place == nil {
				code.Extra = append(code.Extra, s)
				continue
			}
			place.Added = append(place.Added, s)
		}
		code.flat = append(code.flat, flat...)
		code.Aliases = append(code.Aliases, m.Aliases...)
		code.Symptoms = append(code.Symptoms, m.Symptoms...)
		code.Signatures = append(code.Signatures, m.Signatures...)
		code.Sources = append(code.Sources, m.Sources...)
		code.Markdown = strings.TrimSpace(code.Markdown) + "\n\n<!-- from " + m.By + " -->\n\n" + strings.TrimSpace(p.outline.Source) + "\n"
		code.Additions = append(code.Additions, Addition{By: m.By, Markdown: strings.TrimSpace(p.outline.Source), File: p.file.Path, Sections: top})
	})
}
