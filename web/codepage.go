package web

import (
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"siteerror/internal/catalog"
)

// CodePage is the page of a status code.
type CodePage struct {
	Frame
	*catalog.Code
	CodeTitle   string
	Standard    string // "RFC 9110 §15.3.3", or who sends it
	Roles       []Role
	Hops        []Hop
	Contents    []Entry
	Return      *Tabs // nil where there is none
	Handle      *Tabs
	ExampleHTML template.HTML
	Try         string // path of the playground with this code, or ""
	Curl        string // the command that provokes it here, or ""
	Compare     []CompareLink
	Betrays     []Betrayal
	MoreBetrays []Betrayal // behind a fold
	Unshown     int        // signatures that the page leaves to the API
	IsError     bool       // 4xx and 5xx; nothing else is ever called an error
}

// Role is what one kind of reader should know first.
type Role struct {
	Title    string
	Answer   template.HTML
	YourMove bool
}

// Hop is a place between browser and application.
type Hop struct {
	Name string
	Lit  bool
}

// Entry is a line of the table of contents.
type Entry struct{ Anchor, Title string }

// Tabs are pieces of code for one purpose, by language.
type Tabs struct {
	Label     string // accessible name of the row of tabs
	Languages []Language
}

// Language is a tab with one or more pieces of code.
type Language struct {
	ID       string
	Name     string
	Snippets []Snippet
}

// Snippet is a piece of code.
type Snippet struct {
	ID        string
	Language  string
	Framework string
	HTML      template.HTML
}

// CompareLink is a shortcut to a comparison.
type CompareLink struct {
	Path              string // of the comparison
	Code, Name, Color string
	Why               template.HTML
	Relation          string // path of the other page
}

// shownSignatures is how many signatures a page shows unfolded, and mostSignatures
// how many in all: 502 has more than a phone wants to load, and JSON has them all.
const (
	shownSignatures = 10
	mostSignatures  = 60
)

// regexps of patterns that a reader takes for text.
var (
	anyText = regexp.MustCompile(`\.[*+]\??`)
	number  = regexp.MustCompile(`\\d[+*]?`)
	escaped = regexp.MustCompile(`\\([^A-Za-z0-9])`)
	meta    = regexp.MustCompile(`[\\|\[\]{}^$?*+]`)
)

// readable is a signature's pattern as the text that it matches, where it is
// simple enough for that.
func readable(pattern string) string {
	bare := escaped.ReplaceAllString(number.ReplaceAllString(anyText.ReplaceAllString(pattern, "…"), "N"), "\x00")
	if meta.MatchString(bare) || strings.Contains(bare, "(") {
		return pattern
	}
	return escaped.ReplaceAllString(number.ReplaceAllString(anyText.ReplaceAllString(pattern, "…"), "N"), "$1")
}

// Betrayal is a signature, for people.
type Betrayal struct{ Where, Text, Vendor, Says string }

// NewCode makes the page of a code.
func (v *Views) NewCode(c *catalog.Catalog, code *catalog.Code) CodePage {
	name := code.Title
	if code.Vendor.Slug != "ietf" {
		name = code.Vendor.Title + " " + code.Title
	}
	p := CodePage{Frame: v.frame(name, name+": "+code.Verdict, code.Path), Code: code, CodeTitle: code.Title}
	p.Color, p.Nav = code.Category.Color, "codes"
	p.Frame.Markdown = code.Path + ".md"
	p.Frame.Edit = c.EditURL(code.Page)
	p.Image = v.absolute("/cards" + code.Path + ".png")
	p.IsError = p.Color == "c4" || p.Color == "c5"
	p.Standard = "Sent by " + code.Vendor.Title + ", in no standard"
	if code.Semantics.OnWire == "never" {
		p.Standard = "Only in " + code.Vendor.Title + "'s log, in no standard"
	}
	if code.Vendor.Slug == "ietf" {
		p.Standard = code.Reference.Title
	}
	titles := map[string]string{"visitor": "A visitor", "developer": "A developer", "operator": "An operator"}
	for _, f := range code.Fixes {
		p.Roles = append(p.Roles, Role{titles[f.For], c.Inline(f.Answer), slices.Contains(code.Semantics.Actor, f.For)})
	}
	for _, h := range []struct{ slug, name string }{{"client", "Client"}, {"cdn", "CDN"}, {"load-balancer", "Load balancer"}, {"proxy", "Proxy"}, {"app-server", "App server"}, {"app", "App"}} {
		p.Hops = append(p.Hops, Hop{h.name, slices.Contains(code.Semantics.Emitters, h.slug)})
	}
	if code.Example != nil {
		p.ExampleHTML = c.CodeBlock(strings.TrimRight(code.Example.Raw, "\n"), "http")
	} else if code.LogLine != "" {
		p.ExampleHTML = c.CodeBlock(code.LogLine, "text")
	}
	if n := code.Number; n >= 200 && n <= 599 {
		p.Try = "/playground?path=/status/" + strconv.Itoa(n)
		p.Curl = "curl -i " + v.cfg.SiteURL + "/status/" + strconv.Itoa(n)
	}
	p.Return = tabs(c, code, "return", "Code examples")
	p.Handle = tabs(c, code, "handle", "Code examples for clients")
	p.Compare = compareLinks(c, code)
	where := map[string]string{"error-log": "Error log", "access-log": "Access log", "header": "Header", "body": "Error page", "client": "Client's message"}
	for _, s := range code.Signatures {
		text := readable(s.Pattern)
		if s.Example != "" {
			text = s.Example
		}
		if text == "" {
			var fields []string
			for name, value := range s.Fields {
				fields = append(fields, name+" = "+value)
			}
			slices.Sort(fields)
			text = strings.Join(fields, ", ")
		}
		p.Betrays = append(p.Betrays, Betrayal{where[s.Where], text, s.Vendor, s.Says})
	}
	if n := len(p.Betrays); n > mostSignatures {
		p.Betrays, p.Unshown = p.Betrays[:mostSignatures], n-mostSignatures
	}
	if len(p.Betrays) > shownSignatures+2 {
		p.Betrays, p.MoreBetrays = p.Betrays[:shownSignatures], p.Betrays[shownSignatures:]
	}
	p.contents()
	p.JSONLD = v.codeLD(code, name)
	return p
}

