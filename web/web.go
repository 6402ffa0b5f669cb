// Package web holds the pages: templates, the view model of each, and the assets
// they use. A view model is made from catalog values; a View renders one kind of
// it and no other.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"siteerror/internal/catalog"
)

//go:embed templates built worker
var files embed.FS

// Config is what all pages say about the site.
type Config struct {
	BasePath   string // "" or "/help": stands before every link
	BaseURL    string // the site's address with BasePath, for canonical links; may be ""
	SiteURL    string // BaseURL, or what to write for it in a command: "http://localhost:8080"
	Title      string // "siteerror" if empty
	Version    string
	CheckerOff bool // the URL checker is switched off
}

// View renders values of one type. It is safe for concurrent use. Its template is
// parsed when it is first used: most starts end before most pages are asked for.
type View[T any] struct {
	template func() (*template.Template, error)
}

// Render writes the page of data. Nothing is written if the template fails.
func (v View[T]) Render(w io.Writer, data T) error {
	t, err := v.template()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", data); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// Views are all pages.
type Views struct {
	cfg    Config
	assets map[string]Asset // by plain name, "site.css"
	site   Site
	footer Footer

	Home          View[HomePage]
	Codes         View[CodesPage]
	Code          View[CodePage]
	List          View[ListPage]
	Chooser       View[ChooserPage]
	ComparePicker View[ComparePickerPage]
	Compare       View[ComparePage]
	Blog          View[BlogPage]
	Post          View[PostPage]
	Docs          View[DocsPage]
	Doc           View[DocPage]
	Search        View[SearchPage]
	Misses        View[MissesPage]
	Status        View[StatusPage]
	Error         View[ErrorPage]
	CheatSheet    View[CheatSheetPage]
	Diagnose      View[DiagnosePage]
	Checker       View[CheckerPage]
	Playground    View[PlaygroundPage]
	Quiz          View[QuizPage]
	API           View[APIPage]
}

// headScript sets what must be right before the first paint: that there is
// JavaScript, the theme and the language of code that the reader chose.
const headScript = `(function(d){var r=d.documentElement;r.classList.add("js");try{var t=localStorage.theme;if(t=="dark"||t=="light")r.dataset.theme=t;var l=localStorage.lang;if(l)r.dataset.lang=l}catch(e){}})(document)`

// New makes the pages of a site.
func New(cfg Config) (*Views, error) {
	if cfg.Title == "" {
		cfg.Title = "siteerror"
	}
	v := &Views{cfg: cfg}
	if err := v.loadAssets(); err != nil {
		return nil, err
	}
	base := sync.OnceValues(func() (*template.Template, error) {
		return parse(template.New("").Funcs(v.funcs()), "layout", "parts")
	})
	page := func(t *func() (*template.Template, error), name string) {
		*t = sync.OnceValues(func() (*template.Template, error) {
			b, err := base()
			if err != nil {
				return nil, err
			}
			clone, err := b.Clone()
			if err != nil {
				return nil, err
			}
			return parse(clone, name)
		})
	}
	page(&v.Home.template, "home")
	page(&v.Codes.template, "codes")
	page(&v.Code.template, "code")
	page(&v.List.template, "list")
	page(&v.Chooser.template, "chooser")
	page(&v.ComparePicker.template, "comparepicker")
	page(&v.Compare.template, "compare")
	page(&v.Blog.template, "blog")
	page(&v.Post.template, "post")
	page(&v.Docs.template, "docs")
	page(&v.Doc.template, "doc")
	page(&v.Search.template, "search")
	page(&v.Misses.template, "misses")
	page(&v.Status.template, "status")
	page(&v.Error.template, "error")
	page(&v.CheatSheet.template, "cheatsheet")
	page(&v.Diagnose.template, "diagnose")
	page(&v.Checker.template, "checker")
	page(&v.Playground.template, "playground")
	page(&v.Quiz.template, "quiz")
	page(&v.API.template, "api")
	return v, nil
}

// ScriptHash is the source expression that lets the Content-Security-Policy pass
// the one inline script.
func (v *Views) ScriptHash() string {
	sum := sha256.Sum256([]byte(headScript))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (v *Views) funcs() template.FuncMap {
	return template.FuncMap{
		"url":        v.url,
		"asset":      func(name string) string { return v.url(v.assets[name].Path) },
		"headScript": func() template.HTML { return "<script>" + headScript + "</script>" },
		"href":       v.href,
		"icon":       icon,
		"title":      func(s string) string { return strings.ToUpper(s[:1]) + s[1:] },
		"add":        func(a, b int) int { return a + b },
		"plural":     plural,
		"vendor":     VendorClass,
		"join":       strings.Join,
		"headed":     headed,
	}
}

// url is a path of the site with the base path before it.
func (v *Views) url(path string) string { return v.cfg.BasePath + path }

// href is url for links that may lead to another site.
func (v *Views) href(to string) string {
	if strings.HasPrefix(to, "/") {
		return v.url(to)
	}
	return to
}

// headed returns the sections that a list of a page's contents names: none where
// there are too few to need one.
func headed(flat []*catalog.Section) []*catalog.Section {
	flat = slices.DeleteFunc(slices.Clone(flat), func(s *catalog.Section) bool { return s.Title == "" || s.Level > 2 })
	if len(flat) < 2 {
		return nil
	}
	return flat
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
