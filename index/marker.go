package index

import (
	"html"
	"slices"
	"strings"
)

// marker finds the words of a query in texts, of one query after the other. It is not safe for concurrent use.
type marker struct {
	terms    map[string]int // term → concept
	means    map[string]int // a synonym's term → concept
	weights  []float32      // by concept
	synonyms *phrases
	total    float32 // of all weights

	wanted []wanted
	slots  [slots]uint16 // by number: the last wanted term, counted from 1

	tokens, ahead []token // reused
	spare         []mark
}

// slots is how many classes term numbers are looked up by: many more than a query has terms.
const slots = 1024

// mark is a place in a text where a concept was met.
type mark struct {
	start, end int
	concept    int
}

func newMarker(synonyms *phrases) *marker {
	return &marker{terms: make(map[string]int), means: make(map[string]int), synonyms: synonyms}
}

// ask makes m look for the concepts of p, and forget those of the query before.
func (m *marker) ask(p *plan) {
	clear(m.terms)
	clear(m.means)
	clear(m.slots[:])
	m.weights, m.wanted, m.total = m.weights[:0], m.wanted[:0], 0
	for i := range p.concepts {
		c := &p.concepts[i]
		if c.pair { // its words are concepts themselves
			continue
		}
		id := len(m.weights)
		m.weights = append(m.weights, c.weight)
		for _, v := range c.variants {
			if strings.HasPrefix(v.term, synonymMark) {
				m.means[v.term] = id
				continue
			}
			m.want(v.term, id)
		}
	}
	for _, wish := range p.codes {
		if _, ok := m.terms[codeKey(wish.text)]; !ok {
			m.weights = append(m.weights, 1)
			m.want(codeKey(wish.text), len(m.weights)-1)
		}
	}
	for _, w := range m.weights {
		m.total += w
	}
	for i := range p.concepts {
		for _, v := range p.concepts[i].variants {
			concept, ok := m.means[v.term]
			if !ok || p.concepts[i].pair {
				continue
			}
			for _, first := range m.synonyms.firsts[v.term] {
				if _, ok := m.terms[first]; !ok {
					m.add(first, concept, m.synonyms.byFirst[first])
				}
			}
		}
	}
}

func (m *marker) want(term string, concept int) {
	if _, ok := m.terms[term]; !ok {
		m.terms[term] = concept
		m.add(term, concept, nil)
	}
}

// wanted is a term to look for by its number.
type wanted struct {
	number  uint16
	next    uint16 // wanted term of the same slot, counted from 1
	concept int
	length  int
	phrases []phrase // where it begins synonyms, one of which has to be there as a whole
}

// add makes a wanted term known by its number.
func (m *marker) add(term string, concept int, phrases []phrase) {
	number := termNumber(term)
	slot := &m.slots[number>>1&(slots-1)]
	m.wanted = append(m.wanted, wanted{number: number, next: *slot, concept: concept, length: len(term), phrases: phrases})
	*slot = uint16(len(m.wanted))
}

// lookup returns the wanted term of a number, or nil. Terms may share a number.
func (m *marker) lookup(number uint16) *wanted {
	for n := m.slots[number>>1&(slots-1)]; n > 0; n = m.wanted[n-1].next {
		if w := &m.wanted[n-1]; w.number == number {
			return w
		}
	}
	return nil
}

// scout appends to dst where terms stand in text that are probably wanted ones, in order. It does not read the text.
func (m *marker) scout(dst []mark, text string, in places) []mark {
	at := 0
	gaps := in.gaps[:len(in.terms)]
	for i, number := range in.terms {
		at += int(gaps[i])
		w := m.lookup(number)
		if w == nil {
			continue
		}
		if at >= len(text) {
			break
		}
		concept, ok := w.concept, w.phrases == nil
		for _, ph := range w.phrases {
			if !ok && len(in.terms) > i+len(ph.short) && slices.Equal(in.terms[i+1:i+1+len(ph.short)], ph.short) {
				concept, ok = m.means[ph.means]
			}
		}
		if ok {
			dst = append(dst, mark{start: at, end: min(at+w.length, len(text)), concept: concept})
		}
	}
	return dst
}

// find appends the marks of text[from:to] to dst, in order. Marks do not overlap.
func (m *marker) find(a *analyzer, dst []mark, text string, in places, from, to int) []mark {
	at, next := 0, from
	for i, number := range in.terms {
		at += int(in.gaps[i])
		if at >= to {
			break
		}
		if at >= next && m.lookup(number) != nil {
			dst = m.identifier(a, dst, text, at)
			next = max(identifierEnd(text, at), lastEnd(dst))
		}
	}
	return dst
}

// identifier appends the marks of the identifier that starts at i, or of the rest of one.
func (m *marker) identifier(a *analyzer, dst []mark, text string, i int) []mark {
	m.tokens = a.tokens(m.tokens[:0], text[i:identifierEnd(text, i)])
	return m.match(dst, a, text, i)
}

func identifierEnd(text string, i int) int {
	if end := chunkEnd(text, i); end > i {
		return end
	}
	return nextRune(text, i+1) // of a script without spaces
}

func lastEnd(marks []mark) int {
	if len(marks) == 0 {
		return 0
	}
	return marks[len(marks)-1].end
}

// match appends the marks of the identifier at start, whose tokens are in m.tokens. It may begin a synonym of several words.
func (m *marker) match(dst []mark, a *analyzer, text string, start int) []mark {
	add := func(from, to, concept int) {
		if from >= lastEnd(dst) {
			dst = append(dst, mark{start: from, end: to, concept: concept})
		}
	}
	for _, t := range m.tokens {
		if concept, ok := m.terms[t.term]; ok && t.extra && t.kind == nameToken {
			add(start+t.start, start+t.end, concept)
			return dst
		}
	}
	for _, t := range m.tokens {
		if concept, ok := m.terms[t.term]; ok && !t.stop {
			add(start+t.start, start+t.end, concept)
			continue
		}
		for _, ph := range m.synonyms.byFirst[t.term] {
			concept, ok := m.means[ph.means]
			if !ok || t.extra {
				continue
			}
			// The rest of the phrase stands within a few words.
			m.ahead = a.tokens(m.ahead[:0], text[start+t.start:min(len(text), start+t.end+maxPartLen*(len(ph.rest)))])
			seq := m.ahead[:0]
			for _, next := range m.ahead {
				if !next.extra {
					seq = append(seq, next)
				}
			}
			if len(seq) > 0 && ph.startsAt(seq[1:]) {
				add(start+t.start, start+t.start+seq[len(ph.rest)].end, concept)
				break
			}
		}
	}
	return dst
}

// html returns text[start:end] escaped, with the marks inside in <mark>.
func (m *marker) html(text string, start, end int, marks []mark) string {
	var b strings.Builder
	b.Grow(end - start + len(marks)*len("<mark></mark>"))
	at := start
	for _, mk := range marks {
		if mk.start < at || mk.end > end {
			continue
		}
		b.WriteString(html.EscapeString(text[at:mk.start]))
		b.WriteString("<mark>")
		b.WriteString(html.EscapeString(text[mk.start:mk.end]))
		b.WriteString("</mark>")
		at = mk.end
	}
	b.WriteString(html.EscapeString(text[at:end]))
	return b.String()
}
