package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/feed"
	"siteerror/internal/library"
)

// Limits of the API's parameters.
const (
	defaultLimit = 10
	maxLimit     = 100
	maxOffset    = 10_000  // deeper than anybody pages; bounds the work of a query
	maxQuery     = 8 << 10 // bytes of text to search for: a pasted log line or block of headers
	suggestions  = 8       // at most, as the contract has it
)

// apiJSON answers with v, whose encoding is this response's validator.
func (s *Server) apiJSON(c *gin.Context, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	rep := newRepresentation(typeJSON, body)
	rep.live = true
	rep.serve(c.Writer, c.Request)
	return nil
}

// apiOnce answers with what depends on the snapshot alone, made and compressed
// once. Key is the canonical path, so that there is one for each page.
func (s *Server) apiOnce(c *gin.Context, snap *library.Snapshot, key string, v func() any) error {
	pages := s.pagesOf(snap)
	rep := pages.get(formatJSON, key)
	if rep == nil {
		body, err := json.Marshal(v())
		if err != nil {
			return err
		}
		rep = pages.put(formatJSON, key, newRepresentation(typeJSON, body))
	}
	rep.serve(c.Writer, c.Request)
	return nil
}

// apiSearch serves GET /api/v1/search.
func (s *Server) apiSearch(c *gin.Context, snap *library.Snapshot) error {
	query := c.Request.URL.Query()
	req, err := searchRequest(query, snap)
	if err != nil {
		return err
	}
	out, err := s.search(c.Request.Context(), snap, req)
	if err != nil {
		return err
	}
	if out.Total == 0 && req.Offset == 0 && byProgram(c.Request) {
		s.searched(req.Text, 0)
	}
	// The validator leaves out how long it took: the same hits are the same answer.
	took := out.TookMS
	out.TookMS = 0
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	rep := newRepresentation(typeJSON, body)
	rep.body = withTook(body, took)
	rep.weak, rep.live = true, true
	rep.extra = pageLinks(s.absolute("/api/v1/search"), query, req.Offset, req.Limit, out.Total)
	rep.serve(c.Writer, c.Request)
	return nil
}

// withTook puts the time into an answer that was encoded with a 0 for it; it may do so in place. Nothing that a
// reader searched for can pass for the field: inside of a string its quotes are escaped.
func withTook(body []byte, ms float64) []byte {
	const field = `"took_ms":`
	i := bytes.Index(body, []byte(field+"0,")) + len(field)
	return slices.Replace(body, i, i+1, strconv.AppendFloat(nil, ms, 'f', -1, 64)...)
}

// search runs a request and adds what the catalog knows of each hit.
func (s *Server) search(ctx context.Context, snap *library.Snapshot, req index.Request) (*apiSearch, error) {
	start := time.Now()
	res, err := snap.Index.Search(ctx, req)
	if err != nil {
		return nil, err
	}
	took := time.Since(start)
	s.metrics.searches.Observe(took.Seconds())
	return s.searchJSON(snap, req.Text, res, took), nil
}

func (s Shapes) searchJSON(snap *library.Snapshot, text string, res *index.Result, took time.Duration) *apiSearch {
	out := &apiSearch{
		Query: text, TookMS: float64(took.Microseconds()) / 1000, Total: res.Total, Generation: snap.Generation, Hits: make([]apiHit, 0, len(res.Hits)),
		Facets: apiFacets{counts(res.Facets.Kind), counts(byClass(snap.Catalog, res.Facets.Category)), counts(res.Facets.Vendor), counts(res.Facets.Tag)},
	}
	for _, h := range res.Hits {
		page, code := snap.Page(h.ID)
		if page == nil {
			continue
		}
		hit := apiHit{ID: page.ID, Kind: string(page.Kind), URL: s.absolute(page.Path), Title: page.Title, Snippet: h.Snippet, Score: h.Score}
		if h.Section.Anchor != "" {
			hit.Section = apiSection{h.Section.Anchor, h.Section.Title}
			hit.URL += "#" + h.Section.Anchor
		}
		if code != nil {
			hit.Code, hit.Category, hit.Vendor, hit.VendorTitle = code.Code, code.Category.Slug, code.Vendor.Slug, code.Vendor.Title
		}
		out.Hits = append(out.Hits, hit)
	}
	if res.DidYouMean != "" {
		out.DidYouMean = &res.DidYouMean
	}
	return out
}

