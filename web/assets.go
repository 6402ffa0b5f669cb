package web

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Asset is a file that pages link to. The name holds the hash of what is in it,
// so that it can be cached for ever.
type Asset struct {
	Path        string // "/assets/site.3f2a9c1b.css"
	ContentType string
	Body        []byte // minified
}

// assetTypes are the media types of the files that are served, with parameters
// as they are sent.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// loadAssets reads what cmd/assets has made of static.
func (v *Views) loadAssets() error {
	entries, err := fs.ReadDir(files, "built")
	if err != nil {
		return err
	}
	v.assets = map[string]Asset{}
	for _, entry := range entries {
		name := entry.Name()
		body, err := files.ReadFile("built/" + name)
		if err != nil {
			return err
		}
		ext := path.Ext(name)
		sum := sha256.Sum256(body)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		v.assets[name] = Asset{Path: "/assets/" + hashed, ContentType: assetTypes[ext], Body: body}
	}
	return nil
}

// Assets returns every file that pages link to, and the icon under the name
// that browsers ask for unasked.
func (v *Views) Assets() []Asset {
	var all []Asset
	for _, a := range v.assets {
		all = append(all, a)
	}
	icon := v.assets["icon.svg"]
	icon.Path = "/favicon.ico"
	return append(all, icon)
}

// indentation is what a template's source needs and its pages do not: the
// beginning of lines, and lines without anything.
var indentation = regexp.MustCompile(`\s*\n\s*`)

// parse adds templates to t without their indentation. It is done to the source,
// so that it costs a page nothing. No template spreads a pre or a textarea over
// lines, where space would count.
func parse(t *template.Template, names ...string) (*template.Template, error) {
	for _, name := range names {
		source, err := files.ReadFile("templates/" + name + ".html")
		if err != nil {
			return nil, err
		}
		if _, err := t.New(name).Parse(indentation.ReplaceAllString(string(source), "\n")); err != nil {
			return nil, err
		}
	}
	return t, nil
}
