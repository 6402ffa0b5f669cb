package index

import "strings"

// nameTable finds the code pages by what they are called: title and aliases, numbers left out. A symptom is no name, but typed as
// a whole it is as clear as one.
type nameTable struct {
	whole map[string][]uint32 // by nameKey
	// inside has the names of two telling words and more, by the first, which are also known in the middle of a longer text.
	inside map[string][]nameRun
	// single has the names of one word, which are known behind words that announce them: "server replied: Locked".
	single map[string][]uint32
}

type nameRun struct {
	phrase
	pages []uint32
}

func newNameTable(a *analyzer, docs []Document) nameTable {
	t := nameTable{whole: make(map[string][]uint32), inside: make(map[string][]nameRun), single: make(map[string][]uint32)}
	names := make(map[string][]string) // the terms of each key
	for i := range docs {
		if docs[i].Code == "" {
			continue
		}
		for _, f := range [...]field{fieldTitle, fieldAlias, fieldSymptom} {
			f.texts(&docs[i], func(name string) {
				tokens := a.tokens(nil, name)
				key := nameKey(tokens)
				if pages := t.whole[key]; key != "" && (len(pages) == 0 || pages[len(pages)-1] != uint32(i)) {
					t.whole[key] = append(pages, uint32(i))
				}
				if names[key] == nil && f != fieldSymptom {
					names[key] = nameTerms(tokens)
				}
			})
		}
	}
	for key, pages := range t.whole {
		if terms := names[key]; telling(terms) > 1 {
			t.inside[terms[0]] = append(t.inside[terms[0]], nameRun{phrase{rest: terms[1:]}, pages})
		} else if len(terms) == 1 {
			t.single[terms[0]] = pages
		}
	}
	return t
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

// each calls found for every name in seq, a sequence without extra readings, with the range of its tokens. Of names that
// start in the same place the longest counts, and none of those inside it.
func (t *nameTable) each(seq []token, found func(pages []uint32, from, to int)) {
	for i := 0; i < len(seq); i++ {
		var longest *nameRun
		runs := t.inside[seq[i].term]
		for n := range runs {
			run := &runs[n]
			if (longest == nil || len(run.rest) > len(longest.rest)) && run.startsAt(seq[i+1:]) {
				longest = run
			}
		}
		if longest != nil {
			found(longest.pages, i, i+1+len(longest.rest))
			i += len(longest.rest)
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
