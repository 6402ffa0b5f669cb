package index

import (
	"encoding/binary"
	"slices"
)

// A posting list is a sequence of postings by page. A posting begins with how many pages lie between it and the one before,
// times two; odd where the term stands once in the body and nowhere else, as most do. Else a byte for each field follows:
// the field, how often it has the term, and whether another byte follows. So a posting takes a byte or two, where zap's own
// take four, and a list two bytes more, where zap's take thirty.
const (
	entryField = 1<<4 - 1 // the bits of the field
	entryOne   = 1 << 4   // the lowest bit of the count
	entryMany  = 7        // a count of so many or more: what is above it follows
	entryNext  = 1 << 7   // set where another field follows
)

// maxCount is more often than a page has a term.
const maxCount = 1 << 30

// listWriter writes the posting list of a term.
type listWriter struct {
	data  []byte
	next  uint32 // the first page that may come
	entry int    // where in data the last field's byte stands
}

// add adds that a field of a page has the term count times. Pages come in order, and so do the fields of a page.
func (w *listWriter) add(page uint32, f field, count int) {
	if page >= w.next {
		gap := uint64(page-w.next) << 1
		w.next = page + 1
		if f == fieldBody && count == 1 {
			w.data = binary.AppendUvarint(w.data, gap|1)
			return
		}
		w.data = binary.AppendUvarint(w.data, gap)
	} else {
		w.data[w.entry] |= entryNext
	}
	w.entry = len(w.data)
	w.data = append(w.data, byte(f)|byte(min(count, entryMany))*entryOne)
	if count >= entryMany {
		w.data = binary.AppendUvarint(w.data, uint64(count-entryMany))
	}
}

// eachPosting calls visit for each field of each page in a posting list, in order, and reports whether the list is sound.
func eachPosting(list []byte, pages int, visit func(page uint32, f field, count int)) bool {
	for page := -1; len(list) > 0; {
		gap, n := binary.Uvarint(list)
		if n <= 0 || gap>>1 >= uint64(pages-page-1) {
			return false
		}
		list = list[n:]
		page += 1 + int(gap>>1)
		if gap&1 == 1 {
			visit(uint32(page), fieldBody, 1)
			continue
		}
		for more := true; more; {
			if len(list) == 0 {
				return false
			}
			entry := list[0]
			list = list[1:]
			f, count := field(entry&entryField), int(entry/entryOne&entryMany)
			if count == entryMany {
				above, n := binary.Uvarint(list)
				if n <= 0 || above > maxCount {
					return false
				}
				list = list[n:]
				count += int(above)
			}
			if f >= numFields {
				return false
			}
			visit(uint32(page), f, count)
			more = entry&entryNext != 0
		}
	}
	return true
}

// block is a run of neighboring terms of the dictionary and their posting lists: for each term its number (see termNumber),
// the length of its list, and the list. No two terms of a block share a number.
type block struct {
	terms   []string
	numbers []uint16
	data    []byte
}

// blockTerms is how many terms a block has at most. Its lists are read one after the other.
const blockTerms = 256

// add adds a term, or reports that it belongs to the next block.
func (b *block) add(term string, list []byte) bool {
	number := termNumber(term)
	if len(b.terms) == blockTerms || slices.Contains(b.numbers, number) {
		return false
	}
	b.terms, b.numbers = append(b.terms, term), append(b.numbers, number)
	b.data = binary.LittleEndian.AppendUint16(b.data, number)
	b.data = binary.AppendUvarint(b.data, uint64(len(list)))
	b.data = append(b.data, list...)
	return true
}

// listIn returns the posting list of a term that belongs to a block of the given data; nil where the data are not sound.
func listIn(data []byte, term string) []byte {
	number := termNumber(term)
	for len(data) > 2 {
		found := binary.LittleEndian.Uint16(data)
		size, n := binary.Uvarint(data[2:])
		if n <= 0 || size > uint64(len(data)-2-n) {
			return nil
		}
		data = data[2+n:]
		if found == number {
			return data[:size]
		}
		data = data[size:]
	}
	return nil
}
