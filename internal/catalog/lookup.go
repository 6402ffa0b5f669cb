package catalog

import (
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"

	"siteerror/internal/markdown"
)

// Code returns the page of a code by its id, compared without case. The error
// wraps ErrNotFound.
func (c *Catalog) Code(id string) (*Code, error) {
	if code, ok := c.codes[strings.ToLower(id)]; ok {
		return code, nil
	}
	return nil, fmt.Errorf("code %q: %w", id, ErrNotFound)
}

// Rendering returns a registered code as one vendor produces it, by an id such
// as "nginx-502". The error wraps ErrNotFound.
func (c *Catalog) Rendering(id string) (Rendering, error) {
	if r, ok := c.renderings[strings.ToLower(id)]; ok {
		return r, nil
	}
	return Rendering{}, fmt.Errorf("code %q: %w", id, ErrNotFound)
}

// Find returns the code that an id leads to, a vendor's rendering included, and
// its path on the site, with a fragment where it is a section. The error wraps
// ErrNotFound.
func (c *Catalog) Find(id string) (code *Code, path string, err error) {
	if code, err := c.Code(id); err == nil {
		return code, code.Path, nil
	}
	r, err := c.Rendering(id)
	if err != nil {
		return nil, "", err
	}
	return r.Code, r.Path, nil
}

// ByNumber returns the pages that a bare code such as "499" or "404.13" may
// mean: the registered one alone where there is one, else every vendor's.
func (c *Catalog) ByNumber(code string) []*Code {
	pages := c.numbers[strings.ToLower(code)]
	for _, p := range pages {
		if p.Vendor.Slug == "ietf" {
			return []*Code{p}
		}
	}
	return pages
}

// AmbiguousError is a bare number that several vendors use. It is an ErrNotFound.
type AmbiguousError struct {
	Number string
	Codes  []*Code
}

func (e *AmbiguousError) Error() string {
	ids := make([]string, len(e.Codes))
	for i, c := range e.Codes {
		ids[i] = c.ID
	}
	return fmt.Sprintf("several vendors use %s: write %s or %s", e.Number, strings.Join(ids[:len(ids)-1], ", "), ids[len(ids)-1])
}

func (e *AmbiguousError) Unwrap() error { return ErrNotFound }

// Meant returns the code that a word names: an id, a vendor's rendering, or a
// number that one page alone has. The error wraps ErrNotFound, and is an
// *AmbiguousError where several have it.
func (c *Catalog) Meant(word string) (*Code, error) {
	code, _, err := c.Find(word)
	if err == nil {
		return code, nil
	}
	switch codes := c.ByNumber(word); len(codes) {
	case 0:
		return nil, err
	case 1:
		return codes[0], nil
	default:
		return nil, &AmbiguousError{word, codes}
	}
}

// Post returns a post by its slug. The error wraps ErrNotFound.
func (c *Catalog) Post(slug string) (*Post, error) {
	if p, ok := c.posts[slug]; ok {
		return p, nil
	}
	return nil, fmt.Errorf("post %q: %w", slug, ErrNotFound)
}

// Doc returns a doc by its path below /docs/. The error wraps ErrNotFound.
func (c *Catalog) Doc(path string) (*Doc, error) {
	if d, ok := c.docs[path]; ok {
		return d, nil
	}
	return nil, fmt.Errorf("page %q: %w", path, ErrNotFound)
}

// DocAt returns the path on the site, without base path, of the page that a path
// below /docs/ was meant for: its file's name, an address that it has or had on its
// author's site, or its own in other case. It is "" where there is none.
func (c *Catalog) DocAt(file string) string {
	l := &linker{cat: c, doc: true}
	if t, ok := l.at(file); ok && !t.any {
		return t.path
	}
	return ""
}

// Category returns a category by its slug. The error wraps ErrNotFound.
func (c *Catalog) Category(slug string) (*Category, error) {
	if v, ok := c.categories[slug]; ok {
		return v, nil
	}
	return nil, fmt.Errorf("category %q: %w", slug, ErrNotFound)
}

