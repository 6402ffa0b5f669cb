// Package catalog turns all content files into one immutable set of pages that
// know each other: taxonomies, neighbours, related codes, comparisons, posts
// about a code. It reads any fs.FS, so a test's library is a string.
//
// Everything a Catalog hands out is shared: callers must not change it. All
// methods are safe for concurrent use.
package catalog

import (
	"errors"
	"html/template"
	"time"

	"siteerror/internal/config"
	"siteerror/internal/markdown"
)

// ErrNotFound is returned for an id, slug or path that no page has.
var ErrNotFound = errors.New("not found")

// Kind is the kind of a page.
type Kind string

// The kinds of pages.
const (
	KindCode Kind = "code"
	KindPost Kind = "post"
	KindDoc  Kind = "doc"
)

// Page is what every page has.
type Page struct {
	Kind     Kind
	ID       string // "202", "nginx-499", a post's slug, a doc's path
	Title    string // "202 Accepted", "NGINX 499 Client Closed Request"
	Path     string // on the site, without base path: "/codes/202"
	Summary  string // one line of at most 160 characters; may be empty for a doc
	Tags     []string
	Modified time.Time // day of review or last change; zero where the file does not say
	File     string    // the content file, "codes/202.md", for people
	Own      bool      // from a tree of those who host this, not from the shipped library
	Markdown string    // the body as written

	source    int // the tree it is from
	top, flat []*Section
	text      *docText // of a doc, which makes its sections whenever somebody asks
}

// Sections are the top-level sections in page order, children below.
func (p *Page) Sections() []*Section {
	if p.text != nil {
		_, top, _ := p.text.read()
		return top
	}
	return p.top
}

// Flat is every section in page order.
func (p *Page) Flat() []*Section {
	if p.text != nil {
		_, _, links := p.text.read()
		return links.flat
	}
	return p.flat
}

// Portable is the body as Markdown that others read: see Markdown, without what
// only this program understands. Links lead to paths of the site, without base path.
func (p *Page) Portable() string {
	if p.text != nil {
		return p.text.markdown()
	}
	return p.Markdown
}

// Texts calls visit for every section in page order with what is searched of it.
func (p *Page) Texts(visit func(anchor, title, text, aliasID string)) {
	if p.text != nil {
		p.text.texts(visit)
		return
	}
	for _, s := range p.flat {
		visit(s.Anchor, s.Title, s.Text, s.AliasID)
	}
}

// TextCount is how often Texts calls visit.
func (p *Page) TextCount() int {
	if p.text != nil {
		return p.text.count()
	}
	return len(p.flat)
}

// Section is a heading and what stands below it, up to the next heading of the
// same or a higher level.
type Section struct {
	Anchor   string
	Title    string // plain text
	Level    int
	Text     string // plain text below the heading, without the children's
	Source   string // Markdown below the heading, without the children's
	Blocks   []markdown.Block
	Children []*Section
	AliasID  string // "nginx-502" where the section is a vendor's rendering
	Origin   string // who added the section to the page: "Acme"; "" for the page's own
	Added    []*Section

	body  *body
	index int
}

// Code is the page of a status code.
type Code struct {
	Page
	Code       string // "202", "404.13", "H12"
	Name       string
	Number     int // the HTTP status that travels: 202, 404 for 404.13; 0 where none does
	Vendor     *Vendor
	Category   *Category
	Verdict    string
	Aliases    []string
	Popularity int
	Short      bool // a rare code with fewer sections
	Semantics  Semantics
	Reference  Link // zero where no document defines the code
	SeenIn     []string
	Symptoms   []string
	Signatures []Signature
	Related    []Relation
	Sources    []Link
	Reviewed   time.Time

	Example        *Example // the example response; nil where the page has none
	LogLine        string   // of a code that is only logged; else ""
	Meaning        *Section // each section is nil where the page lacks it
	PlainEnglish   *Section
	Definition     *Section
	Standard       *Section
	WhyItHappens   *Section
	Proof          *Section
	Fix            *Section
	Mistakes       *Section
	AsVendorsSend  *Section
	QuestionsBlock *Section
	Extra          []*Section // sections this package has no name for, in page order
	Quote          string     // the standard's words, paragraphs separated by "\n\n"; "" where none
	Causes         []string   // Markdown
	Fixes          []Fix      // visitor, developer, operator, in this order
	Questions      []Question // in page order
	Renderings     []Rendering
	Additions      []Addition // what other files add to the page
	Constants      []Constant

	Previous, Next *Code    // in the vendor's order; nil at an end
	Posts          []*Post  // that speak of this code, newest first
	Guides         []*Guide // written comparisons with this code

	snippets func() []Snippet
}

// Semantics are the facts that page, API, comparison, cheat sheet, quiz and
// mock all read.
type Semantics struct {
	Registration    string   `yaml:"registration" json:"registration"`
	Actor           []string `yaml:"actor" json:"actor"`
	Emitters        []string `yaml:"emitters" json:"emitters"`
	OnWire          string   `yaml:"on_wire" json:"on_wire"`
	Retry           string   `yaml:"retry" json:"retry"`
	Cacheable       bool     `yaml:"cacheable" json:"cacheable"`
	Body            string   `yaml:"body" json:"body"`
	RequiredHeaders []string `yaml:"required_headers" json:"required_headers"`
	UsualHeaders    []string `yaml:"usual_headers" json:"usual_headers"`
	MethodChange    string   `yaml:"method_change" json:"method_change"`
}

