package index

import (
	"html"
	"strings"
	"unicode/utf8"
)

// Sizes of a fragment in bytes.
const (
	fragmentLength = 220 // at most, but for a word that is longer
	fragmentWindow = 150 // the matches that a fragment is built around stand within this
	fragmentLead   = 70  // from the start of the sentence to the first match, if it fits
)

// marker finds the words of a query in texts.
type marker struct {
	terms    map[string]int // term → concept
	means    map[string]int // a synonym's term → concept
	weights  []float32      // by concept
	synonyms *phrases
	// second and third have, by the first letter's low bits, a bit for each letter that may follow in a wanted term. By them
	// most words of a text are passed over.
	second, third [32]uint32
	tokens        []token // reused
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
		}
	}
	for _, wish := range p.codes {
		if _, ok := m.terms[codeKey(wish.text)]; !ok {
			m.weights = append(m.weights, 1)
			m.want(codeKey(wish.text), len(m.weights)-1)
		}
	}
	if len(m.means) > 0 {
		for first, all := range synonyms.byFirst {
			for _, ph := range all {
				if _, ok := m.means[ph.means]; ok {
					m.startsWith(first)
				}
			}
		}
	}
	return m
}

func (m *marker) want(term string, concept int) {
	if _, ok := m.terms[term]; !ok {
		m.terms[term] = concept
		m.startsWith(term)
	}
}

func (m *marker) startsWith(term string) {
	if term == "" {
		return
	}
	first := term[0] & 31
	if len(term) < 3 || term[0] >= utf8.RuneSelf {
		m.second[first], m.third[first] = ^uint32(0), ^uint32(0)
		return
	}
	m.second[first] |= 1 << (term[1] & 31)
	m.third[first] |= 1 << (term[2] & 31)
	if term[2] == 'i' { // the stem of a word on -y ends on -i
		m.third[first] |= 1 << ('y' & 31)
	}
}

// find appends the marks of text to dst, in order. Marks do not overlap.
func (m *marker) find(a *analyzer, dst []mark, text string) []mark {
	word := -1 // where the identifier that i is in starts
	for i := 0; i < len(text); {
		c := text[i]
		if !isAlnum(c) && c < utf8.RuneSelf {
			word = -1
			i++
			continue
		}
		if word < 0 {
			word = i
		}
		if !m.mayStart(text, i) {
			// Skip to where another word may start: behind a connector, or at a capital.
			i++
			for i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] >= '0' && text[i] <= '9') {
				i++
			}
			if i < len(text) && (text[i] == '-' || text[i] == '_' || text[i] == '.' || text[i] == '\'') {
				i++ // still the same identifier
				if i >= len(text) || !isAlnum(text[i]) {
					word = -1
				}
			}
			continue
		}
		end := max(chunkEnd(text, word), i+1)
		m.tokens = a.tokens(m.tokens[:0], text[word:end])
		dst = m.match(dst, a, text, word, end)
		i = max(end, lastEnd(dst))
		word = -1
	}
	return dst
}

func (m *marker) mayStart(text string, i int) bool {
	if text[i] >= utf8.RuneSelf {
		return true
	}
	first := text[i] & 31
	if i+2 >= len(text) {
		return m.second[first] != 0
	}
	return m.second[first]&(1<<(text[i+1]&31)) != 0 && m.third[first]&(1<<(text[i+2]&31)) != 0
}

func lastEnd(marks []mark) int {
	if len(marks) == 0 {
		return 0
	}
	return marks[len(marks)-1].end
}

