package config

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestParse(t *testing.T) {
	f, problems := Parse(Name, []byte(`
title: Acme Help
accent: "#8a1c4b"
edit: https://git.example/docs/edit/main/{path}
footer:
  - title: Acme
    links: [{title: Imprint, url: /docs/imprint}]
vendors:
  acme: {title: Acme, hop: app, color: "#8a1c4b"}
library: {vendors: [ietf, nginx], without: ["418"], posts: false}
server:
  addr: ":9000"
  content: [./docs, ./runbooks]
  watch: true
  check-rate: 8
`))
	if problems != nil {
		t.Fatal(problems)
	}
	if f.Site.Title != "Acme Help" || f.Site.Vendors["acme"].Hop != "app" || len(f.Site.Footer[0].Links) != 1 {
		t.Errorf("site = %+v", f.Site)
	}
	l := f.Site.Library
	if !l.HasCode("nginx-499", "nginx", "client-error") || l.HasCode("iis-404.13", "iis", "client-error") || l.HasCode("418", "ietf", "client-error") || l.HasPosts() || !l.HasDocs() {
		t.Errorf("library = %+v narrows wrongly", l)
	}
	want := []string{"addr=:9000", "content=./docs,./runbooks", "watch=true", "check-rate=8"}
	var got []string
	for _, s := range f.Server {
		got = append(got, s.Name+"="+strings.Join(s.Values, ","))
	}
	if !slices.Equal(got, want) || f.Server[2].Line != 14 {
		t.Errorf("server = %v, line of watch %d; want %v and 14", got, f.Server[2].Line, want)
	}
}

func TestParseSaysWhereAndWhatToDo(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"titel: x", `siteerror.yaml:1: unknown field "titel" (did you mean "title"?)`},
		{"title: x\nvendors:\n  acme: {titel: x}", `siteerror.yaml:3: unknown field "titel"`},
		{"accent: red", `siteerror.yaml:1: accent "red": write a color`},
		{"logo: ../logo.svg", "siteerror.yaml:1: logo"},
		{"home: //evil.example", "siteerror.yaml:1: home"},
		{"edit: javascript:{path}", "siteerror.yaml:1: edit"},
		{"edit: https://git.example/", "with {path}"},
		{"footer: [{title: x, links: [{title: y, url: 'javascript:1'}]}]", "siteerror.yaml:1: footer"},
		{"vendors:\n  Acme Corp: {title: x}", "lower-case letters"},
		{"categories:\n  pay: {title: x, color: purple}", `color "purple"`},
		{"server: [a]", "expected “name: value” lines"},
		{"a: &x 1\nb: *x", "not supported"},
		{"- a", "siteerror.yaml:1: expected"},
	} {
		_, problems := Parse(Name, []byte(tt.src))
		if !strings.Contains(problems.Error(), tt.want) {
			t.Errorf("%q: %q, want %q", tt.src, problems.Error(), tt.want)
		}
	}
	if _, err := Read(fstest.MapFS{}, Name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestMerge(t *testing.T) {
	a := Site{Title: "A", Accent: "#111", Vendors: map[string]Taxonomy{"x": {Title: "X"}}, Synonyms: [][]string{{"a"}}}
	m := a.Merge(Site{Title: "B", Vendors: map[string]Taxonomy{"y": {Title: "Y"}}, Synonyms: [][]string{{"b"}}})
	if m.Title != "B" || m.Accent != "#111" || len(m.Vendors) != 2 || len(m.Synonyms) != 2 || len(a.Vendors) != 1 {
		t.Errorf("merged = %+v from %+v", m, a)
	}
}
