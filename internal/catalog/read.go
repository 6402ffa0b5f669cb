package catalog

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"siteerror/internal/markdown"
)

// Folders that hold no pages: what a site generator makes, needs or downloads.
var noPages = []string{"node_modules", "_site", "_includes", "_layouts", "_sass", "_data"}

// read finds and parses the files of one source, on all processors.
func (b *builder) read(ctx context.Context, index int, src Source) error {
	var files []*parsed
	err := fs.WalkDir(src.FS, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return fmt.Errorf("%s: %w", src.Name, err)
		case err != nil: // a folder that cannot be read, or has just gone
			b.note(&b.cat.Skipped, &parsed{dir: src.Dir, group: "docs"}, markdown.Problem{Path: name, Msg: fmt.Sprintf("cannot read the folder: %v", cause(err))})
			return fs.SkipDir
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			if name == "archetypes" || slices.Contains(noPages, d.Name()) { // skeletons of pages, here as in Hugo
				return fs.SkipDir
			}
			return nil
		case name == "synonyms.yaml" && !isForeign(src):
			return b.readSynonyms(src, name)
		case name == "snippets/constants.tsv":
			text, err := fs.ReadFile(src.FS, name)
			b.hash.Write(text)
			b.readConstants(name, text)
			return err
		}
		if !isPageFile(name) && !isNav(name) {
			b.addFile(index, src, name, d)
			return nil
		}
		if !isRegular(src.FS, name, d) {
			return nil
		}
		p := newParsed(index, name)
		if isNav(name) {
			p.group = navGroup
		}
		if info, err := d.Info(); err == nil && d.Type().IsRegular() {
			p.stat = statOf(info)
		}
		p.dir, p.builtin = src.Dir, src.Builtin
		files = append(files, p)
		return nil
	})
	if err != nil {
		return err
	}
	if isForeign(src) {
		for _, p := range files {
			if p.foreign = true; p.group != "codes" && p.group != navGroup { // those tell by their front matter
				p.asDoc()
			}
		}
	}
	var cache *parseCache
	if b.opts.Cache != "" && !b.opts.Strict && !b.opts.FailOnDocs {
		cache = openParseCache(b.opts.Cache, src, b.opts.Mappings)
	}
	var wg sync.WaitGroup
	work := make(chan *parsed)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			var together compactor
			for p := range work {
				if !p.borrow(src.FS, b.opts.Previous) && !cache.take(p, src.FS) {
					p.parse(src.FS, b.cat.renderer, b.opts.Strict)
					together.add(p)
				}
			}
			together.flush()
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
	b.files = append(b.files, files...)
	if cache != nil && ctx.Err() == nil {
		b.keep(cache, files)
	}
	b.addNav(files)
	return ctx.Err()
}

// cause is an error of the file system without the path, which stands before it.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// isPageFile reports whether a file's name says that it is a page. A name that
// begins with "_" is a part of other pages, but for a section's own page.
func isPageFile(name string) bool {
	base := strings.ToLower(path.Base(name))
	ext := path.Ext(base)
	if strings.HasPrefix(name, "snippets/") && ext == ".tmpl" {
		return true
	}
	if ext != ".md" && ext != ".mdx" && ext != ".markdown" {
		return false
	}
	stem := strings.TrimSuffix(base, ext)
	return !strings.HasPrefix(stem, "_") || stem == "_index"
}

// isForeign reports whether a tree is some generator's site: then every page in
// it is a doc, whatever its folder is called, but for what says that it is a code.
func isForeign(src Source) bool {
	if src.Builtin {
		return false
	}
	for _, name := range []string{"hugo.toml", "hugo.yaml", "hugo.json", "config.toml", "_config.yml", "mkdocs.yml", "docfx.json", "book.toml",
		"docusaurus.config.js", "docusaurus.config.ts", "antora.yml", "_Sidebar.md", "Home.md"} {
		if _, err := fs.Stat(src.FS, name); err == nil {
			return true
		}
	}
	return false
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
	p.asDoc()
	return p
}

func (p *parsed) asDoc() {
	p.group, p.docPath = "docs", docPath(p.file.Path)
}

// docPath is the path below /docs/ of the page made from a file.
func docPath(name string) string {
	p := fullDocPath(name)
	switch strings.ToLower(path.Base(p)) {
	case "index", "readme", "_index":
		if p = path.Dir(p); p == "." {
			p = ""
		}
	case "home": // a wiki's front page
		if p == "Home" {
			p = ""
		}
	}
	return p
}

// fullDocPath is docPath where the file's name counts whatever it is.
func fullDocPath(name string) string {
	return strings.TrimPrefix(strings.TrimSuffix(name, path.Ext(name)), "docs/")
}

// parse reads the file. With strict, a doc may have no field that nobody knows.
func (p *parsed) parse(fsys fs.FS, r *markdown.Renderer, strict bool) {
	name := p.file.Path
	fail := func(format string, args ...any) {
		p.fail = markdown.Problems{{Path: name, Msg: fmt.Sprintf(format, args...)}}
	}
	info, err := fs.Stat(fsys, name)
	if err == nil && info.Size() > markdown.MaxFileSize {
		fail("the file has %d bytes; at most %d are read: split it", info.Size(), markdown.MaxFileSize)
		return
	}
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		fail("cannot read the file: %v", cause(err))
		return
	}
	p.sum = sha256.Sum256(src)
	if p.group == navGroup {
		p.front, p.fail = readNav(name, src, r)
		return
	}
	split := markdown.Split
	if p.group == "docs" {
		split = markdown.SplitLoose
	}
	file, problems := split(name, src)
	if file == nil {
		p.fail = problems
		return
	}
	if p.foreign && p.group == "codes" && (file.Field("code") == "" || file.Field("vendor") == "") && file.Field("extends") == "" {
		p.asDoc()
	}
	p.file, p.faults = file, problems
	switch p.group {
	case "snippets":
	case "docs":
		if strict {
			p.fail = file.Decode(&strictDocFront{}, true)
		}
		file.Body = markdown.Plain(file.Body)
		p.outline = briefOutline(r, file)
		p.front = newDocFront(file, p.outline)
	case "codes":
		p.outline = r.Outline(file)
		p.front = &codeFront{}
		if file.Field("extends") != "" {
			p.front = &extensionFront{}
		}
		p.fail = file.Decode(p.front, true)
	default:
		p.outline = r.Outline(file)
	}
	if p.outline != nil {
		file.Body = nil // the outline has it
	}
}

// borrow takes over what an earlier catalog has read of the same file, if that
// has not changed since, and reports whether it had it.
func (p *parsed) borrow(fsys fs.FS, from *Catalog) bool {
	if from == nil || p.group != "docs" {
		return false
	}
	kept, ok := from.kept[keptKey{p.source, p.file.Path}]
	if !ok {
		return false
	}
	info, err := fs.Stat(fsys, p.file.Path)
	if err != nil || info.Size() > markdown.MaxFileSize {
		return false
	}
	src, err := fs.ReadFile(fsys, p.file.Path)
	if err != nil || sha256.Sum256(src) != kept.sum {
		return false
	}
	p.sum = kept.sum
	return p.read(kept.code)
}
