package index

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve_index_api"
)

// Fields of Bleve, whose documents are not pages but parts of the dictionary: a block of terms each, whose stored value is their
// posting lists, deflated, one of all words, and one with the names.
const (
	nameTerm = "term"
	nameWord = "word" // unstemmed words of the short fields, for spelling
	nameName = "name" // has no terms, only a value: see nameTable
)

// store is the part of an index that Bleve keeps. It is safe for concurrent use.
type store struct {
	index     bleve.Index
	reader    bleve.IndexReader
	names     nameTable
	blocks    []atomic.Pointer[[]byte] // the posting lists, by Bleve's document number; nil until one is asked for
	inflaters sync.Pool                // of flate's
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
	return newStore(idx, len(x.docs))
}

// dictionary reads all pages and returns the Bleve documents of their terms, words and names.
func (x *Index) dictionary(ctx context.Context) ([]*document.Document, error) {
	c := newCollector(x.synonyms)
	ids := make(map[string]bool, len(x.docs))
	for i := range x.docs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		id := x.docs[i].ID
		if id == "" || ids[id] {
			return nil, fmt.Errorf("document %d: its id %q is empty or not unique", i, id)
		}
		ids[id] = true
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
	names := document.NewDocument(nameName)
	names.AddField(newDictionaryField(nameName, nil, encodeNames(c.analyzer, x.docs)))
	return append(docs, names), nil
}

// deflater compresses the posting lists of blocks, by a fifth to a third. Their size stands before them.
type deflater struct {
	w   *flate.Writer
	buf bytes.Buffer
}

func (d *deflater) deflate(data []byte) (_ []byte, err error) {
	d.buf.Reset()
	d.buf.Write(binary.AppendUvarint(nil, uint64(len(data))))
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

// maxInflation is how many times smaller deflate makes data at most.
const maxInflation = 1032

func (s *store) inflate(deflated []byte) ([]byte, error) {
	size, n := binary.Uvarint(deflated)
	if n <= 0 || size/maxInflation > uint64(len(deflated)) {
		return nil, io.ErrUnexpectedEOF
	}
	r := s.inflaters.Get().(io.Reader)
	defer s.inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(deflated[n:]), nil); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	_, err := io.ReadFull(r, data)
	return data, err
}

// newStore takes over an open index of so many pages.
func newStore(idx bleve.Index, pages int) (*store, error) {
	s := &store{index: idx}
	s.inflaters.New = func() any { return flate.NewReader(nil) }
	err := s.open(pages)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *store) open(pages int) (err error) {
	if s.reader, err = s.index.Reader(); err != nil {
		return err
	}
	n, err := s.reader.DocCount()
	if err != nil {
		return err
	}
	s.blocks = make([]atomic.Pointer[[]byte], n)
	names, err := s.value(nameName)
	if err != nil {
		return err
	}
	s.names, err = decodeNames(names, pages)
	return err
}

// value returns what Bleve keeps with a document.
func (s *store) value(id string) (value []byte, err error) {
	doc, err := s.reader.Document(id)
	if err != nil {
		return nil, err
	}
	if doc != nil {
		doc.VisitFields(func(f bleve.Field) { value = f.Value() })
	}
	if value == nil {
		return nil, fmt.Errorf("%w: document %q is missing", ErrDamaged, id)
	}
	return value, nil
}

// block returns the posting lists of a document of Bleve's. They are inflated when they are first asked for: a start needs a
// few of them.
func (s *store) block(id bleve.IndexInternalID) ([]byte, error) {
	n := id.Value()
	if n >= uint64(len(s.blocks)) {
		return nil, fmt.Errorf("%w: there is no document %d", ErrDamaged, n)
	}
	if data := s.blocks[n].Load(); data != nil {
		return *data, nil
	}
	name, err := s.reader.ExternalID(id)
	if err != nil {
		return nil, err
	}
	deflated, err := s.value(name)
	if err != nil {
		return nil, err
	}
	data, err := s.inflate(deflated)
	if err != nil {
		return nil, fmt.Errorf("%w: document %q: %w", ErrDamaged, name, err)
	}
	s.blocks[n].Store(&data) // or what another made of the same
	return data, nil
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
	lists, err := s.block(hit.ID)
	if err != nil {
		return nil, err
	}
	list := listIn(lists, term)
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
	switch {
	case f.value == nil:
		return bleve.IndexField
	case len(f.terms) == 0:
		return bleve.StoreField
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
