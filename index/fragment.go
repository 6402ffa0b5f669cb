package index

import (
	"html"
	"slices"
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
	if from <= 0 {
		return 0
	}
	for i := from; i < to; i++ {
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

// maxScanned is how much text of one hit is searched for its fragment, in bytes. Long pages speak of their subject early.
const maxScanned = 12 << 10

// passage is a stretch of a page that may become its fragment.
type passage struct {
	window
	text    string
	section int // -1 for the page's verdict or a symptom
	marks   []mark
}

// hit fills in what a reader sees of a page that was found.
func (x *Index) hit(a *analyzer, p *plan, m *marker, r ranked) Hit {
	d := &x.docs[r.page]
	h := Hit{ID: d.ID, Score: float64(r.score)}
	shown := x.passage(a, p, m, r.page)
	if shown.section >= 0 && d.Sections[shown.section].Anchor != "" {
		h.Section = d.Sections[shown.section]
		h.Section.Text = ""
	}
	start, end := cut(shown.text, shown.window)
	h.Snippet = m.html(shown.text, start, end, shown.marks)
	return h
}

// passage chooses what to show of a page: its verdict where the title answers the query, else the section that has most of it.
func (x *Index) passage(a *analyzer, p *plan, m *marker, page uint32) passage {
	d := &x.docs[page]
	best := passage{text: d.Summary, section: -1}
	if d.Summary == "" && len(d.Sections) > 0 {
		best.text = opening(d.Sections[0].Text)
	}
	best.marks = m.find(a, nil, best.text)
	best.window = m.window(best.marks)

	rendering := x.chosenRendering(p, page)
	if title := m.window(m.find(a, nil, d.Title)); rendering < 0 && title.value > 0 && title.value >= titleAnswers*p.total {
		return best
	}
	found := x.section(a, m, d, rendering, &m.leading)
	if found.section < 0 && best.value == 0 {
		found = x.section(a, m, d, rendering, &m.all)
	}
	if found.section >= 0 {
		found.refine(a, m)
		if found.value > best.value || found.section == rendering {
			best = found
		}
	}
	// A symptom or signature that says more than any sentence is shown instead.
	if enough := best.value * symptomMargin; rendering < 0 {
		for _, f := range [...]field{fieldSymptom, fieldSignature} {
			f.texts(d, func(text string) {
				m.spare = m.find(a, m.spare[:0], text)
				if w := m.window(m.spare); w.value > max(enough, best.value) {
					best = passage{window: w, text: text, section: -1, marks: slices.Clone(m.spare)}
				}
			})
		}
	}
	return best
}

// section returns the section with the best window of marks for terms that start so; its number is -1 if none has any.
func (x *Index) section(a *analyzer, m *marker, d *Document, rendering int, wanted *starts) passage {
	best := passage{section: -1}
	enough := m.total
	if wanted == &m.leading {
		enough = m.leadTotal
	}
	scanned := 0
	for i := range d.Sections {
		s := &d.Sections[i]
		if scanned += len(s.Text); scanned > maxScanned && i != rendering {
			continue
		}
		m.spare = m.scan(a, m.spare[:0], s.Text, wanted)
		w := m.window(m.spare)
		if w.value == 0 && i != rendering {
			continue
		}
		whole := w.value >= enough
		if isMarkup(s.Text[w.start:min(len(s.Text), w.end+markupWindow)]) {
			w.value *= markupShare
			whole = false
		}
		w.value += headingShare * m.window(m.find(a, nil, s.Title)).value
		if i == rendering {
			w.value = w.value*preferRendering + 1
		}
		if w.value > best.value {
			best = passage{window: w, text: s.Text, section: i}
		}
		if whole && rendering <= i {
			break // nothing can say more
		}
	}
	return best
}

// A stretch of code, of a header block or of JSON explains less than a sentence with the same words.
const (
	markupShare  = 0.8
	markupWindow = 80 // bytes behind the matches that are looked at
	markupSigns  = 4  // so many signs in it make it markup
)

// isMarkup reports whether text is written for machines.
func isMarkup(text string) bool {
	signs := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '}', '[', ']', '<', '>', '=', '"', '|', ';', '$', '\\', '/':
			signs++
		}
	}
	return signs >= markupSigns
}

// refine marks all terms around the window, which may move for them.
func (p *passage) refine(a *analyzer, m *marker) {
	from := wordStart(p.text, p.start-fragmentWindow, p.start)
	to := min(len(p.text), p.end+fragmentLength)
	if to < len(p.text) {
		to = wordEnd(p.text, p.end, to)
	}
	p.marks = m.find(a, nil, p.text[from:to])
	for i := range p.marks {
		p.marks[i].start += from
		p.marks[i].end += from
	}
	value := p.value
	p.window = m.window(p.marks)
	p.value = max(p.value, value)
}

// opening returns the beginning of a page's text, for a page without a summary.
func opening(text string) string {
	if len(text) <= fragmentLength {
		return text
	}
	return text[:wordEnd(text, 0, fragmentLength)]
}

const (
	// titleAnswers is the share of the query that a title must have for the page as a whole to be the answer, and a passage for
	// no better one to be looked for.
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
