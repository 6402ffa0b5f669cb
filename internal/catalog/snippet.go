package catalog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"siteerror/internal/markdown"
)

// snippetTemplate is one framework's way to return or to handle a code, a file
// below snippets/.
type snippetTemplate struct {
	Language  string `yaml:"language"`
	Framework string `yaml:"framework"`
	Purpose   string `yaml:"purpose"` // return, handle
	Lexer     string `yaml:"lexer"`
	Order     int    `yaml:"order"`
	Interim   []int  `yaml:"interim"` // the 1xx it can send
	Skip      []int  `yaml:"skip"`    // the codes it cannot send

	parse func() (*template.Template, error)
}

// snippetData is what a template knows of a code.
type snippetData struct {
	Status      int
	Name        string
	Headers     []Header // each once; a repeated one's values are a list
	Lines       []Header // as the example has them
	Body        string
	ContentType string
	Interim     bool
	Wait        bool   // the client is asked to wait before it repeats the request
	Redirect    bool   // clients follow it by themselves
	Location    string // of a 3xx, where it leads
	NoBody      bool   // the response must not have one
}

// ETag is the validator of the representation.
func (d snippetData) ETag() string {
	for _, h := range d.Headers {
		if h.Name == "ETag" {
			return h.Value
		}
	}
	return ""
}

// JSON reports whether the body is JSON.
func (d snippetData) JSON() bool {
	return d.ContentType == "application/json" || strings.HasSuffix(d.ContentType, "+json")
}

var snippetFuncs = template.FuncMap{
	// q quotes a string as JavaScript, Python, Go, Java, C# and Rust read it.
	"q": func(s string) (string, error) {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		err := enc.Encode(s)
		return strings.TrimSuffix(b.String(), "\n"), err
	},
	// sq quotes a string in single quotes, as PHP, Ruby, shells and NGINX read it.
	"sq": func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" },
	// percent doubles the sign that begins a format in Apache httpd and HAProxy.
	"percent": func(s string) string { return strings.ReplaceAll(s, "%", "%%") },
	"lower":   strings.ToLower,
}

func (b *builder) addSnippet(p *parsed) {
	t := &snippetTemplate{}
	if ps := p.file.Decode(t, !p.cached); ps != nil {
		b.report(p, ps...)
		return
	}
	if t.Language == "" || t.Framework == "" || t.Purpose != "return" && t.Purpose != "handle" {
		b.problem(p, 1, "front matter: language, framework and purpose (return or handle) are required")
		return
	}
	name, body := p.file.Path, string(p.file.Body)
	t.parse = sync.OnceValues(func() (*template.Template, error) {
		return template.New(name).Funcs(snippetFuncs).Parse(body)
	})
	b.snippets = append(b.snippets, t)
	if p.cached {
		return // it was tried
	}
	tmpl, err := t.parse()
	if err != nil {
		b.problem(p, p.file.BodyLine, "template: %v", err)
		return
	}
	if err := tmpl.Execute(io.Discard, snippetData{Status: 503, Name: "Service Unavailable", Headers: []Header{{"Retry-After", "5"}}, Body: "{}", ContentType: "application/json", Wait: true}); err != nil {
		b.problem(p, p.file.BodyLine, "template: %v", err)
	}
}

// linkSnippets gives every code its snippets, made when they are first asked for.
func (b *builder) linkSnippets() {
	slices.SortFunc(b.snippets, func(a, b *snippetTemplate) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Framework, b.Framework))
	})
	templates := b.snippets // the builder itself must not stay
	for _, c := range b.cat.Codes {
		c.Constants = b.constants[c.ID]
		c.snippets = sync.OnceValue(func() []Snippet { return snippetsOf(c, templates) })
	}
}

// Snippets are ready-to-use pieces of code for this code, those that return it
// first. They are the templates' and the page's own, which win.
func (c *Code) Snippets() []Snippet {
	if c.snippets == nil {
		return nil
	}
	return c.snippets()
}

func snippetsOf(c *Code, templates []*snippetTemplate) []Snippet {
	own := ownSnippets(c, templates)
	var out []Snippet
	for _, purpose := range []string{"return", "handle"} {
		for _, t := range templates {
			if t.Purpose != purpose {
				continue
			}
			same := func(s Snippet) bool { return s.Purpose == purpose && strings.EqualFold(s.Framework, t.Framework) }
			if i := slices.IndexFunc(own, same); i >= 0 {
				out = append(out, own[i])
				own = slices.Delete(own, i, i+1)
				continue
			}
			if !t.fits(c) {
				continue
			}
			var b bytes.Buffer
			if tmpl, err := t.parse(); err == nil && tmpl.Execute(&b, dataOf(c)) == nil { // it was tried when it was read
				out = append(out, Snippet{Language: t.Language, Framework: t.Framework, Purpose: purpose, Lexer: t.Lexer, Code: tidy(b.String())})
			}
		}
		for _, s := range own {
			if s.Purpose == purpose {
				out = append(out, s)
			}
		}
	}
	return out
}

