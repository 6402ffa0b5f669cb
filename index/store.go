package index

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve_index_api"
)

// Fields of Bleve, whose documents are not pages but parts of the dictionary: a block of terms each, whose stored value is their
// posting lists, deflated, and one of all words.
const (
	nameTerm = "term"
	nameWord = "word" // unstemmed words of the short fields, for spelling
)

// store is the part of an index that Bleve keeps.
type store struct {
	index  bleve.Index
	reader bleve.IndexReader
	blocks [][]byte // the posting lists, by Bleve's document number
}

func buildInMemory(ctx context.Context, x *Index) (*store, error) {
	docs, err := x.dictionary(ctx)
	if err != nil {
		return nil, err
	}
	queue := bleve.NewAnalysisQueue(1) // documents come analyzed
	defer queue.Close()
	idx, err := scorch.NewScorch(scorch.Name, map[string]any{"path": ""}, queue)
	if err != nil {
		return nil, err
	}
	if err := idx.Open(); err != nil {
		return nil, err
	}
	batch := bleve.NewBatch()
	for _, doc := range docs {
		batch.Update(doc)
	}
	if err := idx.Batch(batch); err != nil {
		return nil, errors.Join(err, idx.Close())
	}
	return newStore(idx)
}

// dictionary reads all pages and returns the Bleve documents of their terms and words.
func (x *Index) dictionary(ctx context.Context) ([]*document.Document, error) {
	c := newCollector(x.synonyms)
	for i := range x.docs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.add(uint32(i), &x.docs[i])
	}
	var docs []*document.Document
	add := func(name string, terms []string, value []byte) {
		doc := document.NewDocument(strconv.Itoa(len(docs)))
		doc.AddField(newDictionaryField(name, terms, value))
		docs = append(docs, doc)
	}
	order := make([]uint32, len(c.terms))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(c.terms[a], c.terms[b]) })
	var d deflater
	for len(order) > 0 {
		var b block
		for len(order) > 0 && b.add(c.terms[order[0]], c.lists[order[0]].data) {
			order = order[1:]
		}
		data, err := d.deflate(b.data)
		if err != nil {
			return nil, err
		}
		add(nameTerm, b.terms, data)
	}
	words := make([]string, 0, len(c.words))
	for word := range c.words {
		words = append(words, word)
	}
	add(nameWord, words, nil)
	return docs, nil
}

// deflater compresses the posting lists of blocks, by a fifth to a third.
type deflater struct {
	w   *flate.Writer
	buf bytes.Buffer
}

func (d *deflater) deflate(data []byte) (_ []byte, err error) {
	d.buf.Reset()
	if d.w == nil {
		d.w, err = flate.NewWriter(&d.buf, 3) // a higher level takes more time and hardly less room
	} else {
		d.w.Reset(&d.buf)
	}
	if err == nil {
		_, err = d.w.Write(data)
	}
	if err == nil {
		err = d.w.Close()
	}
	return bytes.Clone(d.buf.Bytes()), err
}

// newStore takes over an open index.
func newStore(idx bleve.Index) (*store, error) {
	s := &store{index: idx}
	var err error
	if s.reader, err = idx.Reader(); err == nil {
		err = s.readBlocks()
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// readBlocks reads the posting lists. Bleve numbers documents in no order.
func (s *store) readBlocks() (err error) {
	ids, err := s.reader.DocIDReaderAll()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ids.Close()) }()
	inflate := flate.NewReader(nil)
	for {
		id, err := ids.Next()
		if err != nil || id == nil {
			return err
		}
		name, err := s.reader.ExternalID(id)
		if err != nil {
			return err
		}
		doc, err := s.reader.Document(name)
		if err != nil {
			return err
		}
		if doc == nil || id.Value() != uint64(len(s.blocks)) {
			return fmt.Errorf("%w: document %q is missing", ErrDamaged, name)
		}
		var data []byte
		doc.VisitFields(func(f bleve.Field) {
			if f.Name() == nameTerm {
				if err = inflate.(flate.Resetter).Reset(bytes.NewReader(f.Value()), nil); err == nil {
					data, err = io.ReadAll(inflate)
				}
			}
		})
		if err != nil {
			return fmt.Errorf("%w: document %q: %w", ErrDamaged, name, err)
		}
		s.blocks = append(s.blocks, data)
	}
}

func (s *store) close() error {
	var err error
	if s.reader != nil {
		err = s.reader.Close()
	}
	return errors.Join(err, s.index.Close())
}

// list returns the posting list of a term, nil where there is none. The caller must not change it.
func (s *store) list(ctx context.Context, term string) ([]byte, error) {
	r, err := s.reader.TermFieldReader(ctx, []byte(term), nameTerm, false, false, false)
	if err != nil {
		return nil, err
	}
	hit, err := r.Next(nil)
	if err = errors.Join(err, r.Close()); err != nil || hit == nil {
		return nil, err
	}
	list := listIn(s.blocks[hit.ID.Value()], term)
	if list == nil {
		return nil, fmt.Errorf("%w: %q has no postings", ErrDamaged, term)
	}
	return list, nil
}

// terms calls found for each term of the Bleve field that begins with prefix, in order, until found returns false.
func (s *store) terms(name, prefix string, found func(term string) bool) error {
	dict, err := s.reader.FieldDictPrefix(name, []byte(prefix))
	return walk(dict, err, found)
}

// similar is terms for the terms within one edit of word: a letter wrong, missing, extra, or two exchanged.
func (s *store) similar(name, word string, found func(term string) bool) error {
	fuzzy, ok := s.reader.(bleve.IndexReaderFuzzy)
	if !ok {
		return nil
	}
	dict, err := fuzzy.FieldDictFuzzy(name, word, 1, "")
	return walk(dict, err, found)
}

func walk(dict bleve.FieldDict, err error, found func(term string) bool) error {
	if err != nil {
		return err
	}
	for {
		entry, err := dict.Next()
		if err != nil {
			return errors.Join(err, dict.Close())
		}
		if entry == nil || !found(entry.Term) {
			return dict.Close()
		}
	}
}

// dictionaryField is a Bleve field whose terms are known: indexed without counts, positions or doc values, and stored where it
// has a value.
type dictionaryField struct {
	name  string
	terms bleve.TokenFrequencies
	value []byte
}

func newDictionaryField(name string, terms []string, value []byte) *dictionaryField {
	f := &dictionaryField{name: name, terms: make(bleve.TokenFrequencies, len(terms)), value: value}
	once := new(bleve.TokenFreq) // shared: nothing is known of a term but that it is there
	once.SetFrequency(1)
	for _, term := range terms {
		f.terms[term] = once
	}
	return f
}

func (f *dictionaryField) Name() string             { return f.name }
func (f *dictionaryField) ArrayPositions() []uint64 { return nil }
func (f *dictionaryField) Options() bleve.FieldIndexingOptions {
	if f.value == nil {
		return bleve.IndexField
	}
	return bleve.IndexField | bleve.StoreField
}
func (f *dictionaryField) Analyze()                                         {}
func (f *dictionaryField) Value() []byte                                    { return f.value }
func (f *dictionaryField) NumPlainTextBytes() uint64                        { return 0 }
func (f *dictionaryField) Size() int                                        { return len(f.terms) }
func (f *dictionaryField) EncodedFieldType() byte                           { return 't' }
func (f *dictionaryField) AnalyzedTokenFrequencies() bleve.TokenFrequencies { return f.terms }

// AnalyzedLength is kept with every term, where 1 takes the least room.
func (f *dictionaryField) AnalyzedLength() int { return 1 }
