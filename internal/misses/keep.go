package misses

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// kept is a Log as its file has it.
type kept struct {
	Since    time.Time `json:"since"`
	Searches int       `json:"searches"`
	Queries  []Query   `json:"queries"`
}

// Open returns the Log that an earlier process has kept in file, an empty one where there is none. Save writes it there. An error
// says that the file is damaged or cannot be read; the Log is empty then, and usable.
func Open(file string, now func() time.Time) (*Log, error) {
	l := New(now)
	l.file = file
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() { // a pipe would never end
		return l, fmt.Errorf("%s is not a regular file", file)
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return l, fmt.Errorf("%s: %w", file, err)
	}
	if k.Since.IsZero() || k.Searches < 0 || len(k.Queries) > maxQueries {
		return l, fmt.Errorf("%s: it is no list of misses", file)
	}
	l.since, l.searches = k.Since, k.Searches
	for _, q := range k.Queries {
		if Plain(q.Text) == q.Text && q.Text != "" { // else an earlier version kept more of a text
			l.queries[q.Text] = &q
		}
	}
	return l, nil
}

// Save writes what was counted since the last Save to the file, whole or not at all. It does nothing for a Log that New made.
func (l *Log) Save() error {
	if l == nil || l.file == "" {
		return nil
	}
	l.saving.Lock()
	defer l.saving.Unlock()
	data, err := l.pending()
	if data == nil || err != nil {
		return err
	}
	if err := write(l.file, data); err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.changed = true // still to be written
		return err
	}
	return nil
}

func write(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "tmp-misses-")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// pending returns the file's content, nil where nothing was counted since it was last asked for.
func (l *Log) pending() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.changed {
		return nil, nil
	}
	l.changed = false
	k := kept{Since: l.since, Searches: l.searches}
	for _, q := range l.queries {
		k.Queries = append(k.Queries, *q)
	}
	return json.Marshal(k)
}