// Vendor returns a vendor by its slug. The error wraps ErrNotFound.
func (c *Catalog) Vendor(slug string) (*Vendor, error) {
	if v, ok := c.vendors[slug]; ok {
		return v, nil
	}
	return nil, fmt.Errorf("vendor %q: %w", slug, ErrNotFound)
}

// Tags returns the tags of posts in alphabetical order.
func (c *Catalog) Tags() []string {
	var tags []string
	for _, p := range c.Posts {
		tags = append(tags, p.Tags...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// PostsByTag returns the posts that carry tag, newest first.
func (c *Catalog) PostsByTag(tag string) []*Post {
	var posts []*Post
	for _, p := range c.Posts {
		if slices.Contains(p.Tags, tag) {
			posts = append(posts, p)
		}
	}
	return posts
}

func (c *Catalog) hasTag(tag string) bool {
	for _, p := range c.posts {
		if slices.Contains(p.Tags, tag) {
			return true
		}
	}
	return false
}

// Popular returns at most n codes that people meet most often, in the
// catalog's order among equals.
func (c *Catalog) Popular(n int) []*Code {
	return c.popular[:min(n, len(c.popular))]
}

// CodeBlock returns code as a highlighted block.
func (c *Catalog) CodeBlock(code, language string) template.HTML {
	return c.renderer.CodeBlock(code, language)
}

// Inline renders a short Markdown text without a paragraph around it. Links
// lead to pages of this catalog.
func (c *Catalog) Inline(md string) template.HTML {
	l := &linker{cat: c, dir: "."}
	return c.renderer.Inline(md, func(dest string) string {
		out, _ := l.resolve(dest)
		return out
	})
}

// NearestCodes returns at most n registered codes whose numbers are nearest to
// number, nearest first.
func (c *Catalog) NearestCodes(number, n int) []*Code {
	var codes []*Code
	for _, code := range c.Codes {
		if code.Vendor.Slug == "ietf" && code.Number > 0 {
			codes = append(codes, code)
		}
	}
	slices.SortStableFunc(codes, func(a, b *Code) int { return abs(a.Number-number) - abs(b.Number-number) })
	return codes[:min(n, len(codes))]
}

func abs(i int) int {
	if i < 0 {
		return -i
	}
	return i
}

// Broken renders every page but the shipped library's and returns the problems
// that only rendering shows: HTML over the limits.
func (c *Catalog) Broken() markdown.Problems {
	var ps markdown.Problems
	check := func(p Page) {
		flat := p.Flat()
		if !p.Own || len(flat) == 0 {
			return
		}
		if _, err := flat[0].body.render(); err != nil { // one section stands for its page
			ps = append(ps, markdown.Problem{Path: path.Join(c.trees[max(p.source, 0)].dir, p.File), Msg: err.Error()})
		}
	}
	for _, p := range c.Codes {
		check(p.Page)
	}
	for _, p := range c.Posts {
		check(p.Page)
	}
	for _, p := range c.Docs {
		check(p.Page)
	}
	return ps
}

// GetSlug returns the taxonomy's slug.
func (t Taxonomy) GetSlug() string { return t.Slug }

// PlainText returns a short Markdown text without its markup.
func (c *Catalog) PlainText(md string) string { return c.renderer.Text(md) }

// Blocks returns the page's sections in page order with their blocks, which docs
// do not keep.
func (c *Catalog) Blocks(p Page) []*Section {
	if p.Kind != KindDoc || p.Markdown == "" {
		return p.Flat()
	}
	_, flat := newSections(c.renderer.Outline(&markdown.File{Path: p.File, Body: []byte(p.Portable()), BodyLine: 1}), nil)
	return flat
}

// Home is the page that the settings put at "/": the one they name, else the
// docs' first where there are no codes. It is nil where "/" is the shipped one.
func (c *Catalog) Home() *Doc {
	if p, ok := strings.CutPrefix(c.Site.Home, "/docs"); ok {
		if d, err := c.Doc(strings.Trim(p, "/")); err == nil {
			return d
		}
	}
	if len(c.Codes) == 0 {
		return c.docs[""]
	}
	return nil
}
