package index

import (
	"context"
	"slices"
)

// Request is a search.
type Request struct {
	Text string // see Query
	// Several values of one facet mean any of them; every facet asked for must agree. Values that the index does not have find
	// nothing.
	Kinds, Categories, Vendors, Tags []string
	Limit                            int // at most 100 hits, 10 where it is 0
	Offset                           int // at most 10 000
	Explain                          bool
}

// Result is what a search found.
type Result struct {
	Total      int // pages that match, of which Hits is one page
	Hits       []Hit
	Facets     Facets
	DidYouMean string // a spelling that finds more, or empty
}

// Hit is one page that matches.
type Hit struct {
	ID    string
	Score float64
	// Section is where the text of Snippet stands, without Text; zero where the page as a whole is the answer.
	Section Section
	Snippet string // HTML: escaped text, matches in <mark>
	Explain *Explanation
}

// Bounds of a Request.
const (
	defaultLimit = 10
	maxLimit     = 100
	maxOffset    = 10_000
)

// Search finds the pages that answer r, the best first. No text is an error; an error comes from ctx or from the index's file.
func (x *Index) Search(ctx context.Context, r Request) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	limit, offset := min(max(r.Limit, 0), maxLimit), min(max(r.Offset, 0), maxOffset)
	if r.Limit == 0 {
		limit = defaultLimit
	}
	a := x.analyzer()
	defer x.analyzers.Put(a)
	s := x.scratch.Get().(*scratch)
	defer x.scratch.Put(s)
	s.next()

	q := parseQuery(r.Text, x.cleaner, x.hasValue, x.hasCode)
	f := newFilter(&x.facets, [numFacets][]string{
		facetKind:     append(slices.Clip(r.Kinds), q.Facets[facetKind]...),
		facetCategory: append(slices.Clip(r.Categories), q.Facets[facetCategory]...),
		facetVendor:   append(slices.Clip(r.Vendors), q.Facets[facetVendor]...),
		facetTag:      append(slices.Clip(r.Tags), q.Facets[facetTag]...),
	})
	p, err := x.plan(ctx, a, q)
	if err != nil {
		return nil, err
	}
	matching := !f.any && len(p.phrases) == 0 && len(p.query.Codes) == 0 // no page counts that does not match
	switch {
	case q.All:
		for n := range x.docs {
			s.page(uint32(n))
		}
	case matching && !r.Explain && p.isWord():
		x.chooseWord(s, p, f)
	default:
		x.accumulate(s, p, matching)
	}
	if len(s.found) == 0 {
		if err := x.exclude(ctx, s, p); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := x.choose(ctx, a, s, p, f); err != nil {
			return nil, err
		}
	}
	x.weighSayings(a, s, p)
	result := &Result{Total: len(s.found), Facets: f.facets(), DidYouMean: p.fixed}

	hits := x.top(s.found, offset+limit)
	hits = hits[min(offset, len(hits)):]
	s.marks.ask(p)
	if len(hits) > 0 {
		result.Hits = make([]Hit, 0, len(hits))
	}
	for _, h := range hits {
		hit := x.hit(a, p, s.marks, h)
		if r.Explain {
			if hit.Explain, err = x.explain(ctx, p, h.page, s.pages[h.page]); err != nil {
				return nil, err
			}
		}
		result.Hits = append(result.Hits, hit)
	}
	return result, nil
}

func (x *Index) hasValue(f facetID, value string) bool {
	_, ok := x.facets[f].find(value)
	return ok
}

func (x *Index) hasCode(code string) bool { return len(x.codes[codeKey(code)]) > 0 }
