package fresh

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parse := func(contents [][]byte) (string, error) {
		if s := string(contents[0]); s != "bad" {
			return s, nil
		}
		return "", errors.New("bad")
	}
	var failures []error
	if _, err := Open([]string{path}, parse, nil); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("without the file: %v", err)
	}
	write("one")
	f, err := Open([]string{path}, parse, func(err error) { failures = append(failures, err) })
	if err != nil {
		t.Fatal(err)
	}
	later := func() { f.looked = f.looked.Add(-time.Hour) }
	write("second")
	if got := f.Get(); got != "one" {
		t.Errorf("within the time a look is good for: %q", got)
	}
	later()
	if got := f.Get(); got != "second" {
		t.Errorf("after a change: %q", got)
	}
	write("bad")
	for range 3 {
		later()
		if got := f.Get(); got != "second" {
			t.Errorf("after a bad change: %q", got)
		}
	}
	if len(failures) != 1 {
		t.Errorf("one bad change was told %d times", len(failures))
	}
	if f.Reload() == nil {
		t.Error("Reload takes a bad file for good")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	later()
	if got := f.Get(); got != "second" || len(failures) != 2 {
		t.Errorf("after the file went: %q, %d failures", got, len(failures))
	}
	write("third")
	if err := f.Reload(); err != nil || f.Get() != "third" {
		t.Errorf("Reload: %v, %q", err, f.Get())
	}
}
