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
// itself. Raise it whenever either changes: what was kept of files is read anew.
const ParseVersion = "5"

// parseCache is what an earlier process has read of a tree's files, all of which
// it has found good. An entry counts for a file of the same content: of the same
// hash, or, without reading the file, where nobody has touched it since. The
// system's own time of the last change (ctime) tells that, which nobody can set;
// where it is too near to the writing of the cache to tell, the content decides.
type parseCache struct {
	file    sealedFile
	written time.Time
	entries map[string]cacheEntry
}

type cacheEntry struct {
	stat fileStat
	sum  [sha256.Size]byte
	data decoder // of the rest, at its beginning
}

// fileStat tells whether a file may have changed.
type fileStat struct {
	size           int64
	mtime, changed int64 // nanoseconds; changed is 0 where the system does not tell
}

// cacheFile is where the cache of a source stands in dir.
func cacheFile(dir string, src Source) sealedFile {
	sum := sha256.Sum256([]byte(ParseVersion + "\x00" + src.Dir))
	return sealedFile(filepath.Join(dir, "parsed-"+hex.EncodeToString(sum[:8])))
}

const cacheMagic = "siteerror parsed " + ParseVersion + "\n"

// openParseCache reads the cache of a source. One that is missing, damaged, of
// another version or cannot be read is an empty one.
func openParseCache(dir string, src Source, mappings *Mappings) *parseCache {
	c := &parseCache{file: cacheFile(dir, src)}
	if mappings != nil {
		if body, ok := mappings.text(c.file, string(c.file)); ok {
			c.index(body)
			return c
		}
	}
	if body, err := c.file.read(); err == nil {
		c.index(body)
	}
	return c
}

// index takes apart what the file holds. The entries are none if it makes no sense.
func (c *parseCache) index(body string) {
	c.entries = nil
	body, ok := strings.CutPrefix(body, cacheMagic)
	if !ok {
		return
	}
	d := decoder{s: body}
	written := time.Unix(0, int64(d.uint()))
	count, plain, source := d.count(), d.count(), d.count()
	if plain+source > len(d.s) {
		return
	}
	end := len(d.s) - source // the two stand at the end
	d.s, d.plain, d.source = d.s[:end-plain], d.s[end-plain:end], d.s[end:]
	c.entries = make(map[string]cacheEntry, count)
	for ; count > 0 && !d.bad; count-- {
		e := cacheEntry{}
		path := d.text()
		e.stat = fileStat{int64(d.uint()), int64(d.uint()), int64(d.uint())}
		copy(e.sum[:], d.text())
		e.data = decoder{s: d.text(), plain: d.apart(&d.plain), source: d.apart(&d.source)}
		c.entries[path] = e
	}
	if d.bad || len(d.s)+len(d.plain)+len(d.source) > 0 {
		clear(c.entries)
		return
	}
	c.written = written
}

// settled is how long before the cache was written a file must have been left
// alone for its times to tell: clocks of file systems are coarse.
const settled = 2 * time.Second

// take gives p what the cache has of its file, and reports whether it had it.
func (c *parseCache) take(p *parsed, fsys fs.FS) bool {
	if c == nil {
		return false
	}
	e, ok := c.entries[p.file.Path]
	if !ok {
		return false
	}
	untouched := p.stat.changed != 0 && p.stat == e.stat && time.Unix(0, p.stat.changed).Add(settled).Before(c.written)
	if !untouched {
		if p.stat.size != e.stat.size {
			return false
		}
		src, err := fs.ReadFile(fsys, p.file.Path)
		if err != nil || sha256.Sum256(src) != e.sum {
			return false
		}
	}
	if !p.read(e.data) {
		return false
	}
	p.sum, p.cached = e.sum, true
	return true
}

// isOf reports whether the cache has just these files, as they are.
func (c *parseCache) isOf(files []*parsed) bool {
	kept := 0
	for _, p := range files {
		if p.fail == nil {
			kept++
			if !p.cached || p.stat != c.entries[p.file.Path].stat {
				return false
			}
		}
	}
	return kept == len(c.entries)
}

// keep writes the cache for the next process, and has the files' texts stay in it.
// It is a hint: where it cannot be written, the next start takes longer.
func (b *builder) keep(c *parseCache, files []*parsed) {
	if c.isOf(files) {
		return
	}
	s, ok := b.stage(c.file, encodeFiles(files))
	if !ok || b.opts.Mappings == nil {
		return
	}
	text, ok := b.opts.Mappings.text(c.file, s.tmp)
	if !ok {
		return
	}
	c.index(text)
	for _, p := range files {
		if e, ok := c.entries[p.file.Path]; ok {
			p.read(e.data)
		}
	}
}

// encodeFiles is what the cache of files holds.
func encodeFiles(files []*parsed) []byte {
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
	e.uint(uint64(time.Now().UnixNano()))
	e.int(kept)
	e.int(size.plain)
	e.int(size.source)
	for _, p := range files {
		if p.fail != nil {
			continue
		}
		e.text(p.file.Path)
		e.uint(uint64(p.stat.size))
		e.uint(uint64(p.stat.mtime))
		e.uint(uint64(p.stat.changed))
		e.text(string(p.sum[:]))
		e.text(p.code.s)
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
