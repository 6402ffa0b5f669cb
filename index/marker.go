package index

import (
	"html"
	"strings"
	"unicode/utf8"
)

// marker finds the words of a query in texts.
type marker struct {
	terms     map[string]int // term → concept
	means     map[string]int // a synonym's term → concept
	weights   []float32      // by concept
	synonyms  *phrases
	all       starts
	total     float32 // of all weights
	lead      int     // concepts below this number are the most telling ones
	leading   starts
	leadTotal float32
	wholes    starts // identifiers that are wanted as one

	tokens []token // reused
	spare  []mark
}

// starts has, by the first letter's low bits, a bit for each second and third letter that a wanted term may have. By it most
// words of a text are passed over.
type starts struct {
	second, third [32]uint32
}

// mark is a place in a text where a concept was met.
type mark struct {
	start, end int
	concept    int
}

func newMarker(p *plan, synonyms *phrases) *marker {
	m := &marker{terms: make(map[string]int), means: make(map[string]int), synonyms: synonyms}
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
			if v.why == whyJoined || isCompound(c.text) {
				m.wholes.add(v.term)
			}
		}
	}
	for _, wish := range p.codes {
		if _, ok := m.terms[codeKey(wish.text)]; !ok {
			m.weights = append(m.weights, 1)
			m.want(codeKey(wish.text), len(m.weights)-1)
			m.wholes.add(codeKey(wish.text))
		}
	}
	m.choose()
	return m
}

// leadShare is the share of a query's weight that its most telling concepts have at least. Long texts are first searched for
// these alone.
const leadShare = 0.6

// choose decides which concepts lead, and notes how wanted terms start.
func (m *marker) choose() {
	for _, w := range m.weights {
		m.total += w
	}
	for m.lead < len(m.weights) && (m.leadTotal < leadShare*m.total || m.lead < 2) {
		m.leadTotal += m.weights[m.lead]
		m.lead++
	}
	for term, concept := range m.terms {
		m.startsWith(term, concept)
	}
	if len(m.means) == 0 {
		return
	}
	for first, all := range m.synonyms.byFirst {
		for _, ph := range all {
			if concept, ok := m.means[ph.means]; ok {
				m.startsWith(first, concept)
			}
		}
	}
}

func (m *marker) want(term string, concept int) {
	if _, ok := m.terms[term]; !ok {
		m.terms[term] = concept
	}
}

func (m *marker) startsWith(term string, concept int) {
	m.all.add(term)
	if concept < m.lead {
		m.leading.add(term)
	}
}

func (s *starts) add(term string) {
	if term == "" {
		return
	}
	first := term[0] & 31
	if len(term) < 3 || term[0] >= utf8.RuneSelf {
		s.second[first], s.third[first] = ^uint32(0), ^uint32(0)
		return
	}
	s.second[first] |= 1 << (term[1] & 31)
	s.third[first] |= 1 << (term[2] & 31)
	if term[2] == 'i' { // the stem of a word on -y ends on -i
		s.third[first] |= 1 << ('y' & 31)
	}
}

// possible reports whether a wanted term may start at i.
func (s *starts) possible(text string, i int) bool {
	if text[i] >= utf8.RuneSelf {
		return true
	}
	first := text[i] & 31
	if i+2 >= len(text) {
		return s.second[first] != 0
	}
	return s.second[first]&(1<<(text[i+1]&31)) != 0 && s.third[first]&(1<<(text[i+2]&31)) != 0
}

// find appends the marks of text to dst, in order. Marks do not overlap.
func (m *marker) find(a *analyzer, dst []mark, text string) []mark {
	return m.scan(a, dst, text, &m.all)
}