// Signature is one piece of evidence for a code.
type Signature struct {
	Where   string            `yaml:"where" json:"where"` // error-log, access-log, header, body, client
	Vendor  string            `yaml:"vendor" json:"vendor,omitempty"`
	Emitter string            `yaml:"emitter" json:"emitter,omitempty"`
	Pattern string            `yaml:"pattern" json:"pattern,omitempty"`
	Fields  map[string]string `yaml:"fields" json:"fields,omitempty"`
	Example string            `yaml:"example" json:"example,omitempty"`
	Says    string            `yaml:"says" json:"says"`
}

// Relation leads to a code that has to do with this one.
type Relation struct {
	Code     *Code
	ID       string // as written; "nginx-502" leads to the section of 502
	Path     string // with the fragment of a rendering
	Relation string
	Why      string
}

// Link is a title and where it leads.
type Link struct {
	Title string `yaml:"title" json:"title"`
	URL   string `yaml:"url" json:"url"`
}

// Fix is what one kind of reader can do.
type Fix struct {
	For     string   // visitor, developer, operator
	Title   string   // "If you are a visitor"
	Answer  string   // Markdown: one or two sentences
	Steps   []string // Markdown list items below it
	Section *Section
}

// Question is an entry of the FAQ.
type Question struct {
	Question string
	Answer   string // Markdown
	Section  *Section
}

// Rendering is a registered code as one vendor produces it.
type Rendering struct {
	ID      string // "nginx-502"
	Vendor  *Vendor
	Code    *Code // the registered code
	Path    string
	Section *Section
}

// Summary is the rendering's first sentence, plain text.
func (r Rendering) Summary() string { return firstSentence(r.Section.Text) }

// Addition is what the hosting people add to a page: its sections stand in
// Section.Added of the sections they belong to.
type Addition struct {
	By       string // "Acme"
	Markdown string
	File     string
	Sections []*Section
}

// Snippet is a ready-to-use piece of code for a code.
type Snippet struct {
	Language  string `json:"language"`  // "Go", the tab's title
	Framework string `json:"framework"` // "net/http", "Gin"
	Purpose   string `json:"purpose"`   // return, handle
	Lexer     string `json:"-"`         // for highlighting
	Code      string `json:"code"`
}

// Constant is the name that a language gives to a status.
type Constant struct {
	Language string `json:"language"`
	Name     string `json:"name"`
}

// Post is a blog post.
type Post struct {
	Page
	Date, Updated time.Time
	Minutes       int // reading time
	Codes         []*Code
	Related       []*Post // by tags and codes, best first, at most three
}

// Doc is any other Markdown page.
type Doc struct {
	Page
	Label          string // what lists call it; the title unless a file says otherwise
	Group          string // the heading under which its folder lists it: "Guides"; mostly ""
	Order          int    // among its siblings, in thousandths; they are in order
	Folder         bool   // made for a folder that has no page of its own: it has no body
	Parent         *Doc
	Children       []*Doc
	Previous, Next *Doc // in reading order; nil at an end, and of folders
}

// Taxonomy is what categories and vendors share.
type Taxonomy struct {
	Slug  string
	Title string
	Order int
	Color string // a token of the style sheet without dashes: "c4", or "x-" and the slug where Hex is set
	Hex   string // "#8a1c4b" where the hosting people chose a color; else ""
	Intro *Section
	Path  string
	Codes []*Code // in order
}

// Category is a class of codes.
type Category struct{ Taxonomy }

// Vendor is a product that has codes of its own, or renders registered ones.
type Vendor struct {
	Taxonomy
	Hop        string   // the emitter it usually is
	Words      []string // what people call it
	URL        string
	Renderings []Rendering // of registered codes, by number
}

// Guide is what somebody wrote about a pair of codes.
type Guide struct {
	Codes    []*Code // two, in canonical order
	Verdict  string
	Choose   map[string]string // id → "when …"
	Path     string            // "/compare/401-vs-403"
	Sections []*Section
}

// Catalog is all pages.
type Catalog struct {
	Codes      []*Code // registered ones by number, then each vendor's in its order
	Posts      []*Post // newest first
	Docs       []*Doc  // in reading order, without folders
	Roots      []*Doc  // docs and folders that stand in no other, in order
	Categories []*Category
	Vendors    []*Vendor
	Guides     []*Guide // pairs that people meet most often first
	Synonyms   Synonyms
	Site       config.Site
	Skipped    markdown.Problems // of files that were left out
	Faults     markdown.Problems // of docs that are served all the same: links that lead nowhere
	CacheFault error             // why the cache could not be written, or nil
	Hash       string            // of all files' content, 16 hex digits: names the content version

	codes      map[string]*Code // by lower-case id
	renderings map[string]Rendering
	numbers    map[string][]*Code // by lower-case code
	posts      map[string]*Post
	docs       map[string]*Doc
	categories map[string]*Category
	vendors    map[string]*Vendor
	guides     map[string]*Guide        // by path
	failed     map[string]bool          // "codes/502": there is a file, and it has problems of its own
	assets     assets                   // that pages link to
	lower      func() map[string]string // docs' paths by their lower-case form
	names      map[string]*Doc          // by other addresses of theirs, lower case
	endings    func() map[string][]*Doc // by the last word of their paths, lower case
	kept       map[keptKey]*parsed      // for the next load, if asked for
	trees      []tree                   // by source
	popular    []*Code                  // all codes, the most often met first
	renderer   *markdown.Renderer
	base       string
}

// Synonyms is the vocabulary of the field, kept as data.
type Synonyms struct {
	Groups  [][]string          `yaml:"synonyms"`
	Vendors map[string][]string `yaml:"vendors"`
}

// HTML returns the section without its heading and children.
func (s *Section) HTML() template.HTML { return s.HTMLFrom(0) }
