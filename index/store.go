package index

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve_index_api"
)

// store is the part of an index that Bleve keeps.
type store struct {
	index  bleve.Index
	reader bleve.IndexReader
	// owners gives, by Bleve's document number, the page (n) or line (^n) behind it. Bleve numbers documents in no order.
	owners []int32
	// words gives, by line, how many words it has.
	words []uint16
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
	return newStore(idx, len(x.docs), len(x.lines))
}

// analyzeAll calls add with the Bleve document of every page and line, and the size of its text in bytes.
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
	for i, l := range x.lines {
		if err := add(in.line(i, l), len(l.text)); err != nil {
			return fmt.Errorf("page %s: %w", x.docs[l.page].ID, err)
		}
	}
	return ctx.Err()
}

// newStore takes over an open index, which must hold exactly the given numbers of pages and lines.
func newStore(idx bleve.Index, pages, lines int) (*store, error) {
	s := &store{index: idx}
	var err error
	if s.reader, err = idx.Reader(); err == nil {
		err = s.readOwners(pages, lines)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *store) readOwners(pages, lines int) error {
	ids, err := s.reader.DocIDReaderAll()
	if err != nil {
		return err
	}
	s.owners = make([]int32, 0, pages+lines)
	s.words = make([]uint16, lines)
	for {
		id, err := ids.Next()
		if err != nil {
			return errors.Join(err, ids.Close())
		}
		if id == nil {
			break
		}
		name, err := s.reader.ExternalID(id)
		if err != nil {
			return errors.Join(err, ids.Close())
		}
		owner, err := s.parseID(name, pages)
		if err != nil {
			return errors.Join(err, ids.Close())
		}
		if id.Value() != uint64(len(s.owners)) {
			return errors.Join(fmt.Errorf("%w: document numbers have gaps", ErrDamaged), ids.Close())
		}
		s.owners = append(s.owners, owner)
	}
	if len(s.owners) != pages+lines {
		return errors.Join(fmt.Errorf("%w: %d documents instead of %d", ErrDamaged, len(s.owners), pages+lines), ids.Close())
	}
	return ids.Close()
}

// parseID returns the page (n) or line (^n) of a Bleve document, and notes how many words a line has.
func (s *store) parseID(id string, pages int) (int32, error) {
	if id != "" {
		number, count, _ := strings.Cut(id[1:], ".")
		n, err := strconv.ParseUint(number, 10, 31)
		switch {
		case err != nil:
		case id[0] == pagePrefix && n < uint64(pages):
			return int32(n), nil
		case id[0] == linePrefix && n < uint64(len(s.words)):
			words, err := strconv.ParseUint(count, 10, 16)
			s.words[n] = uint16(words)
			return ^int32(n), err
		}
	}
	return 0, fmt.Errorf("%w: unknown document %q", ErrDamaged, id)
}

func (s *store) close() error {
	var err error
	if s.reader != nil {
		err = s.reader.Close()
	}
	return errors.Join(err, s.index.Close())
}

// visit calls found for each document that has term in the Bleve field: its owner, and how often the term occurs.
func (s *store) visit(ctx context.Context, name, term string, found func(owner int32, freq float32)) error {
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
		found(s.owners[hit.ID.Value()], float32(hit.Freq))
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
