package index

import (
	"cmp"
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

// Weights of what a page gets on top of its words.
const (
	boostCode      = 12.0  // the reader named the code
	shareOfCode    = 0.8   // and this share of all the words' weight, where the code is announced as one
	boostName      = 5.0   // the reader typed the page's name or an alias, and nothing else
	shareOfName    = 0.3   // and this share of the words' weight
	shareOfNaming  = 0.2   // the page's name stands in the text: this share of the name's words' weight
	boostVendor    = 1.45  // the reader named the vendor
	boostRendering = 1.12  // the page has a section for the vendor the reader named
	otherVendor    = 0.5   // the reader named another
	anyVendor      = 0.6   // a vendor's own code, where the reader named none
	boostPopular   = 0.035 // for each point of popularity
)

// A page must have this share of the words that the best page has, by weight, to be found at all.
const minCoverage = 0.35

// Where every word is met on enoughPages pages, the best among them, pages that lack one are left out.
const (
	enoughPages = 5
	maxAllWords = 3 // a longer query rarely has every word on the right page
)

// cell is what is known of a page during one search.
type cell struct {
	query   uint32 // of which search this is
	concept uint32 // the last concept that was met here
	best    float32
	score   float32
	matched float32 // weight of the required concepts met
	met     uint16  // how many
	saying  float32 // what its best saying is worth
	named   bool    // the query has its code or name
}

// scratch is the memory of one search.
type scratch struct {
	query   uint32
	pages   []cell
	touched []uint32
	most    float32 // the largest matched of any page
	found   []ranked
	saying  sayingMatch
	marks   *marker
}

// ranked is a page and its score.
type ranked struct {
	page  uint32
	score float32
}

func newScratch(pages int, synonyms *phrases) *scratch {
	return &scratch{pages: make([]cell, pages), marks: newMarker(synonyms)}
}

// next forgets the last search.
func (s *scratch) next() {
	if s.query++; s.query == 0 {
		clear(s.pages)
		s.query = 1
	}
	s.touched, s.found, s.most = s.touched[:0], s.found[:0], 0
}

func (s *scratch) page(n uint32) *cell {
	c := &s.pages[n]
	if c.query != s.query {
		*c = cell{query: s.query}
		s.touched = append(s.touched, n)
	}
	return c
}

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

// accumulate adds up what each page has of the plan's concepts. Of the terms that stand for one concept, the best
// counts.
// Where only matching pages are asked for, those are left out that have but the commonest concepts, which together cover too
// little of the query to match.
func (x *Index) accumulate(s *scratch, p *plan, matching bool) {
	for _, page := range p.named {
		cell := s.page(page)
		cell.score += p.nameBoost()
		cell.named = true
	}
	for _, n := range p.naming {
		for _, page := range n.pages {
			cell := s.page(page)
			cell.score += shareOfNaming * n.weight
			cell.named = true
		}
	}
	for _, wish := range p.codes {
		for _, ref := range wish.refs {
			cell := s.page(ref.page)
			share := x.share(p, ref)
			cell.score += p.codeBoost(wish) * share
			cell.named = cell.named || wish.trust*share >= sharePart*trustPart
		}
	}
	rest := float32(0)
	for i := range p.concepts {
		rest += p.concepts[i].covers()
	}
	for i := range p.concepts {
		c, n := &p.concepts[i], uint32(i+1)
		closed := matching && rest < minCoverage*s.most
		rest -= c.covers()
		for j := range c.variants {
			v := &c.variants[j]
			w := c.weight * v.weight
			switch {
			case !closed:
				for _, post := range v.list.pages {
					s.meet(s.page(post.page), c, n, w, post.value)
				}
			case len(s.touched)*fewTouched < len(v.list.pages):
				for _, page := range s.touched {
					if value, ok := v.list.find(page); ok {
						s.meet(&s.pages[page], c, n, w, value)
					}
				}
			default:
				for _, post := range v.list.pages {
					if cell := &s.pages[post.page]; cell.query == s.query {
						s.meet(cell, c, n, w, post.value)
					}
				}
			}
		}
	}
}

// fewTouched is how many postings are read in the time that one is searched for.
const fewTouched = 20

// meet adds to a page that it has a term of the n-th concept, which weighs w, with the given value.
func (s *scratch) meet(cell *cell, c *concept, n uint32, w, value float32) {
	value *= w
	switch {
	case cell.concept != n:
		cell.concept, cell.best = n, value
		cell.score += value
		if c.required {
			cell.met++
		}
		if c.required || c.vendor {
			cell.matched += w
			s.most = max(s.most, cell.matched)
		}
	case value > cell.best:
		cell.score += value - cell.best
		cell.best = value
	}
}

// covers is what a page with the concept has of the query's weight.
func (c *concept) covers() float32 {
	if c.required || c.vendor {
		return c.weight
	}
	return 0
}

// share is what the page of ref gets of the boost for a code: more of it where the query names its vendor.
func (x *Index) share(p *plan, ref codeRef) float32 {
	if ref.share == sharePart && slices.Contains(p.vendors, x.docs[ref.page].Vendor) {
		return shareVendorPart
	}
	return ref.share
}

// nameBoost is what a page gets for being called what was typed.
func (p *plan) nameBoost() float32 { return boostName + shareOfName*p.total }

// codeBoost is what a page gets for being the code of a wish. In a long query it has to outweigh many words.
func (p *plan) codeBoost(wish codeWish) float32 {
	boost := boostCode * wish.trust
	if wish.trust == 1 {
		boost += shareOfCode * p.total
	}
	return boost
}

// exclude takes out the pages that have an unwanted word, or all parts of an unwanted identifier.
func (x *Index) exclude(ctx context.Context, s *scratch, p *plan) error {
	if len(p.not) == 0 {
		return nil
	}
	for _, terms := range p.not {
		lists, err := x.listAll(ctx, terms)
		if err != nil {
			return err
		}
		for _, n := range common(lists) {
			s.pages[n].query = s.query - 1
		}
	}
	s.touched = slices.DeleteFunc(s.touched, func(n uint32) bool { return s.pages[n].query != s.query })
	return nil
}

// choose fills s.found with the pages that match p and pass f, and counts f's facets. Which pages match does not depend on
// the filters, unless these would leave none.
func (x *Index) choose(ctx context.Context, a *analyzer, s *scratch, p *plan, f *filter) error {
	var most, best float32
	all, bestHasAll := 0, false
	for _, n := range s.touched {
		c := &s.pages[n]
		if int(c.met) >= p.required {
			all++
		}
		most = max(most, c.matched)
	}
	few := p.required > 1 && p.required <= maxAllWords && len(p.codes) == 0 && len(p.vendors) == 0
	for _, n := range s.touched {
		if !few || all < enoughPages {
			break
		}
		c := &s.pages[n]
		if score := x.final(p, n, c); score > best {
			best, bestHasAll = score, int(c.met) >= p.required
		}
	}
	enough := func(_ uint32, c *cell) bool { return c.named || c.matched >= minCoverage*most }
	matches := enough
	if bestHasAll {
		matches = func(_ uint32, c *cell) bool { return int(c.met) >= p.required }
	}
	if len(p.phrases) > 0 {
		having, err := x.havePhrases(ctx, a, s, p)
		if err != nil {
			return err
		}
		if len(having) > 0 {
			enough = func(n uint32, _ *cell) bool { return having[n] }
			matches = enough
		}
	}
	x.collect(s, p, f, matches)
	if len(s.found) == 0 {
		x.collect(s, p, f, enough)
	}
	if len(s.found) == 0 && len(p.phrases) == 0 { // the pages that have enough are of another kind
		x.collect(s, p, f, func(uint32, *cell) bool { return true })
	}
	return nil
}

func (x *Index) collect(s *scratch, p *plan, f *filter, matches func(uint32, *cell) bool) {
	s.found = s.found[:0]
	f.reset()
	for _, n := range s.touched {
		c := &s.pages[n]
		if !matches(n, c) || !x.codeWanted(n, p) {
			continue
		}
		if !f.any || f.count(n) {
			s.found = append(s.found, ranked{page: n, score: x.final(p, n, c)})
		}
	}
	if !f.any {
		f.countAll(s.found)
	}
}

// isWord reports whether a query is a word that stands for itself alone.
func (p *plan) isWord() bool {
	return len(p.concepts) == 1 && p.concepts[0].required && len(p.concepts[0].variants) == 1 && p.concepts[0].variants[0].weight == 1 &&
		len(p.named)+len(p.naming)+len(p.codes)+len(p.vendors)+len(p.not) == 0
}

// chooseWord is accumulate and choose for a word, which half of a large tree may have: all of its pages match, and only those
// whose sayings are weighed need cells.
func (x *Index) chooseWord(s *scratch, p *plan, f *filter) {
	c := &p.concepts[0]
	for _, post := range c.variants[0].list.pages {
		s.found = append(s.found, ranked{page: post.page, score: c.weight * post.value * x.priors[post.page]})
	}
	for _, r := range x.top(s.found, sayingPages) {
		value, _ := c.variants[0].list.find(r.page)
		s.meet(s.page(r.page), c, 1, c.weight, value)
	}
	f.countAll(s.found)
}

func (x *Index) codeWanted(page uint32, p *plan) bool {
	if len(p.query.Codes) == 0 {
		return true
	}
	return slices.ContainsFunc(p.query.Codes, x.docs[page].hasCode)
}

// final is the score of a page.
func (x *Index) final(p *plan, page uint32, c *cell) float32 {
	if len(p.concepts) == 0 && len(p.codes) == 0 {
		return 1 + float32(x.docs[page].Popularity)
	}
	return (c.score + c.saying) * x.coverage(p, page, c) * x.prior(p, page)
}

// maxPhrasePages is how many pages are read for a quoted phrase, the best first.
const maxPhrasePages = 300

// havePhrases returns the pages that have every quoted phrase. There may be none: what a person pastes with quotes around it
// is often not quite on any page, and then its words are searched.
func (x *Index) havePhrases(ctx context.Context, a *analyzer, s *scratch, p *plan) (map[uint32]bool, error) {
	terms := slices.DeleteFunc(slices.Concat(p.phrases...), isStop)
	lists, err := x.listAll(ctx, terms)
	if err != nil {
		return nil, err
	}
	var candidates []ranked
	for _, n := range common(lists) {
		if c := &s.pages[n]; c.query == s.query {
			candidates = append(candidates, ranked{page: n, score: x.final(p, n, c)})
		}
	}
	having := make(map[uint32]bool)
	for _, r := range x.top(candidates, maxPhrasePages) {
		if x.reading(a, r.page).mayHave(p.phrases) && x.hasPhrases(a, &x.docs[r.page], p.phrases) {
			having[r.page] = true
		}
	}
	return having, nil
}

// hasPhrases reports whether each phrase stands somewhere in d.
func (x *Index) hasPhrases(a *analyzer, d *Document, wanted [][]string) bool {
	var toks, seq []token
	left := slices.Clone(wanted)
	for f := range numFields {
		f.texts(d, func(text string) {
			if len(left) == 0 {
				return
			}
			toks = a.tokens(toks[:0], text)
			seq = seq[:0]
			for _, t := range toks {
				if !t.extra {
					seq = append(seq, t)
				}
			}
			left = slices.DeleteFunc(left, func(terms []string) bool {
				ph := phrase{rest: terms}
				for i := range seq {
					if ph.startsAt(seq[i:]) {
						return true
					}
				}
				return false
			})
		})
	}
	return len(left) == 0
}

// top returns the n best of found, in order: by score, then popularity, then id.
func (x *Index) top(found []ranked, n int) []ranked {
	compare := func(a, b ranked) int {
		if a.score != b.score {
			return cmp.Compare(b.score, a.score)
		}
		return cmp.Or(
			cmp.Compare(x.docs[b.page].Popularity, x.docs[a.page].Popularity),
			cmp.Compare(x.docs[a.page].ID, x.docs[b.page].ID))
	}
	sample := best(found[:min(len(found), 10*n)], n, compare)
	if len(found) <= 10*n {
		return sample
	}
	if len(sample) == n && n > 0 {
		floor, above := sample[n-1].score, make([]ranked, 0, 20*n) // most pages are below what a few of them reach
		for _, r := range found {
			if r.score >= floor {
				above = append(above, r)
			}
		}
		found = above
	}
	return best(found, n, compare)
}

// manyBest is from where on sorting all is cheaper than keeping the best.
const manyBest = 500

// best returns the first n of items in the order of compare, without changing items. For a small n, most items are compared
// once and passed over.
func best[T any](items []T, n int, compare func(a, b T) int) []T {
	if n = min(n, len(items)); n == 0 {
		return nil
	}
	if n > manyBest {
		first := slices.Clone(items)
		slices.SortFunc(first, compare)
		return first[:n]
	}
	first := slices.Clone(items[:n])
	slices.SortFunc(first, compare)
	for _, item := range items[n:] {
		if compare(item, first[n-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(first[:n-1], item, compare)
		copy(first[at+1:], first[at:n-1])
		first[at] = item
	}
	return first
}
