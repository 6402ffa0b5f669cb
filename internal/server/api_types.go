package server

import (
	"time"

	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/feed"
	"siteerror/internal/library"
)

// The shapes of /api/v1. OpenAPI describes them; programs rely on them.

type apiSearch struct {
	Query      string    `json:"query"`
	Total      int       `json:"total"`
	TookMS     float64   `json:"took_ms"`
	Generation string    `json:"generation"`
	Hits       []apiHit  `json:"hits"`
	Facets     apiFacets `json:"facets"`
	DidYouMean *string   `json:"did_you_mean"`
}

type apiHit struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind"`
	URL         string     `json:"url"`
	Title       string     `json:"title"`
	Code        string     `json:"code"` // "" for what is no code, as the next two
	Category    string     `json:"category"`
	Vendor      string     `json:"vendor"`
	VendorTitle string     `json:"vendor_title,omitempty"`
	Section     apiSection `json:"section"`
	Snippet     string     `json:"snippet"`
	Score       float64    `json:"score"`
}

type apiSection struct {
	Anchor string `json:"anchor"`
	Title  string `json:"title"`
}

type apiFacets struct {
	Kind     []apiCount `json:"kind"`
	Category []apiCount `json:"category"`
	Vendor   []apiCount `json:"vendor"`
	Tag      []apiCount `json:"tag"`
}

type apiCount struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

type apiSuggest struct {
	Query       string          `json:"query"`
	Suggestions []apiSuggestion `json:"suggestions"`
}

type apiSuggestion struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	URL      string `json:"url"`
	Title    string `json:"title"`
	Category string `json:"category"` // "" for what is no code, as the next
	Vendor   string `json:"vendor"`
}

type apiCodes struct {
	Total int          `json:"total"`
	Codes []apiCodeRef `json:"codes"`
}

// apiCodeRef is a code in a list.
type apiCodeRef struct {
	ID       string `json:"id"`
	Code     string `json:"code"`
	Name     string `json:"name"`
	Category string `json:"category"`
	Vendor   string `json:"vendor"`
	Summary  string `json:"summary"`
	URL      string `json:"url"`
}

type apiCode struct {
	apiCodeRef
	Status            int                 `json:"status,omitempty"`
	Aliases           []string            `json:"aliases"`
	Verdict           string              `json:"verdict"`
	Semantics         catalog.Semantics   `json:"semantics"`
	SeenIn            []string            `json:"seen_in"`
	Symptoms          []string            `json:"symptoms"`
	Signatures        []catalog.Signature `json:"signatures"`
	Example           *string             `json:"example"`
	LogLine           string              `json:"log_line,omitempty"`
	Causes            []string            `json:"causes"`
	Fixes             []string            `json:"fixes"`
	FixesFor          map[string]apiFix   `json:"fixes_for"`
	Meaning           string              `json:"meaning"`
	Definition        string              `json:"definition"`
	PlainEnglish      string              `json:"plain_english"`
	Misinterpretation string              `json:"misinterpretation"`
	Proof             string              `json:"proof,omitempty"`
	RFC               *apiRFC             `json:"rfc"`
	Renderings        []apiRendering      `json:"renderings"`
	Snippets          []catalog.Snippet   `json:"snippets"`
	Constants         []catalog.Constant  `json:"constants"`
	FAQ               []apiQuestion       `json:"faq"`
	Additions         []apiAddition       `json:"additions,omitempty"`
	Related           []apiRelation       `json:"related"`
	Posts             []apiPostRef        `json:"posts"`
	Previous          *string             `json:"previous"`
	Next              *string             `json:"next"`
	Sources           []catalog.Link      `json:"sources"`
	Reviewed          string              `json:"reviewed"`
}

// apiAddition is what the hosting people add to a page.
type apiAddition struct {
	By       string `json:"by"`
	Markdown string `json:"markdown"`
}

type apiFix struct {
	Answer string   `json:"answer"`
	Steps  []string `json:"steps"`
}

type apiRFC struct {
	Quote     string `json:"quote"`
	Reference string `json:"reference"`
	URL       string `json:"url"`
}

