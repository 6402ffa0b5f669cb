package index

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// reading is where the terms of a page's texts stand, so that a fragment is found without reading the texts again.
type reading struct {
	title, summary       places
	symptoms, signatures []places
	headings, sections   []places
	others               []places // aliases, constants, tags
	size                 int      // entries
	partial              bool     // of a long page the beginning is read
}

// places are the terms of one text in order: how far each starts behind the one before, and which it is, as a number that
// several terms may share. Parts and wholes of an identifier are terms of their own.
type places struct {
	gaps, terms []uint16
}

// noTerm is the number of an entry that only bridges a long gap.
const noTerm = 0

// termNumber is FNV-1a folded to 16 bits; never noTerm.
func termNumber(term string) uint16 {
	h := uint32(2166136261)
	for i := range len(term) {
		h = (h ^ uint32(term[i])) * 16777619
	}
	return uint16(h>>16^h) | 1
}

// readings keeps the readings of the pages that are found often. It is safe for concurrent use.
type readings struct {
	pages []atomic.Pointer[reading]
	mu    sync.Mutex
	size  int // entries of all
}

// maxReadEntries bounds the entries that are kept, of 4 bytes each; when there are more, all are forgotten.
const maxReadEntries = 4 << 20

func (x *Index) reading(a *analyzer, page uint32) *reading {
	slot := &x.readings.pages[page]
	if r := slot.Load(); r != nil {
		return r
	}
	r := newReading(a, &x.docs[page])
	x.readings.mu.Lock()
	defer x.readings.mu.Unlock()
	if x.readings.size+r.size > maxReadEntries {
		for i := range x.readings.pages {
			x.readings.pages[i].Store(nil)
		}
		x.readings.size = 0
	}
	if slot.CompareAndSwap(nil, r) {
		x.readings.size += r.size
	}
	return r
}

func newReading(a *analyzer, d *Document) *reading {
	r := new(reading)
	var tokens []token
	read := func(text string) places {
		var p places
		tokens = a.tokens(tokens[:0], text)
		slices.SortStableFunc(tokens, func(a, b token) int { return cmp.Compare(a.start, b.start) })
		p.gaps, p.terms = make([]uint16, 0, len(tokens)), make([]uint16, 0, len(tokens))
		at := 0
		for i := range tokens {
			if tokens[i].stop {
				continue
			}
			start := tokens[i].start
			for start-at > 1<<16-1 {
				p.gaps, p.terms = append(p.gaps, 1<<16-1), append(p.terms, noTerm)
				at += 1<<16 - 1
			}
			p.gaps, p.terms = append(p.gaps, uint16(start-at)), append(p.terms, termNumber(tokens[i].term))
			at = start
		}
		r.size += len(p.gaps)
		return p
	}
	r.title, r.summary = read(d.Title), read(d.Summary)
	fieldSymptom.texts(d, func(text string) { r.symptoms = append(r.symptoms, read(text)) })
	fieldSignature.texts(d, func(text string) { r.signatures = append(r.signatures, read(text)) })
	for _, f := range [...]field{fieldAlias, fieldConstant, fieldTag} {
		f.texts(d, func(text string) { r.others = append(r.others, read(text)) })
	}
	left := maxScanned
	for i := range d.Sections {
		s := &d.Sections[i]
		text := s.Text
		if left <= 0 && s.AliasID == "" { // not looked at
			text = ""
		}
		r.headings = append(r.headings, read(s.Title))
		text = opening(text, max(left, maxScanned/2))
		r.partial = r.partial || len(text) < len(s.Text)
		r.sections = append(r.sections, read(text))
		left -= len(s.Text)
	}
	return r
}

// phraseReach is how many entries behind one word of a phrase the next may be: an identifier's wholes stand between its parts.
const phraseReach = 4

// mayHave reports whether each phrase may stand somewhere on the page. It does not read the texts.
func (r *reading) mayHave(phrases [][]string) bool {
	if r.partial {
		return true
	}
	var numbers []uint16
	for _, terms := range phrases {
		numbers = numbers[:0]
		for _, t := range terms {
			if !isStop(t) {
				numbers = append(numbers, termNumber(t))
			}
		}
		found := r.title.mayHave(numbers) || r.summary.mayHave(numbers)
		for _, all := range [...][]places{r.symptoms, r.signatures, r.others, r.sections} {
			found = found || slices.ContainsFunc(all, func(p places) bool { return p.mayHave(numbers) })
		}
		if !found {
			return false
		}
	}
	return true
}

func (p places) mayHave(numbers []uint16) bool {
	if len(numbers) == 0 {
		return true
	}
	for i, n := range p.terms {
		if n != numbers[0] {
			continue
		}
		at := i
		for _, next := range numbers[1:] {
			reach := p.terms[at+1 : min(len(p.terms), at+1+phraseReach)]
			step := slices.Index(reach, next)
			if step < 0 {
				at = -1
				break
			}
			at += 1 + step
		}
		if at >= 0 {
			return true
		}
	}
	return false
}
