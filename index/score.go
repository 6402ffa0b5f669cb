package index

import "slices"

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
	boostRare      = 50.0  // the page has every word, a rare one among them: before a popular page that is called the others
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
