package index

import (
	"context"
	"math"
	"slices"
	"sync"
)

// posting is one page or line that has a term.
type posting struct {
	n     uint32  // the page or line
	value float32 // page: the term's saturated weight, 0 to 1. Line: its share of the line's words, 0 for a pair
}

// list is what scoring needs to know of a term. It is shared and never changed.
type list struct {
	pages []posting // by page
	lines []posting // by line
}

func (l *list) empty() bool { return len(l.pages) == 0 && len(l.lines) == 0 }

// saturation is BM25F's k1: the weight at which a term has made half of its possible impression. A match in the title makes
// most of it at once, a word in the body has to recur.
const saturation = 3.0

// read makes the list of a term from Bleve's fields: BM25F, the boosted counts of all fields summed, then saturated.
func (x *Index) read(ctx context.Context, term string, sums []float32) (*list, error) {
	l := new(list)
	var touched []uint32
	for f := range numFields {
		boost, lengths := f.boost(), x.lengths[f]
		err := x.store.visit(ctx, f.String(), term, func(owner int32, freq float32) {
			weight := boost * freq
			if lengths != nil {
				weight /= lengths[owner]
			}
			if sums[owner] == 0 {
				touched = append(touched, uint32(owner))
			}
			sums[owner] += weight
		})
		if err != nil {
			for _, n := range touched {
				sums[n] = 0
			}
			return nil, err
		}
	}
	slices.Sort(touched)
	l.pages = make([]posting, len(touched))
	for i, n := range touched {
		l.pages[i] = posting{n: n, value: sums[n] / (sums[n] + saturation)}
		sums[n] = 0
	}

	err := x.store.visit(ctx, nameLine, term, func(owner int32, freq float32) {
		l.lines = append(l.lines, posting{n: uint32(^owner), value: freq / max(float32(x.store.words[^owner]), 1)})
	})
	if err != nil {
		return nil, err
	}
	words := len(l.lines)
	err = x.store.visit(ctx, nameLinePair, term, func(owner int32, _ float32) {
		l.lines = append(l.lines, posting{n: uint32(^owner)})
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(l.lines, func(a, b posting) int { return int(a.n) - int(b.n) })
	if words > 0 && words < len(l.lines) { // a line that has the term both ways counts once
		l.lines = slices.CompactFunc(l.lines, func(a, b posting) bool { return a.n == b.n })
	}
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
	sums       []float32
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
		if c.sums == nil {
			c.sums = make([]float32, len(x.docs))
		}
		var err error
		if l, err = x.read(ctx, term, c.sums); err != nil {
			return nil, err
		}
	}
	size := len(l.pages) + len(l.lines)
	if c.postings+size > maxCachedPostings || len(c.young) >= maxCachedTerms {
		c.old, c.young, c.postings = c.young, make(map[string]*list), 0
	}
	c.young[term] = l
	c.postings += size
	return l, nil
}
