package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// ServiceWorker returns the script that lets a browser show visited pages and
// the cheat sheet without a network. It is served at /sw.js, because a worker
// sees only what lies below its own address. Its version is the hash of the
// assets and of itself.
func (v *Views) ServiceWorker() ([]byte, error) {
	script, err := files.ReadFile("worker/sw.js")
	if err != nil {
		return nil, err
	}
	shell := []string{v.url("/cheatsheet")}
	for _, a := range v.assets {
		shell = append(shell, v.url(a.Path))
	}
	slices.Sort(shell)
	sum := sha256.New()
	sum.Write(script)
	var b bytes.Buffer
	for _, c := range []struct {
		name  string
		value any
	}{{"BASE", v.cfg.BasePath}, {"SHELL", shell}} {
		text, err := json.Marshal(c.value)
		if err != nil {
			return nil, err
		}
		sum.Write(text)
		b.WriteString("const " + c.name + " = " + string(text) + ";\n")
	}
	b.WriteString(`const VERSION = "` + hex.EncodeToString(sum.Sum(nil)[:6]) + "\";\n")
	b.Write(script)
	return b.Bytes(), nil
}

// Manifest returns the web app manifest (W3C, Web Application Manifest), with
// which the site can be installed.
func (v *Views) Manifest() ([]byte, error) {
	return json.MarshalIndent(map[string]any{
		"name": v.cfg.Title, "short_name": v.cfg.Title, "description": "HTTP status codes: what they mean, who sent them, what to do",
		"id": v.url("/"), "start_url": v.url("/"), "scope": v.url("/"), "display": "minimal-ui", "lang": "en",
		"background_color": "#FBFAF6", "theme_color": "#FBFAF6",
		"icons": []any{map[string]any{"src": v.url(v.assets["icon.svg"].Path), "type": "image/svg+xml", "sizes": "any", "purpose": "any"}},
		"shortcuts": []any{
			map[string]any{"name": "Cheat sheet", "url": v.url("/cheatsheet")},
			map[string]any{"name": "Diagnose", "url": v.url("/diagnose")},
		},
	}, "", " ")
}
