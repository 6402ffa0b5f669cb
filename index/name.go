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
// size a hash in each name's place, which one text in a billion shares that is no name.
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

	nameUseBits  = 2
	nameHashBits = 44
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
	return uint64(h>>(64-nameHashBits)<<nameUseBits) | uint64(use)
}

// encodeNames reads the names of docs: how many there are, and of each how far its entry is from the one before, and its page;
// then the first terms.
func encodeNames(a *analyzer, docs []Document) []byte {
	pages := make(map[string][]uint32) // by key
	uses := make(map[string]nameUse)
	firsts := make(map[uint16]uint8)
	count := 0
	var tokens []token
	for i := range docs {
		if docs[i].Code == "" {
			continue
		}
		for _, f := range [...]field{fieldTitle, fieldAlias, fieldSymptom} {
			f.texts(&docs[i], func(text string) {
				tokens = a.tokens(tokens[:0], text)
				key := nameKey(tokens)
				if on := pages[key]; key != "" && (len(on) == 0 || on[len(on)-1] != uint32(i)) {
					pages[key] = append(on, uint32(i))
					count++
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
	entry := func(key string) uint64 { return noName.add(key).entry(uses[key]) }
	keys := slices.SortedFunc(maps.Keys(pages), func(a, b string) int {
		return cmp.Or(cmp.Compare(entry(a), entry(b)), cmp.Compare(a, b))
	})
	data := binary.AppendUvarint(nil, uint64(count))
	last := uint64(0)
	for _, key := range keys {
		entry := entry(key)
		for _, page := range pages[key] {
			data = binary.AppendUvarint(data, entry-last)
			data = binary.AppendUvarint(data, uint64(page))
			last = entry
		}
	}
	for _, first := range slices.Sorted(maps.Keys(firsts)) {
		data = append(binary.LittleEndian.AppendUint16(data, first), firsts[first])
	}
	return data
}

// decodeNames is the reverse of encodeNames, for an index of so many pages.
func decodeNames(data []byte, pages int) (nameTable, error) {
	sound := true
	next := func() uint64 {
		v, n := binary.Uvarint(data)
		if n <= 0 {
			sound, n = false, len(data)
		}
		data = data[n:]
		return v
	}
	count := next()
	if count > uint64(len(data)) {
		sound, count = false, 0
	}
	t := nameTable{names: make([]uint64, count), pages: make([]uint32, count)}
	entry := uint64(0)
	for i := range t.names {
		entry += next()
		page := next()
		sound = sound && page < uint64(pages)
		t.names[i], t.pages[i] = entry, uint32(page)
	}
	if !sound {
		return nameTable{}, fmt.Errorf("%w: the table of names makes no sense", ErrDamaged)
	}
	t.firsts = make(map[uint16]uint8, len(data)/3)
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