// byClass orders a facet of categories as the classes stand, 1xx to 5xx.
func byClass(c *catalog.Catalog, cs []index.Count) []index.Count {
	place := func(slug string) int {
		return slices.IndexFunc(c.Categories, func(v *catalog.Category) bool { return v.Slug == slug })
	}
	cs = slices.Clone(cs)
	slices.SortStableFunc(cs, func(a, b index.Count) int { return place(a.Value) - place(b.Value) })
	return cs
}

func counts(cs []index.Count) []apiCount {
	out := make([]apiCount, len(cs))
	for i, c := range cs {
		out[i] = apiCount{c.Value, c.Count}
	}
	return out
}

// searchRequest reads the parameters that /search and the API share.
func searchRequest(q url.Values, snap *library.Snapshot) (index.Request, error) {
	req := index.Request{Text: q.Get("q"), Limit: defaultLimit}
	if len(req.Text) > maxQuery {
		return req, &requestError{status: http.StatusRequestURITooLong, detail: "The query is longer than 8 KiB. Paste long logs into /diagnose instead."}
	}
	for _, facet := range []struct {
		name   string
		values *[]string
	}{{"kind", &req.Kinds}, {"category", &req.Categories}, {"vendor", &req.Vendors}, {"tag", &req.Tags}} {
		for _, v := range q[facet.name] {
			if v == "" {
				continue // an empty form field asks for nothing
			}
			if known := snap.Index.Values(facet.name); !slices.Contains(known, v) {
				return req, badRequest("Unknown %s %q. Known: %s.", facet.name, v, strings.Join(known, ", "))
			}
			*facet.values = append(*facet.values, v)
		}
	}
	var err error
	if req.Limit, err = intParam(q, "limit", defaultLimit, 1, maxLimit); err != nil {
		return req, err
	}
	req.Offset, err = intParam(q, "offset", 0, 0, maxOffset)
	return req, err
}

func intParam(q url.Values, name string, def, lo, hi int) (int, error) {
	v := q.Get(name)
	if v == "" {
		return def, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < lo || n > hi {
		return 0, badRequest("Parameter %s is %q: it must be a whole number from %d to %d.", name, v, lo, hi)
	}
	return n, nil
}

// pageLinks is the Link field with the next and previous pages (RFC 8288).
func pageLinks(base string, q url.Values, offset, limit, total int) http.Header {
	link := func(offset int, rel string) string {
		q := cloneValues(q)
		q.Set("offset", strconv.Itoa(offset))
		return "<" + base + "?" + q.Encode() + `>; rel="` + rel + `"`
	}
	var links []string
	if offset+limit < total && offset+limit <= maxOffset {
		links = append(links, link(offset+limit, "next"))
	}
	if offset > 0 {
		links = append(links, link(max(0, offset-limit), "prev"))
	}
	if links == nil {
		return nil
	}
	return http.Header{"Link": {strings.Join(links, ", ")}}
}

func cloneValues(q url.Values) url.Values {
	out := make(url.Values, len(q))
	for k, v := range q {
		out[k] = slices.Clone(v)
	}
	return out
}

// apiSuggest serves GET /api/v1/suggest.
func (s *Server) apiSuggest(c *gin.Context, snap *library.Snapshot) error {
	text := c.Query("q")
	if len(text) > maxQuery {
		return &requestError{status: http.StatusRequestURITooLong, detail: "The query is longer than 8 KiB."}
	}
	found, err := snap.Index.Suggest(c.Request.Context(), text, suggestions)
	if err != nil {
		return err
	}
	out := apiSuggest{Query: text, Suggestions: []apiSuggestion{}}
	for _, f := range found {
		page, code := snap.Page(f.ID)
		if page == nil {
			continue
		}
		sug := apiSuggestion{ID: page.ID, Kind: string(page.Kind), URL: s.absolute(page.Path), Title: page.Title}
		if code != nil {
			sug.Category, sug.Vendor = code.Category.Slug, code.Vendor.Slug
		}
		out.Suggestions = append(out.Suggestions, sug)
	}
	return s.apiJSON(c, out)
}

// apiCodes serves GET /api/v1/codes.
func (s *Server) apiCodes(c *gin.Context, snap *library.Snapshot) error {
	category, vendor := c.Query("category"), c.Query("vendor")
	cat := snap.Catalog
	if _, err := cat.Category(category); category != "" && err != nil {
		return badRequest("Unknown category %q. Known: %s.", category, strings.Join(slugs(cat.Categories), ", "))
	}
	if _, err := cat.Vendor(vendor); vendor != "" && err != nil {
		return badRequest("Unknown vendor %q. Known: %s.", vendor, strings.Join(slugs(cat.Vendors), ", "))
	}
	out := apiCodes{Codes: []apiCodeRef{}}
	for _, code := range cat.Codes {
		if (category == "" || code.Category.Slug == category) && (vendor == "" || code.Vendor.Slug == vendor) {
			out.Codes = append(out.Codes, s.codeRef(code))
		}
	}
	out.Total = len(out.Codes)
	if c.Request.URL.RawQuery == "" {
		return s.apiOnce(c, snap, "/api/v1/codes", func() any { return out })
	}
	return s.apiJSON(c, out)
}

func slugs[T interface{ GetSlug() string }](ts []T) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.GetSlug()
	}
	return out
}

