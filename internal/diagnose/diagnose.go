// Package diagnose reads what an operator has at hand (a log line, response headers, curl -v
// output, a HAR file, an error page, a client's message) and says which hop between browser and
// application produced the status, which page of the library explains it, and why.
//
// The knowledge comes in two parts. Formats and standards are code: where ALB keeps the target's
// own status, what Proxy-Status (RFC 9209) means, how HAProxy spells a timeout. Signatures are data:
// an Engine is compiled from Rules, which the pages of the library carry in their front matter, so
// whoever hosts the library adds their own without touching this package.
//
// Nothing pasted is kept: an Engine has no memory between calls, writes no logs, and masks secrets
// before it looks at anything (see Mask). An Engine is safe for concurrent use.
package diagnose

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrBadRule is wrapped by every error Compile returns for a rule.
var ErrBadRule = errors.New("bad rule")

// Places a rule looks at, and a finding was made in.
const (
	WhereErrorLog  = "error-log"
	WhereAccessLog = "access-log"
	WhereHeader    = "header"
	WhereBody      = "body"
	WhereClient    = "client"
)

// Hops that can speak, from the reader's side to the application's.
const (
	EmitterClient       = "client"
	EmitterCDN          = "cdn"
	EmitterLoadBalancer = "load-balancer"
	EmitterProxy        = "proxy"
	EmitterAppServer    = "app-server"
	EmitterApp          = "app"
)

// Rule is one signature: what betrays a page's code in a log, a header, a body or a client's message.
type Rule struct {
	// ID is the page: "502", "nginx-499". Where a vendor's rendering of a standard code carries the
	// signature, ID is the standard page and AliasID the rendering ("nginx-502").
	ID      string `json:"id"`
	AliasID string `json:"alias_id,omitempty"`
	Title   string `json:"title,omitempty"`
	Vendor  string `json:"vendor,omitempty"`
	// Status is what the page of a vendor's own error is sent with, 0 where nothing is or several are.
	Status int `json:"status,omitempty"`
	// Emitter is the hop that speaks when the rule matches; empty means the vendor's usual place.
	Emitter string `json:"emitter,omitempty"`
	// Where is one of the Where constants.
	Where string `json:"where"`
	// Pattern is RE2, unanchored, matched on one line; on the whole text when Where is body; without
	// regard to case when Where is header. An access-log pattern of the form "FIELD VALUE" or
	// "FIELD VALUE with FIELD VALUE" is read as Fields.
	Pattern string `json:"pattern,omitempty"`
	// Fields are access-log fields with RE2 for the whole value: {"$status": "499"},
	// {"termination_state": "cR--"}, {"sc-status": "404", "sc-substatus": "13"}. Names are compared
	// without case and punctuation, so "$status" finds "status" in a JSON log.
	Fields map[string]string `json:"fields,omitempty"`
	// Says is what a match proves, in one sentence.
	Says string `json:"says,omitempty"`
	// NextChecks are commands or fields that would settle it.
	NextChecks []string `json:"next_checks,omitempty"`
}

// Config says what the engine needs to know about the library. Both functions may be nil, must be
// safe for concurrent use, and must not block.
type Config struct {
	// Known returns the page of a standard code.
	Known func(code int) (id, title string, ok bool)
	// VendorPage returns the page of a vendor's code: ("nginx", "499"), ("iis", "404.13"),
	// ("httpsys", "queuefull"), ("gcp-lb", "backend-timeout"), ("haproxy", "cR-lower"). By convention
	// that is the page with the id vendor + "-" + code. For a rendering of a standard code either id
	// will do.
	VendorPage func(vendor, code string) (id string, ok bool)
	// MaxPaste bounds what Diagnose reads, in bytes; 0 means DefaultMaxPaste.
	MaxPaste int
}

// DefaultMaxPaste is what the diagnose endpoint accepts at most.
const DefaultMaxPaste = 2 << 20

// Engine holds compiled rules. Make one with Compile.
type Engine struct {
	known      func(int) (string, string, bool)
	vendorPage func(string, string) (string, bool)
	maxPaste   int

	rules      []*rule
	lines      *prefilter // rules with a Pattern
	fieldRules []*rule    // rules with Fields
	fieldNames []string   // canonical names that field rules use, sorted
	titles     map[string]string
	proofs     map[string][]string // by page, what it offers to prove it
	vendors    []string            // vendors known from the rules, then the built-in ones
	texts      textPatterns
}

// rule is a Rule ready to match.
type rule struct {
	Rule
	order   int
	rivals  int // pages that claim the very same signature, this one included
	codes   []int
	own     bool // a vendor's own page, not a standard code
	re      *regexp.Regexp
	fields  []fieldPattern
	always  bool // no literal to look for first
	literal int  // length of the shortest literal that a match must contain
}

type fieldPattern struct {
	name string // canonical
	re   *regexp.Regexp
}

