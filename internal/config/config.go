// Package config reads siteerror.yaml: what the site calls itself and how it
// looks, its own vendors and categories, which part of the shipped library it
// shows, and the server's options.
//
//	title: Acme Help
//	vendors:
//	  acme: {title: Acme, hop: app, color: "#8a1c4b"}
//	library: {vendors: [ietf, nginx]}
//	server:
//	  addr: ":8080"
//	  content: [./docs]
//
// The file may stand in a content folder, where it is reloaded with the pages,
// or be given to the command.
package config

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"siteerror/internal/markdown"
)

// Name is the file's name in a content folder.
const Name = "siteerror.yaml"

// File is one siteerror.yaml.
type File struct {
	Path   string
	Site   Site
	Server []Setting // in the file's order

	text *markdown.File
}

// Line is the line on which a field stands, 1 where there is none. A dot leads
// into a mapping: "library.vendors".
func (f *File) Line(field string) int { return f.text.FieldLine(field) }

// Setting is a server option as the file has it. What it means is up to whoever
// knows the flag of that name.
type Setting struct {
	Name   string   // of the flag, without dashes in front: "base-url"
	Values []string // one, or a list's; "true" and "8" as written
	Line   int
}

// Site is what a site says about itself. The zero value changes nothing.
type Site struct {
	Title   string   `yaml:"title"`  // in the head of every page
	Logo    string   `yaml:"logo"`   // a picture in the content folder, "img/logo.svg"
	Accent  string   `yaml:"accent"` // "#8a1c4b", for links on light paper
	Home    string   `yaml:"home"`   // the page that stands at "/": its path, "/docs/start"
	Edit    string   `yaml:"edit"`   // where a page is edited: "https://git.example/docs/edit/main/{path}"
	Footer  []Column `yaml:"footer"` // columns before the shipped ones
	Library Library  `yaml:"library"`

	Vendors    map[string]Taxonomy `yaml:"vendors"`
	Categories map[string]Taxonomy `yaml:"categories"`
	Synonyms   [][]string          `yaml:"synonyms"`
}

// Column is a column of links in the footer.
type Column struct {
	Title string `yaml:"title"`
	Links []Link `yaml:"links"`
}

// Link is a title and where it leads: an address, or a path of the site.
type Link struct {
	Title string `yaml:"title"`
	URL   string `yaml:"url"`
}

// Taxonomy is a vendor or a category that needs no file of its own.
type Taxonomy struct {
	Title string   `yaml:"title"`
	Order int      `yaml:"order"`
	Color string   `yaml:"color"` // "#8a1c4b", or one of the shipped: "c1" to "c5"
	About string   `yaml:"about"` // Markdown, a paragraph
	Hop   string   `yaml:"hop"`   // vendors: the emitter it usually is
	Words []string `yaml:"words"` // vendors: what people call it
	URL   string   `yaml:"url"`   // vendors
}

// Library narrows the shipped library. Lists that are empty narrow nothing.
type Library struct {
	Vendors    []string `yaml:"vendors"`    // only the codes of these
	Categories []string `yaml:"categories"` // only the codes of these
	Without    []string `yaml:"without"`    // not the codes with these ids
	Posts      *bool    `yaml:"posts"`      // false: none of its posts
	Docs       *bool    `yaml:"docs"`       // false: none of its docs
}

// Narrows reports whether l leaves anything out.
func (l Library) Narrows() bool {
	return len(l.Vendors)+len(l.Categories)+len(l.Without) > 0 || !l.HasPosts() || !l.HasDocs()
}

// HasPosts reports whether the shipped posts are wanted.
func (l Library) HasPosts() bool { return l.Posts == nil || *l.Posts }

// HasDocs reports whether the shipped docs are wanted.
func (l Library) HasDocs() bool { return l.Docs == nil || *l.Docs }

// HasCode reports whether a shipped code is wanted.
func (l Library) HasCode(id, vendor, category string) bool {
	return (len(l.Vendors) == 0 || slices.Contains(l.Vendors, vendor)) &&
		(len(l.Categories) == 0 || slices.Contains(l.Categories, category)) &&
		!slices.ContainsFunc(l.Without, func(w string) bool { return strings.EqualFold(w, id) })
}

// Read reads the file at name. The error is markdown.Problems where the file is
// there and at fault, and wraps fs.ErrNotExist where there is none.
func Read(fsys fs.FS, name string) (*File, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	f, problems := Parse(name, src)
	if problems != nil {
		return nil, problems
	}
	return f, nil
}

