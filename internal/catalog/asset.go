package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Asset is a file beside the pages that some page shows or links to. Others are
// never served.
type Asset struct {
	Path        string // below /docs/, as the page sees it: "guide/img/door.png"
	ContentType string
	Download    bool // offered to keep, not to look at

	name string
	fsys fs.FS
}

// maxAsset is the size of a file in bytes that is still served: films belong on
// a server made for them.
const maxAsset = 64 << 20

// assetTypes are the files that are served, by extension. None is of a type that
// a browser runs: programs and pages of HTML are shown as text.
var assetTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif", ".svg": "image/svg+xml", ".ico": "image/x-icon", ".bmp": "image/bmp",
	".mp4": "video/mp4", ".webm": "video/webm", ".mp3": "audio/mpeg", ".ogg": "audio/ogg",
	".pdf": "application/pdf", ".zip": "application/zip", ".gz": "application/gzip", ".tgz": "application/gzip", ".docx": "application/octet-stream", ".xlsx": "application/octet-stream", ".pptx": "application/octet-stream", ".drawio": "application/octet-stream",
	".json": "application/json",
}

// textTypes are shown as plain text.
const textTypes = " .txt .log .csv .tsv .xml .xsd .xsl .yaml .yml .toml .ini .conf .cfg .config .html .htm .aspx .asp .css .js .mjs .ts .tsx .jsx .vb .vbs .cs .cpp .c .h .hpp .java .kt .go .rs .py .rb .php .pl .lua .swift .sql .sh .bash .zsh .ps1 .psm1 .psd1 .cmd .bat .diff .patch .svc .def .sln .vcproj .csproj .rtf .http .proto .graphql .tf .service .rst .adoc "

// assetType is the type that a file is served as, "" for none.
func assetType(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if kind, ok := assetTypes[ext]; ok {
		return kind
	}
	base := path.Base(name)
	if ext != "" && strings.Contains(textTypes, " "+ext+" ") || ext == "" && strings.Trim(base, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == "" { // LICENSE-CODE
		return "text/plain; charset=utf-8"
	}
	return ""
}

// assets are the files beside the pages. Most are never asked for, so nothing is
// made of a file but its name until somebody is.
type assets struct {
	found  []foundFile
	byPath map[string]int32  // of the files found
	lower  map[string]string // paths by their lower-case form
	used   map[string]*Asset
}

type foundFile struct {
	walker *walker
	entry  entry
}

func (f *foundFile) path() string { return strings.TrimPrefix(f.entry.name, "docs/") }

func (t *assets) add(w *walker, e entry) { t.found = append(t.found, foundFile{w, e}) }

// use finds a file that a link leads to, however its name is capitalized, and
// notes that it is wanted. It is nil where there is none that may be served.
func (t *assets) use(file string) *Asset {
	if a := t.at(file); a != nil {
		return a
	}
	if t.lower == nil {
		t.lower = make(map[string]string, len(t.found))
		for i := range t.found {
			p := t.found[i].path()
			t.lower[strings.ToLower(p)] = p
		}
	}
	if other := t.lower[strings.ToLower(file)]; other != "" && other != file {
		return t.at(other)
	}
	return nil
}

// at is use for a file whose path is known.
func (t *assets) at(file string) *Asset {
	if a := t.used[file]; a != nil || len(t.found) == 0 {
		return a
	}
	if t.byPath == nil {
		t.byPath = make(map[string]int32, len(t.found))
		for i := range t.found {
			t.byPath[t.found[i].path()] = int32(i)
		}
	}
	i, ok := t.byPath[file]
	if !ok {
		return nil
	}
	a := t.found[i].asset()
	t.used[file] = a
	return a
}

// settle forgets the files that nobody asked for.
func (t *assets) settle() {
	t.found, t.byPath, t.lower = nil, nil, make(map[string]string, len(t.used))
	for p := range t.used {
		t.lower[strings.ToLower(p)] = p
	}
}

func (f *foundFile) asset() *Asset {
	kind := assetType(f.entry.name)
	return &Asset{
		Path: f.path(), ContentType: kind, name: f.entry.name, fsys: f.walker.src.FS,
		Download: strings.HasPrefix(kind, "application/") && kind != "application/pdf" && kind != "application/json",
	}
}

// Open opens the file, inside the tree it was found in. The error wraps
// fs.ErrNotExist where it has gone since, or has become one that is not served.
func (a *Asset) Open() (fs.File, error) {
	f, err := a.fsys.Open(a.name)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxAsset {
		return nil, errors.Join(fs.ErrNotExist, err, f.Close())
	}
	return f, nil
}

// URL is the asset's path on the site.
func (a *Asset) URL() string { return (&url.URL{Path: "/docs/" + a.Path}).EscapedPath() }

// Asset returns a file that a page links to, by its path below /docs/. The error
// wraps ErrNotFound.
func (c *Catalog) Asset(path string) (*Asset, error) {
	if a, ok := c.assets.used[path]; ok {
		return a, nil
	}
	return nil, fmt.Errorf("file %q: %w", path, ErrNotFound)
}

// keptKey names a file of a source.
type keptKey struct {
	source int
	path   string
}

// settle lets go of what only building needed.
func (c *Catalog) settle(b *builder, keep bool) {
	if logo := c.Site.Logo; logo != "" {
		c.assets.at(strings.TrimPrefix(logo, "docs/"))
	}
	c.assets.settle()
	for _, name := range slices.Sorted(maps.Keys(c.assets.used)) {
		a := c.assets.used[name]
		fmt.Fprintln(b.hash, name)
		if !keep {
			continue
		}
		if info, err := fs.Stat(a.fsys, a.name); err == nil { // an author looks at the page, and sees the new picture
			fmt.Fprintln(b.hash, info.Size(), info.ModTime().UnixNano())
		}
	}
	c.kept = map[keptKey]*parsed{}
	for _, p := range b.files {
		if keep && p.group == "docs" && p.fail == nil {
			c.kept[keptKey{p.source, p.file.Path}] = p
		}
	}
}
