// Package index is full-text search over the library's pages: analysis made for HTTP status codes, ranking, facets,
// fragments, suggestions and spelling.
//
// Bleve's scorch keeps the dictionaries, finds terms by prefix and by likeness, and is the file format of a cached index. Its
// documents are runs of terms with their posting lists, which take a third of the room that a document a page does. Each list
// is read once into a flat array, and scoring, facets and fragments are computed from those and from the pages, which the
// index keeps. Nothing else in the program knows Bleve.
package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Document is one page as search sees it. All texts are plain text.
type Document struct {
	ID         string // the page's id, unique in the index
	Kind       string // code, post or doc
	Title      string
	Code       string // 502, 404.13, PAY-1042; empty for posts and docs
	Category   string // slug
	Vendor     string // slug
	VendorName string // as shown: Cloudflare, AWS ELB
	Status     int    // the HTTP status on the wire, 0 if none
	Tags       []string
	Aliases    []string  // other names
	Symptoms   []string  // what people type when they meet it
	Signatures []string  // the literal text of what betrays it in logs, headers and bodies
	Constants  []string  // http.StatusBadGateway, HttpStatus.BAD_GATEWAY
	Summary    string    // the one-line verdict
	Popularity int       // 0–10, how often people meet it
	Sections   []Section // in the page's order
}

// Section is a part of a page under one heading.
type Section struct {
	Anchor string // without '#'; empty for the text before the first heading
	Title  string
	Text   string
	// AliasID is set where the section is a vendor's rendering of a standard code: nginx-502 on page 502.
	AliasID string
}

// Config is what an index needs besides its documents.
type Config struct {
	// Synonyms are groups of words or phrases that mean the same: {"throttled", "rate limited"}.
	Synonyms [][]string
	// VendorWords are the names by which people call a vendor, by its slug: "aws-elb": {"alb", "elb"}. A vendor's slug and
	// VendorName need not be listed.
	VendorWords map[string][]string
	// Content names all that the documents were made of. Where it is set, the index of a Dir is known by it and by what the
	// documents are called, and of their texts the lengths are enough: there may be much of them, and not in memory.
	Content string
	// Dir keeps the index on disk; empty, it lives in memory. It is made when missing, may hold several indexes, and may be
	// shared with other processes.
	Dir string
}

// Index answers searches over a fixed set of documents. It is safe for concurrent use; Close must wait until the last call
// has returned.
type Index struct {
	docs  []Document
	store *store

	synonyms  *phrases
	vendors   *phrases
	cleaner   *cleaner
	facets    facetTable
	codes     codeTable
	constants constantTable
	aliases   []alias // by page
	lists     *listCache
	readings  readings
	sayings   sayingTable
	speller   speller
	priors    []float32            // by page, see prior
	coded     []bool               // by page: is it about a code?
	lengths   [numFields][]float32 // by field and page: what a longer text divides its counts by

	scratch   sync.Pool // *scratch
	analyzers sync.Pool // *analyzer

	soundsOnce sync.Once
	sounds     map[string][]string // see sounding
	soundsErr  error

	completeOnce sync.Once
	complete     *completions
}

// alias is where a vendor's rendering of a standard code stands.
type alias struct {
	page    uint32
	section int
	vendor  string // slug; empty where no vendor of the index begins the id
}

// Build makes an index of docs, whose contents must not change while it is in use. In a Config.Dir it is written aside and
// renamed; one of the same documents and configuration that is already there and sound is used instead.
func Build(ctx context.Context, docs []Document, cfg Config) (*Index, error) {
	x := prepare(docs, cfg)
	var err error
	if cfg.Dir == "" {
		x.store, err = buildInMemory(ctx, x)
	} else if x.store, err = openStore(ctx, x, cfg); err != nil {
		x.store, err = buildOnDisk(ctx, x, cfg)
	}
	if err != nil {
		return nil, fmt.Errorf("build index: %w", err)
	}
	return x, nil
}

// Open returns the index of docs that an earlier Build has left in Config.Dir. The error wraps ErrStale where there is none
// for these documents and this configuration, and ErrDamaged where it does not match its checksums; then Build helps.
func Open(ctx context.Context, docs []Document, cfg Config) (*Index, error) {
	x := prepare(docs, cfg)
	var err error
	if x.store, err = openStore(ctx, x, cfg); err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	return x, nil
}

// prepare makes all of an index but its store.
func prepare(docs []Document, cfg Config) *Index {
	a := newAnalyzer()
	x := &Index{
		docs:      docs,
		synonyms:  newSynonyms(a, cfg.Synonyms),
		cleaner:   newCleaner(),
		facets:    newFacetTable(docs),
		codes:     newCodeTable(docs),
		constants: newConstantTable(docs),
		lists:     newListCache(),
		readings:  readings{pages: make([]atomic.Pointer[reading], len(docs))},
		sayings:   make(sayingTable, len(docs)),
		priors:    newPriors(docs),
		coded:     newCoded(docs),
		lengths:   fieldLengths(docs),
	}
	x.scratch.New = func() any { return newScratch(len(x.docs), x.synonyms) }
	x.analyzers.New = func() any { return newAnalyzer() }
	defer x.analyzers.Put(a)

	words := make(map[string][]string)
	for i := range docs {
		d := &docs[i]
		if d.Vendor != "" && d.Vendor != standardVendor && words[d.Vendor] == nil {
			words[d.Vendor] = append([]string{d.Vendor, d.VendorName}, cfg.VendorWords[d.Vendor]...)
		}
	}
	for slug, names := range cfg.VendorWords {
		if words[slug] == nil && slug != standardVendor {
			words[slug] = append([]string{slug}, names...)
		}
	}
	x.vendors = newVendorWords(a, words)
	for i := range docs {
		for n := range docs[i].Sections {
			if id := docs[i].Sections[n].AliasID; id != "" {
				x.aliases = append(x.aliases, alias{page: uint32(i), section: n, vendor: vendorOf(id, words)})
			}
		}
	}
	return x
}

// standardVendor is the vendor of the codes registered with IANA: nobody's product, so no word prefers it.
const standardVendor = "ietf"

// vendorOf returns the longest slug that id begins with.
func vendorOf(id string, slugs map[string][]string) string {
	best := ""
	for slug := range slugs {
		if len(slug) > len(best) && strings.HasPrefix(id, slug+"-") {
			best = slug
		}
	}
	return best
}

// Close releases the index's files and memory.
func (x *Index) Close() error {
	return x.store.close()
}

// Values returns the values that a facet (kind, category, vendor or tag) has in the index, sorted; nil for another facet.
func (x *Index) Values(facet string) []string {
	for f := range x.facets {
		if x.facets[f].name == facet {
			return slices.Clone(x.facets[f].values)
		}
	}
	return nil
}

// analyzer returns an analyzer of its own to the caller, who gives it back to x.analyzers.
func (x *Index) analyzer() *analyzer { return x.analyzers.Get().(*analyzer) }
