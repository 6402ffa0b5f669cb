package markdown

import (
	"bytes"
	"strings"
	"testing"
)

// Each dialect's file is shown as what it means; lines keep their numbers.
func TestDialects(t *testing.T) {
	r := NewRenderer(Config{})
	for _, tt := range []struct {
		name, src string
		want      []string // in the HTML
		not       []string
	}{
		{"GitHub", "> [!WARNING]\n> Mind the *gap*.\n>\n> - a\n", []string{`<div class="note warning" role="note"><p class="title">Warning</p>`, "<p>Mind the <em>gap</em>.</p>", "<li>a</li>"}, []string{"[!", "blockquote"}},
		{"a quote is a quote", "> [link](x) and text", []string{"<blockquote>"}, []string{"note"}},
		{"Docusaurus", "text\n:::tip My *title*\n\nBody `:::`\n\n::::danger\ninner\n::::\n\n:::\n\nafter", []string{`<div class="note tip" role="note"><p class="title">My <em>title</em></p>`, "Body <code>:::</code>", `<div class="note danger" role="note"><p class="title">Danger</p>`, "<p>after</p>"}, []string{":::t", "<p>:::"}},
		{"MkDocs", "!!! note \"Read *this*\"\n    First.\n\n    ```sh\n    ls -l\n    ```\n\n??? tip\n    More.\n\nAfter.\n", []string{`<div class="note note" role="note"><p class="title">Read <em>this</em></p>`, "ls -l", `<div class="note tip" role="note"><p class="title">Tip</p>`, "<p>After.</p>"}, []string{"!!!", "???"}},
		{"MkDocs tabs", "=== \"Linux\"\n\n    apt install x\n\n=== \"macOS\"\n\n    brew install x\n", []string{"<strong>Linux</strong>", "<p>apt install x</p>"}, []string{"===", "<pre"}},
		{"Learn", ":::moniker range=\"x\"\nShown.\n:::moniker-end\n\n:::image type=\"content\" source=\"a/b.png\" alt-text=\"A door\":::\n\n:::code source=\"x.cs\":::\n\n[!INCLUDE [x](y.md)]\n\n[!code-xml[Main](s.xml)]\n\n#### [Windows](#tab/win)\n", []string{"<p>Shown.</p>", `<img src="a/b.png" alt="A door"`, `<a href="s.xml">Main</a>`, "<strong>Windows</strong>"}, []string{"moniker", "INCLUDE", ":::", "y.md"}},
		{"MDX", "import Tabs from '@theme/Tabs';\nimport {\n  A,\n} from 'a';\n\nexport const x = 1;\n\n{/* unseen\nstill */}\n\n<Tabs>\n<TabItem value=\"npm\" label=\"npm\">\n\nRun **it**.\n\n</TabItem>\n</Tabs>\n\n## Title {#custom}\n\n```js\nimport x from 'y';\n<Tabs>\n```\n", []string{"<strong>npm</strong>", "Run <strong>it</strong>", "import"}, []string{"unseen", "still", "theme", "export", "{#custom}"}},
		{"Hugo", "{{< figure src=\"a.png\" alt=\"A\" >}}\n\n{{< highlight go >}}\nfunc main() {}\n{{< /highlight >}}\n\n[ref]({{< ref \"other.md\" >}}) {{% unknown a=1 %}}kept{{% /unknown %}} `{{< ref x >}}`\n", []string{`<img src="a.png" alt="A"`, "language-go", `<a href="other.md"`, "kept", "{{&lt; ref x &gt;}}"}, []string{"highlight go", "unknown"}},
		{"Jekyll", "{% highlight ruby %}\nputs 1\n{% endhighlight %}\n\n[x]({{ site.baseurl }}/a/) [y]({% link _docs/b.md %}) {% include z.html %}\n\nText\n{: .class }\n", []string{"language-ruby", `<a href="/a/"`, `<a href="/_docs/b.md"`}, []string{"include", "class }", "{%"}},
		{"wiki", "See [[Home]] and [[the list|To Do List]]; `[[x]]` and [[ -f y ]].\n", []string{"[[ -f y ]]", "<code>[[x]]</code>"}, []string{"[[Home"}},
		{"Docusaurus in lists and tags", "1. Step\n\n   :::note[A **title**]\n   In the list.\n   :::\n\n2. Next\n\n:::house[Own kind]\nOwn.\n:::\n\n<Admonition type=\"danger\" title=\"Mind\">\n  Gap.\n</Admonition>\n\nAfter.\n",
			[]string{`<p class="title">A <strong>title</strong></p>` + "\n<p>In the list.</p>\n</div>\n</li>\n<li>", `<p class="title">Own kind</p>`, `<div class="note danger" role="note"><p class="title">Mind</p>` + "\n<p>Gap.</p>\n</div>\n<p>After.</p>"}, []string{":::"}},
		{"MDX tabs", "<Tabs>\n  <TabItem value=\"a\" label=\"Apple\">\n    Text.\n\n    ```sh\n    ls\n    ```\n  </TabItem>\n  <TabItem value=\"o\" label=\"Orange\">All on **one** line</TabItem>\n</Tabs>\n\n<Big\n  a={1}\n/>\n\n<img src={require('./a.png').default} style={{color: 'red'}} width=\"200\" />\n",
			[]string{"<strong>Apple</strong><br>\nText.", `<code class="language-sh">ls</code>`, "<strong>Orange</strong> All on <strong>one</strong> line", `<img src="./a.png" width="200"/>`}, []string{"a={1}", "require", "Tab"}},
		{"Hugo blocks", "{{% alert title=\"Stop\" color=\"warning\" %}}\nFirst.\n\nSecond.\n{{% /alert %}}.\n\n{{< tabs >}}\n{{< tab name=\"Bash\" codelang=\"bash\" >}}\necho 1\n{{< /tab >}}\n{{% tab name=\"Words\" %}}\nSay.\n{{% /tab %}}\n{{< /tabs >}}\n\nThe {{< glossary_tooltip text=\"kubelet\" term_id=\"k\" >}}, {{% code_sample file=\"a/b.yaml\" %}}\n\n{{< note >}}\nnever ended\n\n## Heading\n",
			[]string{`<div class="note warning" role="note"><p class="title">Stop</p>` + "\n<p>First.</p>\n<p>Second.", "</div>", `<p class="title">Bash</p>`, "<strong>Words</strong>", "The kubelet, <code>a/b.yaml</code>", "<strong>Note:</strong>", "Heading"}, []string{"{{", "echo 1 "}},
		{"Just the Docs", "{: .warning }\nOne line.\n\n{: .note-title }\n> Mine\n>\n> Text.\n\n- TOC\n{:toc}\n\n{% comment %}\nunseen\n{% endcomment %}\n\n[b](x){: .btn } ![p](p.png){:width=\"9\"}\n\n{% include note.html content=\"Said.\" %}\n",
			[]string{`<div class="note warning" role="note"><p class="title">Warning</p>` + "\n<p>One line.</p>", `<div class="note note" role="note"><p class="title">Mine</p>` + "\n<p>Text.</p>", "<strong>Note:</strong> Said."}, []string{"{", "TOC", "unseen"}},
		{"Material", "# T { #top .x }\n\n## Own { #own data-x=\"1\" }\n\n![i](a.png){ width=\"3\" } ![d](d.png#only-dark) :material-check:{ .y } ok :smile: ==m== ^^i^^ H~2~O ++ctrl+c++ a:b:c\n\n*[HTML]: Hyper\n\n<div class=\"grid\" markdown>\n\n- :octicons-x-16: __Set__\n\n    more\n\n</div>\n```{.sh title=\"x.sh\"}\nls\n```\n\n$$\na_1 = b_2\n$$\n",
			[]string{"Own", "😄", "<mark>m</mark>", "<ins>i</ins>", "H<sub>2</sub>O", "<kbd>ctrl</kbd>+<kbd>c</kbd>", "a:b:c", "<p>more</p>", `<p class="title">x.sh</p>`, `<code class="language-sh">ls`, `<code class="language-latex">`, "a_1 = b_2"}, []string{"{ ", "d.png", ":material", ":octicons", "Hyper", "</div>"}},
		{"Learn rows", ":::row:::\n    :::column span=\"2\":::\n        Text **bold**\n    :::column-end:::\n:::row-end:::\n\n- item\n\n    [!code-console[Main](s.cmd)] <xref:System.String?x=y>\n\n<a id=\"3 words here\"></a>[to](z)\n", []string{"<p>Text <strong>bold</strong></p>", `<a href="s.cmd">Main</a>`, "<code>System.String</code>", `<a href="z">to</a>`}, []string{"<pre", ":::"}},
		{"code shows its own fences", "```md\n    ```php\n    :::note\n    ```\n:::tip\n```\n\n:::note\nx\n:::\n\n```a``` b\n\n:::tip\ny\n:::\n", []string{":::note", ":::tip", `<div class="note note"`, `<div class="note tip"`}, nil},
		{"wiki pictures", "[[images/a.png|alt=A pic]] [[b.png]]\n", []string{`<img src="images/a.png" alt="A pic">`, `<img src="b.png"`}, []string{"[["}},
		{"pictures elsewhere", "![Build](https://x.example/b.svg) [![Chat](https://x.example/c.svg)](https://chat.example/) <img src=\"https://x.example/d.png\" alt=\"D\">\n", []string{`<a href="https://x.example/b.svg">Build</a> <a href="https://chat.example/">Chat</a> <img alt="D">`}, nil},
		{"stray tags", "</div></div>\n\n<b>bold\n\n<div><i>\n", []string{"<b>bold", "</i></div>"}, []string{"</div></div>"}},
		{"anchors", "<a name=\"old.place\"></a>\n\n<a href=\"x.md\" onclick=\"y()\">l</a> <img src='p.png'>\n", []string{`id="h-old.place"`, `href="x.md"`, `src="p.png"`}, []string{"onclick"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := Plain([]byte(tt.src))
			if got, want := bytes.Count(body, []byte("\n")), strings.Count(tt.src, "\n"); got != want {
				t.Errorf("%d lines became %d:\n%s", want, got, body)
			}
			out, err := r.Render(body, func(dest string) string { return dest })
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, s := range out.Sections {
				b.WriteString(string(s.Heading) + string(s.HTML()))
			}
			html := b.String()
			for _, w := range tt.want {
				if !strings.Contains(html, w) && !strings.Contains(stripTags(html), w) {
					t.Errorf("no %q in\n%s\nof\n%s", w, html, body)
				}
			}
			for _, w := range tt.not {
				if strings.Contains(html, w) {
					t.Errorf("%q in\n%s\nof\n%s", w, html, body)
				}
			}
		})
	}
}

