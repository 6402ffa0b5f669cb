package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What is written of a term is read again: any pages, fields and counts, however long the list.
func TestPostingsAreReadAsWritten(t *testing.T) {
	type has struct {
		page  uint32
		field field
		count int
	}
	const pages = 100_000
	rnd := rand.New(rand.NewPCG(1, 2))
	var b block
	lists := make(map[string][]has)
	for i := range 200 {
		term := fmt.Sprint("term", i)
		var w listWriter
		var want []has
		for page := rnd.IntN(300); page < pages && len(want) < i; page += 1 + rnd.IntN(1<<rnd.IntN(16)) {
			for f := range numFields {
				if rnd.IntN(4) == 0 || f == fieldBody && rnd.IntN(2) == 0 {
					h := has{uint32(page), f, 1 + rnd.IntN(1<<rnd.IntN(10))}
					w.add(h.page, h.field, h.count)
					want = append(want, h)
				}
			}
		}
		if b.add(term, w.data) {
			lists[term] = want
		}
	}
	if len(lists) < 100 {
		t.Fatalf("only %d terms in a block", len(lists))
	}
	for term, want := range lists {
		var got []has
		list := listIn(b.data, term)
		if !eachPosting(list, pages, func(page uint32, f field, count int) { got = append(got, has{page, f, count}) }) {
			t.Errorf("%s: not sound", term)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", term, got, want)
		}
	}
}

// FuzzPostings reads what was never written so: it must end, and name no page and field that is not there.
func FuzzPostings(f *testing.F) {
	f.Add([]byte{0, 0x18, 3, 2, 0x7f, 9})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		const pages = 1000
		last := -1
		eachPosting(data, pages, func(page uint32, f field, count int) {
			if page >= pages || int(page) < last || f >= numFields || count < 0 {
				t.Fatalf("page %d, field %d, count %d after page %d", page, f, count, last)
			}
			last = int(page)
		})
		listIn(data, "term")
	})
}