// scan is find for the terms that start so, and others that happen to stand in the same identifier.
func (m *marker) scan(a *analyzer, dst []mark, text string, wanted *starts) []mark {
	chunk := -1 // where the identifier that i is in starts
	for i := 0; i < len(text); {
		c := text[i]
		if !isAlnum(c) && c < utf8.RuneSelf {
			chunk = -1
			i++
			continue
		}
		if chunk < 0 {
			chunk = i
		}
		if !wanted.possible(text, i) { // go to where another word may start: behind a connector, or at a capital
			i = nextPart(text, partEnd(text, i))
			continue
		}
		if end := plainWordEnd(text, i); chunk == i && end > i {
			if w := a.word(text[i:end]); !w.stop {
				m.tokens = append(m.tokens[:0], token{term: w.term, end: end - i})
				dst = m.match(dst, a, text, i)
			}
			i = max(end, lastEnd(dst))
			chunk = -1
			continue
		}
		if i > chunk || !m.wholes.possible(text, i) { // a part of an identifier: the others are read only if this one is wanted
			end := partEnd(text, i)
			if w := a.word(text[i:end]); !m.wanted(w.term) {
				i = nextPart(text, end)
				continue
			}
		}
		end := max(chunkEnd(text, chunk), i+1)
		m.tokens = a.tokens(m.tokens[:0], text[chunk:end])
		dst = m.match(dst, a, text, chunk)
		i = max(end, lastEnd(dst))
		chunk = -1
	}
	return dst
}

// plainWordEnd returns the end of the word that starts at i, or i where it is part of something longer.
func plainWordEnd(text string, i int) int {
	if text[i] >= utf8.RuneSelf || text[i] >= '0' && text[i] <= '9' {
		return i
	}
	end := i + 1
	for end < len(text) && text[end] >= 'a' && text[end] <= 'z' {
		end++
	}
	switch {
	case end-i > maxPartLen:
		return i
	case end == len(text):
		return end
	case isConnector(text[end]): // inside an identifier, unless a sentence ends here
		if end+1 < len(text) && (isAlnum(text[end+1]) || text[end+1] >= utf8.RuneSelf) {
			return i
		}
	case isAlnum(text[end]) || text[end] >= utf8.RuneSelf:
		return i
	}
	return end
}

// isCompound reports whether text is more than a plain word: 404.13, H12, StatusBadGateway.
func isCompound(text string) bool {
	for i := 1; i < len(text); i++ {
		if text[i]-'a' >= 26 {
			return true
		}
	}
	return false
}

// partEnd returns the end of the part of an identifier that starts at i.
func partEnd(text string, i int) int {
	for i++; i < len(text) && (text[i]-'a' < 26 || text[i]-'0' < 10); {
		i++
	}
	return i
}

// nextPart returns i, the end of a part of an identifier, or what is behind the connector there.
func nextPart(text string, i int) int {
	if i+1 < len(text) && isConnector(text[i]) && isAlnum(text[i+1]) {
		return i + 1
	}
	return i
}

// wanted reports whether term is looked for, by itself or as the beginning of a synonym.
func (m *marker) wanted(term string) bool {
	if _, ok := m.terms[term]; ok {
		return true
	}
	for _, ph := range m.synonyms.byFirst[term] {
		if _, ok := m.means[ph.means]; ok {
			return true
		}
	}
	return false
}

func isConnector(c byte) bool { return c == '-' || c == '_' || c == '.' || c == '\'' }

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
			ahead := a.tokens(nil, text[start+t.start:min(len(text), start+t.end+maxPartLen*(len(ph.rest)))])
			seq := ahead[:0]
			for _, next := range ahead {
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

// Mark returns text as HTML: escaped, with the words that query looks for in <mark>.
func (x *Index) Mark(query, text string) string {
	a := x.analyzer()
	defer x.analyzers.Put(a)
	m := &marker{terms: make(map[string]int), weights: []float32{1}, synonyms: x.synonyms}
	q := parseQuery(query, x.cleaner, x.hasValue, x.hasCode)
	for _, t := range a.tokens(nil, q.Text) {
		if !t.stop {
			m.want(t.term, 0)
			m.wholes.add(t.term)
		}
	}
	m.choose()
	return m.html(text, 0, len(text), m.find(a, nil, text))
}
