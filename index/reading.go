package index

import (
	"slices"
	"sync"
	"sync/atomic"
)

// reading is where the terms of a page's texts stand, so that a fragment is found without reading the texts again. Its texts are
// numbered: the title, the summary, the symptoms, the signatures, the others (aliases, constants, tags), and then each section's
// heading and text.
type reading struct {
	all  places   // of the texts one after the other
	ends []uint32 // by text: where its entries end
	// The first text of each kind.
	signatures, others, sections int

	sieves  []sieve // by section
	partial bool    // of a long page the beginning is read
}

// Numbers of texts.
const (
	titleText = iota
	summaryText
	symptomTexts
)

// places are the terms of texts in order: how far each starts behind the one before, and which it is, as a number that several
// terms may share. Parts and wholes of an identifier are terms of their own.
type places struct {
	gaps, terms []uint16
}

// of returns the places of one text.
func (r *reading) of(text int) places {
	from, to := uint32(0), r.ends[text]
	if text > 0 {
		from = r.ends[text-1]
	}
	return places{gaps: r.all.gaps[from:to], terms: r.all.terms[from:to]}
}

func (r *reading) heading(section int) places { return r.of(r.sections + 2*section) }
func (r *reading) section(section int) places { return r.of(r.sections + 2*section + 1) }

// sieve tells which terms a section cannot have: it has a bit for each class of terms, set where one stands there.
type sieve struct {
	text    [4]uint64
	heading uint64
}

func newSieve(heading, text []uint16) (s sieve) {
	for _, n := range heading {
		s.heading |= 1 << (n >> 1 & 63)
	}
	for _, n := range text {
		s.text[n>>7&3] |= 1 << (n >> 1 & 63)
	}
	return s
}

// mayHave reports whether a term of a number may stand in the heading and in the text.
func (s *sieve) mayHave(number uint16) (heading, text bool) {
	bit := uint64(1) << (number >> 1 & 63)
	return s.heading&bit != 0, s.text[number>>7&3]&bit != 0
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
	if x.readings.size+len(r.all.terms) > maxReadEntries {
		for i := range x.readings.pages {
			x.readings.pages[i].Store(nil)
		}
		x.readings.size = 0
	}
	if slot.CompareAndSwap(nil, r) {
		x.readings.size += len(r.all.terms)
	}
	return r
}

func newReading(a *analyzer, d *Document) *reading {
	r := new(reading)
	var p places
	var tokens []token
	read := func(text string) []uint16 {
		from := len(p.terms)
		tokens = a.tokens(tokens[:0], text)
		sortByStart(tokens)
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
		r.ends = append(r.ends, uint32(len(p.terms)))
		return p.terms[from:]
	}
	each := func(f field) { f.texts(d, func(text string) { read(text) }) }
	read(d.Title)
	read(d.Summary)
	each(fieldSymptom)
	r.signatures = len(r.ends)
	each(fieldSignature)
	r.others = len(r.ends)
	each(fieldAlias)
	each(fieldConstant)
	each(fieldTag)
	r.sections = len(r.ends)
	left := maxScanned
	for i := range d.Sections {
		s := &d.Sections[i]
		text := s.Text
		if left <= 0 && s.AliasID == "" { // not looked at
			text = ""
		}
		text = opening(text, max(left, maxScanned/2))
		r.partial = r.partial || len(text) < len(s.Text)
		r.sieves = append(r.sieves, newSieve(read(s.Title), read(text)))
		left -= len(s.Text)
	}
	r.all = places{gaps: slices.Clone(p.gaps), terms: slices.Clone(p.terms)} // they stay, so no larger than they are
	r.ends, r.sieves = slices.Clone(r.ends), slices.Clone(r.sieves)
	return r
}

// sortByStart sorts the tokens of a text by their place. All are there but the wholes of identifiers, which come behind their
// parts: that is a few steps each.
func sortByStart(tokens []token) {
	for i := 1; i < len(tokens); i++ {
		for j := i; j > 0 && tokens[j].start < tokens[j-1].start; j-- {
			tokens[j], tokens[j-1] = tokens[j-1], tokens[j]
		}
	}
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
		found := false
		for text := 0; text < len(r.ends) && !found; text++ {
			isHeading := text >= r.sections && (text-r.sections)%2 == 0
			found = !isHeading && r.of(text).mayHave(numbers)
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
