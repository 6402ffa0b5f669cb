package catalog

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"testing"
	"testing/fstest"
	"time"

	"go.yaml.in/yaml/v3"

	"siteerror/internal/markdown"
)

// A cache saves reading; what it says is what the files say, whatever has
// happened to either.
func TestParseCache(t *testing.T) {
	dir, cache := t.TempDir(), filepath.Join(t.TempDir(), "cache")
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page := "---\ntitle: Doors\ntags: [a, b]\nweight: 3\naliases:\n - %\n---\n\nIntro [dead](nowhere.md).\n\n## How {#how}\n\nText, [here](#how). <a name=\"spot\"></a>\n"
	write("guide/doors.md", page)
	write("other.md", "# Other\n\n[spot](guide/doors.md#spot)\n")
	var mappings *Mappings
	program := "one"
	load := func() (*Catalog, int) {
		t.Helper()
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		var cached int
		b := newBuilder(Options{Cache: cache, Program: program})
		src := Source{Name: "x", Dir: dir, FS: root.FS()}
		b.cat.trees = []tree{{dir: dir}}
		defer b.discard()
		if err := b.read(context.Background(), 0, src); err != nil {
			t.Fatal(err)
		}
		for _, p := range b.files {
			if p.cached {
				cached++
			}
		}
		c, err := Load(context.Background(), []Source{src}, Options{Cache: cache, Program: program, Mappings: mappings})
		if err != nil {
			t.Fatal(err)
		}
		return c, cached
	}
	describe := func(c *Catalog) string {
		d, err := c.Doc("guide/doors")
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(d.Title, d.Tags, d.Order, d.Summary, d.Flat()[0].Text, d.Flat()[1].Title, d.Flat()[1].Anchor, d.Flat()[1].HTML(), len(c.Docs), c.Faults, c.Hash)
	}
	cold, cached := load()
	want := describe(cold)
	if cached != 0 || len(cold.Faults) != 2 {
		t.Fatalf("%d files came from no cache; faults %v", cached, cold.Faults)
	}
	warm, cached := load()
	if got := describe(warm); got != want || cached != 2 {
		t.Errorf("from the cache (%d files):\n%s\nwant\n%s", cached, got, want)
	}

	// Another version of the program reads everything itself.
	program = "two"
	other, cached := load()
	if got := describe(other); got != want || cached != 0 {
		t.Errorf("after an upgrade, from the cache (%d files):\n%s\nwant\n%s", cached, got, want)
	}

	mappings = &Mappings{}
	for range 2 {
		inFile, _ := load()
		mappings.Rest()
		if describe(inFile) != want {
			t.Errorf("from the mapped cache:\n%s\nwant\n%s", describe(inFile), want)
		}
	}

	// Other content of the same size, with the same time on it, is other content.
	before, err := os.Stat(filepath.Join(dir, "other.md"))
	if err != nil {
		t.Fatal(err)
	}
	write("other.md", "# Uther\n\n[spot](guide/doors.md#spot)\n")
	if err := os.Chtimes(filepath.Join(dir, "other.md"), time.Now(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
	changed, _ := load()
	if d, _ := changed.Doc("other"); d.Title != "Uther" {
		t.Errorf("title = %q: the cache was trusted over the file", d.Title)
	}

	// Damage of any byte, a foreign file, a shorter one: read anew, never believed.
	file := cacheFile(cache, Source{Dir: dir})
	good, err := os.ReadFile(string(file))
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"empty": {}, "foreign": []byte("something else entirely, long enough to look at"), "short": good[:len(good)/2], "flipped": append(append([]byte{}, good[:len(good)/2]...), append([]byte{good[len(good)/2] ^ 1}, good[len(good)/2+1:]...)...)} {
		if err := os.WriteFile(string(file), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		c, _ := load()
		if d, _ := c.Doc("other"); d.Title != "Uther" || len(c.Docs) != 2 {
			t.Errorf("%s cache: %q, %d docs", name, d.Title, len(c.Docs))
		}
	}

	// What is no file is none.
	for name, make := range map[string]func() error{
		"folder": func() error { return os.Mkdir(string(file), 0o700) },
		"pipe":   func() error { return exec.Command("mkfifo", string(file)).Run() },
	} {
		if err := os.RemoveAll(string(file)); err != nil {
			t.Fatal(err)
		}
		if err := make(); err != nil {
			t.Logf("no %s to be had: %v", name, err)
			continue
		}
		if c, _ := load(); len(c.Docs) != 2 {
			t.Errorf("a %s in its place: %d docs", name, len(c.Docs))
		}
	}
	if err := os.RemoveAll(string(file)); err != nil {
		t.Fatal(err)
	}

	// What a process has left unfinished goes, but not what one may be writing.
	old, fresh := filepath.Join(cache, stagedPrefix+"old"), filepath.Join(cache, stagedPrefix+"fresh")
	for _, name := range []string{old, fresh} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*keptStaged)); err != nil {
		t.Fatal(err)
	}
	write("third.md", "# Third\n")
	load()
	if err := os.Remove(filepath.Join(dir, "third.md")); err != nil {
		t.Fatal(err)
	}
	load()
	if left, _ := filepath.Glob(filepath.Join(cache, stagedPrefix+"*")); len(left) != 1 || left[0] != fresh {
		t.Errorf("unfinished files that are left: %v", left)
	}

	// No place for a cache: everything works without.
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cache = filepath.Join(blocked, "below")
	if c, _ := load(); c.CacheFault == nil || len(c.Docs) != 2 {
		t.Errorf("without a place: %v, %d docs", c.CacheFault, len(c.Docs))
	}
}

