package index

import "unicode/utf8"

// Sizes of a fragment in bytes.
const (
	fragmentLength = 220 // at most, but for a word that is longer
	fragmentWindow = 150 // the matches that a fragment is built around stand within this
	fragmentLead   = 70  // from the start of the sentence to the first match, if it fits
)

// window is the stretch of a text that has most of the query.
type window struct {
	value      float32 // weight of the concepts in it
	start, end int     // from the first mark to the last
}

// best returns the window of a text that has most of the query. It does not read the text.
func (m *marker) best(text string, in places) window {
	m.spare = m.scout(m.spare[:0], text, in)
	return m.window(m.spare)
}

// finish makes w end where a word of text does: terms are shorter than words.
func (w *window) finish(text string) {
	for w.end < len(text) && w.value > 0 && isAlnum(text[w.end]) {
		w.end++
	}
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

// cut returns the bounds of the fragment around w: its sentence where that fits, whole words in any case.
func cut(text string, w window) (start, end int) {
	if start = sentenceStart(text, w.start-fragmentLead, w.start); start < 0 {
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

// sentenceStart returns where the sentence or line that holds text[at] begins, or -1 where that is not in text[from:].
func sentenceStart(text string, from, at int) int {
	for i := at; i > max(from, 0); i-- {
		if text[i-1] == '\n' || i > 1 && isSpace(text[i-1]) && endsSentence(text[i-2]) {
			return i
		}
	}
	if from > 0 {
		return -1
	}
	return 0
}

func endsSentence(c byte) bool { return c == '.' || c == '?' || c == '!' }

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
		if i < len(text) && text[i] == '\n' || (i == len(text) || isSpace(text[i])) && endsSentence(text[i-1]) {
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
	in      places
	section int // -1 for the page's verdict or a symptom
}

// hit fills in what a reader sees of a page that was found.
func (x *Index) hit(a *analyzer, p *plan, m *marker, r ranked) Hit {
	d := &x.docs[r.page]
	h := Hit{ID: d.ID, Score: float64(r.score)}
	shown := x.passage(p, m, r.page, x.reading(a, r.page))
	if shown.section >= 0 && d.Sections[shown.section].Anchor != "" {
		h.Section = d.Sections[shown.section]
		h.Section.Text = ""
	}
	shown.finish(shown.text)
	start, end := cut(shown.text, shown.window)
	m.spare = m.find(a, m.spare[:0], shown.text, shown.in, start, end)
	h.Snippet = m.html(shown.text, start, end, m.spare)
	return h
}

// passage chooses what to show of a page: its verdict where the title answers the query, else the section that has most of it.
func (x *Index) passage(p *plan, m *marker, page uint32, r *reading) passage {
	d := &x.docs[page]
	best := passage{text: d.Summary, in: r.of(summaryText), section: -1}
	if d.Summary == "" && len(d.Sections) > 0 {
		best.text, best.in = opening(d.Sections[0].Text, fragmentLength), r.section(0)
	}
	best.window = m.best(best.text, best.in)

	rendering := x.chosenRendering(p, page)
	if title := m.best(d.Title, r.of(titleText)); rendering < 0 && title.value > 0 && title.value >= titleAnswers*p.total {
		return best
	}
	if found := m.section(d, r, rendering, best.value); found.section >= 0 && (found.value > best.value || found.section == rendering) {
		best = found
	}
	// A symptom or signature that says more than any sentence is shown instead.
	if enough := best.value * symptomMargin; rendering < 0 && enough < m.total {
		line := func(text string, in places) {
			if w := m.best(text, in); w.value > max(enough, best.value) {
				best = passage{window: w, text: text, in: in, section: -1}
			}
		}
		for i, text := range d.Symptoms {
			line(text, r.of(symptomTexts+i))
		}
		for i, text := range d.Signatures {
			line(text, r.of(r.signatures+i))
		}
	}
	return best
}

// section returns the section with the best window; its number is -1 if none has any. Where no rendering is wanted, one that
// is worth no more than enough may be passed over.
func (m *marker) section(d *Document, r *reading, rendering int, enough float32) passage {
	best := passage{section: -1}
	left := maxScanned
	for i := range d.Sections {
		s := &d.Sections[i]
		if left <= 0 && i != rendering {
			continue
		}
		left -= len(s.Text)
		if most := m.most(&r.sieves[i]); i != rendering && (most <= best.value || rendering < 0 && most <= enough && most < m.total) {
			continue
		}
		w := m.best(s.Text, r.section(i))
		if i != rendering && (w.value == 0 || w.value+headingShare*m.total <= best.value) {
			continue
		}
		heading := headingShare * m.best(s.Title, r.heading(i)).value
		if i != rendering && w.value+heading <= best.value {
			continue
		}
		w.finish(s.Text)
		whole := w.value >= m.total
		if isMarkup(s.Text[w.start:min(len(s.Text), w.end+markupWindow)]) {
			w.value *= markupShare
			whole = false
		}
		w.value += heading
		if i == rendering {
			w.value = w.value*preferRendering + 1
		}
		if w.value > best.value {
			best = passage{window: w, text: s.Text, in: r.section(i), section: i}
		}
		if whole && rendering <= i {
			break // nothing can say more
		}
	}
	return best
}

// most returns what the window and the heading of a section are worth at most.
func (m *marker) most(s *sieve) float32 {
	var most float32
	var inHeading, inText uint64 // by concept
	for i := range m.wanted {
		w := &m.wanted[i]
		heading, text := s.mayHave(w.number)
		if bit := uint64(1) << w.concept; text && inText&bit == 0 {
			inText |= bit
			most += m.weights[w.concept]
		}
		if bit := uint64(1) << w.concept; heading && inHeading&bit == 0 {
			inHeading |= bit
			most += headingShare * m.weights[w.concept]
		}
	}
	return most * (1 + rounding)
}

// rounding is more than sums of the same weights differ by their order.
const rounding = 1e-5

// A stretch of code, of a header block or of JSON explains less than a sentence with the same words.
const (
	markupShare  = 0.8
	markupWindow = 80 // bytes behind the matches that are looked at
	markupSigns  = 4  // so many signs in it make it markup
)

// isMarkup reports whether text is written for machines.
func isMarkup(text string) bool {
	signs := 0
	for i := 0; i < len(text) && signs < markupSigns; i++ {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c == ' ': // nearly all
		case c == '{', c == '}', c == '[', c == ']', c == '<', c == '>', c == '=', c == '"', c == '|', c == ';', c == '$', c == '\\', c == '/':
			signs++
		}
	}
	return signs >= markupSigns
}

// opening returns the first n bytes of text, as whole words.
func opening(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return text[:wordEnd(text, 0, n)]
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
