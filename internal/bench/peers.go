package main

import (
	"database/sql"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"

	_ "modernc.org/sqlite" // SQLite with FTS5, translated to Go
)

// bleveIndex is Bleve as its documentation shows it: the default mapping, its facets and its highlighter.
type bleveIndex struct{ bleve.Index }

func buildBleve(c *corpus, dir string) (engine, error) {
	m := bleve.NewIndexMapping()
	keyword := bleve.NewKeywordFieldMapping()
	page := bleve.NewDocumentMapping()
	page.AddFieldMappingsAt("Kind", keyword)
	page.AddFieldMappingsAt("Vendor", keyword)
	m.DefaultMapping = page
	x, err := bleve.New(filepath.Join(dir, "bleve"), m)
	if err != nil {
		return nil, err
	}
	batch := x.NewBatch()
	for i := range c.docs {
		if err := batch.Index(c.docs[i].ID, peerDocOf(&c.docs[i])); err != nil {
			return nil, err
		}
		if batch.Size() == 500 || i == len(c.docs)-1 {
			if err := x.Batch(batch); err != nil {
				return nil, err
			}
			batch = x.NewBatch()
		}
	}
	return bleveIndex{x}, nil
}

func (e bleveIndex) request(text string, fuzziness int) *bleve.SearchRequest {
	var any []query.Query
	for _, f := range []struct {
		name  string
		boost float64
	}{{"Title", weightTitle}, {"Short", weightShort}, {"Body", weightBody}} {
		q := bleve.NewMatchQuery(text)
		q.SetField(f.name)
		q.SetBoost(f.boost)
		q.SetFuzziness(fuzziness)
		any = append(any, q)
	}
	r := bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(any...), 10, 0, false)
	r.AddFacet("kind", bleve.NewFacetRequest("Kind", 10))
	r.AddFacet("vendor", bleve.NewFacetRequest("Vendor", 100))
	r.Highlight = bleve.NewHighlight()
	r.Highlight.AddField("Body")
	return r
}

func (e bleveIndex) hits(r *bleve.SearchRequest) (int, error) {
	found, err := e.Index.Search(r)
	if err != nil {
		return 0, err
	}
	return len(found.Hits), nil
}

func (e bleveIndex) search(text string) (int, error) {
	return e.hits(e.request(strings.Join(terms(text), " "), 0))
}

func (e bleveIndex) fuzzy(text string) (int, error) { return e.hits(e.request(text, 1)) }

func (e bleveIndex) suggest(text string) (int, error) {
	words := terms(text)
	if len(words) == 0 {
		return 0, nil
	}
	var all []query.Query
	for _, w := range words {
		q := bleve.NewPrefixQuery(w)
		q.SetField("Title")
		all = append(all, q)
	}
	return e.hits(bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(all...), 8, 0, false))
}

func (e bleveIndex) close() error { return e.Index.Close() }

// fts5 is what most people would take: SQLite's full text, its snippets, and its GROUP BY for facets.
type fts5 struct {
	db                           *sql.DB
	hits, kinds, vendors, titles *sql.Stmt
}

func buildFTS5(c *corpus, dir string) (engine, error) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "fts5.db"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	for _, s := range []string{
		`PRAGMA journal_mode = off`, `PRAGMA synchronous = off`, `PRAGMA cache_size = -200000`, `PRAGMA temp_store = memory`,
		`CREATE VIRTUAL TABLE pages USING fts5(title, short, body, tokenize = 'porter unicode61', prefix = '1 2 3')`,
		`CREATE TABLE facets (id INTEGER PRIMARY KEY, kind TEXT, vendor TEXT)`,
	} {
		if _, err := db.Exec(s); err != nil {
			return nil, err
		}
	}
	tx, err := db.Begin()
	if err != nil {
		return nil, err
	}
	page, err := tx.Prepare(`INSERT INTO pages (rowid, title, short, body) VALUES (?, ?, ?, ?)`)
	if err != nil {
		return nil, err
	}
	facet, err := tx.Prepare(`INSERT INTO facets VALUES (?, ?, ?)`)
	if err != nil {
		return nil, err
	}
	for i := range c.docs {
		d := peerDocOf(&c.docs[i])
		if _, err := page.Exec(i+1, d.Title, d.Short, d.Body); err != nil {
			return nil, err
		}
		if _, err := facet.Exec(i+1, d.Kind, d.Vendor); err != nil {
			return nil, err
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	if _, err := db.Exec(`INSERT INTO pages (pages) VALUES ('optimize')`); err != nil {
		return nil, err
	}
	e := &fts5{db: db}
	weights := strconv.Itoa(weightTitle) + ", " + strconv.Itoa(weightShort) + ", " + strconv.Itoa(weightBody)
	for to, s := range map[**sql.Stmt]string{
		&e.hits: `SELECT rowid, snippet(pages, 2, '<mark>', '</mark>', '…', 24), bm25(pages, ` + weights + `) AS score
			FROM pages WHERE pages MATCH ? ORDER BY score LIMIT 10`,
		&e.kinds:   `SELECT kind, count(*) FROM pages JOIN facets ON facets.id = pages.rowid WHERE pages MATCH ? GROUP BY kind`,
		&e.vendors: `SELECT vendor, count(*) FROM pages JOIN facets ON facets.id = pages.rowid WHERE pages MATCH ? GROUP BY vendor`,
		&e.titles:  `SELECT rowid, title, bm25(pages) AS score FROM pages WHERE pages MATCH ? ORDER BY score LIMIT 8`,
	} {
		if *to, err = db.Prepare(s); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *fts5) rows(s *sql.Stmt, match string, columns int) (n int, err error) {
	rows, err := s.Query(match)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	values := make([]any, columns)
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return 0, err
		}
		n++
	}
	return n, rows.Err()
}

func (e *fts5) search(text string) (int, error) {
	words := terms(text)
	if len(words) == 0 {
		return 0, nil
	}
	match := `"` + strings.Join(words, `" OR "`) + `"`
	hits, err := e.rows(e.hits, match, 3)
	if err != nil {
		return 0, err
	}
	if _, err := e.rows(e.kinds, match, 2); err != nil {
		return 0, err
	}
	_, err = e.rows(e.vendors, match, 2)
	return hits, err
}

// fuzzy is search: FTS5 knows no misspellings.
func (e *fts5) fuzzy(text string) (int, error) { return e.search(text) }

func (e *fts5) suggest(text string) (int, error) {
	words := terms(text)
	if len(words) == 0 {
		return 0, nil
	}
	return e.rows(e.titles, `{title short} : "`+strings.Join(words, `" AND "`)+`"*`, 3)
}

func (e *fts5) close() error { return e.db.Close() }
