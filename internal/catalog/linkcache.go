package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"siteerror/internal/markdown"
)

const linkMagic = "siteerror links " + ParseVersion + "\n"

// followLinks follows the links of all docs, for the broken ones and for the files
// that are linked to. Where nothing has changed since an earlier process did, it
// takes what that one found.
func (b *builder) followLinks() {
	follow := func() {
		for _, p := range b.docs {
			text := docText{b.cat, p.file.Path, p.rest}
			o, _, links := text.read()
			b.follow(p, links, o.Links)
		}
	}
	if b.opts.Cache == "" || b.opts.Strict || b.opts.FailOnDocs {
		follow()
		return
	}
	key := b.linkKey()
	file := sealedFile(filepath.Join(b.opts.Cache, "links-"+b.treesKey()))
	if text, err := file.read(); err == nil && b.takeLinks(text, key) {
		return
	}
	before := len(b.cat.Faults)
	follow()
	e := encoder{b: []byte(linkMagic)}
	e.text(key)
	e.int(len(b.cat.Faults) - before)
	for _, f := range b.cat.Faults[before:] {
		e.text(f.Path)
		e.int(f.Line)
		e.text(f.Msg)
	}
	used := slices.Sorted(maps.Keys(b.cat.assets.used))
	e.int(len(used))
	for _, name := range used {
		e.text(name)
	}
	b.stage(file, e.b)
}

// takeLinks takes what was found before, if that is for key, and reports whether it is.
func (b *builder) takeLinks(text, key string) bool {
	text, ok := strings.CutPrefix(text, linkMagic)
	d := decoder{s: text}
	if !ok || d.text() != key {
		return false
	}
	var faults markdown.Problems
	for n := d.count(); n > 0; n-- {
		faults = append(faults, markdown.Problem{Path: d.text(), Line: d.int(), Msg: d.text()})
	}
	for n := d.count(); n > 0; n-- {
		if b.cat.assets.at(d.text()) == nil || d.bad {
			return false // what is used by now is not wrong for that
		}
	}
	if d.bad {
		return false
	}
	b.cat.Faults = append(b.cat.Faults, faults...)
	return true
}

// linkKey names everything that decides where a doc's link leads: the program, the content of
// all pages, the settings, and which other files there are.
func (b *builder) linkKey() string {
	h := sha256.New()
	h.Write(append([]byte(b.opts.Program), 0))
	h.Write(b.hash.Sum(nil))
	site, _ := json.Marshal(b.cat.Site) // strings and numbers
	h.Write(site)
	var line []byte
	for i := range b.cat.assets.found {
		line = append(append(line[:0], b.cat.assets.found[i].entry.name...), 0)
		h.Write(line)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// treesKey names the trees, whatever is in them.
func (b *builder) treesKey() string {
	h := sha256.New()
	for _, t := range b.cat.trees {
		h.Write(append([]byte(t.dir), 0))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