type apiRendering struct {
	ID      string `json:"id"`
	Vendor  string `json:"vendor"`
	Summary string `json:"summary"`
	Text    string `json:"text"`
	URL     string `json:"url"`
}

type apiQuestion struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

type apiRelation struct {
	ID       string `json:"id"`
	Relation string `json:"relation"`
	Why      string `json:"why"`
	URL      string `json:"url"`
}

type apiPostRef struct {
	Slug    string   `json:"slug"`
	Title   string   `json:"title"`
	Summary string   `json:"summary"`
	Date    string   `json:"date"`
	Tags    []string `json:"tags"`
	Minutes int      `json:"minutes"`
	URL     string   `json:"url"`
}

// apiPage is what the command prints of a post or a doc.
type apiPage struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	URL      string `json:"url"`
	Title    string `json:"title"`
	Summary  string `json:"summary"`
	Markdown string `json:"markdown"`
}

type apiPosts struct {
	Total int          `json:"total"`
	Posts []apiPostRef `json:"posts"`
}

type apiTaxonomy struct {
	Slug  string   `json:"slug"`
	Title string   `json:"title"`
	Color string   `json:"color,omitempty"`
	Count int      `json:"count"`
	Hop   string   `json:"hop,omitempty"`
	Words []string `json:"words,omitempty"`
	Intro string   `json:"introduction"`
	URL   string   `json:"url"`
}

type apiCategories struct {
	Total      int           `json:"total"`
	Categories []apiTaxonomy `json:"categories"`
}

type apiVendors struct {
	Total   int           `json:"total"`
	Vendors []apiTaxonomy `json:"vendors"`
}

type apiComparison struct {
	Codes   []apiCodeRef      `json:"codes"`
	URL     string            `json:"url"`
	Verdict *string           `json:"verdict"`
	Choose  map[string]string `json:"choose"`
	Points  []apiPoint        `json:"points"`
}

type apiPoint struct {
	Key    string            `json:"key"`
	Label  string            `json:"label"`
	Same   bool              `json:"same"`
	Values map[string]string `json:"values"` // by id
}

// Shapes makes the API's values of the catalog's, with links below Base: the
// site's address or, where nobody has said it, its path. The command prints the
// same shapes.
type Shapes struct{ Base string }

// absolute is the address of a path of the site, absolute where the operator
// has said what the site's address is. It never looks at a request.
func (s Shapes) absolute(path string) string { return s.Base + path }

// Code is a code as GET /api/v1/codes/{id} answers it.
func (s Shapes) Code(c *catalog.Code) any { return s.codeJSON(c) }

// Codes are codes as GET /api/v1/codes lists them.
func (s Shapes) Codes(codes []*catalog.Code) any {
	return apiCodes{Total: len(codes), Codes: s.codeRefs(codes)}
}

// Comparison is a comparison as GET /api/v1/compare answers it.
func (s Shapes) Comparison(c *catalog.Comparison) any { return s.comparisonJSON(c) }

// Search is a search's result as GET /api/v1/search answers it.
func (s Shapes) Search(snap *library.Snapshot, text string, res *index.Result, took time.Duration) any {
	return s.searchJSON(snap, text, res, took)
}

// Page is a post or a doc with its text as Markdown.
func (s Shapes) Page(p catalog.Page) any {
	return apiPage{
		ID: p.ID, Kind: string(p.Kind), URL: s.absolute(p.Path), Title: p.Title, Summary: p.Summary, Markdown: feed.PageMarkdown(p, feed.Site{URL: s.Base}),
	}
}

func (s Shapes) codeRef(c *catalog.Code) apiCodeRef {
	return apiCodeRef{
		ID: c.ID, Code: c.Code, Name: c.Name, Category: c.Category.Slug, Vendor: c.Vendor.Slug, Summary: c.Summary, URL: s.absolute(c.Path),
	}
}

func (s Shapes) codeRefs(codes []*catalog.Code) []apiCodeRef {
	refs := make([]apiCodeRef, len(codes))
	for i, c := range codes {
		refs[i] = s.codeRef(c)
	}
	return refs
}

