package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"siteerror/internal/markdown"
)

const maxVerdict = 160 // characters: one line of a search result

// codeFront is the front matter of a code page, as content/README.md has it.
type codeFront struct {
	Code       string      `yaml:"code"`
	ID         string      `yaml:"id"`
	Name       string      `yaml:"name"`
	Vendor     string      `yaml:"vendor"`
	Category   string      `yaml:"category"`
	Status     int         `yaml:"status"`
	Verdict    string      `yaml:"verdict"`
	Aliases    []string    `yaml:"aliases"`
	Popularity int         `yaml:"popularity"`
	Depth      string      `yaml:"depth"`
	Semantics  Semantics   `yaml:"semantics"`
	Reference  Link        `yaml:"reference"`
	SeenIn     []string    `yaml:"seen_in"`
	Symptoms   []string    `yaml:"symptoms"`
	Signatures []Signature `yaml:"signatures"`
	Related    []struct {
		ID       string `yaml:"id"`
		Relation string `yaml:"relation"`
		Why      string `yaml:"why"`
	} `yaml:"related"`
	Sources  []Link `yaml:"sources"`
	Reviewed string `yaml:"reviewed"`
}

var (
	registrations = []string{"iana", "vendor", "unofficial", "reserved", "obsolete"}
	actors        = []string{"visitor", "developer", "operator"}
	emitters      = []string{"client", "cdn", "load-balancer", "proxy", "app-server", "app"}
	onWires       = []string{"always", "sometimes", "never"}
	retries       = []string{"no", "yes", "after", "conditional"}
	bodies        = []string{"yes", "no", "optional"}
	relations     = []string{"alternative", "confused-with", "next", "cause", "broader", "narrower"}
	wheres        = []string{"error-log", "access-log", "header", "body", "client"}

	codePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$`)
	idPattern   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
)

func (b *builder) addCode(p *parsed) {
	if m, ok := p.front.(*extensionFront); ok {
		b.addExtension(p, m)
		return
	}
	m := p.front.(*codeFront)
	at := func(field, format string, args ...any) {
		b.problem(p, p.fieldLine(field), "front matter: "+format, args...)
	}
	before := len(b.problems)
	code := b.newCode(p, m, at)
	if len(b.problems) > before {
		return
	}
	if p.builtin && !b.cat.Site.Library.HasCode(code.ID, code.Vendor.Slug, code.Category.Slug) {
		return
	}
	b.codeSections(p, code)
	if !b.claim(p, "code/"+strings.ToLower(code.ID), "code") {
		return
	}
	b.cat.codes[strings.ToLower(code.ID)] = code
	b.pending = append(b.pending, func() {
		for i, r := range m.Related {
			target, path, err := b.cat.Find(r.ID)
			if err != nil && (b.cat.failedCode(r.ID) || b.tolerates(p)) {
				continue
			}
			if err != nil {
				b.problem(p, p.itemLine("related", i), "front matter: related: there is no code %q%s", r.ID, b.nearestCode(r.ID))
				continue
			}
			code.Related = append(code.Related, Relation{Code: target, ID: r.ID, Path: path, Relation: r.Relation, Why: r.Why})
		}
	})
}

// newCode checks the front matter and makes the page of it.
func (b *builder) newCode(p *parsed, m *codeFront, at func(field, format string, args ...any)) *Code {
	for field, value := range map[string]string{"code": m.Code, "name": m.Name, "vendor": m.Vendor, "category": m.Category, "verdict": m.Verdict, "reviewed": m.Reviewed} {
		if strings.TrimSpace(value) == "" {
			at(field, "%s is missing", field)
		}
	}
	if m.Code != "" && !codePattern.MatchString(m.Code) {
		at("code", "code %q: only letters, digits, “.”, “_” and “-”, at most 96 of them", m.Code)
	}
	id := m.ID
	if id == "" {
		id = m.Code
		if m.Vendor != "ietf" {
			id = m.Vendor + "-" + m.Code
		}
	}
	if !idPattern.MatchString(id) {
		at("id", "id %q: only letters, digits, “.”, “_” and “-”, at most 128 of them", id)
	} else if m.Code != "" && m.Vendor != "" && !strings.EqualFold(id, p.name) {
		at("id", "the id is %q: name the file %s.md, or set id", id, id)
	}
	if n := utf8.RuneCountInString(m.Verdict); n > maxVerdict {
		at("verdict", "verdict has %d characters: at most %d", n, maxVerdict)
	}
	if m.Popularity < 0 || m.Popularity > 10 {
		at("popularity", "popularity %d: 0 to 10", m.Popularity)
	}
	if m.Status != 0 && (m.Status < 100 || m.Status > 999) {
		at("status", "status %d is no HTTP status", m.Status)
	}
	oneOf := func(field, value string, known []string) {
		if !slices.Contains(known, value) {
			at(field, "%s %q: one of %s%s", field, value, strings.Join(known, ", "), didYouMean(value, known))
		}
	}
	if m.Depth != "" {
		oneOf("depth", m.Depth, []string{"full", "short"})
	}
	oneOf("semantics.registration", m.Semantics.Registration, registrations)
	oneOf("semantics.on_wire", m.Semantics.OnWire, onWires)
	oneOf("semantics.retry", m.Semantics.Retry, retries)
	oneOf("semantics.body", m.Semantics.Body, bodies)
	for _, a := range m.Semantics.Actor {
		oneOf("semantics.actor", a, actors)
	}
	for _, e := range m.Semantics.Emitters {
		oneOf("semantics.emitters", e, emitters)
	}
	for i, r := range m.Related {
		if !slices.Contains(relations, r.Relation) {
			b.problem(p, p.itemLine("related", i), "front matter: relation %q: one of %s", r.Relation, strings.Join(relations, ", "))
		}
		if r.Why == "" {
			b.problem(p, p.itemLine("related", i), "front matter: related %q has no why", r.ID)
		}
	}
	if !p.cached {
		for i := range m.Signatures {
			b.checkSignature(p, i, &m.Signatures[i])
		}
	}
	if len(m.Sources) == 0 {
		at("sources", "sources is missing: say where the claims can be checked")
	}
	if m.Vendor == "ietf" && m.Reference.URL == "" {
		at("reference", "reference is missing: name the section that defines the code")
	}
	vendor, ok := b.cat.vendors[m.Vendor]
	if !ok && m.Vendor != "" {
		at("vendor", "unknown vendor %q%s", m.Vendor, didYouMean(m.Vendor, keysOf(b.cat.vendors)))
	}
	category, ok := b.cat.categories[m.Category]
	if !ok && m.Category != "" {
		at("category", "unknown category %q%s", m.Category, didYouMean(m.Category, keysOf(b.cat.categories)))
	}
	reviewed, err := parseDate(m.Reviewed)
	if err != nil && m.Reviewed != "" {
		at("reviewed", "reviewed: %v", err)
	}
	number := m.Status
	if n, err := strconv.Atoi(m.Code); number == 0 && err == nil && n >= 100 && n <= 999 && m.Semantics.OnWire != "never" {
		number = n
	}
	code := &Code{
		Code: m.Code, Name: m.Name, Number: number, Vendor: vendor, Category: category, Verdict: m.Verdict,
		Aliases: m.Aliases, Popularity: m.Popularity, Short: m.Depth == "short", Semantics: m.Semantics, Reference: m.Reference,
		SeenIn: m.SeenIn, Symptoms: m.Symptoms, Signatures: m.Signatures, Sources: m.Sources, Reviewed: reviewed,
	}
	code.Page = Page{
		Kind: KindCode, ID: id, Title: m.Code + " " + m.Name, Path: "/codes/" + id, Summary: m.Verdict, Modified: reviewed,
		File: p.file.Path, Own: !p.builtin, source: p.source, Markdown: p.outline.Source,
	}
	return code
}

func (b *builder) checkSignature(p *parsed, i int, s *Signature) {
	bad := func(format string, args ...any) {
		b.problem(p, p.itemLine("signatures", i), "front matter: signature: "+format, args...)
	}
	if !slices.Contains(wheres, s.Where) {
		bad("where %q: one of %s%s", s.Where, strings.Join(wheres, ", "), didYouMean(s.Where, wheres))
	}
	if s.Emitter != "" && !slices.Contains(emitters, s.Emitter) {
		bad("emitter %q: one of %s", s.Emitter, strings.Join(emitters, ", "))
	}
	if s.Says == "" {
		bad("says is missing: what does it prove?")
	}
	if (s.Pattern == "") == (len(s.Fields) == 0) {
		bad("needs either a pattern or fields")
	}
	if s.Pattern != "" {
		re, err := regexp.Compile(s.Pattern)
		if err != nil {
			bad("pattern: %v", err)
		} else if s.Example != "" && !re.MatchString(s.Example) {
			bad("the pattern does not match the example %q", s.Example)
		}
	}
	for field, value := range s.Fields {
		if _, err := regexp.Compile(value); err != nil {
			bad("field %s: %v", field, err)
		}
	}
}

func didYouMean(word string, known []string) string {
	if n := markdown.Nearest(word, known); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

func keysOf[V any](m map[string]V) []string {
	ks := make([]string, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	return ks
}

// parseDate reads "2026-11-22".
func parseDate(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, fmt.Errorf("%q is no date: write it as 2026-11-22", s)
	}
	return t, nil
}
