package markdown

import (
	"errors"
	"html/template"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func split(t *testing.T, src string) *File {
	t.Helper()
	f, ps := Split("p.md", []byte(src))
	if ps != nil {
		t.Fatal(ps)
	}
	return f
}

func TestOutline(t *testing.T) {
	src := "---\ntitle: x\n---\nIntro with a [link](/codes/404).\n\n## One `code`\n\n- first\n  more\n- second\n\n```http\nHTTP/1.1 200 OK\n\n```\n\n### Deep\n\n> quoted\n> text\n\n## One `code`\n\nlast ![pic](a.png)\n"
	o := NewRenderer(Config{}).Outline(split(t, src))
	type want struct {
		level  int
		title  string
		anchor string
		line   int
		kinds  []BlockKind
	}
	wants := []want{
		{0, "", "", 4, []BlockKind{Paragraph}},
		{2, "One code", "one-code", 6, []BlockKind{List, Code}},
		{3, "Deep", "deep", 17, []BlockKind{Quote}},
		{2, "One code", "one-code-1", 22, []BlockKind{Paragraph}},
	}
	if len(o.Sections) != len(wants) {
		t.Fatalf("%d sections, want %d: %+v", len(o.Sections), len(wants), o.Sections)
	}
	for i, w := range wants {
		s := o.Sections[i]
		var kinds []BlockKind
		for _, b := range s.Blocks {
			kinds = append(kinds, b.Kind)
		}
		if s.Level != w.level || s.Title != w.title || s.Anchor != w.anchor || s.Line != w.line || len(kinds) != len(w.kinds) {
			t.Errorf("section %d = %d %q #%s line %d %v, want %+v", i, s.Level, s.Title, s.Anchor, s.Line, kinds, w)
		}
	}
	list := o.Sections[1].Blocks[0]
	if len(list.Items) != 2 || list.Items[0] != "first\nmore" || list.Items[1] != "second" {
		t.Errorf("items = %q", list.Items)
	}
	if code := o.Sections[1].Blocks[1]; code.Info != "http" || code.Code != "HTTP/1.1 200 OK\n" {
		t.Errorf("code = %q %q", code.Info, code.Code)
	}
	if quote := o.Sections[2].Blocks[0]; quote.Text != "quoted text" {
		t.Errorf("quote = %q", quote.Text)
	}
	if len(o.Links) != 2 || o.Links[0] != (Link{"/codes/404", 4, false}) || o.Links[1] != (Link{"a.png", 24, true}) {
		t.Errorf("links = %+v", o.Links)
	}
}

func TestRenderIsSafe(t *testing.T) {
	r := NewRenderer(Config{})
	tests := []struct{ name, src, want, never string }{
		{"script", "a <script>alert(1)</script> b", "a", "alert"},
		{"handler", `<img src="x.png" onerror="alert(1)" alt="x">`, `alt="x"`, "onerror"},
		{"javascript link", "[x](javascript:alert(1))", "x", "javascript"},
		{"encoded javascript link", "[x](java&#x73;cript:alert(1))", "x", "href"},
		{"data link", "<a href=\"data:text/html,x\">x</a>", "x", "data:"},
		{"style", `<p style="position:fixed">x</p>`, "x", "style"},
		{"form", `<form action="/x"><button>b</button></form>`, "b", "<form"},
		{"svg", `<svg onload="x"><circle/></svg>`, "", "<svg"},
		{"details stay", "<details><summary>s</summary>x</details>", "<summary>", "script"},
		{"kbd stays", "<kbd>Ctrl</kbd>", "<kbd>", "script"},
		{"task list", "- [x] done", `checked=""`, "script"},
		{"footnote", "a[^1]\n\n[^1]: note", "footnote-ref", "script"},
		{"table", "| a |\n|---|\n| b |", "<td>b</td>", "script"},
		{"code is escaped", "```html\n<b onclick=\"x\">\n```", "&lt;", "<b "},
		{"unknown language", "```nosuch\nx < y\n```", "x &lt; y", "span"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := r.Render([]byte(tt.src), nil)
			if err != nil {
				t.Fatal(err)
			}
			var all template.HTML
			for _, s := range out.Sections {
				all += s.HTML()
			}
			if !strings.Contains(string(all), tt.want) || strings.Contains(string(all), tt.never) {
				t.Errorf("got %q, want %q and never %q", all, tt.want, tt.never)
			}
		})
	}
}

func TestRenderResolvesLinks(t *testing.T) {
	out, err := NewRenderer(Config{}).Render([]byte("[a](/codes/404) ![b](c.png)"), func(d string) string { return "/help" + d })
	if err != nil {
		t.Fatal(err)
	}
	if got := string(out.Sections[0].HTML()); !strings.Contains(got, `href="/help/codes/404"`) || !strings.Contains(got, `src="/helpc.png"`) {
		t.Errorf("got %s", got)
	}
}

func TestRenderIsBounded(t *testing.T) {
	src := strings.Repeat("&", 1<<20) // five times as much when it is escaped
	if _, err := NewRenderer(Config{}).Render([]byte(src), nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("err = %v, want ErrTooLarge", err)
	}
}

func TestHighlight(t *testing.T) {
	got := string(NewRenderer(Config{}).Highlight("return \"x\" // y", "go"))
	for _, want := range []string{`<span class="k">return`, `<span class="s">&#34;x&#34;`, `<span class="c">// y`} {
		if !strings.Contains(got, want) {
			t.Errorf("highlighted code %q lacks %q", got, want)
		}
	}
}

// Whatever the Markdown, no element or attribute outside the policy is written,
// and sections of outline and HTML stay in step.
func FuzzRender(f *testing.F) {
	for _, s := range []string{"# a\n\n## b\n\ntext", "<script>x</script>", "[a](javascript:x)", "- a\n  - b\n\n> c", "| a |\n|-|\n", "a[^1]\n\n[^1]: b", "Term\n: def", "Set\n===\n\nx"} {
		f.Add(s)
	}
	r := NewRenderer(Config{})
	f.Fuzz(func(t *testing.T, src string) {
		file, ps := Split("p.md", []byte(src))
		if ps != nil {
			return
		}
		o := r.Outline(file)
		out, err := r.Render(file.Body, nil)
		if err != nil {
			return
		}
		if len(o.Sections) != len(out.Sections) {
			t.Fatalf("outline has %d sections, HTML %d", len(o.Sections), len(out.Sections))
		}
		for i, s := range out.Sections {
			if len(s.Blocks) != len(o.Sections[i].Blocks) {
				t.Fatalf("section %d: outline has %d blocks, HTML %d", i, len(o.Sections[i].Blocks), len(s.Blocks))
			}
			z := html.NewTokenizer(strings.NewReader(string(s.Heading + s.HTML())))
			for z.Next() != html.ErrorToken {
				tok := z.Token()
				if tok.Type != html.StartTagToken && tok.Type != html.SelfClosingTagToken {
					continue
				}
				if tok.Data == "script" || tok.Data == "style" || tok.Data == "form" || tok.Data == "iframe" || tok.Data == "svg" {
					t.Fatalf("element %s", tok.Data)
				}
				for _, a := range tok.Attr {
					if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") && a.Key == "href" {
						t.Fatalf("attribute %s=%q", a.Key, a.Val)
					}
				}
			}
		}
	})
}
