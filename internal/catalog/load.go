package catalog

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/maruel/natural"
	"go.yaml.in/yaml/v3"

	"siteerror/internal/markdown"
)

// Source is one tree of content files.
type Source struct {
	Name string // for messages: "the shipped library", "./docs"
	Dir  string // stands before the files' paths in messages, so that an editor finds them
	FS   fs.FS
}

// Options are what pages depend on besides their files.
type Options struct {
	BasePath string // "" or "/help": prefixed to every internal link
	Strict   bool   // a bad doc fails the load instead of being left out
	// FailOnDocs makes a doc's problems fail the load as a code's do, unknown
	// fields apart: what a check wants.
	FailOnDocs bool
	// TolerateLinks keeps pages whose links and related codes lead nowhere: in
	// a narrowed library many do, and nobody is to blame.
	TolerateLinks bool
}

// reserved are the anchors that the pages' own frame uses.
var reserved = []string{"main", "search", "toc"}

// Load reads every source and links the pages. A later source's page replaces
// an earlier one's with the same id. The error, if any, is markdown.Problems
// with every mistake found, sorted by file and line; there is no catalog then.
// A bad doc is left out and listed in Catalog.Skipped, unless opts.Strict.
func Load(ctx context.Context, sources []Source, opts Options) (*Catalog, error) {
	b := &builder{
		opts: opts,
		cat: &Catalog{
			codes: map[string]*Code{}, renderings: map[string]Rendering{}, numbers: map[string][]*Code{},
			posts: map[string]*Post{}, docs: map[string]*Doc{}, categories: map[string]*Category{}, vendors: map[string]*Vendor{}, guides: map[string]*Guide{}, failed: map[string]bool{},
			renderer: markdown.NewRenderer(markdown.Config{Reserved: reserved}),
			base:     opts.BasePath,
		},
		owners:    map[string]owner{},
		hash:      sha256.New(),
		constants: map[string][]Constant{},
	}
	var files []*parsed
	for i, src := range sources {
		fsFiles, err := b.read(ctx, i, src)
		if err != nil {
			return nil, err
		}
		files = append(files, fsFiles...)
	}
	for _, p := range files {
		fmt.Fprintf(b.hash, "%d %s %x\n", p.source, p.file.Path, p.sum)
	}
	b.cat.Hash = hex.EncodeToString(b.hash.Sum(nil)[:8])
	// Taxonomies first: codes name them.
	for _, group := range []string{"categories", "vendors", "snippets", "codes", "posts", "compare", "docs"} {
		for _, p := range files {
			if p.group != group {
				continue
			}
			before := len(b.problems)
			if b.add(p); len(b.problems) > before {
				b.cat.failed[p.group+"/"+strings.ToLower(p.name)] = true
			}
		}
	}
	b.link()
	b.problems.Sort()
	b.cat.Skipped.Sort()
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	return b.cat, nil
}

// parsed is a file after the part that needs no other file.
type parsed struct {
	source  int
	dir     string // of the source, for messages
	group   string // the folder that decides the kind
	name    string // the file's name without .md
	docPath string // of a doc: its URL below /docs/, "" for the root
	file    *markdown.File
	outline *markdown.Outline
	fail    markdown.Problems
	sum     [sha256.Size]byte // of the file's bytes
}

type owner struct {
	source int
	path   string
}

type builder struct {
	opts      Options
	cat       *Catalog
	owners    map[string]owner // "code/502" → who has it
	pending   []func()         // work that needs every page
	snippets  []*snippetTemplate
	constants map[string][]Constant // by id
	problems  markdown.Problems
	hash      hash.Hash // of everything that was read
}

// problem records a mistake of p. Docs are other people's: theirs only cost
// the page, unless strict.
func (b *builder) problem(p *parsed, line int, format string, args ...any) {
	b.report(p, markdown.Problem{Path: p.file.Path, Line: line, Msg: fmt.Sprintf(format, args...)})
}

func (b *builder) report(p *parsed, ps ...markdown.Problem) {
	for i := range ps {
		ps[i].Path = path.Join(p.dir, ps[i].Path)
	}
	if p.group == "docs" && !b.opts.Strict && !b.opts.FailOnDocs {
		b.cat.Skipped = append(b.cat.Skipped, ps...)
		return
	}
	b.problems = append(b.problems, ps...)
}

