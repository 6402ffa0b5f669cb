package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// What the server embeds is what its sources say.
func TestBuiltIsCurrent(t *testing.T) {
	fresh := t.TempDir()
	if err := build("../../web/static", fresh); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadDir(fresh)
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadDir("../../web/built")
	if err != nil {
		t.Fatal(err)
	}
	if len(have) != len(want) {
		t.Errorf("web/built has %d files instead of %d: run make assets", len(have), len(want))
	}
	for _, entry := range want {
		w, err := os.ReadFile(filepath.Join(fresh, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if h, _ := os.ReadFile(filepath.Join("../../web/built", entry.Name())); !bytes.Equal(h, w) {
			t.Errorf("web/built/%s is not what its source makes: run make assets", entry.Name())
		}
	}
}