// apiCode serves GET /api/v1/codes/:id. A vendor's rendering leads to the code
// it renders, a number to the one vendor's that uses it.
func (s *Server) apiCode(c *gin.Context, snap *library.Snapshot) error {
	id := c.Param("id")
	code, err := snap.Catalog.Code(id)
	if err == nil {
		return s.apiOnce(c, snap, "/api/v1/codes/"+code.ID, func() any { return s.codeJSON(code) })
	}
	if code, err = snap.Catalog.Meant(id); err != nil {
		return err
	}
	s.redirect(c, http.StatusPermanentRedirect, "/api/v1/codes/"+code.ID)
	return nil
}

// apiCompare serves GET /api/v1/compare?ids=401,403.
func (s *Server) apiCompare(c *gin.Context, snap *library.Snapshot) error {
	var ids []string
	for _, list := range c.QueryArray("ids") {
		ids = append(ids, splitIDs(list)...)
	}
	if len(ids) < 2 {
		return badRequest("Parameter ids needs two to four codes, such as ids=401,403.")
	}
	cmp, err := snap.Catalog.Compare(ids)
	if err != nil {
		return err
	}
	return s.apiJSON(c, s.comparisonJSON(cmp))
}

func (s Shapes) comparisonJSON(cmp *catalog.Comparison) apiComparison {
	out := apiComparison{Codes: s.codeRefs(cmp.Codes), URL: s.absolute(cmp.Path), Choose: map[string]string{}, Points: []apiPoint{}}
	if cmp.Guide != nil {
		out.Verdict = &cmp.Guide.Verdict
		out.Choose = cmp.Guide.Choose
	}
	for _, p := range cmp.Points {
		point := apiPoint{Key: p.Key, Label: p.Label, Same: p.Same, Values: map[string]string{}}
		for i, cell := range p.Cells {
			point.Values[cmp.Codes[i].ID] = feed.Absolute(cell.Text, s.Base)
		}
		out.Points = append(out.Points, point)
	}
	return out
}

func splitIDs(s string) []string {
	var ids []string
	for id := range strings.SplitSeq(s, ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// apiCategories serves GET /api/v1/categories.
func (s *Server) apiCategories(c *gin.Context, snap *library.Snapshot) error {
	out := apiCategories{Total: len(snap.Catalog.Categories), Categories: []apiTaxonomy{}}
	for _, v := range snap.Catalog.Categories {
		out.Categories = append(out.Categories, s.taxonomyJSON(v.Taxonomy, len(v.Codes)))
	}
	return s.apiJSON(c, out)
}

// apiVendors serves GET /api/v1/vendors.
func (s *Server) apiVendors(c *gin.Context, snap *library.Snapshot) error {
	out := apiVendors{Total: len(snap.Catalog.Vendors), Vendors: []apiTaxonomy{}}
	for _, v := range snap.Catalog.Vendors {
		t := s.taxonomyJSON(v.Taxonomy, len(v.Codes)+len(v.Renderings))
		t.Hop, t.Words = v.Hop, v.Words
		out.Vendors = append(out.Vendors, t)
	}
	return s.apiJSON(c, out)
}

func (s Shapes) taxonomyJSON(t catalog.Taxonomy, count int) apiTaxonomy {
	return apiTaxonomy{Slug: t.Slug, Title: t.Title, Color: t.Color, Count: count, Intro: s.source(t.Intro), URL: s.absolute(t.Path)}
}

// apiPosts serves GET /api/v1/posts.
func (s *Server) apiPosts(c *gin.Context, snap *library.Snapshot) error {
	out := apiPosts{Total: len(snap.Catalog.Posts), Posts: []apiPostRef{}}
	for _, p := range snap.Catalog.Posts {
		out.Posts = append(out.Posts, s.postRef(p))
	}
	return s.apiJSON(c, out)
}
