package index

import (
	"cmp"
	"context"
	"slices"
)

// A page must have this share of the words that the best page has, by weight, to be found at all.
const minCoverage = 0.35

// Where every word is met on enoughPages pages, the best among them, pages that lack one are left out.
const (
	enoughPages = 5
	maxAllWords = 3 // a longer query rarely has every word on the right page
)

// ranked is a page and its score.
type ranked struct {
	page  uint32
	score float32
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
