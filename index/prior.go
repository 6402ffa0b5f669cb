package index

import (
	"cmp"
	"slices"
)

// Bounds of what is a rare word of a few: on so many pages at most. Three words or four are on one page by chance more often
// than two are, so there only one page may have it.
const (
	maxRareWords  = 4
	maxRareOfTwo  = 5
	maxRareOfMore = 1
)

// hasRare reports whether a query of a few words, which is no page's code or name, has one that is on hardly any page. Said
// once in a long body, it makes a tenth of the impression that a common word makes in a title, which its weight does not make
// good.
func (p *plan) hasRare() bool {
	if p.required < 2 || p.required > maxRareWords || len(p.codes)+len(p.named) > 0 {
		return false
	}
	most := maxRareOfMore
	if p.required == 2 {
		most = maxRareOfTwo
	}
	return slices.ContainsFunc(p.concepts, func(c concept) bool {
		pages := 0
		for _, v := range c.variants {
			pages += len(v.list.pages)
		}
		return c.required && pages <= most
	})
}

// coverage is the share of its score that a page keeps which lacks some of a few words. The codes' pages keep all: they are
// about one thing each, and their readers call it by many words. A page that has every word counts more where one is rare.
func (x *Index) coverage(p *plan, page uint32, c *cell) float32 {
	switch {
	case p.total == 0:
		return 1
	case p.rare && int(c.met) >= p.required:
		return boostRare
	case p.required > maxAllWords || x.coded[page]:
		return 1
	}
	has := c.matched / p.total
	return has * has
}

// prior is how likely a page is the answer before its words are looked at.
func (x *Index) prior(p *plan, page uint32) float32 {
	if len(p.vendors) == 0 {
		return x.priors[page]
	}
	d := &x.docs[page]
	prior := 1 + boostPopular*float32(d.Popularity)
	switch {
	case slices.Contains(p.vendors, d.Vendor):
		return prior * boostVendor
	case x.rendering(p, page) >= 0:
		return prior * boostRendering
	case d.ofVendor():
		return prior * otherVendor
	}
	return prior
}

// newPriors returns each page's prior for a query that names no vendor. The pages themselves lie too far apart in memory to be
// looked at for every match.
func newPriors(docs []Document) []float32 {
	priors := make([]float32, len(docs))
	for i := range docs {
		priors[i] = 1 + boostPopular*float32(docs[i].Popularity)
		if docs[i].ofVendor() {
			priors[i] *= anyVendor
		}
	}
	return priors
}

// newCoded returns which pages are about a code, side by side for the same reason.
func newCoded(docs []Document) []bool {
	coded := make([]bool, len(docs))
	for i := range docs {
		coded[i] = docs[i].Code != ""
	}
	return coded
}

// rendering returns the section of a page that renders its code as a vendor of the query does, or -1.
func (x *Index) rendering(p *plan, page uint32) int {
	at, _ := slices.BinarySearchFunc(x.aliases, page, func(a alias, page uint32) int { return cmp.Compare(a.page, page) })
	for ; at < len(x.aliases) && x.aliases[at].page == page; at++ {
		if slices.Contains(p.vendors, x.aliases[at].vendor) {
			return x.aliases[at].section
		}
	}
	return -1
}
