package diagnose

import (
	"cmp"
	"container/heap"
	"slices"
)

// topK counts the most frequent keys of a stream in constant memory: the space-saving algorithm of Metwally,
// Agrawal and El Abbadi (2005). While fewer than its capacity of different keys have come, counts are
// exact; afterwards a new key takes the place and the count of the rarest, so a count may be too high
// by at most the count it took over, never too low.
type topK struct {
	capacity int
	index    map[string]*topEntry
	heap     topHeap
}

type topEntry struct {
	key   string
	count int64
	over  int64 // by how much the count may be too high
	pos   int
}

func newTopK(capacity int) *topK {
	return &topK{capacity: capacity, index: make(map[string]*topEntry, capacity)}
}

func (t *topK) add(key []byte) {
	if e := t.index[string(key)]; e != nil {
		e.count++
		heap.Fix(&t.heap, e.pos)
		return
	}
	t.insert(string(key), 1, 0)
}

func (t *topK) insert(key string, count, over int64) {
	if len(t.heap) < t.capacity {
		e := &topEntry{key: key, count: count, over: over}
		t.index[key] = e
		heap.Push(&t.heap, e)
		return
	}
	e := t.heap[0]
	delete(t.index, e.key)
	e.key, e.over, e.count = key, over+e.count, count+e.count
	t.index[key] = e
	heap.Fix(&t.heap, 0)
}

// merge adds the counts of o.
func (t *topK) merge(o *topK) {
	for _, e := range o.top(len(o.heap)) {
		if own := t.index[e.key]; own != nil {
			own.count += e.count
			own.over += e.over
			heap.Fix(&t.heap, own.pos)
			continue
		}
		t.insert(e.key, e.count, e.over)
	}
}

// top returns the n most frequent keys, most frequent first, ties by key. Keys whose count is mostly what
// they took over are left out: nothing is known about them.
func (t *topK) top(n int) []topEntry {
	var out []topEntry
	for _, e := range t.heap {
		if e.over*2 < e.count {
			out = append(out, *e)
		}
	}
	slices.SortFunc(out, func(a, b topEntry) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.key, b.key))
	})
	return out[:min(n, len(out))]
}

// exact reports whether every key has been counted from its first appearance.
func (t *topK) exact() bool {
	return !slices.ContainsFunc(t.heap, func(e *topEntry) bool { return e.over > 0 })
}

type topHeap []*topEntry

func (h topHeap) Len() int           { return len(h) }
func (h topHeap) Less(i, j int) bool { return h[i].count < h[j].count }
func (h topHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].pos, h[j].pos = i, j
}

func (h *topHeap) Push(x any) {
	e := x.(*topEntry)
	e.pos = len(*h)
	*h = append(*h, e)
}

func (h *topHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}
