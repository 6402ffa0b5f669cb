package index

import (
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2/document"
	bleve "github.com/blevesearch/bleve_index_api"
)

// field is a part of a page that is searched with a weight of its own.
type field uint8

const (
	fieldTitle field = iota
	fieldAlias
	fieldSymptom
	fieldSignature
	fieldConstant
	fieldSummary
	fieldHeading
	fieldTag  // tags and the vendor's name
	fieldPair // two neighboring words of the short fields, as one term
	fieldBody
	numFields
)

// Boosts, strongest signal first, as multiples of a match in the body.
const (
	boostTitle     = 9.0
	boostAlias     = 8.0
	boostConstant  = 6.0
	boostSymptom   = 6.0
	boostSignature = 5.0
	boostSummary   = 4.0
	boostPair      = 4.0
	boostHeading   = 2.5
	boostTag       = 2.0
	boostBody      = 1.0
)

// Fields of Bleve that are not scored by text.
const (
	nameWord     = "word"  // unstemmed words of the short fields: spelling and suggestions
	nameLine     = "line"  // one short text of a code's page, in a document of its own
	nameLinePair = "lpair" // its pairs and other readings
)

func (f field) String() string {
	return [numFields]string{"title", "alias", "symptom", "signature", "constant", "summary", "heading", "tag", "pair", "body"}[f]
}

func (f field) boost() float32 {
	return [numFields]float32{boostTitle, boostAlias, boostSymptom, boostSignature, boostConstant, boostSummary, boostHeading,
		boostTag, boostPair, boostBody}[f]
}

// lengthWeight is BM25's b: how much a text longer than its field's average counts less, 0 to 1. A page is not worse for
// having more symptoms listed, so the short fields weigh little here.
func (f field) lengthWeight() float32 {
	switch f {
	case fieldBody:
		return 0.75
	case fieldHeading, fieldSummary, fieldTitle:
		return 0.5
	case fieldAlias, fieldSymptom, fieldSignature:
		return 0.2
	}
	return 0
}

// texts calls visit for each text of a field of d.
func (f field) texts(d *Document, visit func(string)) {
	list := func(texts []string) {
		for _, s := range texts {
			visit(s)
		}
	}
	switch f {
	case fieldTitle:
		visit(d.Title)
	case fieldAlias:
		list(d.Aliases)
	case fieldSymptom:
		list(d.Symptoms)
	case fieldSignature:
		list(d.Signatures)
	case fieldConstant:
		list(d.Constants)
	case fieldSummary:
		visit(d.Summary)
	case fieldHeading:
		for i := range d.Sections {
			visit(d.Sections[i].Title)
		}
	case fieldTag:
		list(d.Tags)
		visit(d.VendorName)
	case fieldBody:
		for i := range d.Sections {
			visit(d.Sections[i].Text)
		}
	}
}

// paired reports whether the neighboring words of a field go into fieldPair.
func (f field) paired() bool {
	return f <= fieldHeading
}

// completed reports whether the words of a field are offered as spelling and suggestions.
func (f field) completed() bool {
	return f <= fieldTag
}

// line is one short text of a code's page: its name, an alias, a symptom, a signature. A query is often one of these nearly
// word for word, which says more than the same words scattered over a page.
type line struct {
	page uint32
	kind field
	text string
}

// linesOf lists the lines of docs in an order that depends on docs alone.
func linesOf(docs []Document) []line {
	var lines []line
	for i := range docs {
		if docs[i].Code == "" {
			continue
		}
		for _, f := range [...]field{fieldTitle, fieldAlias, fieldSymptom, fieldSignature, fieldSummary} {
			f.texts(&docs[i], func(text string) {
				if text != "" {
					lines = append(lines, line{page: uint32(i), kind: f, text: text})
				}
			})
		}
	}
	return lines
}

// fieldLengths returns, for each field whose length counts and each page, the divisor of the field's counts.
func fieldLengths(docs []Document) [numFields][]float32 {
	var lengths [numFields][]float32
	for f := range numFields {
		b := f.lengthWeight()
		if b == 0 {
			continue
		}
		lengths[f] = make([]float32, len(docs))
		var total, filled float32
		for i := range docs {
			n := 0
			f.texts(&docs[i], func(text string) { n += len(text) })
			lengths[f][i] = float32(n)
			if n > 0 {
				total += float32(n)
				filled++
			}
		}
		for i, n := range lengths[f] {
			lengths[f][i] = 1
			if total > 0 {
				lengths[f][i] = 1 - b + b*n/(total/filled)
			}
		}
	}
	return lengths
}