func (s Shapes) postRef(p *catalog.Post) apiPostRef {
	return apiPostRef{
		Slug: p.ID, Title: p.Title, Summary: p.Summary, Date: p.Date.Format(time.DateOnly), Tags: list(p.Tags), Minutes: p.Minutes, URL: s.absolute(p.Path),
	}
}

func (s Shapes) codeJSON(c *catalog.Code) apiCode {
	out := apiCode{
		apiCodeRef: s.codeRef(c), Status: c.Number, Aliases: list(c.Aliases), Verdict: c.Verdict, Semantics: c.Semantics,
		SeenIn: list(c.SeenIn), Symptoms: list(c.Symptoms), Signatures: list(c.Signatures), LogLine: c.LogLine,
		Causes: s.links(c.Causes), Fixes: []string{}, FixesFor: map[string]apiFix{},
		Meaning: s.source(c.Meaning), Definition: s.source(c.Definition), PlainEnglish: s.source(c.PlainEnglish),
		Misinterpretation: s.source(c.Mistakes), Proof: s.source(c.Proof),
		Renderings: []apiRendering{}, Snippets: list(c.Snippets()), Constants: list(c.Constants), FAQ: []apiQuestion{},
		Related: []apiRelation{}, Posts: []apiPostRef{}, Sources: list(c.Sources), Reviewed: c.Reviewed.Format(time.DateOnly),
	}
	out.Semantics.Actor = list(c.Semantics.Actor)
	out.Semantics.Emitters = list(c.Semantics.Emitters)
	out.Semantics.RequiredHeaders = list(c.Semantics.RequiredHeaders)
	out.Semantics.UsualHeaders = list(c.Semantics.UsualHeaders)
	if c.Example != nil {
		out.Example = &c.Example.Raw
	}
	if c.Quote != "" {
		out.RFC = &apiRFC{Quote: c.Quote, Reference: c.Reference.Title, URL: c.Reference.URL}
	}
	for _, f := range c.Fixes {
		answer, steps := feed.Absolute(f.Answer, s.Base), s.links(f.Steps)
		out.Fixes = append(append(out.Fixes, answer), steps...)
		out.FixesFor[f.For] = apiFix{Answer: answer, Steps: steps}
	}
	for _, r := range c.Renderings {
		out.Renderings = append(out.Renderings, apiRendering{ID: r.ID, Vendor: r.Vendor.Slug, Summary: r.Summary(), Text: s.source(r.Section), URL: s.absolute(r.Path)})
	}
	for _, q := range c.Questions {
		out.FAQ = append(out.FAQ, apiQuestion{q.Question, feed.Absolute(q.Answer, s.Base)})
	}
	for _, a := range c.Additions {
		out.Additions = append(out.Additions, apiAddition{By: a.By, Markdown: feed.Absolute(a.Markdown, s.Base)})
	}
	for _, r := range c.Related {
		out.Related = append(out.Related, apiRelation{ID: r.ID, Relation: r.Relation, Why: r.Why, URL: s.absolute(r.Path)})
	}
	for _, p := range c.Posts {
		out.Posts = append(out.Posts, s.postRef(p))
	}
	if c.Previous != nil {
		out.Previous = &c.Previous.ID
	}
	if c.Next != nil {
		out.Next = &c.Next.ID
	}
	return out
}

// source is a section's Markdown, its links as the site's address has them.
func (s Shapes) source(part *catalog.Section) string {
	if part == nil {
		return ""
	}
	return feed.Absolute(part.Source, s.Base)
}

// links are Markdown texts whose links are as the site's address has them.
func (s Shapes) links(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = feed.Absolute(t, s.Base)
	}
	return out
}

// list makes a nil slice an empty JSON array.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// apiMisses are the searches that led nowhere, most missed first. No field tells who searched.
type apiMisses struct {
	Since    time.Time `json:"since"`
	Searches int       `json:"searches"`
	Misses   []apiMiss `json:"misses"`
}

type apiMiss struct {
	Query    string `json:"query"`
	Missed   int    `json:"missed" jsonschema:"searches less results that were opened"`
	Searches int    `json:"searches"`
	Results  int    `json:"results" jsonschema:"found by the last of them"`
	Last     string `json:"last" jsonschema:"day of the last of them"`
}
