package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestIndexOnDiskAnswersAsInMemory(t *testing.T) {
	inMemory := build(t, library(), libraryConfig())
	cfg := libraryConfig()
	cfg.Dir = t.TempDir()
	built := build(t, library(), cfg)
	opened, err := Open(context.Background(), library(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for _, query := range []string{
		"bad gateway", "gatway", "throttled", "nginx 502", "request", "", "server replied: Found", "we got request timeout 408",
		"client closed the connection", "page keeps redirecting forever",
	} {
		want := fmt.Sprintf("%+v", search(t, inMemory, Request{Text: query}))
		for name, x := range map[string]*Index{"built": built, "opened": opened} {
			if got := fmt.Sprintf("%+v", search(t, x, Request{Text: query})); got != want {
				t.Errorf("%s on disk, %q:\n%s\nin memory:\n%s", name, query, got, want)
			}
		}
	}
}

func TestOpenTellsWhy(t *testing.T) {
	ctx := context.Background()
	fresh := func(t *testing.T) Config {
		cfg := libraryConfig()
		cfg.Dir = t.TempDir()
		x, err := Build(ctx, library(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	each := func(t *testing.T, cfg Config, change func(path string)) {
		files, err := filepath.Glob(filepath.Join(cfg.Dir, dirPrefix+"*", "*"))
		if err != nil || len(files) < 3 {
			t.Fatalf("files of the index: %v, %v", files, err)
		}
		for _, f := range files {
			change(f)
		}
	}
	tests := []struct {
		name   string
		change func(t *testing.T, cfg *Config)
		docs   []Document
		want   error
	}{
		{"no folder", func(_ *testing.T, cfg *Config) { cfg.Dir = "" }, library(), ErrStale},
		{"empty folder", func(t *testing.T, cfg *Config) { cfg.Dir = t.TempDir() }, library(), ErrStale},
		{"other documents", func(*testing.T, *Config) {}, library()[1:], ErrStale},
		{"other synonyms", func(_ *testing.T, cfg *Config) { cfg.Synonyms = nil }, library(), ErrStale},
		{"a byte of every file", func(t *testing.T, cfg *Config) {
			each(t, *cfg, func(path string) {
				data, err := os.ReadFile(path)
				if err != nil || filepath.Base(path) == sealName {
					return
				}
				data[len(data)/2] ^= 1
				if err := os.WriteFile(path, data, 0o600); err != nil {
					t.Fatal(err)
				}
			})
		}, library(), ErrDamaged},
		{"truncated", func(t *testing.T, cfg *Config) {
			each(t, *cfg, func(path string) {
				if filepath.Base(path) != sealName {
					if err := os.Truncate(path, 100); err != nil {
						t.Fatal(err)
					}
				}
			})
		}, library(), ErrDamaged},
		{"seal of another", func(t *testing.T, cfg *Config) {
			each(t, *cfg, func(path string) {
				if filepath.Base(path) == sealName {
					if err := os.WriteFile(path, []byte(`{"key":"x"}`), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			})
		}, library(), ErrDamaged},
		{"a pipe for a seal", func(t *testing.T, cfg *Config) {
			each(t, *cfg, func(path string) {
				if filepath.Base(path) != sealName {
					return
				}
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
				if err := exec.Command("mkfifo", path).Run(); err != nil {
					t.Skipf("no pipe to be had: %v", err)
				}
			})
		}, library(), ErrDamaged},
		{"a file more", func(t *testing.T, cfg *Config) {
			dirs, _ := filepath.Glob(filepath.Join(cfg.Dir, dirPrefix+"*"))
			if err := os.WriteFile(filepath.Join(dirs[0], "stranger"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, library(), ErrDamaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := fresh(t)
			tt.change(t, &cfg)
			if x, err := Open(ctx, tt.docs, cfg); !errors.Is(err, tt.want) {
				if err == nil {
					x.Close()
				}
				t.Fatalf("Open: %v, want %v", err, tt.want)
			}
			if cfg.Dir == "" {
				return
			}
			x, err := Build(ctx, tt.docs, cfg) // what was wrong does not stand in the way
			if err != nil {
				t.Fatalf("Build after that: %v", err)
			}
			defer x.Close()
			if left, _ := filepath.Glob(filepath.Join(cfg.Dir, tmpPrefix+"*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if r := search(t, x, Request{Text: "bad gateway"}); r.Total == 0 {
				t.Error("the rebuilt index finds nothing")
			}
		})
	}
}

// Where the content is named, the documents tell what the name does not: what they are called, and how long they are.
func TestContentNamesAnIndex(t *testing.T) {
	cfg := libraryConfig()
	cfg.Dir, cfg.Content = t.TempDir(), "as it was yesterday"
	build(t, library(), cfg)
	open := func(change func(docs []Document, cfg *Config)) error {
		docs, cfg := library(), cfg
		change(docs, &cfg)
		x, err := Open(context.Background(), docs, cfg)
		if err == nil {
			x.Close()
		}
		return err
	}
	if err := open(func([]Document, *Config) {}); err != nil {
		t.Errorf("the same: %v", err)
	}
	for name, change := range map[string]func(docs []Document, cfg *Config){
		"another content":  func(_ []Document, cfg *Config) { cfg.Content = "as it is today" },
		"no content":       func(_ []Document, cfg *Config) { cfg.Content = "" },
		"another order":    func(docs []Document, _ *Config) { docs[0], docs[1] = docs[1], docs[0] },
		"another id":       func(docs []Document, _ *Config) { docs[0].ID = "OK" + docs[0].ID[2:] },
		"another code":     func(docs []Document, _ *Config) { docs[0].Code = "201" },
		"another vendor":   func(docs []Document, _ *Config) { docs[12].VendorName = "Nginx" },
		"a longer title":   func(docs []Document, _ *Config) { docs[3].Title += "!" },
		"an alias more":    func(docs []Document, _ *Config) { docs[3].Aliases = []string{""} },
		"a longer section": func(docs []Document, _ *Config) { docs[9].Sections[1].Text += "!" },
	} {
		if err := open(change); !errors.Is(err, ErrStale) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIDsAreUnique(t *testing.T) {
	for name, id := range map[string]string{"empty": "", "of another": "200"} {
		docs := library()
		docs[1].ID = id
		if _, err := Build(context.Background(), docs, libraryConfig()); err == nil {
			t.Errorf("an id that is %s is no error", name)
		}
	}
}

func TestCacheKeepsTheLatest(t *testing.T) {
	cfg := libraryConfig()
	cfg.Dir = t.TempDir()
	abandoned := filepath.Join(cfg.Dir, tmpPrefix+"1")
	if err := os.Mkdir(abandoned, 0o700); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * keptAside)
	if err := os.Chtimes(abandoned, long, long); err != nil {
		t.Fatal(err)
	}
	for n := range keptIndexes + 2 {
		x, err := Build(context.Background(), library()[n:], cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(cfg.Dir)
	if err != nil || len(entries) != keptIndexes {
		t.Errorf("the folder holds %v, %v; want %d indexes", entries, err, keptIndexes)
	}
	x, err := Open(context.Background(), library()[keptIndexes+1:], cfg)
	if err != nil {
		t.Fatalf("the newest is gone: %v", err)
	}
	x.Close()
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	cfg := libraryConfig()
	cfg.Dir = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(cfg.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Build(context.Background(), library(), cfg); err == nil {
		t.Error("a file in the folder's place is no error")
	}
}

// TestTwoProcesses opens the same index twice, and searches both at once.
func TestTwoProcesses(t *testing.T) {
	cfg := libraryConfig()
	cfg.Dir = t.TempDir()
	first, second := build(t, library(), cfg), build(t, library(), cfg)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n, q := range benchQueries {
				x := []*Index{first, second}[(i+n)%2]
				if _, err := x.Search(context.Background(), Request{Text: q}); err != nil {
					t.Error(err)
				}
				if _, err := x.Suggest(context.Background(), q[:3], 8); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
