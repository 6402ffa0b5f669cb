package index

import (
	"strings"
)

// collector reads pages and gathers the posting list of every term. It is not safe for concurrent use.
type collector struct {
	analyzer *analyzer
	synonyms *phrases

	numbers map[string]uint32 // of each term
	terms   []string          // by number
	lists   []listWriter      // by number
	words   map[string]bool   // of the short fields, as they are written

	// Reused from text to text, and from field to field.
	tokens, seq []token
	counts      []int    // by number, of the field that is read
	counted     []uint32 // the numbers that have a count
	pairs       []uint32 // of the page
}

func newCollector(synonyms *phrases) *collector {
	return &collector{analyzer: newAnalyzer(), synonyms: synonyms, numbers: make(map[string]uint32), words: make(map[string]bool)}
}

// add reads a page. Pages come in the order of their numbers.
func (c *collector) add(page uint32, d *Document) {
	c.pairs = c.pairs[:0]
	for f := range numFields {
		if f == fieldPair { // the fields before it have filled c.pairs
			for _, n := range c.pairs {
				c.count(n, 1)
			}
		}
		f.texts(d, func(text string) {
			c.read(text)
			c.countTerms(1)
			if f.paired() {
				c.notePairs(text)
			}
			if f.completed() {
				eachWord(c.tokens, text, func(word string) { c.words[word] = true })
			}
		})
		if f == fieldBody {
			for i := range d.Sections {
				c.read(d.Sections[i].Title)
				c.countTerms(headingCount)
			}
		}
		for _, n := range c.counted {
			c.lists[n].add(page, f, c.counts[n])
			c.counts[n] = 0
		}
		c.counted = c.counted[:0]
	}
}

// read analyzes text into c.tokens, and c.seq without the extra readings.
func (c *collector) read(text string) {
	c.tokens = c.analyzer.tokens(c.tokens[:0], text)
	c.seq = c.seq[:0]
	for _, t := range c.tokens {
		if !t.extra {
			c.seq = append(c.seq, t)
		}
	}
}

// countTerms counts the telling terms of the text that was read n times each, and those of its synonyms.
func (c *collector) countTerms(n int) {
	for i := range c.tokens {
		if t := &c.tokens[i]; !t.stop {
			c.count(c.number(t.term), n)
		}
	}
	c.synonyms.each(c.seq, func(means string, _, _ int) { c.count(c.number(means), n) })
}

func (c *collector) notePairs(text string) {
	for i := 1; i < len(c.seq); i++ {
		if term := c.analyzer.pair(text, c.seq[i-1], c.seq[i]); term != "" {
			c.pairs = append(c.pairs, c.number(term))
		}
	}
}

func (c *collector) number(term string) uint32 {
	n, ok := c.numbers[term]
	if !ok {
		n = uint32(len(c.terms))
		term = strings.Clone(term) // not a part of a page's text
		c.numbers[term] = n
		c.terms = append(c.terms, term)
		c.lists = append(c.lists, listWriter{})
		c.counts = append(c.counts, 0)
	}
	return n
}

func (c *collector) count(number uint32, n int) {
	if c.counts[number] == 0 {
		c.counted = append(c.counted, number)
	}
	c.counts[number] += n
}

// eachWord calls visit for the telling words and names of a text that was analyzed to tokens, as they are written but in
// lower case.
func eachWord(tokens []token, text string, visit func(word string)) {
	for i := range tokens {
		if t := &tokens[i]; !t.stop {
			visit(strings.ToLower(text[t.start:t.end]))
		}
	}
}

// pair returns the term of two neighboring words written as one, or "" where one is a number, a function word or a letter.
func (a *analyzer) pair(text string, first, second token) string {
	n, m := first.end-first.start, second.end-second.start
	if first.kind != wordToken || second.kind != wordToken || first.stop || second.stop || min(n, m) < 2 || n+m > maxPartLen {
		return ""
	}
	return a.word(text[first.start:first.end] + text[second.start:second.end]).term
}
