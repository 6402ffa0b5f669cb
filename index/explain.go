package index

import (
	"context"
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
func (x *Index) explain(ctx context.Context, p *plan, page uint32, c cell) (*Explanation, error) {
	d := &x.docs[page]
	if len(p.concepts) == 0 && len(p.codes) == 0 {
		return &Explanation{Text: "no words: 1 + popularity", Value: float64(x.final(p, page, &c))}, nil
	}
	words := Explanation{Text: "words, identifiers and codes, sum"}
	for i := range p.concepts {
		part, err := x.explainConcept(ctx, &p.concepts[i], page)
		if err != nil {
			return nil, err
		}
		if part.Value > 0 {
			words.Parts = append(words.Parts, part)
			words.Value += part.Value
		}
	}
	if slices.Contains(p.named, page) {
		words.Parts = append(words.Parts, Explanation{Text: "called exactly so", Value: float64(p.nameBoost())})
		words.Value += float64(p.nameBoost())
	}
	for _, n := range p.naming {
		if slices.Contains(n.pages, page) {
			value := float64(shareOfNaming * n.weight)
			words.Parts = append(words.Parts, Explanation{Text: fmt.Sprintf("its name is in the text: %.2f × weight %.2f", shareOfNaming, n.weight), Value: value})
			words.Value += value
		}
	}
	for _, wish := range p.codes {
		for _, ref := range wish.refs {
			if ref.page == page {
				value := float64(p.codeBoost(wish) * x.share(p, ref))
				words.Parts = append(words.Parts, Explanation{
					Text:  fmt.Sprintf("code %s, trusted %.2f: boost %.2f × share %.2f", wish.text, wish.trust, p.codeBoost(wish), x.share(p, ref)),
					Value: value,
				})
				words.Value += value
			}
		}
	}
	if c.saying > 0 {
		words.Parts = append(words.Parts, Explanation{Text: "one of its texts says the same", Value: float64(c.saying)})
		words.Value += float64(c.saying)
	}
	prior := Explanation{Text: fmt.Sprintf("popularity %d", d.Popularity), Value: float64(x.prior(p, page))}
	if len(p.vendors) > 0 {
		prior.Text += fmt.Sprintf(", vendor %q for a query that names %s", d.Vendor, strings.Join(p.vendors, ", "))
	}
	parts := []Explanation{words, prior}
	switch share := x.coverage(p, page, &c); {
	case share > 1:
		parts = append(parts, Explanation{Text: "has every word, also the rare one", Value: float64(share)})
	case share < 1:
		parts = append(parts, Explanation{Text: "lacks some of the words", Value: float64(share)})
	}
	return &Explanation{Text: "product", Value: float64(x.final(p, page, &c)), Parts: parts}, nil
}

// explainConcept returns what a page gets for c, by the best of its variants, and in which fields.
func (x *Index) explainConcept(ctx context.Context, c *concept, page uint32) (Explanation, error) {
	var part Explanation
	var by *variant
	for i := range c.variants {
		v := &c.variants[i]
		share, ok := v.list.find(page)
		if value := float64(c.weight * v.weight * share); ok && value > part.Value {
			by = v
			part = Explanation{Value: value, Text: fmt.Sprintf("%q: weight %.2f × %.2f", c.text, c.weight, share)}
		}
	}
	if by == nil {
		return part, nil
	}
	if by.why != "" {
		part.Text += fmt.Sprintf(" × %.2f (%s %q)", by.weight, by.why, strings.TrimPrefix(by.term, synonymMark))
	}
	data, err := x.store.list(ctx, by.term)
	if err != nil {
		return part, err
	}
	var fields []string
	eachPosting(data, len(x.docs), func(n uint32, f field, count int) {
		if n == page {
			fields = append(fields, fmt.Sprintf("%s %d", f, count))
		}
	})
	part.Text += ", in " + strings.Join(fields, ", ")
	return part, nil
}