// Ids of Bleve's documents: a page's or a line's number.
const (
	pagePrefix = 'p'
	linePrefix = 'l'
)

func bleveID(prefix byte, n int) string {
	return string(prefix) + strconv.Itoa(n)
}

// indexer turns pages and lines into Bleve documents. It is not safe for concurrent use.
type indexer struct {
	analyzer *analyzer
	synonyms *phrases
	tokens   []token
	seq      []token
}

// page returns the Bleve document of d. Its fields are analyzed already: scorch only stores them.
func (in *indexer) page(n int, d *Document) *document.Document {
	doc := document.NewDocument(bleveID(pagePrefix, n))
	pairs, words := newFieldTerms(fieldPair.String()), newFieldTerms(nameWord)
	for f := range numFields {
		if f == fieldPair {
			continue
		}
		terms := newFieldTerms(f.String())
		f.texts(d, func(text string) {
			in.read(text)
			for _, t := range in.tokens {
				if !t.stop {
					terms.add(t.term)
				}
			}
			in.synonyms.each(in.seq, func(means string, _, _ int) { terms.add(means) })
			if f.paired() {
				in.pairs(text, pairs)
			}
			if f.completed() {
				in.words(text, words)
			}
		})
		doc.AddField(terms)
	}
	doc.AddField(pairs)
	doc.AddField(words)
	return doc
}

// line returns the Bleve document of l.
func (in *indexer) line(n int, l line) *document.Document {
	doc := document.NewDocument(bleveID(linePrefix, n))
	terms, pairs := newFieldTerms(nameLine), newFieldTerms(nameLinePair)
	in.read(l.text)
	for _, t := range in.tokens {
		switch {
		case t.extra:
			pairs.add(t.term)
		case !t.stop:
			terms.add(t.term)
		}
	}
	if terms.length == 0 { // "to be or not" is a name too
		for _, t := range in.seq {
			terms.add(t.term)
		}
	}
	in.synonyms.each(in.seq, func(means string, _, _ int) { pairs.add(means) })
	in.pairs(l.text, pairs)
	doc.AddField(terms)
	doc.AddField(pairs)
	return doc
}

// read analyzes text into in.tokens, and in.seq without the extra readings.
func (in *indexer) read(text string) {
	in.tokens = in.analyzer.tokens(in.tokens[:0], text)
	in.seq = in.seq[:0]
	for _, t := range in.tokens {
		if !t.extra {
			in.seq = append(in.seq, t)
		}
	}
}

func (in *indexer) pairs(text string, pairs *fieldTerms) {
	for i := 1; i < len(in.seq); i++ {
		if term := in.analyzer.pair(text, in.seq[i-1], in.seq[i]); term != "" {
			pairs.add(term)
		}
	}
}

// words adds the unstemmed words and names of text, and the whole of a name of up to five words: "toomanyrequests".
func (in *indexer) words(text string, words *fieldTerms) {
	for _, t := range in.tokens {
		if !t.stop {
			words.add(strings.ToLower(text[t.start:t.end]))
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

// fieldTerms is a Bleve field that has been analyzed: its terms and how often each occurs.
type fieldTerms struct {
	name   string
	length int
	freqs  bleve.TokenFrequencies
}

func newFieldTerms(name string) *fieldTerms {
	return &fieldTerms{name: name, freqs: make(bleve.TokenFrequencies)}
}

func (f *fieldTerms) add(term string) {
	f.length++
	freq := f.freqs[term]
	if freq == nil {
		freq = new(bleve.TokenFreq)
		f.freqs[term] = freq
	}
	freq.SetFrequency(freq.Frequency() + 1)
}

// The methods of document.Field: indexed, not stored, without positions or doc values.

func (f *fieldTerms) Name() string                                     { return f.name }
func (f *fieldTerms) ArrayPositions() []uint64                         { return nil }
func (f *fieldTerms) Options() bleve.FieldIndexingOptions              { return bleve.IndexField }
func (f *fieldTerms) Analyze()                                         {}
func (f *fieldTerms) Value() []byte                                    { return nil }
func (f *fieldTerms) NumPlainTextBytes() uint64                        { return 0 }
func (f *fieldTerms) Size() int                                        { return len(f.freqs) }
func (f *fieldTerms) EncodedFieldType() byte                           { return 't' }
func (f *fieldTerms) AnalyzedLength() int                              { return f.length }
func (f *fieldTerms) AnalyzedTokenFrequencies() bleve.TokenFrequencies { return f.freqs }
