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

// heading is a section that code pages share.
type heading struct {
	title       string
	anchor      string
	field       func(*Code) **Section
	full, short bool // required at this depth
}

var headings = []heading{
	{"Example response", "example", nil, false, false},
	{"Example log line", "example", nil, false, false},
	{"What it means", "meaning", func(c *Code) **Section { return &c.Meaning }, true, true},
	{"In plain English", "plain-english", func(c *Code) **Section { return &c.PlainEnglish }, true, false},
	{"Technical definition", "definition", func(c *Code) **Section { return &c.Definition }, true, false},
	{"In the standard's words", "standard", func(c *Code) **Section { return &c.Standard }, false, false},
	{"Why it happens", "causes", func(c *Code) **Section { return &c.WhyItHappens }, true, true},
	{"Prove it", "prove", func(c *Code) **Section { return &c.Proof }, false, true},
	{"How to fix it", "fix", func(c *Code) **Section { return &c.Fix }, true, true},
	{"Common mistakes", "mistakes", func(c *Code) **Section { return &c.Mistakes }, true, false},
	{"As vendors send it", "vendors", func(c *Code) **Section { return &c.AsVendorsSend }, false, false},
	{"Code", "code", nil, false, false},
	{"Questions", "questions", func(c *Code) **Section { return &c.QuestionsBlock }, true, false},
}