// read finds and parses the files of one source, on all processors.
func (b *builder) read(ctx context.Context, index int, src Source) ([]*parsed, error) {
	var files []*parsed
	err := fs.WalkDir(src.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", src.Name, err)
		}
		if name != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			if name == "archetypes" { // skeletons of pages, here as in Hugo
				return fs.SkipDir
			}
			return nil
		}
		if name == "synonyms.yaml" {
			return b.readSynonyms(src, name)
		}
		if name == "snippets/constants.tsv" {
			src, err := fs.ReadFile(src.FS, name)
			b.hash.Write(src)
			b.readConstants(name, src)
			return err
		}
		isSnippet := strings.HasPrefix(name, "snippets/") && path.Ext(name) == ".tmpl"
		if !isSnippet && !strings.EqualFold(path.Ext(name), ".md") || !isRegular(src.FS, name, d) {
			return nil
		}
		p := newParsed(index, name)
		p.dir = src.Dir
		files = append(files, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	work := make(chan *parsed)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for p := range work {
				p.parse(src.FS, b.cat.renderer)
			}
		})
	}
	for _, p := range files {
		if ctx.Err() != nil {
			break
		}
		work <- p
	}
	close(work)
	wg.Wait()
	return files, ctx.Err()
}

// isRegular tells regular files from FIFOs, devices and sockets. A link counts
// as what it leads to; the file system keeps it inside the root.
func isRegular(fsys fs.FS, name string, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink != 0 {
		info, err := fs.Stat(fsys, name)
		return err == nil && info.Mode().IsRegular()
	}
	return d.Type().IsRegular()
}

func newParsed(source int, name string) *parsed {
	p := &parsed{source: source, file: &markdown.File{Path: name}}
	p.name = strings.TrimSuffix(path.Base(name), path.Ext(name))
	first, _, nested := strings.Cut(name, "/")
	switch first {
	case "categories", "vendors", "codes", "posts", "compare", "snippets":
		if nested && (first != "snippets" || path.Ext(name) == ".tmpl") {
			p.group = first
			return p
		}
	}
	p.group = "docs"
	p.docPath = strings.TrimPrefix(strings.TrimSuffix(name, path.Ext(name)), "docs/")
	switch strings.ToLower(p.name) {
	case "index", "readme", "_index":
		p.docPath = path.Dir(p.docPath)
		if p.docPath == "." {
			p.docPath = ""
		}
	}
	return p
}

func (p *parsed) parse(fsys fs.FS, r *markdown.Renderer) {
	name := p.file.Path
	info, err := fs.Stat(fsys, name)
	if err == nil && info.Size() > markdown.MaxFileSize {
		p.fail = markdown.Problems{{Path: name, Msg: fmt.Sprintf("the file has %d bytes; at most %d are read: split it", info.Size(), markdown.MaxFileSize)}}
		return
	}
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		p.fail = markdown.Problems{{Path: name, Msg: fmt.Sprintf("cannot read the file: %v", errors.Unwrap(err))}}
		return
	}
	p.sum = sha256.Sum256(src)
	file, problems := markdown.Split(name, src)
	if problems != nil {
		p.fail = problems
		return
	}
	p.file = file
	if p.group != "snippets" {
		p.outline = r.Outline(file)
	}
}

func (b *builder) readSynonyms(source Source, name string) error {
	src, err := fs.ReadFile(source.FS, name)
	if err != nil {
		return err
	}
	b.hash.Write(src)
	var s Synonyms
	dec := yaml.NewDecoder(bytes.NewReader(src))
	dec.KnownFields(true)
	if err := dec.Decode(&s); err != nil {
		b.problems = append(b.problems, markdown.Problem{Path: path.Join(source.Dir, name), Msg: strings.TrimPrefix(err.Error(), "yaml: ")})
		return nil
	}
	b.cat.Synonyms.Groups = append(b.cat.Synonyms.Groups, s.Groups...)
	if b.cat.Synonyms.Vendors == nil {
		b.cat.Synonyms.Vendors = map[string][]string{}
	}
	for k, v := range s.Vendors {
		b.cat.Synonyms.Vendors[k] = append(b.cat.Synonyms.Vendors[k], v...)
	}
	return nil
}

func (b *builder) add(p *parsed) {
	if p.fail != nil {
		b.report(p, p.fail...)
		return
	}
	switch p.group {
	case "categories":
		b.addCategory(p)
	case "vendors":
		b.addVendor(p)
	case "snippets":
		b.addSnippet(p)
	case "codes":
		b.addCode(p)
	case "posts":
		b.addPost(p)
	case "compare":
		b.addGuide(p)
	default:
		b.addDoc(p)
	}
}

