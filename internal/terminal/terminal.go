// Package terminal writes pages as text for people at a terminal: at most 80
// columns, with colour where it is asked for.
package terminal

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"siteerror/internal/catalog"
	"siteerror/internal/markdown"
)

// Width is the number of columns no line of prose passes, and what reads best
// where there is room for more. Code and addresses are not broken.
const Width = 80

// Printer writes to W. The first error ends the output and is kept.
type Printer struct {
	W     io.Writer
	Color bool
	Width int // of a narrower terminal; 0 for Width
	err   error
}

func (p *Printer) width() int {
	if p.Width > 0 && p.Width < Width {
		return p.Width
	}
	return Width
}

// Err returns the first error of writing.
func (p *Printer) Err() error { return p.err }

func (p *Printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.W, format, args...)
	}
}

// SGR parameters (ECMA-48 8.3.117) for what a page tells apart.
var sgr = map[string]string{
	"bold": "1", "dim": "2", "mark": "7",
	"c1": "36", "c2": "32", "c3": "35", "c4": "33", "c5": "31",
}

// Style returns s in a style if colour is on.
func (p *Printer) Style(style, s string) string {
	code, ok := sgr[style]
	if !p.Color || !ok || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Code writes a code's page: the answer first, then who does what, then why and
// the rest.
func (p *Printer) Code(cat *catalog.Catalog, c *catalog.Code) {
	color := c.Category.Color
	p.Wrap("", "", p.Style(color, p.Style("bold", c.Code))+" "+p.Style("bold", Printable(c.Name)))
	where := c.Vendor.Title
	if c.Reference.Title != "" {
		where = c.Reference.Title
	}
	p.printf("%s\n\n", p.Style("dim", clip(c.Category.Title+" · "+where, p.width())))
	p.wrap("", "", c.Verdict)
	p.printf("\n")
	p.fact("Retry", c.Semantics.RetryWords())
	p.fact("Cacheable", map[bool]string{true: "by default", false: "not by default"}[c.Semantics.Cacheable])
	p.fact("Sent by", c.Semantics.EmitterWords())
	if len(c.Semantics.RequiredHeaders) > 0 {
		p.fact("Requires", strings.Join(c.Semantics.RequiredHeaders, ", "))
	}
	for _, a := range c.Additions {
		for _, s := range a.Sections {
			p.heading(strings.TrimSuffix(a.By+": "+s.Title, ": "))
			p.blocks(cat, s)
		}
	}
	for _, f := range c.Fixes {
		p.heading(f.Title)
		p.wrap("", "", cat.PlainText(f.Answer))
		for _, step := range f.Steps {
			p.wrap("- ", "  ", cat.PlainText(step))
		}
	}
	if len(c.Causes) > 0 {
		p.heading("Why it happens")
		for _, cause := range c.Causes {
			p.wrap("- ", "  ", cat.PlainText(cause))
		}
	}
	for _, s := range []*catalog.Section{c.Proof, c.Meaning, c.Definition} {
		p.section(cat, s)
	}
	if c.Example != nil {
		p.heading("Example response")
		p.block(c.Example.Raw)
	}
	if c.LogLine != "" {
		p.heading("Example log line")
		p.block(c.LogLine)
	}
	if c.AsVendorsSend != nil {
		p.heading(c.AsVendorsSend.Title)
		for _, r := range c.Renderings {
			p.printf("%s\n", p.Style("bold", r.Vendor.Title))
			p.blocks(cat, r.Section)
		}
	}
	if len(c.Related) > 0 {
		p.heading("Related")
		for _, r := range c.Related {
			p.wrap("- ", "  ", r.Code.Title+": "+r.Why)
		}
	}
	p.heading("Sources")
	for _, s := range c.Sources {
		p.wrap("- ", "  ", s.Title)
		p.printf("  %s\n", s.URL)
	}
}

// Page writes a post or doc.
func (p *Printer) Page(cat *catalog.Catalog, page catalog.Page) {
	p.wrap("", "", page.Title)
	p.printf("\n")
	if page.Summary != "" {
		p.wrap("", "", page.Summary)
	}
	for _, s := range cat.Blocks(page) {
		if s.Title != "" {
			p.heading(s.Title)
		} else {
			p.printf("\n")
		}
		p.blocks(cat, s)
	}
}

// Comparison writes the points of a comparison, one after the other: columns
// would not fit.
func (p *Printer) Comparison(cat *catalog.Catalog, cmp *catalog.Comparison) {
	width := 0
	for _, c := range cmp.Codes {
		width = max(width, utf8.RuneCountInString(c.ID))
	}
	if cmp.Guide != nil {
		p.wrap("", "", cmp.Guide.Verdict)
		for _, c := range cmp.Codes {
			if when := cmp.Guide.Choose[c.ID]; when != "" {
				p.wrap("- ", "  ", "Choose "+c.ID+" "+cat.PlainText(when))
			}
		}
	}
	for _, pt := range cmp.Points {
		p.heading(pt.Label)
		if pt.Same {
			p.wrap("both  ", "      ", cat.PlainText(pt.Cells[0].Text))
			continue
		}
		for i, cell := range pt.Cells {
			label := fmt.Sprintf("%-*s  ", width, cmp.Codes[i].ID)
			lines := strings.Split(cell.Text, "\n")
			for j, line := range lines {
				if j > 0 {
					label = strings.Repeat(" ", width+2)
				}
				p.wrap(label, strings.Repeat(" ", width+2), cat.PlainText(line))
			}
		}
	}
}

func (p *Printer) fact(label, value string) {
	p.wrap(fmt.Sprintf("%-10s ", label), strings.Repeat(" ", 11), value)
}

func (p *Printer) heading(s string) {
	p.printf("\n")
	p.Wrap("", "", p.Style("bold", strings.ToUpper(Printable(s))))
}

func (p *Printer) section(cat *catalog.Catalog, s *catalog.Section) {
	if s == nil {
		return
	}
	p.heading(s.Title)
	p.blocks(cat, s)
}

// firstNumber is the number that a list begins with; false where it has none.
func firstNumber(source string) (int, bool) {
	digits := strings.IndexFunc(source, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 1 || digits > 9 {
		return 0, false
	}
	n, err := strconv.Atoi(source[:digits])
	return n, err == nil
}

func (p *Printer) blocks(cat *catalog.Catalog, s *catalog.Section) {
	for i, b := range s.Blocks {
		if i > 0 {
			p.printf("\n")
		}
		switch b.Kind {
		case markdown.Code:
			p.block(b.Code)
		case markdown.List:
			first, ordered := firstNumber(b.Source)
			for n, item := range b.Items {
				mark := "- "
				if ordered {
					mark = strconv.Itoa(first+n) + ". "
				}
				p.wrap(mark, strings.Repeat(" ", len(mark)), cat.PlainText(item))
			}
		case markdown.Quote:
			p.wrap("  ", "  ", b.Text)
		default:
			for line := range strings.SplitSeq(b.Text, "\n") {
				p.wrap("", "", line)
			}
		}
	}
}

func (p *Printer) block(code string) {
	for line := range strings.SplitSeq(strings.TrimSuffix(code, "\n"), "\n") {
		p.printf("    %s\n", Printable(line))
	}
}

func (p *Printer) wrap(first, rest, text string) { p.Wrap(first, rest, Printable(text)) }

// Wrap writes text broken at spaces; first and rest stand before its lines. The
// text is printable, and may hold what Style returns.
func (p *Printer) Wrap(first, rest, text string) {
	line, width := first, columns(first)
	empty := true
	for _, word := range strings.Fields(text) {
		n := columns(word)
		if !empty && width+1+n > p.width() {
			p.printf("%s\n", line)
			line, width, empty = rest, columns(rest), true
		}
		if !empty {
			line, width = line+" ", width+1
		}
		line, width, empty = line+word, width+n, false
	}
	p.printf("%s\n", strings.TrimRight(line, " "))
}

// columns is how many columns s takes, styles left out.
func columns(s string) int {
	n := 0
	for {
		before, after, styled := strings.Cut(s, "\x1b[")
		n += utf8.RuneCountInString(before)
		if !styled {
			return n
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

// Choice writes the codes that a number may mean, several vendors', each under
// the name that address gives it.
func (p *Printer) Choice(number string, codes []*catalog.Code, address func(*catalog.Code) string) {
	p.wrap("", "", "Several vendors use "+number+":")
	p.printf("\n")
	for _, c := range codes {
		p.printf("- %s\n", address(c))
		p.wrap("  ", "  ", c.Vendor.Title+": "+c.Verdict)
	}
}

// Printable replaces control characters, which could steer the terminal.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' || r >= 0x7f && r < 0xa0 {
			return '\ufffd'
		}
		return r
	}, s)
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
