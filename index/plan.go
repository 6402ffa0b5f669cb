package index

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// plan is a Query with everything looked up that scoring needs.
type plan struct {
	query    Query
	concepts []concept
	codes    []codeWish
	name     string   // what was typed, as nameKey has it
	named    []uint32 // pages that are called exactly what was typed
	naming   []naming // names that stand in it
	vendors  []string // slugs the query names
	total    float32  // the weight of all required concepts
	required int
	rare     bool // few words, one of them on hardly any page
	phrases  [][]string
	not      [][]string // each the terms of one word to keep out
	fixed    string     // the text with its misspellings corrected, "" where there is none
}

// concept is one thing a query asks for, with the terms that stand for it.
type concept struct {
	text     string // as in the query
	weight   float32
	required bool // counts for coverage
	vendor   bool // names one: a page that has it covers more
	pair     bool // two words side by side, which are concepts themselves
	variants []variant
}

type variant struct {
	term   string
	weight float32
	why    string // for explanations; empty for the word itself
	list   *list
}

// Ways to stand for a word.
const (
	whySynonym  = "synonym"
	whySpelling = "spelling"
	whyJoined   = "written as one"
	whyPrefix   = "begins with"
)

// codeWish is a code the query may ask for.
type codeWish struct {
	text  string
	trust float32
	refs  []codeRef
}

// maxAroundName is how many times longer than a name a text may be to be about it.
const maxAroundName = 4

// naming is a name of pages in the query.
type naming struct {
	pages  []uint32
	weight float32 // of its words
}

// maxTerms is how many telling terms of a query are searched, the most telling ones.
const maxTerms = 24

// Weights of the ways to stand for a word, as multiples of the word itself.
const (
	weightSynonym   = 0.5
	weightSpelling  = 0.95 // the likeliest word that was meant
	weightGuess     = 0.6  // the next likely ones
	weightPrefix    = 0.6
	weightJoined    = 0.9
	weightPart      = 0.35 // a part of an identifier that is known as a whole
	weightNumber    = 0.65 // a number as a word of the text
	weightVendor    = 0.5  // the vendor's name as a word of the text
	weightPair      = 0.25 // two words side by side, on top of both
	weightAnnounced = 4.0  // a name of one word, as a multiple of a longer one's words
	weightMarker    = 0.2  // "error code" before a code
)

// word is a token of the query on its way to a concept.
type word struct {
	token
	text       string // as typed
	list       *list
	part       bool // of a known identifier
	vendor     bool // names one
	marker     bool // announces a code: "error code" of "error code 1020"
	variants   []variant
	correction string // what the reader may have meant
}

func (x *Index) plan(ctx context.Context, a *analyzer, q Query) (*plan, error) {
	p := &plan{query: q}
	for _, phrase := range q.Phrases {
		if terms := sequence(a, phrase); len(terms) > 1 {
			p.phrases = append(p.phrases, terms)
		}
	}
	for _, not := range q.Not {
		p.not = append(p.not, sequence(a, not))
	}
	words, wholes, err := x.words(ctx, a, p)
	if err != nil {
		return nil, err
	}
	if err := x.join(ctx, a, words, wholes, p); err != nil {
		return nil, err
	}
	if err := x.spell(ctx, a, words, p); err != nil {
		return nil, err
	}
	seq := make([]token, len(words))
	for i := range words {
		seq[i] = words[i].token
	}
	constant := x.constants.find(q.Text)
	p.named = constant
	p.name = nameKey(seq)
	if len(p.named) == 0 {
		p.named = x.store.names.whole(p.name)
	}
	if len(p.named) == 0 {
		x.store.names.each(seq, func(pages []uint32, from, to int) {
			if n := to - from; n*maxAroundName < len(words) {
				return // a sentence or a log line that happens to have these words
			}
			n := naming{pages: pages}
			for _, w := range words[from:to] {
				if !w.stop {
					n.weight += x.weight(w.list)
				}
			}
			p.naming = append(p.naming, n)
		})
	}
	for i := 1; i < len(words) && len(p.named) == 0; i++ {
		if !announcesName(words[i-1].term) {
			continue
		}
		if pages := x.store.names.announced(words[i].term); pages != nil {
			p.naming = append(p.naming, naming{pages: pages, weight: weightAnnounced * x.weight(words[i].list)})
		}
	}
	x.vendors.each(seq, func(slug string, from, to int) {
		if !slices.Contains(p.vendors, slug) {
			p.vendors = append(p.vendors, slug)
		}
		for i := from; i < to; i++ {
			words[i].vendor = true
		}
	})
	slices.Sort(p.vendors)
	x.synonyms.each(seq, func(means string, from, to int) {
		for i := from; i < to && err == nil; i++ {
			err = x.addVariant(ctx, &words[i], means, weightSynonym, whySynonym)
		}
	})
	if err != nil {
		return nil, err
	}
	if len(constant) == 0 { // else BAD_REQUEST is no vendor's BadRequest
		x.wish(p, words, wholes)
	}
	x.settle(p)
	x.conceive(p, words, wholes)
	p.rare = p.hasRare()
	return p, nil
}

