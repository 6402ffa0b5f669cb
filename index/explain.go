package index

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Explanation says what a score is made of. A node's Value is the sum or, where Text says so, the product of its Parts.
type Explanation struct {
	Text  string
	Value float64
	Parts []Explanation
}

// String returns the explanation as an indented tree, a line a node.
func (e *Explanation) String() string {
	var b strings.Builder
	e.write(&b, 0)
	return b.String()
}

func (e *Explanation) write(b *strings.Builder, depth int) {
	fmt.Fprintf(b, "%s%8.3f  %s\n", strings.Repeat("  ", depth), e.Value, e.Text)
	for i := range e.Parts {
		e.Parts[i].write(b, depth+1)
	}
}

// explain tells how final came to a page's score.
func (x *Index) explain(p *plan, page uint32, c cell) *Explanation {
	d := &x.docs[page]
	if len(p.concepts) == 0 && len(p.codes) == 0 {
		return &Explanation{Text: "no words: 1 + popularity", Value: float64(x.final(p, page, &c))}
	}
	words := Explanation{Text: "words, identifiers and codes, sum"}
	for i := range p.concepts {
		if part, ok := p.concepts[i].explain(page); ok {
			words.Parts = append(words.Parts, part)
			words.Value += part.Value
		}
	}
	if slices.Contains(p.named, page) {
		words.Parts = append(words.Parts, Explanation{Text: "called exactly so", Value: float64(p.nameBoost())})
		words.Value += float64(p.nameBoost())
	}
	for _, wish := range p.codes {
		for _, ref := range wish.refs {
			if ref.page == page {
				value := float64(p.codeBoost(wish) * ref.share)
				words.Parts = append(words.Parts, Explanation{
					Text:  fmt.Sprintf("code %s, trusted %.2f: boost %.2f × share %.2f", wish.text, wish.trust, p.codeBoost(wish), ref.share),
					Value: value,
				})
				words.Value += value
			}
		}
	}
	prior := Explanation{Text: fmt.Sprintf("popularity %d", d.Popularity), Value: float64(x.prior(p, page))}
	if len(p.vendors) > 0 {
		prior.Text += fmt.Sprintf(", vendor %q for a query that names %s", d.Vendor, strings.Join(p.vendors, ", "))
	}
	return &Explanation{Text: "product", Value: float64(x.final(p, page, &c)), Parts: []Explanation{words, prior}}
}

// explain returns what a page gets for c, by the best of its variants.
func (c *concept) explain(page uint32) (Explanation, bool) {
	var best Explanation
	ok := false
	for _, v := range c.variants {
		at, found := slices.BinarySearchFunc(v.list.pages, page, func(p posting, page uint32) int { return cmp.Compare(p.page, page) })
		if !found {
			continue
		}
		value := float64(c.weight * v.weight * v.list.pages[at].value)
		if ok && value <= best.Value {
			continue
		}
		ok = true
		best = Explanation{Value: value, Text: fmt.Sprintf("%q: weight %.2f × fields %.2f", c.text, c.weight, v.list.pages[at].value)}
		if v.why != "" {
			best.Text += fmt.Sprintf(" × %.2f (%s %q)", v.weight, v.why, strings.TrimPrefix(v.term, synonymMark))
		}
	}
	return best, ok
}
