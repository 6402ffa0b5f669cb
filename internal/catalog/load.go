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
	"slices"
	"strconv"
	"strings"

	"github.com/maruel/natural"
	"go.yaml.in/yaml/v3"

	"siteerror/internal/config"
	"siteerror/internal/markdown"
)

// Source is one tree of content files.
type Source struct {
	Name string // for messages: "the shipped library", "./docs"
	Dir  string // stands before the files' paths in messages, so that an editor finds them
	FS   fs.FS
	// Folder is where FS stands on disk, "" where nobody knows. By it alone it is
	// seen whether what was once read through FS has changed.
	Folder string
	// Builtin marks the shipped library: it can be narrowed, and what it links to
	// may be missing or replaced without anybody being to blame.
	Builtin bool
	// Settings come without a tree: FS is nil then.
	Settings *config.File
}

// Options are what pages depend on besides their files.
type Options struct {
	BasePath string // "" or "/help": prefixed to every internal link
	Strict   bool   // a bad doc fails the load instead of being left out
	// FailOnDocs makes a doc's problems fail the load as a code's do, unknown
	// fields apart: what a check wants.
	FailOnDocs bool
	// Settings is the file of settings that the command reads: in a tree as well,
	// its server's options are no mistake.
	Settings string
	// Previous lends what it has read of files that have not changed since.
	Previous *Catalog
	// Cache is a folder that keeps what was read of files for the next process, ""
	// for none. Strict and checking loads read everything themselves.
	Cache string
	// Program names the program that reads them: what another one has kept in Cache
	// is not believed.
	Program string
	// Mappings leaves texts in the cache's files until they are looked at; nil has
	// them all in memory.
	Mappings *Mappings
	// Keep makes the catalog remember what it has read, so that it can be lent.
	Keep bool
}

// reserved are the anchors that the pages' own frame uses.
var reserved = []string{"main", "search", "toc"}

// Load reads every source and links the pages. A later source's page replaces
// an earlier one's with the same id. The error, if any, is markdown.Problems
// with every mistake found, sorted by file and line; there is no catalog then.
// A bad doc is left out and listed in Catalog.Skipped, unless opts.Strict.
func Load(ctx context.Context, sources []Source, opts Options) (*Catalog, error) {
	b := newBuilder(opts)
	defer b.discard()
	for i, src := range sources {
		b.cat.trees = append(b.cat.trees, tree{dir: src.Dir})
		if src.Settings != nil {
			b.settings = append(b.settings, src.Settings)
			b.cat.Site = b.cat.Site.Merge(src.Settings.Site)
		}
		if src.FS == nil {
			continue
		}
		if err := b.readSite(src); err != nil {
			return nil, err
		}
		if err := b.read(ctx, i, src); err != nil {
			return nil, err
		}
	}
	b.others = len(sources) > 1 || b.cat.Site.Library.Narrows()
	var line []byte
	for _, p := range b.files {
		line = append(strconv.AppendInt(line[:0], int64(p.source), 10), ' ')
		line = append(append(line, p.file.Path...), 0)
		b.hash.Write(append(line, p.sum[:]...))
	}
	// Taxonomies first: codes name them.
	for _, group := range []string{"categories", "vendors", "snippets", "codes", "posts", "compare", "docs"} {
		for _, p := range b.files {
			if p.group != group {
				continue
			}
			before := len(b.problems)
			if b.add(p); len(b.problems) > before {
				b.cat.failed[p.group+"/"+strings.ToLower(p.name)] = true
			}
		}
		switch group {
		case "categories":
			b.addConfigured(group, b.cat.Site.Categories)
		case "vendors":
			b.addConfigured(group, b.cat.Site.Vendors)
		}
	}
	b.cat.Synonyms.Groups = append(b.cat.Synonyms.Groups, b.cat.Site.Synonyms...)
	b.link()
	b.problems.Sort()
	b.cat.Skipped.Sort()
	b.cat.Faults.Sort()
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	for _, s := range b.staged {
		b.cat.CacheFault = errors.Join(b.cat.CacheFault, s.commit())
	}
	b.cat.settle(b, opts.Keep)
	b.cat.Hash = hex.EncodeToString(b.hash.Sum(nil)[:8])
	return b.cat, nil
}

