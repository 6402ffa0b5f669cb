package index

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// nameTable finds the code pages by what they are called: title and aliases, numbers left out. A symptom is no name, but typed as
// a whole it is as clear as one. It is sorted by key. Reading all names is a start's dearest work, so an index keeps the table.
type nameTable []name

type name struct {
	key   string // see nameKey
	use   nameUse
	pages []uint32
}

// nameUse is where a name is known.
type nameUse uint8

const (
	nameWhole     nameUse = iota // where nothing else is typed
	nameAnnounced                // of one word, also behind words that announce it: "server replied: Locked"
	nameInside                   // of two telling words and more, also in the middle of a longer text
	numNameUses
)

// encodeNames reads the names of docs.
func encodeNames(a *analyzer, docs []Document) []byte {
	names := make(map[string]*name)
	var tokens []token
	for i := range docs {
		if docs[i].Code == "" {
			continue
		}
		for _, f := range [...]field{fieldTitle, fieldAlias, fieldSymptom} {
			f.texts(&docs[i], func(text string) {
				tokens = a.tokens(tokens[:0], text)
				key := nameKey(tokens)
				if key == "" {
					return
				}
				n := names[key]
				if n == nil {
					n = &name{key: key}
					names[key] = n
				}
				if len(n.pages) == 0 || n.pages[len(n.pages)-1] != uint32(i) {
					n.pages = append(n.pages, uint32(i))
				}
				if f != fieldSymptom {
					n.use = useOf(nameTerms(tokens))
				}
			})
		}
	}
	keys := slices.Sorted(maps.Keys(names))
	size := 0
	for _, n := range names {
		size += len(n.pages)
	}
	data := binary.AppendUvarint(nil, uint64(len(keys)))
	data = binary.AppendUvarint(data, uint64(size))
	for _, key := range keys {
		n := names[key]
		data = append(data, byte(n.use))
		data = binary.AppendUvarint(data, uint64(len(key)))
		data = binary.AppendUvarint(data, uint64(len(n.pages)))
		for _, page := range n.pages {
			data = binary.AppendUvarint(data, uint64(page))
		}
	}
	for _, key := range keys { // at the end, so that they are parts of one string
		data = append(data, key...)
	}
	return data
}

func useOf(terms []string) nameUse {
	switch {
	case telling(terms) > 1:
		return nameInside
	case len(terms) == 1:
		return nameAnnounced
	}
	return nameWhole
}

// decodeNames is the reverse of encodeNames, for an index of so many pages.
func decodeNames(data []byte, pages int) (nameTable, error) {
	sound := true
	next := func(most int) int {
		v, n := binary.Uvarint(data)
		if n <= 0 || v > uint64(most) {
			sound, data = false, nil
			return 0
		}
		data = data[n:]
		return int(v)
	}
	t := make(nameTable, next(len(data)))
	all := make([]uint32, next(len(data)))
	lengths := make([]int, len(t))
	for i := range t {
		t[i].use = nameUse(next(int(numNameUses) - 1))
		lengths[i] = next(len(data))
		n := next(len(all))
		t[i].pages, all = all[:n:n], all[n:]
		for p := range t[i].pages {
			t[i].pages[p] = uint32(next(pages - 1))
		}
	}
	keys := string(data)
	for i, n := range lengths {
		if n > len(keys) {
			sound = false
			break
		}
		t[i].key, keys = keys[:n], keys[n:]
	}
	if !sound || keys != "" || len(all) > 0 {
		return nil, fmt.Errorf("%w: the table of names makes no sense", ErrDamaged)
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

// nameKey is how a name is looked up: its terms with spaces between, which sort before all that is in a term.
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

// search returns where the name with a key stands, or would.
func (t nameTable) search(key string) (at int, found bool) {
	return slices.BinarySearchFunc(t, key, func(n name, key string) int { return strings.Compare(n.key, key) })
}

// whole returns the pages with the name of that key.
func (t nameTable) whole(key string) []uint32 {
	if at, found := t.search(key); found {
		return t[at].pages
	}
	return nil
}

// announced returns the pages whose name is the term alone.
func (t nameTable) announced(term string) []uint32 {
	if at, found := t.search(term); found && t[at].use == nameAnnounced {
		return t[at].pages
	}
	return nil
}

// each calls found for every name in seq, a sequence without extra readings, with the range of its tokens. Of names that
// start in the same place the longest counts, and none of those inside it.
func (t nameTable) each(seq []token, found func(pages []uint32, from, to int)) {
	for i := 0; i < len(seq); i++ {
		var longest *name
		length := 0
		at, _ := t.search(seq[i].term)
		for ; at < len(t) && t[at].startsWith(seq[i].term); at++ {
			if t[at].use != nameInside {
				continue
			}
			if n := t[at].termsIn(seq[i:]); n > length {
				longest, length = &t[at], n
			}
		}
		if longest != nil {
			found(longest.pages, i, i+length)
			i += length - 1
		}
	}
}

// startsWith reports whether a term is the first of a name's.
func (n *name) startsWith(term string) bool {
	rest, ok := strings.CutPrefix(n.key, term)
	return ok && (rest == "" || rest[0] == ' ')
}

// termsIn returns how many terms a name has if seq starts with them, else 0.
func (n *name) termsIn(seq []token) int {
	rest := n.key
	for i := range seq {
		var ok bool
		if rest, ok = strings.CutPrefix(rest, seq[i].term); !ok {
			return 0
		}
		if rest == "" {
			return i + 1
		}
		if rest[0] != ' ' {
			return 0
		}
		rest = rest[1:]
	}
	return 0
}

// announcesName reports whether the name of a code is likely to follow a term: "server replied: Locked", "I get forbidden".
func announcesName(term string) bool {
	switch term {
	case "get", "gets", "getting", "got", "return", "repli", "status", "respond", "answer", "say", "show", "code", "throw":
		return true
	}
	return false
}
