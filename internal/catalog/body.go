package catalog

import (
	"html/template"
	"sync"

	"siteerror/internal/markdown"
)

// body renders a page's Markdown when its HTML is first asked for. The
// outcome depends on the page and the catalog alone, so a page stays immutable
// to whoever reads it.
type body struct {
	source string
	links  *linker

	mu       sync.Mutex
	rendered *markdown.Rendered
	err      error
}

func (b *body) render() (*markdown.Rendered, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rendered == nil && b.err == nil {
		b.rendered, b.err = b.links.cat.renderer.Render([]byte(b.source), func(dest string) string {
			out, _ := b.links.resolve(dest)
			return out
		})
	}
	return b.rendered, b.err
}

// HTMLFrom returns the section's blocks from block i on, without the heading.
func (s *Section) HTMLFrom(i int) template.HTML {
	r, err := s.body.render()
	if err != nil || s.index >= len(r.Sections) || i >= len(r.Sections[s.index].Blocks) {
		return ""
	}
	return markdown.Join(r.Sections[s.index].Blocks[i:])
}

// Block returns the HTML of block i.
func (s *Section) Block(i int) template.HTML {
	r, err := s.body.render()
	if err != nil || s.index >= len(r.Sections) || i >= len(r.Sections[s.index].Blocks) {
		return ""
	}
	return r.Sections[s.index].Blocks[i]
}

// Heading returns the heading's inline HTML.
func (s *Section) Heading() template.HTML {
	r, err := s.body.render()
	if err != nil || s.index >= len(r.Sections) {
		return template.HTML(template.HTMLEscapeString(s.Title)) // #nosec G203: escaped
	}
	return r.Sections[s.index].Heading
}

// newSections builds the tree of an outline's sections. flat holds every
// section in page order.
func newSections(o *markdown.Outline, b *body) (top, flat []*Section) {
	var stack []*Section
	for i := range o.Sections {
		ms := &o.Sections[i]
		s := &Section{
			Anchor: ms.Anchor, Title: ms.Title, Level: ms.Level, Text: ms.Text, Source: ms.Source, Blocks: ms.Blocks,
			body: b, index: i,
		}
		flat = append(flat, s)
		for len(stack) > 0 && stack[len(stack)-1].Level >= s.Level {
			stack = stack[:len(stack)-1]
		}
		if len(stack) == 0 || stack[len(stack)-1].Level == 0 {
			top = append(top, s)
			stack = stack[:0]
		} else {
			parent := stack[len(stack)-1]
			parent.Children = append(parent.Children, s)
		}
		stack = append(stack, s)
	}
	return top, flat
}