func stripTags(s string) string {
	var b strings.Builder
	htmlText(&b, []byte(s))
	return b.String()
}

// Who looks for a word finds it where a letter of it stands in brackets.
func TestMnemonics(t *testing.T) {
	f := split(t, "- E[x]tract an archive [v]erbosely, `tar [c]reate`, [R]ecursively; m[K], [a]\n\n```go\nm[i]nt\n```\n")
	o := NewRenderer(Config{}).Brief(f)
	if want := "Extract an archive verbosely, tar create, Recursively; m[K], [a]\nm[i]nt"; o.Sections[0].Text != want {
		t.Errorf("text %q, want %q", o.Sections[0].Text, want)
	}
}

// What is searched and listed is what readers see.
func TestPlainTextIsWhatIsMeant(t *testing.T) {
	f := split(t, "# A &lt;b&gt; \\* c\n\nSay &quot;5 \\< 6&quot; &#38; `&lt;\\*`\n")
	o := NewRenderer(Config{}).Brief(f)
	if o.Title != "A <b> * c" || o.Sections[0].Text != `Say "5 < 6" & &lt;\*` {
		t.Errorf("title %q, text %q", o.Title, o.Sections[0].Text)
	}
}

func TestLinksOfAllForms(t *testing.T) {
	r := NewRenderer(Config{})
	f := split(t, "[a](x.md) <a href=\"y.md\">y</a>\n\n<p><img src=\"z.png\"></p>\n\n## T {#own}\n\n<a id=\"h-q\"></a>[gone](nowhere.md) ![pic](none.png)\n")
	o := r.Outline(f)
	want := []Link{{"x.md", 1, false}, {"y.md", 1, false}, {"z.png", 3, true}, {"nowhere.md", 7, false}, {"none.png", 7, true}}
	if len(o.Links) != len(want) {
		t.Fatalf("links = %v", o.Links)
	}
	for i := range want {
		if o.Links[i] != want[i] {
			t.Errorf("link %d = %v, want %v", i, o.Links[i], want[i])
		}
	}
	if len(o.Anchors) != 1 || o.Anchors[0] != "h-q" || o.Sections[1].Anchor != "own" || o.Sections[1].Title != "T" {
		t.Errorf("anchors %v, section %+v", o.Anchors, o.Sections[1])
	}
	out, err := r.Render(f.Body, func(dest string) string {
		if strings.HasPrefix(dest, "no") {
			return ""
		}
		return "/docs/" + dest
	})
	if err != nil {
		t.Fatal(err)
	}
	html := string(out.Sections[0].HTML() + out.Sections[1].HTML())
	for _, w := range []string{`href="/docs/x.md"`, `href="/docs/y.md"`, `src="/docs/z.png"`, "gone pic"} {
		if !strings.Contains(html, w) {
			t.Errorf("no %q in %s", w, html)
		}
	}
}

