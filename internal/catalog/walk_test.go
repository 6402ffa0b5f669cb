package catalog

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A file counts as left alone by when it was looked at, not by when the rest of a
// large tree was read as well.
func TestCacheKnowsWhenTheWalkBegan(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.md"), []byte("# A\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	fsys := &openCounter{FS: os.DirFS(dir)}
	src := Source{Name: "x", Dir: dir, FS: fsys, Folder: dir}
	if _, err := Load(context.Background(), []Source{src}, Options{Cache: cache}); err != nil {
		t.Fatal(err)
	}
	c := openParseCache(Options{Cache: cache}, src)
	if c.count != 1 || c.begun.IsZero() || c.begun.After(fsys.walked) {
		t.Errorf("%d files, seen from %v on, the tree opened at %v", c.count, c.begun, fsys.walked)
	}
}

// openCounter counts what is opened of a tree.
type openCounter struct {
	fs.FS
	opened []string
	walked time.Time
}

func (c *openCounter) Open(name string) (fs.File, error) {
	if c.opened = append(c.opened, name); name == "." {
		c.walked = time.Now()
	}
	return c.FS.Open(name)
}

// A folder is read again when something in it has come, gone or taken another's
// place, and else not.
func TestWalkUnchanged(t *testing.T) {
	if _, ok := statPath(".", true); !ok {
		t.Skip("this system does not tell when a folder has changed")
	}
	dir, cache := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(name string) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("a.md", "# A\n")
	write("guide/b.md", "# B\n")
	write("guide/door.png", "x")
	write("guide/deep/c.md", "# C\n")
	write("guide/toc.yml", "- href: b.md\n")
	write("node_modules/x.md", "# X\n")
	write("guide/.hidden.md", "# X\n")

	// load reads the tree, keeps the cache, and says what it has opened and found.
	load := func() (opened, found []string) {
		t.Helper()
		fsys := &openCounter{FS: os.DirFS(dir)}
		src := Source{Name: "x", Dir: dir, FS: fsys, Folder: dir}
		c := openParseCache(Options{Cache: cache}, src)
		c.begun = c.begun.Add(2 * settled) // as if some time had passed between
		b := newBuilder(Options{Cache: cache})
		defer b.discard()
		w := &walker{src: src, cache: c, fault: func(dir string, err error) { t.Errorf("%s: %v", dir, err) }}
		w.visit = func(e entry) error {
			found = append(found, e.name)
			return nil
		}
		if err := w.walk("."); err != nil {
			t.Fatal(err)
		}
		opened = fsys.opened
		src.FS = os.DirFS(dir)
		if _, err := Load(context.Background(), []Source{src}, Options{Cache: cache}); err != nil {
			t.Fatal(err)
		}
		return opened, found
	}
	want := []string{"a.md", "guide/b.md", "guide/deep/c.md", "guide/door.png", "guide/toc.yml"}
	for _, step := range []struct {
		name   string
		change func()
		opened string // folders
		found  []string
	}{
		{"first", func() {}, ". guide guide/deep", want},
		{"again", func() {}, "", want},
		{"a page is edited in place", func() { write("guide/b.md", "# Other\n") }, "", want},
		{"a page comes", func() { write("guide/deep/d.md", "# D\n") }, "guide/deep", slices.Insert(slices.Clone(want), 3, "guide/deep/d.md")},
		{"and goes", func() { remove("guide/deep/d.md") }, "guide/deep", want},
		{"a folder comes", func() { write("new/e.md", "# E\n") }, ". new", append(slices.Clone(want), "new/e.md")},
		{"and goes", func() { remove("new") }, ".", want},
		{"a picture is too large", func() {
			write("guide/wall.png", "x")
			if err := os.Truncate(filepath.Join(dir, "guide/wall.png"), maxAsset+1); err != nil {
				t.Fatal(err)
			}
		}, "guide", want},
		{"and shrinks in place", func() {
			if err := os.Truncate(filepath.Join(dir, "guide/wall.png"), 1); err != nil {
				t.Fatal(err)
			}
		}, "guide", append(slices.Clone(want), "guide/wall.png")},
		{"and goes", func() { remove("guide/wall.png") }, "guide", want},
		{"one takes another's place", func() {
			if err := os.Rename(filepath.Join(dir, "guide/deep"), filepath.Join(dir, "guide/old")); err != nil {
				t.Fatal(err)
			}
			write("guide/deep/f.md", "# F\n")
		}, "guide guide/deep guide/old", []string{"a.md", "guide/b.md", "guide/deep/f.md", "guide/door.png", "guide/old/c.md", "guide/toc.yml"}},
	} {
		step.change()
		opened, found := load()
		if got := strings.Join(opened, " "); got != step.opened || !slices.Equal(found, step.found) {
			t.Errorf("%s: opened %q, want %q; found %q, want %q", step.name, got, step.opened, found, step.found)
		}
	}

	// The name of the tree may come to lead to another one.
	link, other := filepath.Join(t.TempDir(), "current"), t.TempDir()
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	dir = link
	load()
	if opened, _ := load(); len(opened) > 0 {
		t.Errorf("through a link: opened %q", opened)
	}
	if err := os.CopyFS(other, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(link), os.Symlink(other, link)); err != nil {
		t.Fatal(err)
	}
	if opened, _ := load(); len(opened) != 4 {
		t.Errorf("another tree: opened %q", opened)
	}
}

func TestUntouched(t *testing.T) {
	then := fileStat{size: 7, mtime: 1, changed: 1_000_000_001, inode: 3}
	written := time.Unix(0, then.changed).Add(2 * settled)
	with := func(change func(*fileStat)) fileStat {
		now := then
		change(&now)
		return now
	}
	for _, c := range []struct {
		name      string
		now, then fileStat
		written   time.Time
		want      bool
	}{
		{"left alone", then, then, written, true},
		{"changed just before", then, then, time.Unix(0, then.changed).Add(settled / 2), false},
		{"another size", with(func(s *fileStat) { s.size++ }), then, written, false},
		{"an older text", with(func(s *fileStat) { s.mtime-- }), then, written, false},
		{"the same times on it again", with(func(s *fileStat) { s.changed++ }), then, written, false},
		{"another file", with(func(s *fileStat) { s.inode++ }), then, written, false},
		{"the system does not tell", fileStat{size: 7, mtime: 1}, fileStat{size: 7, mtime: 1}, written, false},
		{"an image's time", with(func(s *fileStat) { s.changed-- }), with(func(s *fileStat) { s.changed-- }), written, false},
		{"a memory stick's", with(func(s *fileStat) { s.changed += 9_999_999 }), with(func(s *fileStat) { s.changed += 9_999_999 }), written, false},
	} {
		if got := c.now.untouchedSince(c.written, c.then); got != c.want {
			t.Errorf("%s: untouched = %t", c.name, got)
		}
	}
}
