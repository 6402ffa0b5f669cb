package index

import (
	"slices"
	"strings"
)

// phrases finds known runs of words in a sequence of tokens: the synonyms of a text, the vendors named in a query.
type phrases struct {
	byFirst map[string][]phrase
	firsts  map[string][]string // by what they mean: the terms that a phrase begins with
}

func newPhrases() *phrases {
	return &phrases{byFirst: make(map[string][]phrase), firsts: make(map[string][]string)}
}

type phrase struct {
	rest  []string // the terms after the first
	short []uint16 // the numbers of those that are no function words
	means string   // the term or slug that the run stands for
}

// synonymMark starts the term of a group of synonyms, so that it can never be met in a text.
const synonymMark = "="

// newSynonyms returns the phrases of groups, whose members are words or phrases that mean the same. A group's term is made
// of its first member.
func newSynonyms(a *analyzer, groups [][]string) *phrases {
	p := newPhrases()
	for _, group := range groups {
		if len(group) < 2 {
			continue
		}
		means := synonymMark + strings.Join(sequence(a, group[0]), "")
		for _, member := range group {
			p.add(sequence(a, member), means)
		}
	}
	return p
}

// newVendorWords returns the phrases that name a vendor; each means the vendor's slug.
func newVendorWords(a *analyzer, words map[string][]string) *phrases {
	p := newPhrases()
	for slug, names := range words {
		for _, name := range names {
			if len(name) > 1 { // a letter names nobody, though "x" would
				p.add(sequence(a, name), slug)
			}
		}
	}
	return p
}

func (p *phrases) add(terms []string, means string) {
	if len(terms) == 0 {
		return
	}
	for _, known := range p.byFirst[terms[0]] {
		if known.means == means && strings.Join(known.rest, " ") == strings.Join(terms[1:], " ") {
			return
		}
	}
	ph := phrase{rest: terms[1:], means: means}
	for _, term := range ph.rest {
		if !isStop(term) {
			ph.short = append(ph.short, termNumber(term))
		}
	}
	p.byFirst[terms[0]] = append(p.byFirst[terms[0]], ph)
	if !slices.Contains(p.firsts[means], terms[0]) {
		p.firsts[means] = append(p.firsts[means], terms[0])
	}
}

// each calls found for every phrase in seq, a sequence without extra readings, with the range of its tokens.
func (p *phrases) each(seq []token, found func(means string, from, to int)) {
	if p == nil || len(p.byFirst) == 0 {
		return
	}
	for i := range seq {
		for _, ph := range p.byFirst[seq[i].term] {
			if ph.startsAt(seq[i+1:]) {
				found(ph.means, i, i+1+len(ph.rest))
			}
		}
	}
}

func (ph phrase) startsAt(seq []token) bool {
	if len(seq) < len(ph.rest) {
		return false
	}
	for i, term := range ph.rest {
		if seq[i].term != term {
			return false
		}
	}
	return true
}

// sequence returns the terms of text in order, without extra readings.
func sequence(a *analyzer, text string) []string {
	var terms []string
	for _, t := range a.tokens(nil, text) {
		if !t.extra {
			terms = append(terms, t.term)
		}
	}
	return terms
}
