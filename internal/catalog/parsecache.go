package catalog

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"siteerror/internal/markdown"
)

// parseVersion is part of a parse cache's name. Raise it whenever what is read of
// a doc changes.
const parseVersion = "1"

// docFields are the front matter's fields that are read of docs, and so what a
// cache keeps of it.
var docFields = []string{"title", "summary", "description", "tags", "order", "weight", "sidebar_position", "nav_order", "sidebar.order", "draft", "published",
	"sidebar_label", "linkTitle", "nav_title", "reviewed", "lastmod", "last_update.date", "updated", "ms.date", "date",
	"slug", "url", "permalink", "aliases", "redirect_from", "id"}

// parseCache is what an earlier process has read of a tree's docs. An entry
// counts for a file of the same content: of the same hash, or, without reading
// the file, where nobody has touched it since. The system's own time of the last
// change (ctime) tells that, which nobody can set; where it is too near to the
// writing of the cache to tell, the content decides.
type parseCache struct {
	file    string
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
func cacheFile(dir string, src Source) string {
	sum := sha256.Sum256([]byte(parseVersion + "\x00" + src.Dir))
	return filepath.Join(dir, "docs-"+hex.EncodeToString(sum[:8]))
}

var crcTable = crc32.MakeTable(crc32.Castagnoli)

const cacheMagic = "siteerror docs " + parseVersion + "\n"

// openParseCache reads the cache of a source. One that is missing, damaged, of
// another version or cannot be read is an empty one.
func openParseCache(dir string, src Source) *parseCache {
	c := &parseCache{file: cacheFile(dir, src), entries: map[string]cacheEntry{}}
	raw, err := os.ReadFile(c.file)
	if err != nil || len(raw) < len(cacheMagic)+8+4 || string(raw[:len(cacheMagic)]) != cacheMagic {
		return c
	}
	body, sum := raw[:len(raw)-4], binary.LittleEndian.Uint32(raw[len(raw)-4:])
	if crc32.Checksum(body, crcTable) != sum {
		return c
	}
	d := decoder{s: string(body[len(cacheMagic):])}
	written := time.Unix(0, int64(d.uint()))
	for n := d.uint(); n > 0 && !d.bad; n-- {
		e := cacheEntry{}
		path := d.text()
		e.stat = fileStat{int64(d.uint()), int64(d.uint()), int64(d.uint())}
		copy(e.sum[:], d.text())
		e.data = decoder{s: d.text()}
		c.entries[path] = e
	}
	if d.bad {
		clear(c.entries)
		return c
	}
	c.written = written
	return c
}

// settled is how long before the cache was written a file must have been left
// alone for its times to tell: clocks of file systems are coarse.
const settled = 2 * time.Second

// take gives p what the cache has of its file, and reports whether it had it.
func (c *parseCache) take(p *parsed, fsys fs.FS) bool {
	if c == nil || p.group != "docs" {
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
	d := e.data
	file, outline, faults := d.doc(p.file.Path)
	if d.bad {
		return false
	}
	p.file, p.outline, p.faults, p.sum, p.cached = file, outline, faults, e.sum, true
	return true
}

// save writes the cache for the next process, aside and renamed. It is a hint:
// where it cannot be written, the next start takes longer.
func (c *parseCache) save(files []*parsed) error {
	fresh, docs := false, 0
	for _, p := range files {
		if p.group == "docs" && p.fail == nil {
			docs++
			fresh = fresh || !p.cached || p.stat != c.entries[p.file.Path].stat
		}
	}
	if !fresh && docs == len(c.entries) {
		return nil
	}
	e := encoder{b: []byte(cacheMagic)}
	e.uint(uint64(time.Now().UnixNano()))
	e.uint(uint64(docs))
	var doc encoder
	for _, p := range files {
		if p.group != "docs" || p.fail != nil {
			continue
		}
		e.text(p.file.Path)
		e.uint(uint64(p.stat.size))
		e.uint(uint64(p.stat.mtime))
		e.uint(uint64(p.stat.changed))
		e.text(string(p.sum[:]))
		doc.b = doc.b[:0]
		doc.doc(p)
		e.text(string(doc.b))
	}
	e.b = binary.LittleEndian.AppendUint32(e.b, crc32.Checksum(e.b, crcTable))
	if err := os.MkdirAll(filepath.Dir(c.file), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.file), "tmp-docs-")
	if err != nil {
		return err
	}
	_, err = tmp.Write(e.b)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), c.file)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

