package catalog

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"siteerror/internal/markdown"
)

// walker goes through a tree, each folder's entries in order. A folder that has
// not changed since the cache was written is not read again: the cache knows what
// is in it.
type walker struct {
	src     Source
	cache   *parseCache // nil for none
	begun   time.Time
	fault   func(folder string, err error)
	visit   func(entry) error
	folders []folder // that were found
	listed  bool     // one of them was read, and need not be the next time
}

// folder is what stood in a folder when it was read: more folders, pages and
// files that pages may show.
type folder struct {
	path    string
	stat    fileStat
	entries []entry
}

// entry is a file or folder in a folder.
type entry struct {
	name string // from the tree's root
	kind entryKind
	info fs.DirEntry // of one that was listed just now; else nil
}

type entryKind int

const (
	plainFile entryKind = iota
	subfolder
	symlink // which may lead to a file in the tree
)

func (w *walker) walk(dir string) error {
	f, err := w.folder(dir)
	switch {
	case err != nil && dir == ".":
		return fmt.Errorf("%s: %w", w.src.Name, err)
	case err != nil: // it has just gone, or cannot be read
		w.fault(dir, err)
		return nil
	}
	if w.src.Folder != "" {
		w.folders = append(w.folders, f)
	}
	for _, e := range f.entries {
		if e.kind == subfolder {
			err = w.walk(e.name)
		} else {
			err = w.visit(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) folder(dir string) (folder, error) {
	if w.cache != nil && w.src.Folder != "" {
		follow := dir == "." // the tree's own name may be a link
		if now, ok := statPath(w.src.Folder+"/"+dir, follow); ok {
			if f, ok := w.cache.folder(dir, now); ok {
				return f, nil
			}
		}
	}
	f, err := list(w.src.FS, dir)
	w.listed = w.listed || f.stat.tells()
	return f, err
}

// list reads a folder. What is seen of it comes first: who changes it meanwhile
// changes that.
func list(fsys fs.FS, dir string) (folder, error) {
	f := folder{path: dir}
	opened, err := fsys.Open(dir)
	if err != nil {
		return f, err
	}
	defer opened.Close()
	info, err := opened.Stat()
	if err != nil {
		return f, err
	}
	f.stat = statOf(info)
	d, ok := opened.(fs.ReadDirFile)
	if !ok {
		return f, errors.New("not a folder")
	}
	found, err := d.ReadDir(-1)
	if err != nil {
		return f, err
	}
	slices.SortFunc(found, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	for _, d := range found {
		e := entry{name: path.Join(dir, d.Name()), info: d}
		switch {
		case d.IsDir():
			e.kind = subfolder
		case d.Type().IsRegular():
		case d.Type()&fs.ModeSymlink != 0:
			e.kind = symlink
		default:
			continue // a pipe, a device or a socket
		}
		switch {
		case !e.wanted():
		case e.huge():
			f.stat = fileStat{} // it may shrink, of which the folder does not tell
		default:
			f.entries = append(f.entries, e)
		}
	}
	return f, nil
}

// noPages are folders that hold no pages: what a site generator makes, needs or downloads.
var noPages = []string{"node_modules", "_site", "_includes", "_layouts", "_sass", "_data"}

// wanted reports whether anything can come of an entry, going by its name.
func (e *entry) wanted() bool {
	base := path.Base(e.name)
	switch {
	case strings.HasPrefix(base, "."):
		return false
	case e.kind == subfolder:
		return e.name != "archetypes" && !slices.Contains(noPages, base) // skeletons of pages, here as in Hugo
	}
	return isPageFile(e.name) || isNav(e.name) || isPart(e.name) || assetType(e.name) != ""
}

// huge reports whether a file beside the pages is too large to be served.
func (e *entry) huge() bool {
	if e.kind != plainFile || isPageFile(e.name) || isNav(e.name) || isPart(e.name) {
		return false
	}
	info, err := e.info.Info()
	return err != nil || info.Size() > maxAsset
}

// isPart reports whether a file has data for many pages.
func isPart(name string) bool { return name == synonymsFile || name == constantsFile }

// stat is what is known of a plain file.
func (w *walker) stat(e entry) fileStat {
	if _, embedded := w.src.FS.(embed.FS); embedded {
		return programStat()
	}
	if e.info == nil {
		now, _ := statPath(w.src.Folder+"/"+e.name, false)
		return now
	}
	info, err := e.info.Info()
	if err != nil || !info.Mode().IsRegular() {
		return fileStat{}
	}
	return statOf(info)
}

// regular reports whether an entry is a regular file. A link counts as what it
// leads to; the file system keeps it inside the root.
func (w *walker) regular(e entry) bool {
	if e.kind != symlink {
		return true
	}
	info, err := fs.Stat(w.src.FS, e.name)
	return err == nil && info.Mode().IsRegular()
}

// fileStat tells whether a file or folder may have changed.
type fileStat struct {
	size           int64
	mtime, changed int64 // nanoseconds; changed is 0 where the system does not tell
	inode          uint64
}

// settled is how long before somebody looked at it a file must have been left
// alone for its times to tell: clocks of file systems are coarse.
const settled = 2 * time.Second

// roundTime is what the times of file systems are multiples of that have no time
// of the last change: whole seconds in an image, which may be in the next image as
// well, and over SFTP; two of them, or hundredths, on a memory stick.
const roundTime = 10 * time.Millisecond

// tells reports whether another change would show. The system's own time of the
// last change (ctime) tells, which nobody can set.
func (s fileStat) tells() bool { return s.changed%int64(roundTime) != 0 }

// untouchedSince reports whether what was seen then, after begun, is what is there
// now.
func (s fileStat) untouchedSince(begun time.Time, then fileStat) bool {
	return s.tells() && s == then && time.Unix(0, s.changed).Add(settled).Before(begun)
}

func (b *builder) folderFault(src Source, dir string, err error) {
	b.note(&b.cat.Skipped, &parsed{dir: src.Dir, group: "docs"}, markdown.Problem{Path: dir, Msg: fmt.Sprintf("cannot read the folder: %v", cause(err))})
}