// words reads the query's tokens and looks each up. Wholes are the identifiers known as one.
func (x *Index) words(ctx context.Context, a *analyzer, p *plan) (words, wholes []word, err error) {
	text := p.query.Text
	a.spare = a.tokens(a.spare[:0], text)
	words = make([]word, 0, min(len(a.spare), maxQueryWords))
	for _, t := range a.spare {
		w := word{token: t, text: text[t.start:t.end]}
		if len(words) >= maxQueryWords {
			break
		}
		if w.list, err = x.list(ctx, t.term); err != nil {
			return nil, nil, err
		}
		switch {
		case !t.extra:
			words = append(words, w)
		case isCompound(w.text, words): // join sees to it
		case t.kind != numberToken && (!w.list.empty() || x.codes[t.term] != nil || x.codes[codeKey(w.text)] != nil):
			wholes = append(wholes, w)
			for i := range words {
				if words[i].start >= t.start && words[i].end <= t.end {
					words[i].part = true
				}
			}
		}
	}
	return words, wholes, nil
}

// isCompound reports whether an identifier is two telling words of plain English with a hyphen, "request-header", of which words
// has both. A field's name has capitals.
func isCompound(text string, words []word) bool {
	first, second, ok := strings.Cut(text, "-")
	if !ok || len(words) < 2 || min(len(first), len(second)) < 3 || strings.ContainsFunc(first+second, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return false
	}
	return !slices.ContainsFunc(words[len(words)-2:], func(w word) bool { return w.stop || w.list.empty() })
}

// maxQueryWords is how many words of a paste are looked at, to choose the telling ones from.
const maxQueryWords = 400

// join adds what two neighboring words mean when they are written as one, to both: "time out" finds "timeout". As a concept
// of its own, it rewards words that stand side by side.
func (x *Index) join(ctx context.Context, a *analyzer, words, wholes []word, p *plan) error {
	for i := 1; i < len(words); i++ {
		term := a.pair(p.query.Text, words[i-1].token, words[i].token)
		if term == "" || slices.ContainsFunc(wholes, func(w word) bool { return w.term == term }) {
			continue
		}
		l, err := x.list(ctx, term)
		if err != nil {
			return err
		}
		if l.empty() {
			continue
		}
		for _, w := range [...]*word{&words[i-1], &words[i]} {
			w.variants = append(w.variants, variant{term: term, weight: weightJoined, why: whyJoined, list: l})
		}
		p.concepts = append(p.concepts, concept{
			text:     words[i-1].text + " " + words[i].text,
			weight:   weightPair * x.weight(l),
			pair:     true,
			variants: []variant{{term: term, weight: 1, list: l}},
		})
	}
	return nil
}

func (x *Index) addVariant(ctx context.Context, w *word, term string, weight float32, why string) error {
	l, err := x.list(ctx, term)
	if err != nil || l.empty() {
		return err
	}
	w.variants = append(w.variants, variant{term: term, weight: weight, why: why, list: l})
	return nil
}

// conceive makes concepts of the words, of which the most telling are kept.
func (x *Index) conceive(p *plan, words, wholes []word) {
	telling := slices.ContainsFunc(words, func(w word) bool { return !w.stop && len(w.term) > 1 })
	p.concepts = slices.Grow(p.concepts, len(wholes)+len(words))
	seen := make(map[string]bool)
	for i := range len(wholes) + len(words) {
		w := wordAt(wholes, words, i)
		if (w.stop || len(w.term) == 1) && telling || seen[w.term] {
			continue
		}
		seen[w.term] = true
		c := concept{text: w.text, required: !w.part}
		factor := float32(1)
		switch {
		case w.part:
			factor = weightPart
		case w.kind == numberToken:
			factor, c.required = weightNumber, false
		case w.vendor:
			factor, c.required, c.vendor = weightVendor, false, true
		case w.marker:
			factor, c.required = weightMarker, false
		}
		if !w.list.empty() {
			c.variants = append(c.variants, variant{term: w.term, weight: 1, list: w.list})
			c.weight = factor * x.weight(w.list)
		}
		c.variants = append(c.variants, w.variants...)
		if len(c.variants) == 0 {
			continue
		}
		if c.weight == 0 {
			for _, v := range w.variants {
				c.weight = max(c.weight, factor*x.weight(v.list))
			}
		}
		p.concepts = append(p.concepts, c)
	}
	slices.SortStableFunc(p.concepts, func(a, b concept) int { return -cmp.Compare(a.weight, b.weight) })
	p.concepts = p.concepts[:min(len(p.concepts), maxTerms)]
	for i := range p.concepts {
		c := &p.concepts[i]
		slices.SortStableFunc(c.variants, func(a, b variant) int { return -cmp.Compare(a.weight, b.weight) })
		if c.required {
			p.required++
			p.total += c.weight
		}
	}
	if p.required == 0 {
		for i := range p.concepts {
			if !p.concepts[i].pair {
				p.concepts[i].required = true
				p.required++
				p.total += p.concepts[i].weight
			}
		}
	}
}

// wordAt returns the i-th of wholes and words together.
func wordAt(wholes, words []word, i int) *word {
	if i < len(wholes) {
		return &wholes[i]
	}
	return &words[i-len(wholes)]
}

// weight is how telling a term is: rare among the pages, and rare among their short texts.
func (x *Index) weight(l *list) float32 {
	w := idf(len(l.pages), len(x.docs))
	if l.named > 0 {
		w = (w + idf(l.named, len(x.docs))) / 2
	}
	return w
}
