package library

import (
	"context"
	"errors"
	"io/fs"
	"os"
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
	trees, err := watchTrees(w, dirs, l.cfg.Cache)
	if err != nil {
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
			if e.Op != fsnotify.Chmod && trees.concern(e.Name) {
				timer.Reset(settle)
			}
		case err := <-w.Errors:
			l.cfg.Log.Warn("watching content", "err", err)
			timer.Reset(settle) // events may have been lost: look again
		case <-timer.C:
			if now, err := watchTrees(w, dirs, l.cfg.Cache); err != nil {
				l.cfg.Log.Warn("watching content", "err", err)
			} else {
				trees = now
			}
			if err := l.Reload(ctx); err != nil && !errors.Is(err, context.Canceled) {
				l.cfg.Log.Error("reload failed, the last good version stays", "err", err)
			}
		}
	}
}

// trees are the folders that content is read from, and the names that lead to them.
type trees map[string]bool

// concern reports whether a change of a file may be one of the content. Beside a
// content folder there are others' files, such as the log that tells of a reload.
func (t trees) concern(name string) bool {
	name = filepath.Clean(name)
	return t[name] || t[filepath.Dir(name)]
}

// watchTrees adds every folder below dirs, and the folders where each dir and the
// links on the way to it stand, where a swap shows. Adding one again does nothing.
// A cache inside a tree is no part of it: reloads write there.
func watchTrees(w *fsnotify.Watcher, dirs []string, cache string) (trees, error) {
	found := trees{}
	own, _ := os.Stat(cache) // nil if there is none
	for _, dir := range dirs {
		dir, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return nil, err
		}
		names, err := namesTo(dir)
		if err != nil {
			return nil, err
		}
		for _, name := range append(names, real) {
			found[name] = true
			if err := w.Add(filepath.Dir(name)); err != nil {
				return nil, err
			}
		}
		err = filepath.WalkDir(real, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return nil // a folder that has just gone; the event for it is on its way
			}
			if path != real && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			if info, err := d.Info(); err == nil && own != nil && os.SameFile(info, own) {
				return fs.SkipDir
			}
			found[path] = true
			return w.Add(path)
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// namesTo returns the links on the way to path, which is absolute and ends somewhere. Each
// is named by the folder that it stands in, whatever else leads there.
func namesTo(path string) ([]string, error) {
	parent := filepath.Dir(path)
	if parent == path {
		return nil, nil
	}
	names, err := namesTo(parent)
	if err != nil {
		return nil, err
	}
	folder, err := filepath.EvalSymlinks(parent)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(folder, filepath.Base(path))
	target, err := os.Readlink(name)
	if err != nil {
		return names, nil // no link
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(folder, target)
	}
	further, err := namesTo(target)
	return append(append(names, name), further...), err
}
