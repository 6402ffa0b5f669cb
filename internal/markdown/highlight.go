package markdown

import (
	"html/template"
	"regexp"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// Highlight returns code as HTML with token classes: k keyword, s string,
// n number, c comment, a attribute or name of interest. Five classes keep pages
// small and are what the style sheet has colours for. An unknown language is
// escaped text.
func (r *Renderer) Highlight(code, language string) template.HTML {
	var b strings.Builder
	r.highlight(&b, code, language)
	return template.HTML(b.String()) // #nosec G203: every byte of code is escaped
}

func (r *Renderer) highlight(b *strings.Builder, code, language string) {
	lexer := r.lexers.get(language)
	if lexer == nil {
		b.WriteString(template.HTMLEscapeString(code))
		return
	}
	it, err := lexer.Tokenise(&chroma.TokeniseOptions{State: "root", EnsureLF: true}, code)
	if err != nil {
		b.WriteString(template.HTMLEscapeString(code))
		return
	}
	open := ""
	for t := it(); t != chroma.EOF; t = it() {
		class := tokenClass(t.Type)
		if class != open && strings.TrimSpace(t.Value) != "" {
			if open != "" {
				b.WriteString("</span>")
			}
			if class != "" {
				b.WriteString(`<span class="` + class + `">`)
			}
			open = class
		}
		b.WriteString(template.HTMLEscapeString(t.Value))
	}
	if open != "" {
		b.WriteString("</span>")
	}
}

func tokenClass(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Keyword), t == chroma.NameTag, t == chroma.NameBuiltin:
		return "k"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	case t.InSubCategory(chroma.LiteralNumber):
		return "n"
	case t.InCategory(chroma.Comment):
		return "c"
	case t == chroma.NameAttribute, t == chroma.NameVariable, t == chroma.NameFunction, t == chroma.NameDecorator, t == chroma.NameProperty:
		return "a"
	}
	return ""
}

// lexerCache finds lexers by name. chroma tries every lexer it has for a name it
// does not know, which costs milliseconds a block; here a miss is one map lookup.
type lexerCache struct {
	known func() map[string]bool
	mu    sync.Mutex
	found map[string]chroma.Lexer
}

func newLexerCache() *lexerCache {
	return &lexerCache{
		found: map[string]chroma.Lexer{},
		known: sync.OnceValue(func() map[string]bool {
			m := map[string]bool{}
			for _, n := range lexers.Names(true) {
				m[strings.ToLower(n)] = true
			}
			return m
		}),
	}
}

func (c *lexerCache) get(language string) chroma.Lexer {
	name := strings.ToLower(language)
	if name == "" || name == "text" || name == "plaintext" || !c.known()[name] {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.found[name]
	if !ok {
		l = chroma.Coalesce(lexers.Get(name))
		c.found[name] = l
	}
	return l
}

// codeRenderer writes code blocks as a scrolling group that the keyboard reaches.
type codeRenderer struct{ r *Renderer }

func (c codeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindFencedCodeBlock, c.render)
	reg.Register(ast.KindCodeBlock, c.render)
}

func (c codeRenderer) render(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	language := ""
	var b strings.Builder
	if f, ok := n.(*ast.FencedCodeBlock); ok && f.Info != nil {
		language = strings.TrimSuffix(string(f.Language(src)), "-interactive") // Learn's "Try it"
		if m := codeTitle.FindSubmatch(f.Info.Segment.Value(src)); m != nil {
			b.WriteString(`<p class="title">` + template.HTMLEscapeString(string(m[1])) + "</p>\n")
		}
	}
	c.r.writeBlock(&b, strings.TrimSuffix(string(n.Lines().Value(src)), "\n"), language)
	_, err := w.WriteString(b.String())
	return ast.WalkSkipChildren, err
}

// codeTitle is the name of the file that a block shows: ```go title="main.go".
var codeTitle = regexp.MustCompile(`\btitle="([^"]+)"`)

// CodeBlock returns a whole highlighted block, as the pages show it.
func (r *Renderer) CodeBlock(code, language string) template.HTML {
	var b strings.Builder
	r.writeBlock(&b, code, language)
	return template.HTML(b.String()) // #nosec G203: code is escaped, the language is checked
}

func (r *Renderer) writeBlock(b *strings.Builder, code, language string) {
	label, class := "Code", ""
	if isWord(language) {
		label, class = language+" code", ` class="language-`+language+`"`
	}
	b.WriteString(`<pre class="code" tabindex="0" role="group" aria-label="` + label + `"><code` + class + `>`)
	r.highlight(b, code, language)
	b.WriteString("</code></pre>\n")
}

func isWord(s string) bool {
	return s != "" && len(s) <= 30 && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+#-_", r))
	}) < 0
}