// fits reports whether a template has something to say about a code. A code that
// is only logged, or that a vendor's machines send, is not for returning.
func (t *snippetTemplate) fits(c *Code) bool {
	n := c.Number
	switch {
	case n == 0 || c.Semantics.OnWire == "never" || slices.Contains(t.Skip, n):
		return false
	case t.Purpose == "handle":
		return n >= 200
	case c.Vendor.Slug != "ietf" || c.Semantics.Registration == "reserved":
		return false
	case n < 200:
		return slices.Contains(t.Interim, n)
	}
	return true
}

func dataOf(c *Code) snippetData {
	d := snippetData{Status: c.Number, Name: c.Name, Headers: merged(c.PlayedHeaders()), Lines: c.PlayedHeaders(), Interim: c.Number < 200, NoBody: c.Semantics.Body == "no", Wait: c.Semantics.Retry == "after" || c.Number == 429 || c.Number == 503}
	d.Redirect = slices.Contains([]int{301, 302, 303, 307, 308}, c.Number)
	d.Wait = d.Wait && !d.Redirect
	if i := slices.IndexFunc(d.Headers, func(h Header) bool { return h.Name == "Location" }); i >= 0 && c.Number >= 300 {
		d.Location = d.Headers[i].Value
	}
	if c.Example != nil && c.Semantics.Body != "no" && len(c.Example.Body) <= maxSnippetBody {
		d.Body = c.Example.Body
		if d.Body != "" {
			d.ContentType, _ = c.Example.Header("Content-Type")
		}
		if strings.Contains(d.ContentType, "xml") {
			d.Body = betweenTags.ReplaceAllString(d.Body, "><")
		}
	}
	return d
}

// merged joins fields of one name (RFC 9110 §5.2).
func merged(hs []Header) []Header {
	var out []Header
	for _, h := range hs {
		if i := slices.IndexFunc(out, func(o Header) bool { return strings.EqualFold(o.Name, h.Name) }); i >= 0 {
			out[i].Value += ", " + h.Value
			continue
		}
		out = append(out, h)
	}
	return out
}

// betweenTags is the white space that a page shows an XML document with.
var betweenTags = regexp.MustCompile(`>\s+<`)

// maxSnippetBody is the length in bytes up to which an example's body is worth
// showing in a snippet.
const maxSnippetBody = 400

// ownSnippets are the blocks of the page's section "Code".
func ownSnippets(c *Code, templates []*snippetTemplate) []Snippet {
	var out []Snippet
	for _, s := range c.top {
		if s.Anchor != "code" {
			continue
		}
		for _, b := range s.Blocks {
			if b.Kind != markdown.Code {
				continue
			}
			lexer, rest, _ := strings.Cut(b.Info, " ")
			sn := Snippet{Language: lexer, Framework: lexer, Purpose: "return", Lexer: lexer, Code: b.Code}
			for word := range strings.FieldsSeq(rest) {
				key, value, _ := strings.Cut(word, "=")
				switch key {
				case "framework":
					sn.Framework = value
				case "purpose":
					sn.Purpose = value
				}
			}
			for _, t := range templates {
				if strings.EqualFold(strings.ReplaceAll(t.Framework, " ", "-"), sn.Framework) {
					sn.Language, sn.Framework = t.Language, t.Framework
				}
			}
			out = append(out, sn)
		}
	}
	return out
}

// tidy drops the blank lines that template actions leave behind.
func tidy(s string) string {
	var lines []string
	blank := true
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		empty := strings.TrimSpace(line) == ""
		if empty && blank {
			continue
		}
		blank = empty
		lines = append(lines, strings.TrimRight(line, " \t"))
	}
	return strings.Join(lines, "\n")
}

// readConstants reads snippets/constants.tsv: a header line with the languages,
// then a line for each code with the names it has in each, the current one first,
// or nothing.
func (b *builder) readConstants(path string, src []byte) {
	lines := strings.Split(strings.TrimSpace(string(src)), "\n")
	languages := strings.Split(lines[0], "\t")[1:]
	for i, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		if _, err := strconv.Atoi(cells[0]); err != nil || len(cells) != len(languages)+1 {
			b.problems = append(b.problems, markdown.Problem{Path: path, Line: i + 2, Msg: fmt.Sprintf("expected a code and %d names, separated by tabs", len(languages))})
			continue
		}
		for j, names := range cells[1:] {
			for name := range strings.FieldsSeq(names) {
				b.constants[cells[0]] = append(b.constants[cells[0]], Constant{Language: languages[j], Name: name})
			}
		}
	}
}
