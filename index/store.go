package index

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve_index_api"
)

// store is the part of an index that Bleve keeps.
type store struct {
	index  bleve.Index
	reader bleve.IndexReader
	// pages gives, by Bleve's document number, the page behind it. Bleve numbers documents in no order.
	pages []uint32
}

// batchBytes is how much text goes into one segment in memory. Analyzed documents take several times their text, so a large
// tree is cut; every term is looked up in each segment, so it is cut rarely. The shipped library is one segment.
const batchBytes = 32 << 20

// analysisWorkers is 1 because documents come to scorch analyzed.
const analysisWorkers = 1

func buildInMemory(ctx context.Context, x *Index) (*store, error) {
	queue := bleve.NewAnalysisQueue(analysisWorkers)
	defer queue.Close()
	idx, err := scorch.NewScorch(scorch.Name, map[string]any{"path": ""}, queue)
	if err != nil {
		return nil, err
	}
	if err := idx.Open(); err != nil {
		return nil, err
	}
	batch := bleve.NewBatch()
	bytes := 0
	flush := func() error {
		if len(batch.IndexOps) == 0 {
			return nil
		}
		err := idx.Batch(batch)
		batch, bytes = bleve.NewBatch(), 0
		return err
	}
	err = x.analyzeAll(ctx, func(doc *document.Document, size int) error {
		batch.Update(doc)
		if bytes += size; bytes < batchBytes {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return nil, errors.Join(err, idx.Close())
	}
	return newStore(idx, len(x.docs))
}

// analyzeAll calls add with the Bleve document of every page, and the size of its text in bytes.
func (x *Index) analyzeAll(ctx context.Context, add func(doc *document.Document, size int) error) error {
	in := newIndexer(x.synonyms)
	for i := range x.docs {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := &x.docs[i]
		size := 0
		fieldBody.texts(d, func(text string) { size += len(text) })
		if err := add(in.page(i, d), size); err != nil {
			return fmt.Errorf("page %s: %w", d.ID, err)
		}
	}
	return ctx.Err()
}

// newStore takes over an open index, which must hold exactly the given number of pages.
func newStore(idx bleve.Index, pages int) (*store, error) {
	s := &store{index: idx}
	var err error
	if s.reader, err = idx.Reader(); err == nil {
		err = s.readPages(pages)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// readPages finds out which page each document is.
func (s *store) readPages(pages int) (err error) {
	ids, err := s.reader.DocIDReaderAll()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ids.Close()) }()
	for {
		id, err := ids.Next()
		if err != nil {
			return err
		}
		if id == nil {
			break
		}
		name, err := s.reader.ExternalID(id)
		if err != nil {
			return err
		}
		page, err := strconv.ParseUint(name, 10, 32)
		if err != nil || page >= uint64(pages) || id.Value() != uint64(len(s.pages)) {
			return fmt.Errorf("%w: document %d is %q", ErrDamaged, id.Value(), name)
		}
		s.pages = append(s.pages, uint32(page))
	}
	if len(s.pages) != pages {
		return fmt.Errorf("%w: %d documents instead of %d", ErrDamaged, len(s.pages), pages)
	}
	return nil
}

func (s *store) close() error {
	var err error
	if s.reader != nil {
		err = s.reader.Close()
	}
	return errors.Join(err, s.index.Close())
}

// visit calls found for each page that has term in the Bleve field, with how often it occurs there.
func (s *store) visit(ctx context.Context, name, term string, found func(page uint32, count float32)) error {
	r, err := s.reader.TermFieldReader(ctx, []byte(term), name, true, false, false)
	if err != nil {
		return err
	}
	var doc bleve.TermFieldDoc
	for {
		hit, err := r.Next(&doc)
		if err != nil {
			return errors.Join(err, r.Close())
		}
		if hit == nil {
			return r.Close()
		}
		found(s.pages[hit.ID.Value()], float32(hit.Freq))
	}
}

// terms calls found for each term of the Bleve field that begins with prefix, in order, until found returns false.
func (s *store) terms(name, prefix string, found func(term string, docs int) bool) error {
	dict, err := s.reader.FieldDictPrefix(name, []byte(prefix))
	return walk(dict, err, found)
}

// similar is terms for the terms within one edit of word: a letter wrong, missing, extra, or two exchanged.
func (s *store) similar(name, word string, found func(term string, docs int) bool) error {
	fuzzy, ok := s.reader.(bleve.IndexReaderFuzzy)
	if !ok {
		return nil
	}
	dict, err := fuzzy.FieldDictFuzzy(name, word, 1, "")
	return walk(dict, err, found)
}

func walk(dict bleve.FieldDict, err error, found func(term string, docs int) bool) error {
	if err != nil {
		return err
	}
	for {
		entry, err := dict.Next()
		if err != nil {
			return errors.Join(err, dict.Close())
		}
		if entry == nil || !found(entry.Term, int(entry.Count)) {
			return dict.Close()
		}
	}
}