// A cache that has all already is left alone, also where only the content tells.
func TestParseCacheIsLeftAlone(t *testing.T) {
	src := Source{Name: "x", Dir: "x", FS: fstest.MapFS{"a.md": {Data: []byte("# A\n")}, "b/toc.yml": {Data: []byte("- href: ../a.md\n")}}}
	cache := t.TempDir()
	load := func() os.FileInfo {
		t.Helper()
		if _, err := Load(context.Background(), []Source{src}, Options{Cache: cache}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(string(cacheFile(cache, src)))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	if first := load(); !os.SameFile(first, load()) {
		t.Error("it is written again")
	}
}

// What a file is depends on the tree: in some generator's site all pages are docs.
func TestParseCacheOfAnotherSite(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, path.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("posts/hello.md", "---\ntitle: Hello\ndate: 2026-01-02\nsummary: A post.\ntags: [a]\n---\n\nText.\n")
	for _, step := range []struct {
		name   string
		change func()
		posts  int
	}{
		{"a post", func() {}, 1},
		{"a page of a site of MkDocs", func() { write("mkdocs.yml", "site_name: X\n") }, 0},
		{"still one", func() {}, 0},
		{"a post again", func() { _ = os.Remove(filepath.Join(dir, "mkdocs.yml")) }, 1},
	} {
		step.change()
		c, err := Load(context.Background(), []Source{{Name: "x", Dir: "x", FS: os.DirFS(dir), Folder: dir}}, Options{Cache: cache})
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if len(c.Posts) != step.posts || len(c.Docs) != 1-step.posts {
			t.Errorf("%s: %d posts, %d docs", step.name, len(c.Posts), len(c.Docs))
		}
	}
}

// Whatever is in a cache, reading it ends and does no harm.
func FuzzDecoder(f *testing.F) {
	var e encoder
	e.uint(7)
	e.text("title")
	f.Add(string(e.b))
	f.Fuzz(func(t *testing.T, s string) {
		p := newParsed(0, "x.md")
		if !p.read(decoder{s: s, plain: s, source: s}) {
			return
		}
		p.wake()
		if p.group == "docs" {
			d := p.rest
			p.outline = d.outline()
		}
		if p.outline != nil && len(p.outline.Sections) > len(s) || len(p.file.Field("title")) > len(s)*3 {
			t.Errorf("%q makes more than it holds", s)
		}
	})
}

// What comes from the cache is what was read, for every file of the shipped library.
func TestParsedCodec(t *testing.T) {
	b := newBuilder(Options{})
	if err := b.read(context.Background(), 0, Source{Name: "x", FS: os.DirFS("../../content"), Builtin: true}); err != nil {
		t.Fatal(err)
	}
	if len(b.files) < 600 {
		t.Fatalf("%d files", len(b.files))
	}
	var size, source int
	for _, p := range b.files {
		fresh := newParsed(0, p.file.Path)
		fresh.parse(os.DirFS("../../content"), b.cat.renderer, false)
		var e encoder
		e.parsed(fresh)
		got := newParsed(0, p.file.Path)
		if !got.read(decoder{s: string(e.b), plain: string(e.plain), source: string(e.source)}) {
			t.Fatalf("%s makes no sense", p.file.Path)
		}
		rest := got.rest
		if got.group == "docs" {
			got.outline = rest.outline()
			fresh.file = &markdown.File{Path: fresh.file.Path, BodyLine: fresh.file.BodyLine} // the rest is not kept
		}
		if rest.bad || rest.s+rest.plain+rest.source != "" {
			t.Fatalf("%s: %d bytes are left, bad: %t", p.file.Path, len(rest.s+rest.plain+rest.source), rest.bad)
		}
		got.wake()
		forgetColumns(fresh.file.Front)
		if fresh.outline != nil {
			source += len(fresh.outline.Source)
		}
		if !reflect.DeepEqual(got.file, fresh.file) || !reflect.DeepEqual(got.front, fresh.front) || !reflect.DeepEqual(got.outline, fresh.outline) || got.group != fresh.group {
			t.Errorf("%s is another file from the cache", p.file.Path)
		}
		size += len(e.b) + len(e.plain) + len(e.source)
	}
	t.Logf("%d bytes for %d of Markdown", size, source)
}

func forgetColumns(n *yaml.Node) {
	if n == nil {
		return
	}
	n.Column, n.HeadComment, n.LineComment, n.FootComment = 0, "", "", ""
	for _, c := range n.Content {
		forgetColumns(c)
	}
}

// A link's fate depends on other files than the page's own.
func TestLinkCache(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	load := func() (faults []string, picture bool) {
		t.Helper()
		c, err := Load(context.Background(), []Source{{Name: "x", Dir: "x", FS: os.DirFS(dir)}}, Options{Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range c.Faults {
			faults = append(faults, f.Error())
		}
		_, err = c.Asset("door.png")
		return faults, err == nil
	}
	write("a.md", "# A\n\n[b](b.md) ![door](door.png)\n")
	for _, step := range []struct {
		name    string
		change  func()
		faults  int
		picture bool
	}{
		{"nothing is there", func() {}, 2, false},
		{"nor the next time", func() {}, 2, false},
		{"the page comes", func() { write("b.md", "# B\n") }, 1, false},
		{"the picture comes", func() { write("door.png", "x") }, 0, true},
		{"and is there the next time", func() {}, 0, true},
		{"the page goes", func() { _ = os.Remove(filepath.Join(dir, "b.md")) }, 1, true},
		{"the cache is damaged", func() {
			files, _ := filepath.Glob(filepath.Join(cache, "links-*"))
			if len(files) != 1 {
				t.Fatalf("cache files: %v", files)
			}
			_ = os.WriteFile(files[0], []byte("siteerror links and some damage"), 0o600)
		}, 1, true},
	} {
		step.change()
		if faults, picture := load(); len(faults) != step.faults || picture != step.picture {
			t.Errorf("%s: faults %q, picture %t", step.name, faults, picture)
		}
	}
}
