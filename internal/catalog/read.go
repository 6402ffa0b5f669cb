package catalog

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"sync"
	"time"

	"siteerror/internal/markdown"
)

// Files at a tree's root that have data for many pages.
const (
	synonymsFile  = "synonyms.yaml"
	constantsFile = "snippets/constants.tsv"
)

// read finds and parses the files of one source, on all processors.
func (b *builder) read(ctx context.Context, index int, src Source) error {
	var cache *parseCache
	if b.opts.Cache != "" && !b.opts.Strict && !b.opts.FailOnDocs {
		cache = openParseCache(b.opts, src)
	}
	var files []*parsed
	w := &walker{src: src, cache: cache, begun: time.Now(), fault: func(dir string, err error) { b.folderFault(src, dir, err) }}
	w.visit = func(e entry) error {
		switch {
		case e.name == synonymsFile && !isForeign(src):
			return b.readSynonyms(src, e.name)
		case e.name == constantsFile:
			text, err := fs.ReadFile(src.FS, e.name)
			b.hash.Write(text)
			b.readConstants(e.name, text)
			return err
		case isPageFile(e.name) || isNav(e.name):
			if !w.regular(e) {
				return nil
			}
			p := newParsed(index, e.name)
			if isNav(e.name) {
				p.group = navGroup
			}
			if e.kind == plainFile {
				p.stat = w.stat(e)
			}
			p.dir, p.builtin = src.Dir, src.Builtin
			cache.offer(p)
			files = append(files, p)
		case w.regular(e):
			b.cat.assets.add(w, e)
		}
		return nil
	}
	if err := w.walk("."); err != nil {
		return err
	}
	if isForeign(src) {
		for _, p := range files {
			if p.foreign = true; p.group != "codes" && p.group != navGroup { // those tell by their front matter
				p.asDoc()
			}
		}
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
		b.keep(cache, w, files)
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
		// A field that nobody knows keeps nobody from looking at the others.
		if p.faults = file.Unknown(p.front); file.Decode(p.front, false) != nil {
			p.fail, p.faults = file.Decode(p.front, true), nil
		}
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