// encoder writes numbers and texts one after the other.
type encoder struct{ b []byte }

func (e *encoder) uint(n uint64) { e.b = binary.AppendUvarint(e.b, n) }

func (e *encoder) text(s string) {
	e.uint(uint64(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) doc(p *parsed) {
	o := p.outline
	e.uint(uint64(p.file.BodyLine))
	var fields []string
	for _, name := range docFields {
		if p.file.List(name) != nil {
			fields = append(fields, name)
		}
	}
	e.uint(uint64(len(fields)))
	for _, name := range fields {
		values := p.file.List(name)
		e.text(name)
		e.uint(uint64(len(values)))
		for _, v := range values {
			e.text(v)
		}
	}
	e.text(o.Title)
	e.text(o.Source)
	e.uint(uint64(len(o.Sections)))
	for _, s := range o.Sections {
		e.uint(uint64(s.Level))
		e.uint(uint64(s.Line))
		e.text(s.Title)
		e.text(s.Anchor)
		e.text(s.Text)
	}
	e.uint(uint64(len(o.Links)))
	for _, l := range o.Links {
		e.text(l.Dest)
		image := uint64(0)
		if l.Image {
			image = 1
		}
		e.uint(uint64(l.Line)<<1 | image)
	}
	e.uint(uint64(len(o.Anchors)))
	for _, a := range o.Anchors {
		e.text(a)
	}
	e.uint(uint64(len(p.faults)))
	for _, f := range p.faults {
		e.uint(uint64(f.Line))
		e.text(f.Msg)
	}
}

// decoder reads what an encoder has written. Its texts are parts of one string.
// What does not fit makes it bad, and every value after that zero.
type decoder struct {
	s   string
	bad bool
}

func (d *decoder) uint() uint64 {
	var n uint64
	for i := 0; i < len(d.s) && i < binary.MaxVarintLen64; i++ {
		n |= uint64(d.s[i]&0x7f) << (7 * i)
		if d.s[i] < 0x80 {
			d.s = d.s[i+1:]
			return n
		}
	}
	d.bad, d.s = true, ""
	return 0
}

// count is uint for numbers of things of which each takes a byte at least.
func (d *decoder) count() int {
	n := d.uint()
	if n > uint64(len(d.s)) {
		d.bad, d.s = true, ""
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.count()
	s := d.s[:n]
	d.s = d.s[n:]
	return s
}

func (d *decoder) doc(path string) (*markdown.File, *markdown.Outline, markdown.Problems) {
	f := &markdown.File{Path: path, BodyLine: int(d.uint())}
	for n := d.count(); n > 0; n-- {
		name := d.text()
		var values []string
		for m := d.count(); m > 0; m-- {
			values = append(values, d.text())
		}
		f.Set(name, values)
	}
	o := &markdown.Outline{Title: d.text(), Source: d.text()}
	if n := d.count(); n > 0 {
		o.Sections = make([]markdown.Section, n)
	}
	for i := range o.Sections {
		s := &o.Sections[i]
		s.Level, s.Line, s.Title, s.Anchor, s.Text = int(d.uint()), int(d.uint()), d.text(), d.text(), d.text()
	}
	if n := d.count(); n > 0 {
		o.Links = make([]markdown.Link, n)
	}
	for i := range o.Links {
		l := &o.Links[i]
		l.Dest = d.text()
		n := d.uint()
		l.Line, l.Image = int(n>>1), n&1 == 1
	}
	for n := d.count(); n > 0; n-- {
		o.Anchors = append(o.Anchors, d.text())
	}
	var faults markdown.Problems
	for n := d.count(); n > 0; n-- {
		line := int(d.uint())
		faults = append(faults, markdown.Problem{Path: path, Line: line, Msg: d.text()})
	}
	return f, o, faults
}
