package catalog

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"siteerror/internal/markdown"
)

// code is a short code page with more front matter and body.
func code(vendor, code, name, front, body string) string {
	return "---\ncode: \"" + code + "\"\nname: " + name + "\nvendor: " + vendor + "\ncategory: client-error\nverdict: About " + vendor + code + ".\ndepth: short\nsemantics: {registration: iana, on_wire: always, retry: no, body: optional}\n" +
		"reference: {title: RFC, url: \"https://example.com\"}\nsources: [{title: RFC, url: \"https://example.com\"}]\nreviewed: 2026-11-22\n" + front + "---\n\n" +
		"## What it means\n\nText.\n\n## In the standard's words\n\n> Words.\n\n## Why it happens\n\n- Because.\n\n## Prove it\n\nLook.\n\n## How to fix it\n\n### If you run the server\n\nDo it.\n\n- A step.\n" + body
}

// library is a small tree; files override or add.
func library(files map[string]string) fs.FS {
	m := fstest.MapFS{
		"categories/client-error.md": {Data: []byte("---\ntitle: Client error\norder: 4\ncolor: c4\n---\nIntro.\n")},
		"vendors/ietf.md":            {Data: []byte("---\ntitle: IETF standard\n---\nIntro.\n")},
		"vendors/nginx.md":           {Data: []byte("---\ntitle: NGINX\norder: 1\nhop: proxy\nwords: [nginx]\n---\nIntro.\n")},
		"codes/404.md":               {Data: []byte(code("ietf", "404", "Not Found", "", "\n## As vendors send it\n\n### NGINX\n\nA page with a centered heading. More.\n"))},
		"codes/410.md":               {Data: []byte(code("ietf", "410", "Gone", "related:\n  - {id: nginx-404, relation: alternative, why: gone}\n", ""))},
		"codes/nginx/nginx-499.md":   {Data: []byte(code("nginx", "499", "Client Closed Request", "", "\n## Questions\n\n### Why?\n\nSee [404](/codes/404) and [NGINX's](/codes/nginx-404).\n"))},
		"codes/nginx/nginx-1000.md":  {Data: []byte(code("nginx", "1000", "Thousand", "", ""))},
		"posts/hello.md":             {Data: []byte("---\ntitle: Hello\ndate: 2026-05-01\nsummary: A post.\ntags: [api]\ncodes: [\"404\"]\n---\n\n## Part\n\nSee [the docs](/docs/guide/install#set-up).\n")},
		"compare/404-vs-410.md":      {Data: []byte("---\ncodes: [\"404\", \"410\"]\nverdict: One may come back.\nchoose: {\"404\": when unsure, \"410\": when sure}\n---\n\n## Table\n\nText.\n")},
		"docs/guide/install.md":      {Data: []byte("# Install it\n\n## Set up\n\nSee [the other](../other.md#part) and [here](#set-up).\n")},
		"docs/other.md":              {Data: []byte("---\nlayout: whatever\n---\n\n## Part\n\nText. More text.\n")},
	}
	for name, data := range files {
		if data == "" {
			delete(m, name)
			continue
		}
		m[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return m
}

func load(t *testing.T, files map[string]string) *Catalog {
	t.Helper()
	c, err := Load(context.Background(), []Source{{Name: "test", FS: library(files)}}, Options{BasePath: "/help"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadLinksPages(t *testing.T) {
	c := load(t, nil)
	if c.Skipped != nil {
		t.Fatal(c.Skipped)
	}
	var ids []string
	for _, code := range c.Codes {
		ids = append(ids, code.ID)
	}
	if want := []string{"404", "410", "nginx-499", "nginx-1000"}; !slices.Equal(ids, want) {
		t.Errorf("codes = %v, want %v", ids, want)
	}
	gone, err := c.Code("410.md"[:3])
	if err != nil {
		t.Fatal(err)
	}
	if gone.Previous == nil || gone.Previous.ID != "404" || gone.Next != nil {
		t.Errorf("neighbours of 410 = %v, %v: a vendor's codes must not follow", gone.Previous, gone.Next)
	}
	if r := gone.Related[0]; r.Code.ID != "404" || r.Path != "/codes/404#nginx" {
		t.Errorf("related = %+v, want the section of 404", r)
	}
	nf, _ := c.Code("404")
	if len(nf.Posts) != 1 || len(nf.Guides) != 1 || len(nf.Renderings) != 1 {
		t.Errorf("404 has %d posts, %d guides, %d renderings; want one and two", len(nf.Posts), len(nf.Guides), len(nf.Renderings))
	}
	if s := nf.Renderings[0].Summary(); s != "A page with a centered heading." {
		t.Errorf("rendering's summary = %q", s)
	}
	if nf.Fixes[0].For != "operator" || nf.Fixes[0].Answer != "Do it." || !slices.Equal(nf.Fixes[0].Steps, []string{"A step."}) {
		t.Errorf("fix = %+v", nf.Fixes[0])
	}
	v, _ := c.Code("NGINX-499")
	if html := string(v.Questions[0].Section.HTML()); !strings.Contains(html, `href="/help/codes/404"`) || !strings.Contains(html, `href="/help/codes/404#nginx"`) {
		t.Errorf("links do not have the base path: %s", html)
	}
	d, err := c.Doc("guide/install")
	if err != nil {
		t.Fatal(err)
	}
	if html := string(d.Flat()[0].HTML()); d.Title != "Install it" || !strings.Contains(html, `href="/help/docs/other#h-part"`) || !strings.Contains(html, `href="#h-set-up"`) {
		t.Errorf("doc %q: %s", d.Title, html)
	}
}

func TestByNumber(t *testing.T) {
	c := load(t, map[string]string{
		"vendors/acme.md":        "---\ntitle: Acme\norder: 2\n---\n",
		"codes/acme/acme-499.md": code("acme", "499", "Ours", "", ""),
		"codes/acme/acme-404.md": code("acme", "404", "Ours too", "", ""),
	})
	tests := []struct {
		code string
		want []string
	}{
		{"404", []string{"404"}}, // the registered one alone
		{"499", []string{"nginx-499", "acme-499"}},
		{"299", nil},
	}
	for _, tt := range tests {
		var got []string
		for _, p := range c.ByNumber(tt.code) {
			got = append(got, p.ID)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("ByNumber(%s) = %v, want %v", tt.code, got, tt.want)
		}
	}
}

func TestLaterSourceWins(t *testing.T) {
	first := library(nil)
	second := fstest.MapFS{"codes/404.md": {Data: []byte(code("ietf", "404", "Nothing Here", "", ""))}}
	c, err := Load(context.Background(), []Source{{Name: "a", FS: first, Builtin: true}, {Name: "b", FS: second}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if code, _ := c.Code("404"); code.Name != "Nothing Here" {
		t.Errorf("name = %q: the later source must win", code.Name)
	}
}

func TestLoadProblems(t *testing.T) {
	good := code("ietf", "405", "Method Not Allowed", "", "")
	full := strings.Replace(good, "depth: short\n", "", 1)
	tests := []struct {
		name, file, data, want string
	}{
		{"unknown field", "codes/405.md", strings.Replace(good, "name:", "nmae:", 1), `codes/405.md:3: front matter: unknown field "nmae" (did you mean "name"?)`},
		{"missing code", "codes/405.md", strings.Replace(good, "code: \"405\"\n", "", 1), "codes/405.md:1: front matter: code is missing"},
		{"unknown category", "codes/405.md", strings.Replace(good, "client-error", "clint-error", 1), `codes/405.md:5: front matter: unknown category "clint-error" (did you mean "client-error"?)`},
		{"unknown vendor", "codes/405.md", strings.Replace(good, "vendor: ietf", "vendor: ngnix", 1), `codes/405.md:4: front matter: unknown vendor "ngnix" (did you mean "nginx"?)`},
		{"bad date", "codes/405.md", strings.Replace(good, "2026-11-22", "22.11.2026", 1), `codes/405.md:11: front matter: reviewed: "22.11.2026" is no date: write it as 2026-11-22`},
		{"bad enum", "codes/405.md", strings.Replace(good, "retry: no", "retry: never", 1), "codes/405.md:8: front matter: semantics.retry \"never\": one of no, yes, after, conditional"},
		{"file name", "codes/406.md", good, `codes/406.md:1: front matter: the id is "405": name the file 405.md, or set id`},
		{"duplicate id", "codes/more/404.md", code("ietf", "404", "Not Found", "", ""), "codes/more/404.md:2: code 404 is already in codes/404.md: rename or remove one"},
		{"broken link", "codes/405.md", good + "\nSee [x](/codes/4040).\n", `codes/405.md:38: link "/codes/4040" leads nowhere (did you mean "/codes/404"?)`},
		{"broken anchor", "codes/405.md", good + "\nSee [x](/codes/404#nowhere).\n", "no heading with the anchor #nowhere"},
		{"broken related", "codes/405.md", code("ietf", "405", "X", "related: [{id: \"411\", relation: next, why: x}]\n", ""), `codes/405.md:12: front matter: related: there is no code "411"`},
		{"missing heading", "codes/405.md", strings.Replace(good, "## Why it happens", "## Why it hapens", 1), `the heading “## Why it happens” is missing (did you mean "Why it hapens"?)`},
		{"full page needs more", "codes/405.md", full, "the heading “## Example response” is missing"},
		{"vendor section", "codes/405.md", good + "\n## As vendors send it\n\n### Ngnix\n\nText.\n", `no vendor has the title "Ngnix" (did you mean "NGINX"?)`},
		{"bad signature", "codes/405.md", code("ietf", "405", "X", "signatures:\n  - {where: body, pattern: '(', says: x}\n", ""), "codes/405.md:13: front matter: signature: pattern: error parsing regexp"},
		{"signature's example", "codes/405.md", code("ietf", "405", "X", "signatures:\n  - {where: body, pattern: 'abc', example: xyz, says: x}\n", ""), "the pattern does not match the example"},
		{"not UTF-8", "codes/405.md", "\xff", "codes/405.md:1: not UTF-8"},
		{"post without date", "posts/x.md", "---\ntitle: x\nsummary: y\ntags: [a]\n---\n", "posts/x.md:1: front matter: date is missing"},
		{"comparison's file name", "compare/410-vs-404.md", "---\ncodes: [\"410\", \"404\"]\nverdict: x\n---\n", "name the file 404-vs-410.md"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{tt.file: tt.data}
			if strings.HasPrefix(tt.file, "compare") {
				files["compare/404-vs-410.md"] = ""
			}
			_, err := Load(context.Background(), []Source{{FS: library(files)}}, Options{})
			var ps markdown.Problems
			if !errors.As(err, &ps) {
				t.Fatalf("err = %v, want problems", err)
			}
			if !strings.Contains(ps.Error(), tt.want) {
				t.Errorf("problems:\n%s\nwant %q", ps.Error(), tt.want)
			}
		})
	}
}

func TestBadDocIsLeftOut(t *testing.T) {
	files := map[string]string{"docs/bad.md": "\xff", "docs/odd.md": "---\ntitle: Odd\naliases:\n - %\n---\n", "docs/link.md": "[x](nowhere.md)\n"}
	c := load(t, files)
	if _, err := c.Doc("bad"); !errors.Is(err, ErrNotFound) {
		t.Errorf("err = %v, want ErrNotFound", err)
	}
	if _, err := c.Doc("link"); err != nil {
		t.Errorf("a broken link must not cost a doc its page: %v", err)
	}
	if d, err := c.Doc("odd"); err != nil || d.Title != "Odd" {
		t.Errorf("odd front matter must not cost a doc its page: %v, %v", d, err)
	}
	if len(c.Skipped) != 1 || len(c.Faults) != 2 {
		t.Errorf("skipped = %v, faults = %v, want one and two", c.Skipped, c.Faults)
	}
	if _, err := Load(context.Background(), []Source{{FS: library(files)}}, Options{Strict: true}); err == nil {
		t.Error("strict: want an error")
	}
}

func TestParseExample(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"good", "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 2\n\nhi", ""},
		{"interim, then final", "HTTP/1.1 103 Early Hints\nLink: <a>\n\nHTTP/1.1 204 No Content\n", ""},
		{"bad final", "HTTP/1.1 100 Continue\n\nHTTP/1.1 2OO OK\n", "is no status line"},
		{"no status line", "200 OK", "is no status line"},
		{"bad field", "HTTP/1.1 200 OK\nnonsense", "is no header field"},
		{"wrong length", "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 3\n\nhi", "Content-Length is 3, the body has 2 bytes"},
		{"length without body", "HTTP/1.1 200 OK\nContent-Length: 3\n\n", "there is no body"},
		{"bad JSON", "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{", "not the JSON"},
		{"error in a success", "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"error\":1}", "is no error"},
		{"problem's status", "HTTP/1.1 403 Forbidden\nContent-Type: application/problem+json\n\n{\"status\":404}", "the problem's status is 404"},
		{"204 with a body", "HTTP/1.1 204 No Content\n\nx", "a 204 has no body"},
		{"204 with a length", "HTTP/1.1 204 No Content\nContent-Length: 0\n\n", "carries no Content-Length"},
		{"body without type", "HTTP/1.1 200 OK\n\nx", "has no Content-Type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := ParseExample(tt.raw)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("err = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	c := load(t, nil)
	tests := []struct {
		ids      []string
		wantPath string
		wantErr  error
	}{
		{[]string{"410", "404"}, "/compare/404-vs-410", nil},
		{[]string{"nginx-499", "404"}, "/compare/404-vs-nginx-499", nil},
		{[]string{"nginx-404", "410"}, "/compare/404-vs-410", nil},
		{[]string{"404", "404"}, "", ErrTooMany},
		{[]string{"404", "410", "nginx-499", "nginx-1000", "404"}, "", ErrTooMany},
		{[]string{"404", "999"}, "", ErrNotFound},
	}
	for _, tt := range tests {
		cmp, err := c.Compare(tt.ids)
		if !errors.Is(err, tt.wantErr) {
			t.Errorf("Compare(%v): err = %v, want %v", tt.ids, err, tt.wantErr)
		}
		if err == nil && cmp.Path != tt.wantPath {
			t.Errorf("Compare(%v) = %s, want %s", tt.ids, cmp.Path, tt.wantPath)
		}
	}
	cmp, _ := c.Compare([]string{"404", "410"})
	if cmp.Guide == nil || cmp.Guide.Choose["410"] != "when sure" {
		t.Errorf("guide = %+v", cmp.Guide)
	}
	for _, p := range cmp.Points {
		if len(p.Cells) != 2 {
			t.Errorf("point %s has %d cells", p.Key, len(p.Cells))
		}
		if p.Key == "meaning" && p.Same || p.Key == "retry" && !p.Same {
			t.Errorf("point %s: same = %v", p.Key, p.Same)
		}
	}
}

func FuzzCodePage(f *testing.F) {
	f.Add(code("ietf", "405", "Method Not Allowed", "aliases: [x]\n", "\n## Questions\n\n### Q?\n\nA.\n"))
	f.Add("---\ncode: 405\n---\n")
	f.Add("## Example response\n\n```http\nHTTP/1.1 405 x\n```\n")
	f.Fuzz(func(t *testing.T, src string) {
		c, err := Load(context.Background(), []Source{{FS: library(map[string]string{"codes/405.md": src})}}, Options{})
		if err != nil {
			for _, p := range err.(markdown.Problems) {
				if p.Path == "" || p.Msg == "" {
					t.Errorf("problem says nothing: %+v", p)
				}
			}
			return
		}
		if ps := c.Broken(); ps != nil {
			t.Skip("over the limits of rendering")
		}
	})
}
