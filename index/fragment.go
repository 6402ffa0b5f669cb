package index

import (
	"slices"
	"unicode/utf8"
)

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
		best.text = opening(d.Sections[0].Text, fragmentLength)
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
	left := maxScanned
	for i := range d.Sections {
		s := &d.Sections[i]
		if left <= 0 && i != rendering {
			continue
		}
		m.spare = m.scan(a, m.spare[:0], opening(s.Text, max(left, maxScanned/2)), wanted)
		left -= len(s.Text)
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