// Rewriting never fails, keeps line numbers, and leaves plain files alone.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "a", "!!! note\n\tx\ny", ":::::\n:::a\n", "{{< a", "??? x \"\n    ```\n    a\nb", "=== \"\n", "import x from 'y'\n", "> ```\n:::note\n", "[!a[b](c)]", "[[a|b]]"} {
		f.Add(s)
	}
	r := NewRenderer(Config{})
	f.Fuzz(func(t *testing.T, s string) {
		out := Plain([]byte(s))
		if bytes.Count(out, []byte("\n")) != strings.Count(s, "\n") {
			t.Errorf("%q became %q", s, out)
		}
		if file, ps := Split("p.md", out); ps == nil {
			r.Outline(file)
			_, _ = r.Render(file.Body, func(string) string { return "" })
		}
	})
}

// Blocks in blocks do not make a page grow out of proportion.
func TestBlocksInBlocksAreBounded(t *testing.T) {
	for _, src := range []string{strings.Repeat(":::note\n", 5000), strings.Repeat("{{< note >}}\n", 5000) + "{{< /note >}}", strings.Repeat("<Tabs>\n", 5000) + "</Tabs>"} {
		if out := Plain([]byte(src)); len(out) > 20*len(src) {
			t.Errorf("%d bytes of %.12q became %d", len(src), src, len(out))
		}
	}
}

// A paragraph on which the parser would compare everything with everything is
// refused before it does; code and tables of the same length are not.
func TestMarksAreBounded(t *testing.T) {
	for src, refused := range map[string]bool{
		strings.Repeat("*a_", maxMarks):                            true,
		strings.Repeat("[\n", maxMarks+1):                          true,
		"```\n" + strings.Repeat("*a_\n", maxMarks) + "```\n":      false,
		strings.Repeat("- *a* _b_\n", maxMarks):                    false,
		"| a |\n|---|\n" + strings.Repeat("| *a* |\n", maxMarks/4): false,
	} {
		if _, ps := Split("p.md", []byte(src)); (ps != nil) != refused {
			t.Errorf("%.20q…: %v, refused must be %v", src, ps, refused)
		}
	}
}
