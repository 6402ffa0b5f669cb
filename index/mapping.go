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
	fieldTag  // tags and the vendor's name
	fieldPair // two neighboring words of the short fields, as one term
	fieldBody // the sections, with their headings
	numFields
)

// Boosts, strongest signal first, as multiples of a match in the body.
const (
	boostTitle     = 9.0
	boostAlias     = 8.0
	boostConstant  = 6.0
	boostSymptom   = 6.0
	boostSignature = 5.0
	boostSummary   = 5.0
	boostPair      = 2.0
	boostTag       = 2.0
	boostBody      = 1.0
)

// headingCount is how often a word of a section's heading counts in the body.
const headingCount = 3

// Fields of Bleve that are not scored by text.
const (
	nameWord = "word" // unstemmed words of the short fields: spelling and suggestions
)

func (f field) String() string {
	return [numFields]string{"title", "alias", "symptom", "signature", "constant", "summary", "tag", "pair", "body"}[f]
}

func (f field) boost() float32 {
	return [numFields]float32{boostTitle, boostAlias, boostSymptom, boostSignature, boostConstant, boostSummary, boostTag,
		boostPair, boostBody}[f]
}

// lengthWeight is BM25's b: how much a text longer than its field's average counts less, 0 to 1. A page is not worse for
// having more symptoms listed, so the short fields weigh little here.
func (f field) lengthWeight() float32 {
	switch f {
	case fieldBody:
		return 0.75
	case fieldSummary, fieldTitle:
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
	return f <= fieldSummary
}

// completed reports whether the words of a field are offered as spelling and suggestions.
func (f field) completed() bool {
	return f <= fieldTag
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

// bleveID is the id of a page's Bleve document: its number.
func bleveID(n int) string { return strconv.Itoa(n) }

// indexer turns pages into Bleve documents. It is not safe for concurrent use.
type indexer struct {
	analyzer *analyzer
	synonyms *phrases

	// Reused from text to text, and from field to field.
	tokens, seq         []token
	terms, pairs, words counts
}

// counts says how often each term occurs in a field.
type counts map[string]int

func newIndexer(synonyms *phrases) *indexer {
	return &indexer{analyzer: newAnalyzer(), synonyms: synonyms, terms: make(counts), pairs: make(counts), words: make(counts)}
}

// page returns the Bleve document of d. Its fields are analyzed already: scorch only stores them.
func (in *indexer) page(n int, d *Document) *document.Document {
	doc := document.NewDocument(bleveID(n))
	for f := range numFields {
		if f == fieldPair {
			continue
		}
		f.texts(d, func(text string) {
			in.read(text)
			in.countTerms(1)
			if f.paired() {
				in.countPairs(text)
			}
			if f.completed() {
				in.countWords(text)
			}
		})
		if f == fieldBody {
			for i := range d.Sections {
				in.read(d.Sections[i].Title)
				in.countTerms(headingCount)
			}
		}
		doc.AddField(in.terms.field(f.String()))
	}
	doc.AddField(in.pairs.field(fieldPair.String()))
	doc.AddField(in.words.field(nameWord))
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

// countTerms counts the telling terms of the text that was read n times each, and those of its synonyms.
func (in *indexer) countTerms(n int) {
	for _, t := range in.tokens {
		if !t.stop {
			in.terms[t.term] += n
		}
	}
	in.synonyms.each(in.seq, func(means string, _, _ int) { in.terms[means] += n })
}

func (in *indexer) countPairs(text string) {
	for i := 1; i < len(in.seq); i++ {
		if term := in.analyzer.pair(text, in.seq[i-1], in.seq[i]); term != "" {
			in.pairs[term]++
		}
	}
}

// countWords counts the words and names as they are written.
func (in *indexer) countWords(text string) {
	for _, t := range in.tokens {
		if !t.stop {
			in.words[strings.ToLower(text[t.start:t.end])]++
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

// field returns a Bleve field of the counted terms, and forgets them.
func (c counts) field(name string) document.Field {
	f := &analyzedField{name: name, terms: make(bleve.TokenFrequencies, len(c))}
	slab := make([]bleve.TokenFreq, len(c))
	for term, n := range c {
		slab[0].SetFrequency(n)
		f.terms[term] = &slab[0]
		slab = slab[1:]
	}
	clear(c)
	return f
}

// analyzedField is a Bleve field whose terms are known: indexed with their counts, not stored, without positions or doc values.
type analyzedField struct {
	name  string
	terms bleve.TokenFrequencies
}

func (f *analyzedField) Name() string                                     { return f.name }
func (f *analyzedField) ArrayPositions() []uint64                         { return nil }
func (f *analyzedField) Options() bleve.FieldIndexingOptions              { return bleve.IndexField }
func (f *analyzedField) Analyze()                                         {}
func (f *analyzedField) Value() []byte                                    { return nil }
func (f *analyzedField) NumPlainTextBytes() uint64                        { return 0 }
func (f *analyzedField) Size() int                                        { return len(f.terms) }
func (f *analyzedField) EncodedFieldType() byte                           { return 't' }
func (f *analyzedField) AnalyzedTokenFrequencies() bleve.TokenFrequencies { return f.terms }

// AnalyzedLength is kept with every posting, where 1 takes the least room; lengths are known from the texts.
func (f *analyzedField) AnalyzedLength() int { return 1 }
