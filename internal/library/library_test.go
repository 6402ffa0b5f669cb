package library

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/markdown"
)

func doc(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// changing is a library whose content a test swaps.
func changing(t *testing.T, tree *fs.FS) *Library {
	t.Helper()
	l, err := Open(context.Background(), Config{
		Sources: func() ([]catalog.Source, func(), error) {
			return []catalog.Source{{Name: "test", FS: *tree}}, func() {}, nil
		},
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func found(t *testing.T, s *Snapshot, query string) string {
	t.Helper()
	res, err := s.Index.Search(context.Background(), index.Request{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Hits) == 0 {
		return ""
	}
	page, _ := s.Page(res.Hits[0].ID)
	return page.Title
}

func TestReloadSwapsWhole(t *testing.T) {
	var tree fs.FS = fstest.MapFS{"docs/a.md": doc("# Apples\n\nabout apples")}
	l := changing(t, &tree)
	old, release := l.Acquire()
	tree = fstest.MapFS{"docs/b.md": doc("# Pears\n\nabout pears")}
	if err := l.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	// Whoever holds the old snapshot goes on with it, index and all.
	if got := found(t, old, "apples"); got != "Apples" {
		t.Errorf("the held snapshot finds %q", got)
	}
	release()
	s, done := l.Acquire()
	defer done()
	if got := found(t, s, "pears"); got != "Pears" || found(t, s, "apples") != "" || s.Generation == old.Generation {
		t.Errorf("the new snapshot finds %q, generation %s after %s", got, s.Generation, old.Generation)
	}
}

func TestFailedReloadKeepsTheLastGoodVersion(t *testing.T) {
	var tree fs.FS = fstest.MapFS{"docs/a.md": doc("# Apples\n")}
	l := changing(t, &tree)
	tree = fstest.MapFS{"posts/x.md": doc("---\ntitle: x\n---\n")}
	err := l.Reload(context.Background())
	var ps markdown.Problems
	if !errors.As(err, &ps) || l.Err() == nil {
		t.Fatalf("err = %v, Err() = %v", err, l.Err())
	}
	s, done := l.Acquire()
	defer done()
	if got := found(t, s, "apples"); got != "Apples" {
		t.Errorf("after a failed reload: %q", got)
	}
	tree = fstest.MapFS{"docs/a.md": doc("# Plums\n")}
	if err := l.Reload(context.Background()); err != nil || l.Err() != nil {
		t.Errorf("after the mistake was mended: %v, %v", err, l.Err())
	}
}

// The same content has the same generation, whatever the order it is read in.
func TestGenerationNamesTheContent(t *testing.T) {
	var tree fs.FS = fstest.MapFS{"docs/a.md": doc("# A\n"), "docs/b.md": doc("# B\n")}
	l := changing(t, &tree)
	s, done := l.Acquire()
	first := s.Generation
	done()
	if err := l.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	s, done = l.Acquire()
	defer done()
	if s.Generation != first {
		t.Errorf("generation %s, then %s", first, s.Generation)
	}
}

// A new file, a file in a new folder, and a folder swapped by a link are seen, also
// where the link is on the way to the folder, as git-sync has it.
func TestWatch(t *testing.T) {
	for _, below := range []string{"", "docs"} {
		t.Run("content "+filepath.Join("current", below), func(t *testing.T) { testWatch(t, below) })
	}
}

func testWatch(t *testing.T, below string) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join("v1", below, "a.md"), "# First\n")
	write(filepath.Join("v2", below, "a.md"), "# Second\n")
	link := filepath.Join(dir, "current")
	if err := os.Symlink("v1", link); err != nil {
		t.Fatal(err)
	}
	content := filepath.Join(link, below)
	l, err := Open(context.Background(), Config{
		Sources: func() ([]catalog.Source, func(), error) {
			root, err := os.OpenRoot(content)
			if err != nil {
				return nil, nil, err
			}
			return []catalog.Source{{Name: content, Dir: content, FS: root.FS(), Folder: content}}, func() { _ = root.Close() }, nil
		},
		Cache: filepath.Join(dir, "v1", below, "cache"), // writing it is no change of the tree
		Log:   slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- l.Watch(ctx, []string{content}) }()
	defer func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	}()
	// until waits for what the watcher brings about, as long as a busy machine takes.
	until := func(what string, is func() bool) {
		t.Helper()
		for deadline := time.Now().Add(2 * time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: never", what)
			}
		}
	}
	appears := func(path, title string) {
		t.Helper()
		until(path+" with the title "+title, func() bool {
			s, done := l.Acquire()
			defer done()
			d, err := s.Catalog.Doc(path)
			return err == nil && d.Title == title
		})
	}
	// It has to look before something changes: write until it has.
	until("the first change", func() bool {
		write(filepath.Join("v1", below, "first.md"), "# "+time.Now().String()+"\n")
		time.Sleep(2 * settle)
		return l.Builds().Published > 1
	})
	write(filepath.Join("v1", below, "b.md"), "# New\n")
	appears("b", "New")
	write(filepath.Join("v1", below, "sub/deeper/c.md"), "# Deep\n")
	appears("sub/deeper/c", "Deep")
	// What changes beside the folder is no reason to build: the log of a reload
	// would bring about the next one.
	quiet := func() (builds uint64) {
		t.Helper()
		until("a watcher at rest", func() bool {
			builds = l.Builds().Published
			time.Sleep(3 * settle)
			return l.Builds().Published == builds
		})
		return builds
	}
	before := quiet()
	write("siteerror.log", "content is ready\n")
	if now := quiet(); now != before {
		t.Errorf("a file beside the content led to %d builds", now-before)
	}
	if err := os.Symlink("v2", link+".next"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link+".next", link); err != nil {
		t.Fatal(err)
	}
	appears("a", "Second")
}

// A link in the content cannot make the server read outside its root.
func TestContentStaysInItsRoot(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.md")
	if err := os.WriteFile(secret, []byte("# Secret\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	in := filepath.Join(dir, "in")
	if err := os.Mkdir(in, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(in, "out.md")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(in)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	c, err := catalog.Load(context.Background(), []catalog.Source{{FS: root.FS()}}, catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range c.Docs {
		if strings.Contains(d.Title, "Secret") {
			t.Error("a link led outside the root")
		}
	}
}