func newBuilder(opts Options) *builder {
	return &builder{
		opts: opts,
		cat: &Catalog{
			codes: map[string]*Code{}, renderings: map[string]Rendering{}, numbers: map[string][]*Code{},
			posts: map[string]*Post{}, docs: map[string]*Doc{}, categories: map[string]*Category{}, vendors: map[string]*Vendor{}, guides: map[string]*Guide{}, failed: map[string]bool{},
			assets: assets{used: map[string]*Asset{}}, names: map[string]*Doc{},
			renderer: markdown.NewRenderer(markdown.Config{Reserved: reserved}),
			base:     opts.BasePath,
		},
		owners:    map[string]owner{},
		hash:      sha256.New(),
		constants: map[string][]Constant{},
		nav:       map[string]navEntry{},
	}
}

// parsed is a file after the part that needs no other file.
type parsed struct {
	source  int
	builtin bool
	foreign bool   // in another generator's tree
	dir     string // of the source, for messages
	group   string // the folder that decides the kind
	name    string // the file's name without .md
	docPath string // of a doc: its URL below /docs/, "" for the root
	file    *markdown.File
	outline *markdown.Outline
	front   any     // of kinds that have a type for it: *codeFront, *extensionFront, *docFront, *navFile
	nodes   decoder // of the file's front matter, until somebody needs it: see wake
	fail    markdown.Problems
	faults  markdown.Problems // that do not cost a doc its page
	stat    fileStat          // zero where it is not known
	kept    fileStat          // of the cache's entry; code and sum are its too, until it is used or replaced
	cached  bool              // it was not parsed: what it says by itself has been found good before
	sum     [sha256.Size]byte // of the file's bytes
	code    decoder           // of all this, whose texts are parts of it
	rest    decoder           // a doc's outline
}

type owner struct {
	source int
	path   string
}

type builder struct {
	opts       Options
	cat        *Catalog
	files      []*parsed
	owners     map[string]owner // "code/502" → who has it
	pending    []func()         // work that needs every page
	docs       []*parsed        // that became pages, for their links: see followLinks
	extensions []func()         // sections for pages of other files
	snippets   []*snippetTemplate
	settings   []*config.File        // in the order in which they count
	constants  map[string][]Constant // by id
	nav        map[string]navEntry   // by a doc's or folder's path
	staged     []staged              // for the cache, once everything has turned out good
	problems   markdown.Problems
	hash       hash.Hash // of everything that was read
	others     bool      // the shipped library is not alone, or not whole
}

// stage writes what is to be kept for the next process if this load succeeds.
func (b *builder) stage(file sealedFile, content []byte) (staged, bool) {
	s, err := file.stage(content)
	if err != nil {
		b.cat.CacheFault = errors.Join(b.cat.CacheFault, err)
		return s, false
	}
	b.staged = append(b.staged, s)
	return s, true
}

func (b *builder) discard() {
	for _, s := range b.staged {
		s.discard()
	}
}

// problem records a mistake of p. Docs are other people's: theirs only cost
// the page, unless strict.
func (b *builder) problem(p *parsed, line int, format string, args ...any) {
	b.report(p, markdown.Problem{Path: p.file.Path, Line: line, Msg: fmt.Sprintf(format, args...)})
}

func (b *builder) report(p *parsed, ps ...markdown.Problem) {
	b.note(&b.cat.Skipped, p, ps...)
}

// note adds problems to the list for what docs get away with, or to those that
// fail the load.
func (b *builder) note(lenient *markdown.Problems, p *parsed, ps ...markdown.Problem) {
	ps = slices.Clone(ps)
	for i := range ps {
		ps[i].Path = path.Join(p.dir, ps[i].Path)
	}
	if (p.group == "docs" || p.group == navGroup) && !b.opts.Strict && !b.opts.FailOnDocs {
		*lenient = append(*lenient, ps...)
		return
	}
	b.problems = append(b.problems, ps...)
}

// tolerates reports whether p may refer to what is not there: a page of the
// shipped library may, where parts of it are missing or replaced.
func (b *builder) tolerates(p *parsed) bool { return p.builtin && b.others }

