// Package fresh keeps what was made of a few files, and makes it anew when they
// change: certificates that are renewed, lists that are edited.
package fresh

import (
	"os"
	"sync"
	"time"
)

// lookAfter is how long a look at the files is good for: a changed file is seen
// within this time by whoever asks, and asking costs nothing in between.
const lookAfter = 5 * time.Second

// Files holds a value made of files. It is safe for concurrent use.
type Files[T any] struct {
	paths  []string
	parse  func(contents [][]byte) (T, error)
	failed func(error)

	mu     sync.Mutex
	value  T
	seen   []stamp // of the files that value, or the last failure, was made of
	looked time.Time
}

type stamp struct {
	modified time.Time
	size     int64
}

// Open reads the files and makes the value of them. Later, a change that cannot
// be read or parsed leaves the last good value in force and is told to failed,
// once for each change.
func Open[T any](paths []string, parse func(contents [][]byte) (T, error), failed func(error)) (*Files[T], error) {
	f := &Files[T]{paths: paths, parse: parse, failed: failed}
	if err := f.Reload(); err != nil {
		return nil, err
	}
	return f, nil
}

// Get returns the value of the files as they are now, or were a few seconds ago.
func (f *Files[T]) Get() T {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.looked) < lookAfter {
		return f.value
	}
	if now := f.look(); !same(now, f.seen) {
		if err := f.read(now); err != nil {
			f.failed(err)
		}
	}
	return f.value
}

// Reload reads the files whether they seem to have changed or not.
func (f *Files[T]) Reload() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.read(f.look())
}

// look takes the files' stamps. A file that is not there has the zero stamp;
// links are followed, so that a folder swapped by link is a change.
func (f *Files[T]) look() []stamp {
	f.looked = time.Now()
	stamps := make([]stamp, len(f.paths))
	for i, path := range f.paths {
		if info, err := os.Stat(path); err == nil {
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

// read makes the value anew. The stamps are from before the reading: a change in
// between is seen at the next look.
func (f *Files[T]) read(now []stamp) error {
	f.seen = now
	contents := make([][]byte, len(f.paths))
	for i, path := range f.paths {
		var err error
		if contents[i], err = os.ReadFile(path); err != nil {
			return err
		}
	}
	value, err := f.parse(contents)
	if err != nil {
		return err
	}
	f.value = value
	return nil
}

func same(a, b []stamp) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].size != b[i].size || !a[i].modified.Equal(b[i].modified) {
			return false
		}
	}
	return true
}
