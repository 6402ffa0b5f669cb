package library

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a tree must be quiet before it is read: an editor's save
// and a checkout are bursts of events.
const settle = 200 * time.Millisecond

// Watch reloads when something in dirs changes, until ctx is done. A folder that
// is swapped by a symlink counts as a change, and so do new folders. Failed
// reloads are logged; the served snapshot stays.
func (l *Library) Watch(ctx context.Context, dirs []string) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close()
	if err := watchTrees(w, dirs); err != nil {
		return err
	}
	timer := time.NewTimer(settle)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.Events:
			if !ok {
				return nil
			}
			if e.Op != fsnotify.Chmod {
				timer.Reset(settle)
			}
		case err := <-w.Errors:
			l.cfg.Log.Warn("watching content", "err", err)
			timer.Reset(settle) // events may have been lost: look again
		case <-timer.C:
			if err := watchTrees(w, dirs); err != nil {
				l.cfg.Log.Warn("watching content", "err", err)
			}
			if err := l.Reload(ctx); err != nil && !errors.Is(err, context.Canceled) {
				l.cfg.Log.Error("reload failed, the last good version stays", "err", err)
			}
		}
	}
}

// watchTrees adds every folder below dirs, and the folder each dir stands in,
// where a swapped link shows. Adding one again does nothing.
func watchTrees(w *fsnotify.Watcher, dirs []string) error {
	for _, dir := range dirs {
		if err := w.Add(filepath.Dir(filepath.Clean(dir))); err != nil {
			return err
		}
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return err
		}
		err = filepath.WalkDir(real, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return nil // a folder that has just gone; the event for it is on its way
			}
			if path != real && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return w.Add(path)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
