package catalog

import (
	"strings"

	"siteerror/internal/markdown"
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

// codeSections finds the page's parts by their headings.
func (b *builder) codeSections(p *parsed, c *Code) {
	c.top, c.flat = b.sections(p, "")
	seen := map[string]bool{}
	for _, s := range c.top {
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

// firstSentence is the beginning of a text, its space made single, up to the
// first full stop between words.
func firstSentence(text string) string {
	text = text[:min(len(text), longSentence)]
	for at := 0; ; {
		stop := strings.IndexByte(text[at:], '.')
		if stop < 0 {
			break
		}
		if at += stop + 1; at < len(text) && (text[at] == ' ' || text[at] == '\n') && at > 1 {
			text = text[:at]
			break
		}
	}
	return strings.ToValidUTF8(oneLine(text), "")
}