// Parse reads a siteerror.yaml; name is for messages.
func Parse(name string, src []byte) (*File, markdown.Problems) {
	y, problems := markdown.ParseYAML(name, src)
	if problems != nil {
		return nil, problems
	}
	f := &File{Path: name, text: y}
	var all struct {
		Site   `yaml:",inline"`
		Server markdown.Settings `yaml:"server"`
	}
	problems = y.Decode(&all, true)
	f.Site = all.Site
	for _, s := range all.Server {
		f.Server = append(f.Server, Setting{Name: s.Name, Values: s.Values, Line: s.Line})
	}
	if problems = append(problems, f.Site.check(y)...); problems != nil {
		return nil, problems
	}
	return f, nil
}

var (
	hexColor = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
	slug     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,40}$`)
	hops     = []string{"client", "cdn", "load-balancer", "proxy", "app-server", "app"}
	shipped  = []string{"c1", "c2", "c3", "c4", "c5"}
)

// IsColor reports whether s is a color as this file has it: "#8a1c4b".
func IsColor(s string) bool { return hexColor.MatchString(s) }

// check says what is wrong with values of the right shape.
func (s *Site) check(y *markdown.File) markdown.Problems {
	var ps markdown.Problems
	bad := func(field, format string, args ...any) {
		ps = append(ps, markdown.Problem{Path: y.Path, Line: y.FieldLine(field), Msg: fmt.Sprintf(format, args...)})
	}
	if s.Accent != "" && !IsColor(s.Accent) {
		bad("accent", "accent %q: write a color as \"#8a1c4b\", in quotes", s.Accent)
	}
	if s.Logo != "" && (!fs.ValidPath(s.Logo) || !slices.Contains([]string{".svg", ".png", ".webp", ".jpg", ".gif"}, path.Ext(s.Logo))) {
		bad("logo", "logo %q: name an .svg, .png, .webp, .jpg or .gif in the content folder, such as img/logo.svg", s.Logo)
	}
	if s.Home != "" && (!isPath(s.Home) || !strings.HasPrefix(s.Home, "/docs")) {
		bad("home", "home %q: give a doc's path, such as /docs/start", s.Home)
	}
	if u, err := url.Parse(strings.NewReplacer("{path}", "p", "{file}", "p", "{line}", "1").Replace(s.Edit)); s.Edit != "" &&
		(err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.Contains(s.Edit, "{path}")) {
		bad("edit", "edit %q: give an address with {path} where the file's path goes, such as https://git.example/docs/edit/main/{path}", s.Edit)
	}
	for _, c := range s.Footer {
		for _, l := range c.Links {
			u, err := url.Parse(l.URL)
			if l.Title == "" || err != nil || !isPath(l.URL) && !slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) {
				bad("footer", "footer: the link %q to %q needs a title and an address or a path such as /docs/imprint", l.Title, l.URL)
			}
		}
	}
	for _, group := range []struct {
		field string
		of    map[string]Taxonomy
	}{{"vendors", s.Vendors}, {"categories", s.Categories}} {
		for _, name := range slices.Sorted(maps.Keys(group.of)) {
			t, at := group.of[name], group.field+"."+name
			if !slug.MatchString(name) {
				bad(at, "%s: the name %q: lower-case letters, digits and hyphens", group.field, name)
			}
			if t.Title == "" {
				bad(at, "%s: %s has no title", group.field, name)
			}
			if t.Color != "" && !IsColor(t.Color) && !slices.Contains(shipped, t.Color) {
				bad(at, "%s: %s: color %q: write \"#8a1c4b\", in quotes, or one of %s", group.field, name, t.Color, strings.Join(shipped, ", "))
			}
			if t.Hop != "" && !slices.Contains(hops, t.Hop) {
				bad(at, "%s: %s: hop %q: one of %s", group.field, name, t.Hop, strings.Join(hops, ", "))
			}
		}
	}
	return ps
}

// isPath reports whether s is a path of the site.
func isPath(s string) bool {
	return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && !strings.Contains(s, `\`) && !strings.Contains(s, "..")
}

// Merge is s with what over sets in its place. Vendors and categories are
// replaced one by one, synonyms are added.
func (s Site) Merge(over Site) Site {
	for _, f := range []struct {
		to   *string
		from string
	}{{&s.Title, over.Title}, {&s.Logo, over.Logo}, {&s.Accent, over.Accent}, {&s.Home, over.Home}, {&s.Edit, over.Edit}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	if over.Footer != nil {
		s.Footer = over.Footer
	}
	if over.Library.Narrows() {
		s.Library = over.Library
	}
	s.Vendors, s.Categories = merged(s.Vendors, over.Vendors), merged(s.Categories, over.Categories)
	s.Synonyms = slices.Concat(s.Synonyms, over.Synonyms)
	return s
}

func merged(a, b map[string]Taxonomy) map[string]Taxonomy {
	m := maps.Clone(a)
	if m == nil {
		m = map[string]Taxonomy{}
	}
	maps.Copy(m, b)
	return m
}
