package main

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"

	"siteerror/index"
)

// engine is a search index over a corpus: ours, or a peer that does the same work.
type engine interface {
	// search finds the ten best pages with a snippet each, and counts two facets or more. It returns how many hits it has.
	search(text string) (hits int, err error)
	// fuzzy is search for a text with a misspelt word.
	fuzzy(text string) (hits int, err error)
	// suggest finds eight pages for a half-typed text.
	suggest(text string) (hits int, err error)
	close() error
}

// builder makes an engine over docs in an empty folder.
type builder struct {
	name  string
	build func(c *corpus, dir string) (engine, error)
}

var builders = []builder{
	{"siteerror", buildOurs},
	{"Bleve", buildBleve},
	{"FTS5", buildFTS5},
}

type ours struct{ *index.Index }

func buildOurs(c *corpus, dir string) (engine, error) {
	cfg := c.config
	cfg.Dir = dir
	x, err := index.Build(context.Background(), c.docs, cfg)
	return ours{x}, err
}

func (e ours) search(text string) (int, error) {
	r, err := e.Index.Search(context.Background(), index.Request{Text: text})
	if err != nil {
		return 0, err
	}
	return len(r.Hits), nil
}

func (e ours) fuzzy(text string) (int, error) { return e.search(text) }

func (e ours) suggest(text string) (int, error) {
	found, err := e.Index.Suggest(context.Background(), text, 8)
	return len(found), err
}

func (e ours) close() error { return e.Index.Close() }

// peerDoc is a page as the peers index it: the same texts in three fields of falling weight.
type peerDoc struct {
	Title  string
	Short  string // names, symptoms, signatures, constants, the verdict and tags
	Body   string
	Kind   string
	Vendor string
}

// weights of the peers' fields, as ours are.
const (
	weightTitle = 9
	weightShort = 6
	weightBody  = 1
)

func peerDocOf(d *index.Document) peerDoc {
	var short, body []string
	for _, list := range [][]string{d.Aliases, d.Symptoms, d.Signatures, d.Constants, d.Tags, {d.Summary, d.Code, d.VendorName}} {
		short = append(short, list...)
	}
	for _, s := range d.Sections {
		body = append(body, s.Title, s.Text)
	}
	return peerDoc{Title: d.Title, Short: strings.Join(short, "\n"), Body: strings.Join(body, "\n"), Kind: d.Kind, Vendor: d.Vendor}
}

// terms are the words of a text that a peer is asked for, at most 24 as in ours.
func terms(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	})
	return words[:min(len(words), 24)]
}

// size is how many bytes the files below dir have.
func size(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}