// readSite reads the settings in a tree. A mistake in them fails the load: they
// are the operator's own.
func (b *builder) readSite(source Source) error {
	src, err := fs.ReadFile(source.FS, config.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", source.Name, err)
	}
	b.hash.Write(src)
	f, problems := config.Parse(path.Join(source.Dir, config.Name), src)
	if problems != nil {
		b.problems = append(b.problems, problems...)
		return nil
	}
	if len(f.Server) > 0 && f.Path != path.Clean(b.opts.Settings) { // who writes pages does not decide where the server listens
		b.problems = append(b.problems, markdown.Problem{Path: f.Path, Line: f.Server[0].Line,
			Msg: "the server's options have no effect in a content folder: give this file with --config, or move “server” to the file that is"})
	}
	b.settings = append(b.settings, f)
	b.cat.Site = b.cat.Site.Merge(f.Site)
	b.cat.trees[len(b.cat.trees)-1].edit = f.Site.Edit
	return nil
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
		b.report(p, p.faults...)
		b.addCode(p)
	case "posts":
		b.addPost(p)
	case "compare":
		b.addGuide(p)
	default:
		b.addDoc(p)
	}
}

const alreadyIn = "%s is already in %s: rename or remove one"

// claim takes key for p. Within one source a second claim is a mistake, told
// with both places, at the field it comes from; a later source replaces.
func (b *builder) claim(p *parsed, key, field string) bool {
	if o, taken := b.owners[key]; taken && o.source == p.source {
		b.problem(p, p.fieldLine(field), alreadyIn, strings.Replace(key, "/", " ", 1), o.path)
		return false
	}
	b.owners[key] = owner{p.source, path.Join(p.dir, p.file.Path)}
	return true
}

// sections builds the page's section tree. Anchors of free text get a prefix,
// so that a heading can never take an id the page's frame uses.
func (b *builder) sections(p *parsed, anchorPrefix string) (top, flat []*Section) {
	links := &linker{cat: b.cat, dir: path.Dir(p.file.Path), file: p.file.Path, prefix: anchorPrefix, extra: p.outline.Anchors}
	body := &body{source: p.outline.Source, links: links}
	top, flat = newSections(p.outline, body)
	links.flat = flat
	for _, s := range flat {
		if anchorPrefix != "" && s.Title != "" {
			s.Anchor = anchorPrefix + s.Anchor
		}
	}
	if len(p.outline.Links) > 0 {
		b.pending = append(b.pending, func() { b.follow(p, links, p.outline.Links) })
	}
	return top, flat
}

// follow reports the page's links that lead nowhere.
func (b *builder) follow(p *parsed, links *linker, to []markdown.Link) {
	for _, l := range to {
		if _, err := links.resolve(l.Dest); err != nil {
			b.linkProblem(p, l.Line, err)
		}
	}
}

// linkProblem reports a broken link. In a doc it does not cost the page.
func (b *builder) linkProblem(p *parsed, line int, err error) {
	if b.tolerates(p) {
		return
	}
	b.note(&b.cat.Faults, p, markdown.Problem{Path: p.file.Path, Line: line, Msg: err.Error()})
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
	for _, extend := range b.extensions {
		extend()
	}
	b.linkSnippets()
	b.linkDocs()
	b.narrowLists()
	for _, later := range b.pending {
		later()
	}
	b.followLinks()
	b.checkSettings()
	b.linkPosts()
	c.popular = slices.Clone(c.Codes)
	slices.SortStableFunc(c.popular, func(a, b *Code) int { return b.Popularity - a.Popularity })
	slices.SortFunc(c.Guides, func(a, b *Guide) int {
		return cmp.Or(b.popularity()-a.popularity(), naturalCompare(a.Path, b.Path))
	})
}

// popularity of a pair is that of its rarer code, and counts more where both are
// of a class: those are the ones that people mix up.
func (g *Guide) popularity() int {
	n := 10
	for _, c := range g.Codes {
		n = min(n, c.Popularity)
	}
	if len(g.Codes) == 2 && g.Codes[0].Category == g.Codes[1].Category {
		n++
	}
	return n
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
