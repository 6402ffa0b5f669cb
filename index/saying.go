package index

import (
	"math"
	"slices"
	"strings"
	"sync/atomic"
)

// sayings are the short texts of a page that each say one thing: its names, its symptoms, its signatures, the questions it
// answers. A query that says what one of them says is nearer to the page than one whose words are scattered over it.
type sayings struct {
	terms []uint16 // of all texts, one after the other: the telling ones and the synonyms it is one of, by number, each once
	texts []uint8  // by term: of which text it is
	words []uint16 // by text: how many telling words it has
	title string   // what a page that is no code is called, as nameKey has it
}

// maxSayings bounds the texts of one page, whose numbers are bytes.
const maxSayings = 160

// sayingTable keeps the sayings of the pages that are found often. It is safe for concurrent use.
type sayingTable []atomic.Pointer[sayings]

func (x *Index) sayingsOf(a *analyzer, page uint32) *sayings {
	slot := &x.sayings[page]
	if p := slot.Load(); p != nil {
		return p
	}
	p := x.newSayings(a, &x.docs[page])
	slot.Store(p)
	return p
}

func (x *Index) newSayings(a *analyzer, d *Document) *sayings {
	all := new(sayings)
	if d.Code == "" {
		all.title = nameKey(a.tokens(nil, d.Title))
	}
	var tokens, seq []token
	add := func(text string) {
		if len(all.words) == maxSayings {
			return
		}
		tokens, seq = a.tokens(tokens[:0], text), seq[:0]
		from, words := len(all.terms), 0
		note := func(term string) {
			if n := termNumber(term); !slices.Contains(all.terms[from:], n) {
				all.terms = append(all.terms, n)
			}
		}
		for _, t := range tokens {
			if !t.extra {
				seq = append(seq, t)
			}
			if !t.stop {
				note(t.term)
			}
		}
		for _, t := range seq {
			if !t.stop {
				words++
			}
		}
		x.synonyms.each(seq, func(means string, _, _ int) { note(means) })
		if words == 0 {
			all.terms = all.terms[:from]
			return
		}
		for range all.terms[from:] {
			all.texts = append(all.texts, uint8(len(all.words)))
		}
		all.words = append(all.words, uint16(min(words, math.MaxUint16)))
	}
	for _, f := range [...]field{fieldTitle, fieldAlias, fieldSymptom, fieldSignature, fieldSummary} {
		f.texts(d, add)
	}
	for i := range d.Sections {
		if strings.HasSuffix(d.Sections[i].Title, "?") || d.Code == "" {
			add(d.Sections[i].Title)
		}
	}
	// They stay, so no larger than they are.
	all.terms, all.texts, all.words = slices.Clone(all.terms), slices.Clone(all.texts), slices.Clone(all.words)
	return all
}

// sayingMatch says how well each saying of a page covers a query.
type sayingMatch struct {
	wanted   [1 << 9]uint64 // a bit for each term number, all of which are odd: is it one of slots?
	slots    [1 << 16]uint8 // by term number: one of wants, counted from 1
	wants    [][]want
	concepts []float32 // their weights
	total    float32
	found    []int32 // reused: which terms of a page are wanted
}

// want is a concept that a term stands for.
type want struct {
	concept int
	weight  float32
}

// ask makes m look for the concepts of p.
func (m *sayingMatch) ask(p *plan) {
	m.concepts, m.total = m.concepts[:0], 0
	for i := range p.concepts {
		c := &p.concepts[i]
		if c.pair {
			continue
		}
		for _, v := range c.variants {
			n := termNumber(v.term)
			if m.slots[n] == 0 {
				if len(m.wants) == math.MaxUint8 {
					continue
				}
				m.wants = append(m.wants, nil)
				m.slots[n] = uint8(len(m.wants))
				m.wanted[n>>7] |= 1 << (n >> 1 & 63)
			}
			w := &m.wants[m.slots[n]-1]
			*w = append(*w, want{len(m.concepts), v.weight})
		}
		m.concepts = append(m.concepts, c.weight)
		m.total += c.weight
	}
}

// forget makes m ready for another query.
func (m *sayingMatch) forget(p *plan) {
	for i := range p.concepts {
		for _, v := range p.concepts[i].variants {
			n := termNumber(v.term)
			m.slots[n], m.wanted[n>>7] = 0, 0
		}
	}
	m.wants = m.wants[:0]
}

// best returns how well the best of all covers the query, 0 to 1: by what it has of the query, and by what the query has of it.
func (m *sayingMatch) best(all *sayings) float32 {
	var best float32
	var met [maxTerms]float32
	for found := m.scan(all.terms); len(found) > 0; {
		text := all.texts[found[0]]
		n := 0
		clear(met[:len(m.concepts)])
		for len(found) > 0 && all.texts[found[0]] == text {
			for _, w := range m.wants[m.slots[all.terms[found[0]]]-1] {
				if met[w.concept] == 0 {
					n++
				}
				met[w.concept] = max(met[w.concept], w.weight)
			}
			found = found[1:]
		}
		if n < 2 && n < len(m.concepts) {
			continue
		}
		var have float32
		for i, w := range m.concepts {
			have += w * met[i]
		}
		of := float32(min(1, float64(n)/float64(all.words[text])))
		if min(have/m.total, of) <= best { // the powers are less
			continue
		}
		if v := pow(have/m.total, sayingQuery) * pow(of, sayingText); v > best {
			best = v
		}
	}
	return best
}

// scan returns which of terms are wanted. Few are, here and there, so it is done without branches.
func (m *sayingMatch) scan(terms []uint16) []int32 {
	if len(m.found) < len(terms) {
		m.found = make([]int32, len(terms))
	}
	n := 0
	for i, t := range terms {
		m.found[n] = int32(i)
		n += int(m.wanted[t>>7] >> (t >> 1 & 63) & 1)
	}
	return m.found[:n]
}

func pow(x float32, y float64) float32 { return float32(math.Pow(float64(x), y)) }

// How much it counts that one saying says what the query says, as a share of the words' weight.
const (
	shareSaying = 0.85
	sayingQuery = 1.5
	sayingText  = 2.0
	sayingPages = 50 // of how many pages, the best before, sayings are looked at
)

// weighSayings adds to the scores of the best of s.found what their sayings are worth.
func (x *Index) weighSayings(a *analyzer, s *scratch, p *plan) {
	if len(s.found) < 2 || len(p.concepts) == 0 {
		return
	}
	m := &s.saying
	m.ask(p)
	defer m.forget(p)
	if m.total == 0 {
		return
	}
	first := x.top(s.found, sayingPages)
	for _, r := range first {
		all := x.sayingsOf(a, r.page)
		best := m.best(all)
		worth := shareSaying * m.total * best
		if len(p.vendors) == 0 && x.docs[r.page].ofVendor() { // what it says tells the vendor, as far as it is the same
			worth += best * best * (s.pages[r.page].score + worth) * (1/anyVendor - 1)
		}
		if all.title != "" && all.title == p.name { // a code's name counts already
			worth += p.nameBoost()
		}
		s.pages[r.page].saying = worth
	}
	last := first[len(first)-1].score
	for i := range s.found {
		r := &s.found[i]
		if r.score < last { // most, and their cells lie apart
			continue
		}
		if c := &s.pages[r.page]; c.query == s.query && c.saying > 0 {
			r.score = x.final(p, r.page, c)
		}
	}
}