// tabs groups the snippets of a purpose by language, in their order.
func tabs(c *catalog.Catalog, code *catalog.Code, purpose, label string) *Tabs {
	t := &Tabs{Label: label}
	for i, s := range code.Snippets() {
		if s.Purpose != purpose {
			continue
		}
		at := slices.IndexFunc(t.Languages, func(l Language) bool { return l.Name == s.Language })
		if at < 0 {
			at = len(t.Languages)
			t.Languages = append(t.Languages, Language{ID: "code-" + purpose + "-" + strconv.Itoa(at), Name: s.Language})
		}
		l := &t.Languages[at]
		l.Snippets = append(l.Snippets, Snippet{ID: "snippet-" + strconv.Itoa(i), Language: s.Language, Framework: s.Framework, HTML: c.CodeBlock(s.Code, s.Lexer)})
	}
	if t.Languages == nil {
		return nil
	}
	return t
}

func compareLinks(c *catalog.Catalog, code *catalog.Code) []CompareLink {
	var links []CompareLink
	for _, r := range code.Related {
		if r.Code == code {
			continue
		}
		cmp, err := c.Compare([]string{code.ID, r.Code.ID})
		if err != nil {
			continue
		}
		links = append(links, CompareLink{Path: cmp.Path, Code: r.Code.Code, Name: r.Code.Name, Color: r.Code.Category.Color, Why: c.Inline(r.Why), Relation: r.Path})
	}
	return links
}

// contents lists the sections that the page has, in the order people need them.
func (p *CodePage) contents() {
	add := func(ok bool, anchor, title string) {
		if ok {
			p.Contents = append(p.Contents, Entry{anchor, title})
		}
	}
	add(p.Meaning != nil, "meaning", "What it means")
	add(p.WhyItHappens != nil, "causes", "Why it happens")
	add(p.Proof != nil, "prove", "Prove it")
	add(p.Fix != nil, "fix", "How to fix it")
	add(len(p.Betrays) > 0, "signatures", "What betrays it")
	add(len(p.Renderings) > 0, "vendors", "As vendors send it")
	add(p.Return != nil || p.Handle != nil, "code", "Code")
	add(p.Mistakes != nil, "mistakes", "Common mistakes")
	add(p.Definition != nil, "definition", "Technical definition")
	add(p.Quote != "", "standard", "In the standard's words")
	for _, s := range p.Extra {
		add(true, s.Anchor, s.Title)
	}
	add(len(p.Compare) > 0, "compare", "Compare with")
	add(len(p.Questions) > 0, "questions", "Questions")
	add(len(p.Posts) > 0, "posts", "From the blog")
	add(true, "sources", "Sources")
}

// codeLD describes the page to crawlers: the article, its questions, its place.
func (v *Views) codeLD(code *catalog.Code, name string) template.JS {
	graph := []any{
		map[string]any{
			"@type": "TechArticle", "headline": name, "description": code.Verdict, "url": v.absolute(code.Path),
			"dateModified": code.Reviewed.Format("2006-01-02"),
		},
		map[string]any{"@type": "BreadcrumbList", "itemListElement": []any{
			map[string]any{"@type": "ListItem", "position": 1, "name": "Codes", "item": v.absolute("/codes")},
			map[string]any{"@type": "ListItem", "position": 2, "name": code.Category.Title, "item": v.absolute(code.Category.Path)},
			map[string]any{"@type": "ListItem", "position": 3, "name": name},
		}},
	}
	if len(code.Questions) > 0 {
		var qs []any
		for _, q := range code.Questions {
			qs = append(qs, map[string]any{"@type": "Question", "name": q.Question, "acceptedAnswer": map[string]any{"@type": "Answer", "text": q.Section.Text}})
		}
		graph = append(graph, map[string]any{"@type": "FAQPage", "mainEntity": qs})
	}
	return ld(map[string]any{"@context": "https://schema.org", "@graph": graph})
}
