package index

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// nameTable finds the code pages by what they are called: title and aliases, numbers left out. A symptom is no name, but typed as
// a whole it is as clear as one. Reading all names is a start's dearest work, so an index keeps the table, and for the sake of its
// size a hash in each name's place, which one text in ten billion shares that is no name.
type nameTable struct {
	names []uint64 // sorted: a name's hash, and its use in the lowest bits
	pages []uint32 // by name; one that several pages have stands in names as often
	// firsts has how many terms a name of use nameInside has at most, by the number of its first one.
	firsts map[uint16]uint8
}

// nameUse is where a name is known.
type nameUse uint64

const (
	nameWhole     nameUse = iota // where nothing else is typed
	nameAnnounced                // of one word, also behind words that announce it: "server replied: Locked"
	nameInside                   // of two telling words and more, also in the middle of a longer text

	nameUseBits = 2
	nameBytes   = 6 // of an entry on disk: 46 bits of the hash, and the use
)

// nameHash is FNV-1a of a nameKey's beginning.
type nameHash uint64

const noName nameHash = 14695981039346656037

func (h nameHash) add(text string) nameHash {
	for i := range len(text) {
		h = (h ^ nameHash(text[i])) * 1099511628211
	}
	return h
}

// entry is what stands in the table for the name of that hash.
func (h nameHash) entry(use nameUse) uint64 {
	return uint64(h>>(64-8*nameBytes+nameUseBits)<<nameUseBits) | uint64(use)
}

// encodeNames reads the names of docs: of each page that has some how far it is from the one before, how many, and the names; then
// the first terms.
func encodeNames(a *analyzer, docs []Document) []byte {
	uses := make(map[string]nameUse)
	byPage := make(map[int][]string) // keys
	firsts := make(map[uint16]uint8)
	var tokens []token
	for i := range docs {
		if docs[i].Code == "" {
			continue
		}
		for _, f := range [...]field{fieldTitle, fieldAlias, fieldSymptom} {
			f.texts(&docs[i], func(text string) {
				tokens = a.tokens(tokens[:0], text)
				key := nameKey(tokens)
				if key != "" && !slices.Contains(byPage[i], key) {
					byPage[i] = append(byPage[i], key)
				}
				terms := nameTerms(tokens)
				switch {
				case f == fieldSymptom || len(terms) > math.MaxUint8:
				case telling(terms) > 1:
					first := termNumber(terms[0])
					firsts[first] = max(firsts[first], uint8(len(terms)))
					uses[key] = nameInside
				case len(terms) == 1:
					uses[key] = nameAnnounced
				}
			})
		}
	}
	data := binary.AppendUvarint(nil, uint64(len(byPage)))
	last := 0
	for _, page := range slices.Sorted(maps.Keys(byPage)) {
		data = binary.AppendUvarint(data, uint64(page-last))
		data = binary.AppendUvarint(data, uint64(len(byPage[page])))
		for _, key := range byPage[page] {
			entry := noName.add(key).entry(uses[key])
			data = append(data, binary.LittleEndian.AppendUint64(nil, entry)[:nameBytes]...)
		}
		last = page
	}
	for _, first := range slices.Sorted(maps.Keys(firsts)) {
		data = append(binary.LittleEndian.AppendUint16(data, first), firsts[first])
	}
	return data
}

// decodeNames is the reverse of encodeNames, for an index of so many pages.
func decodeNames(data []byte, pages int) (nameTable, error) {
	next := func() int {
		v, n := binary.Uvarint(data)
		if n <= 0 || v > math.MaxInt32 {
			data = nil
			return math.MaxInt32 // more than there is of anything
		}
		data = data[n:]
		return int(v)
	}
	type named struct {
		entry uint64
		page  uint32
	}
	all := make([]named, 0, len(data)/nameBytes)
	page := 0
	for left := next(); left > 0; left-- {
		step, n := next(), next()
		if step >= pages-page || n > len(data)/nameBytes {
			return nameTable{}, fmt.Errorf("%w: the table of names makes no sense", ErrDamaged)
		}
		page += step
		for ; n > 0; n-- {
			var entry [8]byte
			copy(entry[:], data[:nameBytes])
			all = append(all, named{binary.LittleEndian.Uint64(entry[:]), uint32(page)})
			data = data[nameBytes:]
		}
	}
	slices.SortFunc(all, func(a, b named) int { return cmp.Or(cmp.Compare(a.entry, b.entry), cmp.Compare(a.page, b.page)) })
	t := nameTable{names: make([]uint64, len(all)), pages: make([]uint32, len(all)), firsts: make(map[uint16]uint8, len(data)/3)}
	for i, n := range all {
		t.names[i], t.pages[i] = n.entry, n.page
	}
	for ; len(data) >= 3; data = data[3:] {
		t.firsts[binary.LittleEndian.Uint16(data)] = data[2]
	}
	return t, nil
}

// nameTerms are the terms of a name in order, numbers left out.
func nameTerms(tokens []token) []string {
	var terms []string
	for _, t := range tokens {
		if !t.extra && t.kind != numberToken {
			terms = append(terms, t.term)
		}
	}
	return terms
}

// nameKey is how a name is looked up.
func nameKey(tokens []token) string { return strings.Join(nameTerms(tokens), " ") }

// telling counts the terms that are no function words.
func telling(terms []string) int {
	n := 0
	for _, t := range terms {
		if !isStop(t) {
			n++
		}
	}
	return n
}

// find returns the pages with the name of a hash, if it is of that use at least.
func (t *nameTable) find(h nameHash, use nameUse) []uint32 {
	from, _ := slices.BinarySearch(t.names, h.entry(use))
	if from == len(t.names) || t.names[from]>>nameUseBits != h.entry(0)>>nameUseBits {
		return nil
	}
	to := from + 1
	for to < len(t.names) && t.names[to] == t.names[from] {
		to++
	}
	return t.pages[from:to:to]
}

// whole returns the pages with the name of that key.
func (t *nameTable) whole(key string) []uint32 { return t.find(noName.add(key), nameWhole) }

// announced returns the pages whose name is the term alone.
func (t *nameTable) announced(term string) []uint32 { return t.find(noName.add(term), nameAnnounced) }

// each calls found for every name in seq, a sequence without extra readings, with the range of its tokens. Of names that
// start in the same place the longest counts, and none of those inside it.
func (t *nameTable) each(seq []token, found func(pages []uint32, from, to int)) {
	for i := 0; i < len(seq); i++ {
		var longest []uint32
		end, h := i, noName
		most := int(t.firsts[termNumber(seq[i].term)])
		for n, word := range seq[i:min(len(seq), i+most)] {
			h = h.add(word.term)
			if pages := t.find(h, nameInside); pages != nil {
				longest, end = pages, i+n+1
			}
			h = h.add(" ")
		}
		if longest != nil {
			found(longest, i, end)
			i = end - 1
		}
	}
}

// announcesName reports whether the name of a code is likely to follow a term: "server replied: Locked", "I get forbidden".
func announcesName(term string) bool {
	switch term {
	case "get", "gets", "getting", "got", "return", "repli", "status", "respond", "answer", "say", "show", "code", "throw":
		return true
	}
	return false
}
