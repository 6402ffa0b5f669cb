package index

import (
	"cmp"
	"maps"
	"slices"
)

// Facets are the counts of a search by value. Each follows the query and the filters of the other facets, so it tells what
// choosing one more of its values would find. Values come by count, then by name, at most 100 of a facet; those without a
// page are left out unless they are chosen.
type Facets struct {
	Kind, Category, Vendor, Tag []Count
}

// Count is how many pages have a value.
type Count struct {
	Value string
	Count int
}

type facetID uint8

const (
	facetKind facetID = iota
	facetCategory
	facetVendor
	facetTag
	numFacets
)

// facetTable holds every page's values as numbers.
type facetTable [numFacets]facetColumn

type facetColumn struct {
	name   string
	values []string // sorted
	starts []uint32 // page n has numbers[starts[n]:starts[n+1]]
	number []uint16
}

// maxFacetValues is how many values of one facet are told apart; a tree with more tags than that has no use for a list of them.
const maxFacetValues = 1 << 16

func newFacetTable(docs []Document) facetTable {
	return facetTable{
		newFacetColumn("kind", docs, func(dst []string, d *Document) []string { return append(dst, d.Kind) }),
		newFacetColumn("category", docs, func(dst []string, d *Document) []string { return append(dst, d.Category) }),
		newFacetColumn("vendor", docs, func(dst []string, d *Document) []string { return append(dst, d.Vendor) }),
		newFacetColumn("tag", docs, func(dst []string, d *Document) []string { return append(dst, d.Tags...) }),
	}
}

// newFacetColumn makes a column of the values of each page, which read appends to dst.
func newFacetColumn(name string, docs []Document, read func(dst []string, d *Document) []string) facetColumn {
	c := facetColumn{name: name, starts: make([]uint32, len(docs)+1), number: make([]uint16, 0, len(docs))}
	numbers := make(map[string]uint16)
	var page []string
	last := "" // most pages have what the one before has
	for i := range docs {
		page = read(page[:0], &docs[i])
		for _, value := range page {
			if value != last {
				numbers[value] = 0
				last = value
			}
		}
	}
	delete(numbers, "")
	c.values = slices.Sorted(maps.Keys(numbers))
	c.values = c.values[:min(len(c.values), maxFacetValues)]
	clear(numbers)
	for n, value := range c.values {
		numbers[value] = uint16(n)
	}
	number, ok := uint16(0), false
	last = ""
	for i := range docs {
		from := len(c.number)
		page = read(page[:0], &docs[i])
		for _, value := range page {
			if value != last {
				number, ok = numbers[value]
				last = value
			}
			if ok && !slices.Contains(c.number[from:], number) {
				c.number = append(c.number, number)
			}
		}
		c.starts[i+1] = uint32(len(c.number))
	}
	return c
}

func (c *facetColumn) find(value string) (uint16, bool) {
	n, ok := slices.BinarySearch(c.values, value)
	return uint16(n), ok
}

// of returns the values of a page.
func (c *facetColumn) of(page uint32) []uint16 {
	return c.number[c.starts[page]:c.starts[page+1]]
}

// filter is what a search asks of the facets.
type filter struct {
	table  *facetTable
	wanted [numFacets][]uint16 // sorted
	active [numFacets]bool
	any    bool // one is active
	counts [numFacets][]int
}

func newFilter(table *facetTable, wanted [numFacets][]string) *filter {
	f := &filter{table: table}
	n := 0
	for id := range table {
		n += len(table[id].values)
	}
	counts := make([]int, n)
	for id := range table {
		n := len(table[id].values)
		f.counts[id], counts = counts[:n:n], counts[n:]
		for _, value := range wanted[id] {
			f.active[id], f.any = true, true
			if n, ok := table[id].find(value); ok {
				f.wanted[id] = append(f.wanted[id], n)
			}
		}
	}
	return f
}

// count adds a page that matches the query to the facets, and reports whether it passes all filters.
func (f *filter) count(page uint32) bool {
	failed, at := 0, 0
	for id := range f.table {
		if f.active[id] && !f.passes(facetID(id), page) {
			failed++
			at = id
		}
	}
	switch failed {
	case 0:
		for id := range f.table {
			f.add(id, page)
		}
	case 1:
		f.add(at, page)
	}
	return failed == 0
}

// countAll is count for many pages, where no filter is active.
func (f *filter) countAll(found []ranked) {
	for id := range f.table {
		switch c := &f.table[id]; {
		case len(c.values) == 0:
			continue
		case len(c.values) == 1 && len(c.number) == len(c.starts)-1: // every page has it
			f.counts[id][0] += len(found)
			continue
		}
		for _, r := range found {
			f.add(id, r.page)
		}
	}
}

func (f *filter) passes(id facetID, page uint32) bool {
	for _, n := range f.table[id].of(page) {
		if slices.Contains(f.wanted[id], n) {
			return true
		}
	}
	return false
}

func (f *filter) add(id int, page uint32) {
	for _, n := range f.table[id].of(page) {
		f.counts[id][n]++
	}
}

// reset forgets the counts.
func (f *filter) reset() {
	for id := range f.counts {
		clear(f.counts[id])
	}
}

func (f *filter) facets() Facets {
	return Facets{Kind: f.list(facetKind), Category: f.list(facetCategory), Vendor: f.list(facetVendor), Tag: f.list(facetTag)}
}

// maxFacetCounts is how many values of a facet are listed, the commonest; a tree of foreign pages may have thousands of tags.
const maxFacetCounts = 100

func (f *filter) list(id facetID) []Count {
	type numbered struct{ n, count int }
	some := 0
	for _, count := range f.counts[id] {
		some += min(count, 1)
	}
	all := make([]numbered, 0, some+len(f.wanted[id]))
	for n, count := range f.counts[id] {
		if count > 0 || slices.Contains(f.wanted[id], uint16(n)) {
			all = append(all, numbered{n: n, count: count})
		}
	}
	all = best(all, maxFacetCounts, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.n, b.n))
	})
	counts := make([]Count, len(all))
	for i, c := range all {
		counts[i] = Count{Value: f.table[id].values[c.n], Count: c.count}
	}
	return counts
}