// match appends the marks of one identifier, text[start:end], whose tokens are in m.tokens. It may begin a synonym of several
// words.
func (m *marker) match(dst []mark, a *analyzer, text string, start, end int) []mark {
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

// window is the stretch of a text that has most of the query.
type window struct {
	value      float32 // weight of the concepts in it
	start, end int     // from the first mark to the last
}

func (m *marker) window(marks []mark) window {
	var best window
	var seen [maxTerms + 8]bool
	for i := range marks {
		var w window
		clear(seen[:])
		for j := i; j < len(marks) && marks[j].end-marks[i].start <= fragmentWindow; j++ {
			if c := marks[j].concept; c < len(seen) && !seen[c] {
				seen[c] = true
				w.value += m.weights[c]
				w.end = marks[j].end
			}
		}
		w.start = marks[i].start
		if w.value > best.value {
			best = w
		}
	}
	return best
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

// cut returns the bounds of the fragment around w: its sentence where that fits, whole words in any case.
func cut(text string, w window) (start, end int) {
	start = w.start
	if s := sentenceStart(text, w.start); w.start-s <= fragmentLead {
		start = s
	} else {
		start = wordStart(text, w.start-fragmentLead/2, w.start)
	}
	end = max(w.end, min(len(text), start+fragmentLength))
	if end < len(text) {
		end = wordEnd(text, w.end, end)
	}
	if s := lastSentenceEnd(text, max(w.end, start+fragmentLength/2), end); s > 0 {
		end = s
	}
	for start < end && isSpace(text[start]) {
		start++
	}
	for end > start && isSpace(text[end-1]) {
		end--
	}
	return start, end
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// sentenceStart returns where the sentence or line that holds text[at] begins.
func sentenceStart(text string, at int) int {
	for i := at; i > 0; i-- {
		if text[i-1] == '\n' || i > 1 && isSpace(text[i-1]) && (text[i-2] == '.' || text[i-2] == '?' || text[i-2] == '!') {
			return i
		}
	}
	return 0
}

// wordStart returns the first start of a word in text[from:to], else to.
func wordStart(text string, from, to int) int {
	for i := max(from, 1); i < to; i++ {
		if isSpace(text[i-1]) {
			return i
		}
	}
	return to
}

// wordEnd returns the last end of a word in text[from:to], else from.
func wordEnd(text string, from, to int) int {
	for i := to; i > from; i-- {
		if isSpace(text[i]) {
			return i
		}
	}
	return nextRune(text, from)
}

// lastSentenceEnd returns the end of the last sentence or line that ends in text[from:to], or 0.
func lastSentenceEnd(text string, from, to int) int {
	for i := to; i > from; i-- {
		if i < len(text) && text[i] == '\n' || (i == len(text) || isSpace(text[i])) && (text[i-1] == '.' || text[i-1] == '?' || text[i-1] == '!') {
			return i
		}
	}
	return 0
}

// nextRune returns the first boundary between runes from i on.
func nextRune(text string, i int) int {
	for i < len(text) && !utf8.RuneStart(text[i]) {
		i++
	}
	return i
}

// headingShare is what a match in a section's heading adds to the windows of its text.
const headingShare = 0.5

// preferRendering multiplies the value of the section that shows how the vendor of the query sends a code.
const preferRendering = 2.0

// hit fills in what a reader sees of a page that was found.
func (x *Index) hit(a *analyzer, p *plan, m *marker, c cell, r ranked) Hit {
	d := &x.docs[r.page]
	h := Hit{ID: d.ID, Score: float64(r.score)}

	// The verdict of the page, unless a section has more of the query.
	var marks, bestMarks []mark
	bestText, bestSection := d.Summary, -1
	bestMarks = m.find(a, nil, d.Summary)
	best := m.window(bestMarks)
	title := m.window(m.find(a, nil, d.Title))
	rendering := x.chosenRendering(p, r.page)
	answered := title.value > 0 && title.value >= titleAnswers*p.total && rendering < 0 && d.Summary != ""
	if !answered {
		for i := range d.Sections {
			s := &d.Sections[i]
			marks = m.find(a, marks[:0], s.Text)
			w := m.window(marks)
			value := w.value
			if value == 0 && i != rendering {
				continue
			}
			value += headingShare * m.window(m.find(a, nil, s.Title)).value
			if i == rendering {
				value = value*preferRendering + 1
			}
			if value > best.value {
				best, best.value = w, value
				bestText, bestSection = s.Text, i
				bestMarks = append(bestMarks[:0], marks...)
			}
		}
		// A symptom or signature that says more than any sentence is shown instead.
		if l := x.lines; rendering < 0 && c.lines > 0 && (l[c.line].kind == fieldSymptom || l[c.line].kind == fieldSignature) {
			marks = m.find(a, marks[:0], l[c.line].text)
			if w := m.window(marks); w.value > best.value*symptomMargin {
				best, bestText, bestSection, bestMarks = w, l[c.line].text, -1, marks
			}
		}
	}
	if bestSection >= 0 {
		s := d.Sections[bestSection]
		s.Text = ""
		h.Section = s
	}
	if bestText == "" && len(d.Sections) > 0 {
		bestText = d.Sections[0].Text
	}
	start, end := cut(bestText, best)
	h.Snippet = m.html(bestText, start, end, bestMarks)
	return h
}

const (
	// titleAnswers is the share of the query that a title must have for the page as a whole to be the answer.
	titleAnswers = 0.95
	// symptomMargin is how much more of the query than the best sentence a symptom must have to be shown.
	symptomMargin = 1.25
)

// chosenRendering returns the section of a page that the query means: by its id, or by code and vendor. Else -1.
func (x *Index) chosenRendering(p *plan, page uint32) int {
	for _, wish := range p.codes {
		for _, ref := range wish.refs {
			if ref.page == page && ref.section >= 0 {
				return ref.section
			}
		}
	}
	return x.rendering(p, page)
}

// Mark returns text as HTML: escaped, with the words that query looks for in <mark>.
func (x *Index) Mark(query, text string) string {
	a := x.analyzer()
	defer x.analyzers.Put(a)
	m := &marker{terms: make(map[string]int), synonyms: x.synonyms}
	q := parseQuery(query, x.cleaner, x.hasValue, x.hasCode)
	for _, t := range a.tokens(nil, q.Text) {
		if !t.stop {
			m.want(t.term, 0)
		}
	}
	return m.html(text, 0, len(text), m.find(a, nil, text))
}
