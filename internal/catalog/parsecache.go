package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// ParseVersion names what is read of files, and what is wrong with a file by
// itself. Raise it whenever either changes: what was kept of files is read anew,
// also where Options.Program does not tell one program from another.
const ParseVersion = "10"

// parseCache is what an earlier process has read of a tree: its folders, and its
// files, of which it has found all good. What it has of a folder counts where
// nobody has touched that since, and what it has of a file also where the content
// has the same hash.
type parseCache struct {
	file    sealedFile
	program string
	begun   time.Time          // when the walk through the tree was
	folders map[string]decoder // by path: what is in each
	count   int                // of files
	files   decoder            // the next ones, in the order in which they were found
	all     decoder            // from the first
	byPath  map[string]decoder // made when one comes out of order
}

// cacheFile is where the cache of a source stands in dir. Another program's is
// replaced, so that nothing is left of it after an upgrade.
func cacheFile(dir string, src Source) sealedFile {
	sum := sha256.Sum256([]byte(src.Dir))
	return sealedFile(filepath.Join(dir, "parsed-"+hex.EncodeToString(sum[:8])))
}

const cacheMagic = "siteerror parsed " + ParseVersion + "\n"

// openParseCache reads the cache of a source. One that is missing, damaged, of
// another program or cannot be read is an empty one.
func openParseCache(opts Options, src Source) *parseCache {
	c := &parseCache{file: cacheFile(opts.Cache, src), program: opts.Program}
	if opts.Mappings != nil {
		if body, ok := opts.Mappings.text(c.file, string(c.file)); ok {
			c.index(body)
			return c
		}
	}
	if body, err := c.file.read(); err == nil {
		c.index(body)
	}
	return c
}

// index takes apart what the file holds. There is nothing if it makes no sense.
func (c *parseCache) index(body string) {
	*c = parseCache{file: c.file, program: c.program}
	body, ok := strings.CutPrefix(body, cacheMagic)
	d := decoder{s: body}
	if !ok || d.text() != c.program {
		return
	}
	begun := time.Unix(0, int64(d.uint()))
	folders, count, plain, source := d.count(), d.count(), d.count(), d.count()
	if plain+source > len(d.s) {
		return
	}
	end := len(d.s) - source // the two stand at the end
	d.s, d.plain, d.source = d.s[:end-plain], d.s[end-plain:end], d.s[end:]
	known := make(map[string]decoder, folders)
	for ; folders > 0; folders-- {
		path := d.text()
		known[path] = decoder{s: d.text()}
	}
	if !d.bad {
		c.begun, c.folders, c.count, c.files, c.all = begun, known, count, d, d
	}
}

// folder is what the cache has of a folder that is as it was.
func (c *parseCache) folder(path string, now fileStat) (folder, bool) {
	d, ok := c.folders[path]
	if !ok || !now.untouchedSince(c.begun, d.stat()) {
		return folder{}, false
	}
	f := folder{path: path, stat: now}
	if n := d.count(); n > 0 {
		f.entries = make([]entry, n)
	}
	for i := range f.entries {
		f.entries[i] = entry{kind: entryKind(d.int()), name: d.text()}
	}
	return f, !d.bad
}

// next is the next file's path and the rest of its entry.
func (c *parseCache) next(files *decoder) (path string, d decoder) {
	path = files.text()
	d = decoder{s: files.text()}
	d.plain, d.source = files.apart(&files.plain), files.apart(&files.source)
	return path, d
}

// offer gives p what the cache has of its file, for take to judge.
func (c *parseCache) offer(p *parsed) {
	if c == nil || c.count == 0 {
		return
	}
	following := c.files
	path, d := c.next(&following)
	if path == p.file.Path {
		c.files = following
	} else { // a file has come or gone
		if c.byPath == nil {
			c.byPath = make(map[string]decoder, c.count)
			for rest := c.all; len(rest.s) > 0; {
				path, d := c.next(&rest)
				c.byPath[path] = d
			}
		}
		d = c.byPath[p.file.Path]
	}
	if d.s == "" {
		return
	}
	p.kept = d.stat()
	copy(p.sum[:], d.text())
	p.code = d
}

// take reads p from what was offered, and reports whether that was of any use.
func (c *parseCache) take(p *parsed, fsys fs.FS) bool {
	if p.code.s == "" {
		return false
	}
	if !p.stat.untouchedSince(c.begun, p.kept) {
		src, err := fs.ReadFile(fsys, p.file.Path)
		if err != nil || sha256.Sum256(src) != p.sum {
			return false
		}
		if p.stat.tells() {
			p.kept = fileStat{} // the next start need not read it
		}
	}
	p.cached = p.read(p.code)
	return p.cached
}

// isOf reports whether the cache has just this, as it is.
func (c *parseCache) isOf(w *walker, files []*parsed) bool {
	good := 0
	for _, p := range files {
		if p.fail == nil {
			good++
			if !p.cached || p.stat != p.kept {
				return false
			}
		}
	}
	return good == c.count && len(w.folders) == len(c.folders) && (w.src.Folder == "" || !w.listed)
}

// keep writes the cache for the next process, and has the files' texts stay in it.
// It is a hint: where it cannot be written, the next start takes longer.
func (b *builder) keep(c *parseCache, w *walker, files []*parsed) {
	if c.isOf(w, files) {
		return
	}
	s, ok := b.stage(c.file, encodeTree(c.program, w, files))
	if !ok || b.opts.Mappings == nil {
		return
	}
	text, ok := b.opts.Mappings.text(c.file, s.tmp)
	if !ok {
		return
	}
	c.index(text)
	for _, p := range files {
		if p.fail == nil {
			c.offer(p)
			p.read(p.code)
		}
	}
}

// encodeTree is what the cache of a tree holds.
func encodeTree(program string, w *walker, files []*parsed) []byte {
	kept := 0
	var size codeSize
	for _, p := range files {
		if p.fail == nil {
			kept++
			size.plain += len(p.code.plain)
			size.source += len(p.code.source)
		}
	}
	e := encoder{b: []byte(cacheMagic)}
	e.text(program)
	e.uint(uint64(w.begun.UnixNano()))
	for _, n := range [...]int{len(w.folders), kept, size.plain, size.source} {
		e.int(n)
	}
	for _, f := range w.folders {
		var in encoder
		in.stat(f.stat)
		in.int(len(f.entries))
		for _, found := range f.entries {
			in.int(int(found.kind))
			in.text(found.name)
		}
		e.text(f.path)
		e.text(string(in.b))
	}
	for _, p := range files {
		if p.fail != nil {
			continue
		}
		var in encoder
		in.stat(p.stat)
		in.text(string(p.sum[:]))
		e.text(p.file.Path)
		e.int(len(in.b) + len(p.code.s))
		e.b = append(append(e.b, in.b...), p.code.s...)
		e.int(len(p.code.plain))
		e.int(len(p.code.source))
	}
	for _, p := range files {
		if p.fail == nil {
			e.b = append(e.b, p.code.plain...)
		}
	}
	for _, p := range files {
		if p.fail == nil {
			e.b = append(e.b, p.code.source...)
		}
	}
	return e.b
}

func (e *encoder) stat(s fileStat) {
	for _, n := range [...]uint64{uint64(s.size), uint64(s.mtime), uint64(s.changed), s.inode} {
		e.uint(n)
	}
}

func (d *decoder) stat() fileStat {
	return fileStat{size: int64(d.uint()), mtime: int64(d.uint()), changed: int64(d.uint()), inode: d.uint()}
}