// claim takes key for p. Within one source a second claim is a mistake, told
// with both places; a later source replaces.
func (b *builder) claim(p *parsed, key string, line int) bool {
	if o, taken := b.owners[key]; taken && o.source == p.source {
		b.problem(p, line, "%s is already in %s: rename or remove one", strings.Replace(key, "/", " ", 1), o.path)
		return false
	}
	b.owners[key] = owner{p.source, path.Join(p.dir, p.file.Path)}
	return true
}

// sections builds the page's section tree. Anchors of free text get a prefix,
// so that a heading can never take an id the page's frame uses.
func (b *builder) sections(p *parsed, anchorPrefix string) (top, flat []*Section) {
	body := &body{source: p.file.Body, renderer: b.cat.renderer}
	top, flat = newSections(p.outline, body)
	for _, s := range flat {
		if anchorPrefix != "" && s.Title != "" {
			s.Anchor = anchorPrefix + s.Anchor
		}
	}
	anchors := func() map[string]bool {
		m := map[string]bool{}
		for _, s := range flat {
			m[s.Anchor] = true
		}
		return m
	}
	links := &linker{cat: b.cat, dir: path.Dir(p.file.Path), prefix: anchorPrefix, anchors: sync.OnceValue(anchors), doc: p.group == "docs"}
	body.resolve = func(dest string) string {
		out, _ := links.resolve(dest)
		return out
	}
	b.pending = append(b.pending, func() {
		for _, l := range p.outline.Links {
			if _, err := links.resolve(l.Dest); err != nil {
				b.linkProblem(p, l.Line, err)
			}
		}
	})
	return top, flat
}

// linkProblem reports a broken link. In a doc it does not cost the page.
func (b *builder) linkProblem(p *parsed, line int, err error) {
	if b.opts.TolerateLinks {
		return
	}
	b.report(p, markdown.Problem{Path: p.file.Path, Line: line, Msg: err.Error()})
}

// link does what needs every page: order, neighbours, references, links.
func (b *builder) link() {
	c := b.cat
	for _, code := range c.codes {
		c.Codes = append(c.Codes, code)
	}
	slices.SortFunc(c.Codes, func(a, b *Code) int {
		return cmp.Or(
			cmp.Compare(a.Vendor.Order, b.Vendor.Order), cmp.Compare(a.Vendor.Slug, b.Vendor.Slug),
			naturalCompare(a.Code, b.Code), cmp.Compare(a.ID, b.ID))
	})
	for _, code := range c.Codes {
		key := strings.ToLower(code.Code)
		c.numbers[key] = append(c.numbers[key], code)
		code.Category.Codes = append(code.Category.Codes, code)
		v := code.Vendor
		if n := len(v.Codes); n > 0 {
			code.Previous, v.Codes[n-1].Next = v.Codes[n-1], code
		}
		v.Codes = append(v.Codes, code)
		for _, r := range code.Renderings {
			c.renderings[strings.ToLower(r.ID)] = r
			r.Vendor.Renderings = append(r.Vendor.Renderings, r)
		}
	}
	byOrder := func(a, b Taxonomy) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Slug, b.Slug))
	}
	for _, v := range c.categories {
		c.Categories = append(c.Categories, v)
	}
	slices.SortFunc(c.Categories, func(a, b *Category) int { return byOrder(a.Taxonomy, b.Taxonomy) })
	for _, v := range c.vendors {
		c.Vendors = append(c.Vendors, v)
	}
	slices.SortFunc(c.Vendors, func(a, b *Vendor) int { return byOrder(a.Taxonomy, b.Taxonomy) })
	for _, p := range c.posts {
		c.Posts = append(c.Posts, p)
	}
	slices.SortFunc(c.Posts, func(a, b *Post) int { return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(a.ID, b.ID)) })
	b.linkSnippets()
	b.linkDocs()
	for _, later := range b.pending {
		later()
	}
	b.linkPosts()
	slices.SortFunc(c.Guides, func(a, b *Guide) int { return naturalCompare(a.Path, b.Path) })
}

func naturalCompare(a, b string) int {
	switch {
	case a == b:
		return 0
	case natural.Less(a, b):
		return -1
	}
	return 1
}
