package index

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// posting is one page that has a term.
type posting struct {
	page  uint32
	value float32 // the term's saturated weight there, 0 to 1
}

// list is what scoring needs to know of a term. It is shared and never changed.
type list struct {
	pages []posting // by page
	named int       // how many of them have the term outside their body
	body  bool      // one has it in its body
}

func (l *list) empty() bool { return len(l.pages) == 0 }

// saturation is BM25F's k1: the weight at which a term has made half of its possible impression. A match in the title makes
// most of it at once, a word in the body has to recur.
const saturation = 3.0

// read makes the list of a term from what each field has of it: BM25F, the boosted counts of all fields summed, then saturated.
func (x *Index) read(ctx context.Context, term string) (*list, error) {
	data, err := x.store.list(ctx, term)
	if err != nil {
		return nil, err
	}
	l := new(list)
	named := -1 // the last page that has it in a short field
	sound := eachPosting(data, len(x.docs), func(page uint32, f field, count int) {
		weight := f.boost() * float32(count)
		if lengths := x.lengths[f]; lengths != nil {
			weight /= lengths[page]
		}
		if n := len(l.pages); n == 0 || l.pages[n-1].page != page {
			l.pages = append(l.pages, posting{page: page})
		}
		l.pages[len(l.pages)-1].value += weight
		switch {
		case f == fieldBody:
			l.body = true
		case named != int(page):
			named = int(page)
			l.named++
		}
	})
	if !sound {
		return nil, fmt.Errorf("%w: the postings of %q", ErrDamaged, term)
	}
	for i := range l.pages {
		p := &l.pages[i]
		p.value /= p.value + saturation
	}
	l.pages = slices.Clip(l.pages)
	return l, nil
}

// idf is BM25's weight of a term that n of all have.
func idf(n, all int) float32 {
	return float32(math.Log(1 + (float64(all-n)+0.5)/(float64(n)+0.5)))
}

// listCache keeps the lists of terms that were searched for, terms that no page has included. It is bounded: when the young
// half is full it becomes the old one, whose lists are forgotten unless they are asked for again.
type listCache struct {
	mu         sync.RWMutex
	young, old map[string]*list
	postings   int // in young
}

// maxCachedPostings bounds each half of the cache, at 8 bytes a posting.
const maxCachedPostings = 1 << 19

// maxCachedTerms bounds each half's entries, however short their lists.
const maxCachedTerms = 1 << 14

func newListCache() *listCache {
	return &listCache{young: make(map[string]*list)}
}

// list returns the list of a term.
func (x *Index) list(ctx context.Context, term string) (*list, error) {
	c := x.lists
	c.mu.RLock()
	l, ok := c.young[term]
	c.mu.RUnlock()
	if ok {
		return l, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if l, ok := c.young[term]; ok {
		return l, nil
	}
	l, ok = c.old[term]
	if !ok {
		var err error
		if l, err = x.read(ctx, term); err != nil {
			return nil, err
		}
	}
	size := len(l.pages)
	if c.postings+size > maxCachedPostings || len(c.young) >= maxCachedTerms {
		c.old, c.young, c.postings = c.young, make(map[string]*list), 0
	}
	c.young[term] = l
	c.postings += size
	return l, nil
}

// listAll returns the lists of terms.
func (x *Index) listAll(ctx context.Context, terms []string) ([]*list, error) {
	lists := make([]*list, len(terms))
	for i, term := range terms {
		var err error
		if lists[i], err = x.list(ctx, term); err != nil {
			return nil, err
		}
	}
	return lists, nil
}

// common returns the pages that are in all of lists, in order.
func common(lists []*list) []uint32 {
	if len(lists) == 0 {
		return nil
	}
	shortest := slices.MinFunc(lists, func(a, b *list) int { return cmp.Compare(len(a.pages), len(b.pages)) })
	var pages []uint32
	for _, p := range shortest.pages {
		if !slices.ContainsFunc(lists, func(l *list) bool { return !l.has(p.page) }) {
			pages = append(pages, p.page)
		}
	}
	return pages
}

// has reports whether a page has the term.
func (l *list) has(page uint32) bool {
	_, ok := l.find(page)
	return ok
}

// find returns the term's value on a page.
func (l *list) find(page uint32) (value float32, ok bool) {
	at, ok := slices.BinarySearchFunc(l.pages, page, func(p posting, page uint32) int { return cmp.Compare(p.page, page) })
	if !ok {
		return 0, false
	}
	return l.pages[at].value, true
}
