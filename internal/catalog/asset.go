package catalog

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"siteerror/internal/markdown"
)

// Asset is a file beside the pages that some page shows or links to. Others are
// never served.
type Asset struct {
	Path        string // below /docs/, as the page sees it: "guide/img/door.png"
	ContentType string
	Download    bool // offered to keep, not to look at
	Size        int64
	Modified    time.Time

	name string
	fsys fs.FS
	stat func() (fs.FileInfo, error)
	used bool
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

func (b *builder) addFile(_ int, src Source, name string, d fs.DirEntry) {
	ext := strings.ToLower(path.Ext(name))
	kind, known := assetTypes[ext]
	base := path.Base(name)
	if !known && (ext != "" && strings.Contains(textTypes, " "+ext+" ") || ext == "" && strings.Trim(base, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == "") { // LICENSE-CODE
		kind, known = "text/plain; charset=utf-8", true
	}
	if !known || !isRegular(src.FS, name, d) {
		return
	}
	a := &Asset{
		Path: strings.TrimPrefix(name, "docs/"), ContentType: kind, name: name, fsys: src.FS, stat: d.Info,
		Download: strings.HasPrefix(kind, "application/") && kind != "application/pdf" && kind != "application/json",
	}
	if !d.Type().IsRegular() { // a link inside the tree
		a.stat = func() (fs.FileInfo, error) { return fs.Stat(src.FS, name) }
	}
	b.cat.files[a.Path] = a
}

// measure learns what only the file itself tells, once a page wants it.
func (a *Asset) measure() error {
	info, err := a.stat()
	if err != nil {
		return err
	}
	if info.Size() > maxAsset {
		return fmt.Errorf("the file has %d bytes; at most %d are served", info.Size(), maxAsset)
	}
	a.stat = nil // it held the listing of its folder
	a.Size, a.Modified, a.used = info.Size(), info.ModTime(), true
	return nil
}

// Open opens the file, inside the tree it was found in. The error wraps
// fs.ErrNotExist where it has gone since.
func (a *Asset) Open() (fs.File, error) { return a.fsys.Open(a.name) }

// URL is the asset's path on the site.
func (a *Asset) URL() string { return (&url.URL{Path: "/docs/" + a.Path}).EscapedPath() }

// Asset returns a file that a page links to, by its path below /docs/. The error
// wraps ErrNotFound.
func (c *Catalog) Asset(path string) (*Asset, error) {
	if a, ok := c.files[path]; ok && a.used {
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
		if a, ok := c.files[strings.TrimPrefix(logo, "docs/")]; !ok || a.measure() != nil {
			c.Skipped = append(c.Skipped, markdown.Problem{Path: logo, Msg: "the logo is in no content folder, or is too large"})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		a := c.files[name]
		if a.used {
			fmt.Fprintf(b.hash, "%s %d %d\n", name, a.Size, a.Modified.UnixNano())
		} else {
			delete(c.files, name)
			if low := strings.ToLower(name); c.lower[low] == name {
				delete(c.lower, low)
			}
		}
	}
	c.kept = map[keptKey]*parsed{}
	for _, p := range b.files {
		if keep && p.group == "docs" && p.fail == nil {
			c.kept[keptKey{p.source, p.file.Path}] = p
		}
	}
}
