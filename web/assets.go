package web

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

// Asset is a file that pages link to. The name holds the hash of what is in it,
// so that it can be cached for ever.
type Asset struct {
	Path        string // "/assets/site.3f2a9c1b.css"
	ContentType string
	Body        []byte
}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

func (v *Views) loadAssets() error {
	v.assets = map[string]Asset{}
	names, err := fs.Glob(files, "static/*")
	if err != nil {
		return err
	}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		base, ext := path.Base(name), path.Ext(name)
		sum := sha256.Sum256(body)
		hashed := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		v.assets[base] = Asset{Path: "/assets/" + hashed, ContentType: assetTypes[ext], Body: body}
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

// icon returns a small inline drawing by its name, the class colour's "c4" or a
// control's.
func icon(name string) template.HTML { return icons[name] }

// icons are drawn with one stroke in the colour of the text around them.
var icons = map[string]template.HTML{
	// One everyday thing for each class: a speech bubble that is still being written, a ticked box, a signpost, a locked door, a bent bridge.
	"c1": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M14 12h92v44H54L36 70V56H14z"/><path d="M42 34h.1M60 34h.1M78 34h.1" class="dot"/></svg>`,
	"c2": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M32 10h56v60H32z"/><path d="M44 41l12 13 22-28"/></svg>`,
	"c3": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M58 74V8M58 14h36l12 9-12 9H58M58 40H26l-12 9 12 9h32M46 74h24"/></svg>`,
	"c4": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M36 74V8h48v66M26 74h68M72 40v8"/><path d="M48 20h24v12H48z"/></svg>`,
	"c5": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M6 58h30l8-14M114 58H84l-8-14M44 44c4-8 10-12 16-12M76 44c-3-6-6-9-9-11M6 58v14M114 58v14M24 58v14M96 58v14"/></svg>`,
	// Controls.
	"search": `<svg class="ico" viewBox="0 0 20 20" aria-hidden="true"><circle cx="8.5" cy="8.5" r="5.5"/><path d="M13 13l5 5"/></svg>`,
	"theme":  `<svg class="ico" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7"/><path d="M10 3v14" /><path d="M10 3a7 7 0 0 1 0 14z" class="fill"/></svg>`,
}