func (b *builder) addCode(p *parsed) {
	if p.file.Field("extends") != "" {
		b.addExtension(p)
		return
	}
	var m codeFront
	if ps := p.file.Decode(&m, true); ps != nil {
		b.report(p, ps...)
		return
	}
	at := func(field, format string, args ...any) {
		b.problem(p, p.file.FieldLine(field), "front matter: "+format, args...)
	}
	before := len(b.problems)
	code := b.newCode(p, &m, at)
	if len(b.problems) > before {
		return
	}
	if p.builtin && !b.cat.Site.Library.HasCode(code.ID, code.Vendor.Slug, code.Category.Slug) {
		return
	}
	b.codeSections(p, code)
	if !b.claim(p, "code/"+strings.ToLower(code.ID), p.file.FieldLine("code")) {
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
				b.problem(p, p.file.ItemLine("related", i), "front matter: related: there is no code %q%s", r.ID, b.nearestCode(r.ID))
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
			b.problem(p, p.file.ItemLine("related", i), "front matter: relation %q: one of %s", r.Relation, strings.Join(relations, ", "))
		}
		if r.Why == "" {
			b.problem(p, p.file.ItemLine("related", i), "front matter: related %q has no why", r.ID)
		}
	}
	for i := range m.Signatures {
		b.checkSignature(p, i, &m.Signatures[i])
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
		b.problem(p, p.file.ItemLine("signatures", i), "front matter: signature: "+format, args...)
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

// codeSections finds the page's parts by their headings.
func (b *builder) codeSections(p *parsed, c *Code) {
	c.Sections, c.Flat = b.sections(p, "")
	seen := map[string]bool{}
	for _, s := range c.Sections {
		h := headingFor(s.Title)
		if h == nil {
			if s.Title != "" {
				s.Anchor = "x-" + s.Anchor
				c.Extra = append(c.Extra, s)
			} else if s.Text != "" {
				b.problem(p, p.outlineLine(s), "text before the first heading: put it below “## What it means”")
			}
			continue
		}
		if seen[h.title] {
			b.problem(p, p.outlineLine(s), "the heading “## %s” stands twice", h.title)
		}
		seen[h.title] = true
		s.Anchor = h.anchor
		if h.field != nil {
			*h.field(c) = s
		}
		switch h.title {
		case "Example response":
			b.exampleResponse(p, c, s)
		case "Example log line":
			c.LogLine = firstCode(s)
		case "In the standard's words":
			c.Quote = firstQuote(s)
		case "Why it happens":
			c.Causes = listItems(s)
		case "How to fix it":
			b.fixes(p, c, s)
		case "As vendors send it":
			b.renderings(p, c, s)
		case "Questions":
			for _, q := range s.Children {
				q.Anchor = "q-" + q.Anchor
				c.Questions = append(c.Questions, Question{Question: q.Title, Answer: q.Source, Section: q})
			}
		}
	}
	b.requireHeadings(p, c, seen)
}

func (b *builder) requireHeadings(p *parsed, c *Code, seen map[string]bool) {
	missing := func(title string) {
		b.problem(p, p.file.BodyLine, "the heading “## %s” is missing%s", title, didYouMean(title, p.unknownHeadings(seen)))
	}
	for _, h := range headings {
		if (h.full && !c.Short || h.short && c.Short) && !seen[h.title] {
			missing(h.title)
		}
	}
	logged := c.Semantics.OnWire == "never"
	switch {
	case c.Short:
	case logged && c.LogLine == "":
		missing("Example log line")
	case !logged && c.Example == nil && !seen["Example response"]:
		missing("Example response")
	}
	if c.Vendor.Slug == "ietf" && c.Quote == "" {
		missing("In the standard's words")
	}
	if c.WhyItHappens != nil && len(c.Causes) == 0 {
		b.problem(p, p.outlineLine(c.WhyItHappens), "“Why it happens” holds no list")
	}
}

// unknownHeadings are the page's headings nobody asked for, candidates for a
// misspelt one.
func (p *parsed) unknownHeadings(seen map[string]bool) []string {
	var titles []string
	for _, s := range p.outline.Sections {
		if s.Level == 2 && headingFor(s.Title) == nil && !seen[s.Title] {
			titles = append(titles, s.Title)
		}
	}
	return titles
}

func headingFor(title string) *heading {
	title = strings.ReplaceAll(title, "’", "'")
	for i := range headings {
		if strings.EqualFold(headings[i].title, title) {
			return &headings[i]
		}
	}
	return nil
}

var readers = []struct{ who, prefix string }{
	{"visitor", "if you are a visitor"}, {"developer", "if you build"}, {"operator", "if you run"},
}

func (b *builder) fixes(p *parsed, c *Code, s *Section) {
	for _, r := range readers {
		for _, sub := range s.Children {
			if !strings.HasPrefix(strings.ToLower(sub.Title), r.prefix) {
				continue
			}
			sub.Anchor = "fix-" + r.who
			fix := Fix{For: r.who, Title: sub.Title, Section: sub, Steps: listItems(sub)}
			if len(sub.Blocks) > 0 && sub.Blocks[0].Kind == markdown.Paragraph {
				fix.Answer = sub.Blocks[0].Source
			} else {
				b.problem(p, p.outlineLine(sub), "“%s” must begin with a sentence or two", sub.Title)
			}
			c.Fixes = append(c.Fixes, fix)
		}
	}
	if len(c.Fixes) == 0 || !c.Short && len(c.Fixes) < len(readers) {
		b.problem(p, p.outlineLine(s), "“How to fix it” needs the headings “### If you are a visitor”, “### If you build the API”, “### If you run the server”")
	}
}

func (b *builder) renderings(p *parsed, c *Code, s *Section) {
	for _, sub := range s.Children {
		var vendor *Vendor
		for _, v := range b.cat.vendors {
			if strings.EqualFold(v.Title, sub.Title) || v.Slug == strings.ToLower(sub.Title) {
				vendor = v
			}
		}
		if vendor == nil {
			var titles []string
			for _, v := range b.cat.vendors {
				titles = append(titles, v.Title)
			}
			b.problem(p, p.outlineLine(sub), "“As vendors send it”: no vendor has the title %q%s", sub.Title, didYouMean(sub.Title, titles))
			continue
		}
		sub.Anchor = vendor.Slug
		sub.AliasID = vendor.Slug + "-" + c.Code
		c.Renderings = append(c.Renderings, Rendering{ID: sub.AliasID, Vendor: vendor, Code: c, Path: c.Path + "#" + vendor.Slug, Section: sub})
	}
}

func (b *builder) nearestCode(id string) string {
	known := keysOf(b.cat.codes)
	return didYouMean(strings.ToLower(id), known)
}

// outlineLine is the line of a section's heading in the file.
func (p *parsed) outlineLine(s *Section) int { return p.outline.Sections[s.index].Line }

func firstCode(s *Section) string {
	for _, b := range s.Blocks {
		if b.Kind == markdown.Code {
			return b.Code
		}
	}
	return ""
}

func firstQuote(s *Section) string {
	var quotes []string
	for _, b := range s.Blocks {
		if b.Kind == markdown.Quote {
			quotes = append(quotes, strings.ReplaceAll(b.Text, "\n", "\n\n"))
		}
	}
	return strings.Join(quotes, "\n\n")
}

func listItems(s *Section) []string {
	var items []string
	for _, b := range s.Blocks {
		if b.Kind == markdown.List {
			items = append(items, b.Items...)
		}
	}
	return items
}

// longSentence is how many bytes of a text are looked at for its first sentence.
const longSentence = 1500

func firstSentence(text string) string {
	if len(text) > longSentence {
		text = strings.ToValidUTF8(text[:longSentence], "")
	}
	text = strings.Join(strings.Fields(text), " ")
	if i := strings.Index(text, ". "); i > 0 {
		return text[:i+1]
	}
	return text
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
