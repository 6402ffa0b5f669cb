package markdown

import (
	"strings"
	"testing"
)

func TestSplitProblems(t *testing.T) {
	deep := "a: " + strings.Repeat("[", 40) + strings.Repeat("]", 40)
	tests := []struct {
		name string
		src  string
		want string // "line: message" must begin with this
	}{
		{"not UTF-8", "ok\n\xff\n", "p.md:2: not UTF-8"},
		{"front matter never closed", "---\ntitle: x\n", "p.md:1: front matter is not closed"},
		{"broken YAML", "---\ntitle: a\nsummary: b: c\n---\n", "p.md:3: front matter: mapping values are not allowed"},
		{"a list for front matter", "---\n- a\n---\n", "p.md:2: front matter: expected"},
		{"alias", "---\na: &x 1\nb: *x\n---\n", "p.md:2: front matter: anchors"},
		{"merge", "---\na:\n  <<: {b: 1}\n---\n", "p.md:3: front matter: merge keys"},
		{"tag", "---\na: !!binary aGk=\n---\n", "p.md:2: front matter: tags"},
		{"nested too deep", "---\n" + deep + "\n---\n", "p.md:2: front matter: nested more than"},
		{"too many fields", "---\n" + strings.Repeat("a:\n", 300) + "---\n", "p.md:2: front matter: more than 256 fields"},
		{"quotes nested too deep", "text\n\n" + strings.Repeat("> ", 200) + "x\n", "p.md:3: blocks are nested"},
		{"table that grows", "|" + strings.Repeat("a|", 200) + "\n|" + strings.Repeat("-|", 200) + "\n" + strings.Repeat("|x|\n", 60), "p.md:2: the table has more than"},
		{"long line", "a\n" + strings.Repeat("x", maxLine+1), "p.md:2: the line is longer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ps := Split("p.md", []byte(tt.src))
			if len(ps) == 0 || !strings.HasPrefix(ps[0].Error(), tt.want) {
				t.Errorf("problems = %v, want %q", ps, tt.want)
			}
		})
	}
}

func TestSplitAccepts(t *testing.T) {
	tests := []struct {
		name, src, wantBody string
		wantLine            int
	}{
		{"no front matter", "# Hi\n", "# Hi\n", 1},
		{"BOM and CRLF", "\ufeff---\r\ntitle: x\r\n---\r\nbody\r\n", "body\n", 4},
		{"front matter alone", "---\ntitle: x\n---", "", 4},
		{"empty front matter", "---\n---\nbody", "body", 3},
		{"comments alone", "---\n# nothing yet\n---\nbody", "body", 4},
		{"closed by dots", "---\ntitle: x\n...\nbody", "body", 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, ps := Split("p.md", []byte(tt.src))
			if ps != nil {
				t.Fatal(ps)
			}
			if string(f.Body) != tt.wantBody || tt.wantBody != "" && f.BodyLine != tt.wantLine {
				t.Errorf("body = %q on line %d, want %q on %d", f.Body, f.BodyLine, tt.wantBody, tt.wantLine)
			}
		})
	}
}

type testFront struct {
	Title string   `yaml:"title"`
	Tags  []string `yaml:"tags"`
	Count int      `yaml:"count"`
	Sub   struct {
		Retry string `yaml:"retry"`
	} `yaml:"sub"`
}

func TestDecode(t *testing.T) {
	tests := []struct {
		name, front string
		strict      bool
		want        string
	}{
		{"unknown field, nearest named", "titel: x", true, `p.md:2: front matter: unknown field "titel" (did you mean "title"?)`},
		{"unknown field below", "sub:\n  rety: no", true, `p.md:3: front matter: unknown field "rety" (did you mean "retry"?)`},
		{"lenient", "titel: x", false, ""},
		{"list for text", "title: [a]", true, "p.md:2: front matter: expected one text, got a list"},
		{"text for number", "count: many", true, "p.md:2: front matter: cannot use"},
		{"field twice", "title: a\ntitle: b", true, `p.md:3: front matter: mapping key "title" already defined`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, ps := Split("p.md", []byte("---\n"+tt.front+"\n---\n"))
			if ps != nil {
				t.Fatal(ps)
			}
			var m testFront
			ps = f.Decode(&m, tt.strict)
			if got := ps.Error(); tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) {
				t.Errorf("problems = %q, want %q", got, tt.want)
			}
		})
	}
}

// A word that YAML 1.1 took for a boolean stays the word its author wrote.
func TestDecodeKeepsNo(t *testing.T) {
	f, ps := Split("p.md", []byte("---\ntitle: no\nsub: {retry: yes}\n---\n"))
	if ps != nil {
		t.Fatal(ps)
	}
	var m testFront
	if ps := f.Decode(&m, true); ps != nil || m.Title != "no" || m.Sub.Retry != "yes" {
		t.Errorf("got %+v, %v", m, ps)
	}
}

func FuzzFrontMatter(f *testing.F) {
	for _, s := range []string{"---\ntitle: x\n---\nbody", "---\n- a\n---", "---\na: &x [*x]\n---\n", "\ufeff---\r\n---", "---\n" + strings.Repeat("[", 300)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, ps := Split("p.md", src)
		if (file == nil) == (ps == nil) {
			t.Fatalf("file %v with problems %v: exactly one is expected", file, ps)
		}
		if file == nil {
			return
		}
		var m testFront
		for _, p := range file.Decode(&m, true) {
			if p.Line < 1 {
				t.Errorf("problem without a line: %v", p)
			}
		}
	})
}
