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
	texts []saying
	title string // what a page that is no code is called, as nameKey has it
}

// saying is one text: its telling terms and the synonyms it is one of, as term numbers, each once.
type saying struct {
	terms []uint16
	words int // telling words
}

// maxSayings bounds the texts of one page.
const maxSayings = 160

// sayingTable keeps the sayings of the pages that are found often. It is safe for concurrent use.
type sayingTable []atomic.Pointer[sayings]

func (x *Index) sayingsOf(a *analyzer, page uint32) sayings {
	slot := &x.sayings[page]
	if p := slot.Load(); p != nil {
		return *p
	}
	p := x.newSayings(a, &x.docs[page])
	slot.Store(&p)
	return p
}

func (x *Index) newSayings(a *analyzer, d *Document) sayings {
	var all sayings
	if d.Code == "" {
		all.title = nameKey(a.tokens(nil, d.Title))
	}
	var tokens, seq []token
	add := func(text string) {
		if len(all.texts) == maxSayings {
			return
		}
		tokens, seq = a.tokens(tokens[:0], text), seq[:0]
		var p saying
		note := func(term string) {
			if n := termNumber(term); !slices.Contains(p.terms, n) {
				p.terms = append(p.terms, n)
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
				p.words++
			}
		}
		x.synonyms.each(seq, func(means string, _, _ int) { note(means) })
		if p.words > 0 {
			all.texts = append(all.texts, p)
		}
	}
	for _, f := range [...]field{fieldTitle, fieldAlias, fieldSymptom, fieldSignature, fieldSummary} {
		f.texts(d, add)
	}
	for i := range d.Sections {
		if strings.HasSuffix(d.Sections[i].Title, "?") || d.Code == "" {
			add(d.Sections[i].Title)
		}
	}
	all.texts = slices.Clip(all.texts)
	return all
}

// sayingMatch says how well each saying of a page covers a query.
type sayingMatch struct {
	slots    [1 << 16]uint8 // by term number: one of wants, counted from 1
	wants    [][]want
	concepts []float32 // their weights
	total    float32
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
			m.slots[termNumber(v.term)] = 0
		}
	}
	m.wants = m.wants[:0]
}

// best returns how well the best of all covers the query, 0 to 1: by what it has of the query, and by what the query has of it.
func (m *sayingMatch) best(all sayings) float32 {
	var best float32
	var met [maxTerms]float32
	for _, p := range all.texts {
		n := 0
		for _, t := range p.terms {
			if m.slots[t] == 0 {
				continue
			}
			if n == 0 {
				clear(met[:len(m.concepts)])
			}
			for _, w := range m.wants[m.slots[t]-1] {
				if met[w.concept] == 0 {
					n++
				}
				met[w.concept] = max(met[w.concept], w.weight)
			}
		}
		if n == 0 || n < 2 && n < len(m.concepts) {
			continue
		}
		var have float32
		for i, w := range m.concepts {
			have += w * met[i]
		}
		of := float32(min(1, float64(n)/float64(p.words)))
		if min(have/m.total, of) <= best { // the powers are less
			continue
		}
		if v := pow(have/m.total, sayingQuery) * pow(of, sayingText); v > best {
			best = v
		}
	}
	return best
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