// Compile checks and compiles rules. The error joins all bad rules; each names the page, the
// signature and the reason, and wraps ErrBadRule.
func Compile(rules []Rule, cfg Config) (*Engine, error) {
	e := &Engine{
		known:      cfg.Known,
		vendorPage: cfg.VendorPage,
		maxPaste:   cfg.MaxPaste,
		titles:     make(map[string]string),
		proofs:     make(map[string][]string),
		texts:      newTextPatterns(),
	}
	if e.known == nil {
		e.known = func(int) (string, string, bool) { return "", "", false }
	}
	if e.vendorPage == nil {
		e.vendorPage = func(string, string) (string, bool) { return "", false }
	}
	if e.maxPaste <= 0 {
		e.maxPaste = DefaultMaxPaste
	}
	var problems []error
	groups := make(map[string][]*rule)
	for i, r := range rules {
		c, err := compileRule(i, e.completed(r))
		if err != nil {
			problems = append(problems, err)
			continue
		}
		e.rules = append(e.rules, c)
		key := c.signature()
		groups[key] = append(groups[key], c)
		e.noteNames(c.Rule)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	for _, g := range groups {
		pages := make(map[string]bool)
		for _, r := range g {
			pages[r.ID] = true
		}
		for _, r := range g { // the status that a vendor's own page is sent with is no rival of it: it is the broader page
			if r.own && r.Status > 0 {
				delete(pages, strconv.Itoa(r.Status))
			}
		}
		for _, r := range g {
			r.rivals = len(pages)
			if !r.own {
				continue
			}
			for _, rival := range g { // the statuses a vendor's own error is sent with
				if n := plainStatus(rival.ID); n > 0 && !slices.Contains(r.codes, n) {
					r.codes = append(r.codes, n)
				}
			}
		}
	}
	e.index()
	return e, nil
}

// completed fills in what a page leaves to be understood: a standard page's vendor is no vendor, and a
// vendor's signature on it belongs to that vendor's rendering of the code.
func (e *Engine) completed(r Rule) Rule {
	if r.Vendor == "ietf" || strings.HasPrefix(r.Vendor, "(") {
		r.Vendor = ""
	}
	if r.AliasID == "" && r.Vendor != "" && r.Where != WhereClient && isPlainCode(r.ID) {
		if _, ok := e.vendorPage(r.Vendor, r.ID); ok {
			r.AliasID = r.Vendor + "-" + r.ID
		}
	}
	return r
}

func compileRule(order int, r Rule) (*rule, error) {
	bad := func(format string, args ...any) error {
		id := r.ID
		if id == "" {
			id = fmt.Sprintf("number %d", order+1)
		}
		return fmt.Errorf("rule %s: %w: %s", id, ErrBadRule, fmt.Sprintf(format, args...))
	}
	switch r.Where {
	case WhereErrorLog, WhereAccessLog, WhereHeader, WhereBody, WhereClient:
	default:
		return nil, bad("where is %q; want error-log, access-log, header, body or client", r.Where)
	}
	switch r.Emitter {
	case "":
		r.Emitter = emitterOf(r.Vendor, r.ID)
	case EmitterClient, EmitterCDN, EmitterLoadBalancer, EmitterProxy, EmitterAppServer, EmitterApp:
	default:
		return nil, bad("emitter is %q; want client, cdn, load-balancer, proxy, app-server or app", r.Emitter)
	}
	if r.ID == "" {
		return nil, bad("it names no page")
	}
	if r.Pattern == "" && len(r.Fields) == 0 {
		return nil, bad("it has neither a pattern nor fields")
	}
	if r.Pattern != "" && len(r.Fields) > 0 {
		return nil, bad("it has both a pattern and fields")
	}
	if r.Pattern != "" {
		if fields := fieldsInPattern(r.Where, r.Pattern); fields != nil {
			r.Pattern, r.Fields = "", fields
		}
	}
	c := &rule{Rule: r, order: order, codes: codesOf(r), own: !isPlainCode(r.ID)}
	if r.Pattern != "" {
		p := r.Pattern
		if r.Where == WhereHeader {
			p = "(?i)" + p
		}
		re, err := regexp.Compile(p)
		if err != nil {
			return nil, bad("pattern %q: %v", r.Pattern, err)
		}
		if re.MatchString("") {
			return nil, bad("pattern %q matches everything", r.Pattern)
		}
		c.re = re
	}
	for _, name := range sortedKeys(r.Fields) {
		canon := canonicalName(name)
		if canon == "" {
			return nil, bad("field %q has no letters", name)
		}
		re, err := regexp.Compile("^(?:" + r.Fields[name] + ")$")
		if err != nil {
			return nil, bad("field %s: pattern %q: %v", name, r.Fields[name], err)
		}
		c.fields = append(c.fields, fieldPattern{canon, re})
	}
	return c, nil
}

// signature identifies what a rule looks for, so that rules of different pages can be seen to share it.
func (r *rule) signature() string {
	var b strings.Builder
	b.WriteString(r.Where + "\x00" + r.Pattern)
	for _, name := range sortedKeys(r.Fields) {
		b.WriteString("\x00" + canonicalName(name) + "=" + r.Fields[name])
	}
	return b.String()
}

func (e *Engine) noteNames(r Rule) {
	if len(r.NextChecks) > 0 {
		e.proofs[r.ID] = r.NextChecks
	}
	if r.Title != "" {
		for _, id := range []string{r.ID, r.AliasID} {
			if id != "" && e.titles[id] == "" {
				e.titles[id] = r.Title
			}
		}
	}
	if r.Vendor != "" && r.Where != WhereClient && !slices.Contains(e.vendors, r.Vendor) {
		e.vendors = append(e.vendors, r.Vendor)
	}
}

func (e *Engine) index() {
	for _, v := range codeVendors() {
		if !slices.Contains(e.vendors, v) {
			e.vendors = append(e.vendors, v)
		}
	}
	names := make(map[string]bool)
	var patterns []*rule
	for _, r := range e.rules {
		if r.re != nil {
			patterns = append(patterns, r)
			continue
		}
		e.fieldRules = append(e.fieldRules, r)
		for _, f := range r.fields {
			names[f.name] = true
		}
	}
	e.lines = newPrefilter(patterns)
	for name := range names {
		e.fieldNames = append(e.fieldNames, name)
	}
	slices.Sort(e.fieldNames)
}
