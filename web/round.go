package web

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"siteerror/internal/catalog"
)

// Round makes the questions of a seed, the same ones each time for the same
// catalog. It is shorter than RoundLength, or empty, where the catalog has too
// little to ask about.
func Round(c *catalog.Catalog, seed uint64) []Question {
	a := asker{rng: rand.New(rand.NewPCG(seed, 0x5173e44)), cat: c}
	for _, code := range c.Codes {
		if code.Popularity >= 4 && code.Vendor.Slug == "ietf" {
			a.pool = append(a.pool, code)
		}
	}
	if len(a.pool) < 8 {
		return nil
	}
	kinds := []func(*asker) (Question, bool){
		(*asker).nameTheCode, (*asker).pickForSituation, (*asker).wrongHeader, (*asker).whoLogged, (*asker).whichOfTwo, (*asker).requiredHeader,
	}
	var round []Question
	asked := map[string]bool{}
	const rounds, tries = 20, 40 // bounds for catalogs that have little of a kind
	for range rounds {
		a.rng.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
		for _, kind := range kinds {
			for range tries {
				if q, ok := kind(&a); ok && !asked[q.Kind+q.Path] {
					asked[q.Kind+q.Path] = true
					if round = append(round, q); len(round) == RoundLength {
						return round
					}
					break
				}
			}
		}
	}
	return round
}

// asker makes questions. A method reports false where the dice fell on something
// that makes no good question.
type asker struct {
	rng  *rand.Rand
	cat  *catalog.Catalog
	pool []*catalog.Code // well-known registered codes
}

func (a *asker) any() *catalog.Code { return a.pool[a.rng.IntN(len(a.pool))] }

// choose shuffles the right answer among at most three wrong ones, which differ
// from it and from each other.
func (a *asker) choose(right string, wrong []string) (options []string, at int, ok bool) {
	slices.Sort(wrong)
	wrong = slices.Compact(wrong)
	wrong = slices.DeleteFunc(wrong, func(w string) bool { return w == right || w == "" })
	a.rng.Shuffle(len(wrong), func(i, j int) { wrong[i], wrong[j] = wrong[j], wrong[i] })
	if len(wrong) < 2 {
		return nil, 0, false
	}
	options = append([]string{right}, wrong[:min(3, len(wrong))]...)
	a.rng.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
	return options, slices.Index(options, right), true
}

// neighbours are codes somebody could take for code: related ones, then those of
// its class.
func (a *asker) neighbours(code *catalog.Code) []*catalog.Code {
	var near []*catalog.Code
	for _, r := range code.Related {
		if r.Code.Vendor.Slug == "ietf" && r.Code != code {
			near = append(near, r.Code)
		}
	}
	for _, other := range a.pool {
		if len(near) < 6 && other != code && other.Category == code.Category && !slices.Contains(near, other) {
			near = append(near, other)
		}
	}
	return near
}

func (a *asker) nameTheCode() (Question, bool) {
	code := a.any()
	var wrong []string
	for _, n := range a.neighbours(code) {
		wrong = append(wrong, n.Name)
	}
	options, right, ok := a.choose(code.Name, wrong)
	return Question{Kind: "Name the code", Text: "What is " + code.Code + " called?", Options: options, Right: right, Why: code.Verdict, Path: code.Path, Link: code.Title}, ok
}

func (a *asker) pickForSituation() (Question, bool) {
	code := a.any()
	if len(code.Symptoms) == 0 {
		return Question{}, false
	}
	symptom := code.Symptoms[a.rng.IntN(len(code.Symptoms))]
	if strings.Contains(symptom, code.Code) || strings.Contains(strings.ToLower(symptom), strings.ToLower(code.Name)) {
		return Question{}, false // it names the answer
	}
	var wrong []string
	for _, n := range a.neighbours(code) {
		if !slices.Contains(n.Symptoms, symptom) {
			wrong = append(wrong, n.Title)
		}
	}
	options, right, ok := a.choose(code.Title, wrong)
	return Question{Kind: "Pick the code for a situation", Text: "Which code fits: “" + symptom + "”?", Options: options, Right: right, Why: code.Verdict, Path: code.Path, Link: code.Title}, ok
}

// strangers are fields that do not belong in a response, or not in this one.
var strangers = []struct {
	line, why string
	except    []string // codes where the field is at home
	only      []string // the only codes where it is wrong; empty: all
}{
	{line: `If-None-Match: "33a64df5"`, why: "If-None-Match is a condition of a request; a response carries the ETag it is compared with (RFC 9110 §13.1.2)."},
	{line: "Range: bytes=0-499", why: "Range asks for a part and stands in requests (RFC 9110 §14.2)."},
	{line: "Host: shop.example", why: "Host names the site that a request is for (RFC 9110 §7.2)."},
	{line: "User-Agent: curl/8.5.0", why: "User-Agent says who asks; a response has Server for that (RFC 9110 §10.1.5)."},
	{line: "Expect: 100-continue", why: "Expect is how a client asks to be told before it sends the body (RFC 9110 §10.1.1)."},
	{line: "Authorization: Bearer eyJhbGciOi", why: "Authorization is what a client proves itself with; a server asks with WWW-Authenticate (RFC 9110 §11.6.2)."},
	{line: "Content-Range: bytes 0-99/1234", why: "Content-Range means something in a 206 and a 416 alone (RFC 9110 §14.4).", except: []string{"206", "416"}},
	{line: "Content-Length: 0", why: "A 204 must not carry Content-Length, not even of zero (RFC 9110 §8.6).", only: []string{"204"}},
}

func (a *asker) wrongHeader() (Question, bool) {
	code := a.any()
	s := strangers[a.rng.IntN(len(strangers))]
	if code.Example == nil || code.Number < 200 || slices.Contains(s.except, code.Code) || len(s.only) > 0 && !slices.Contains(s.only, code.Code) {
		return Question{}, false
	}
	var lines []string
	name, _, _ := strings.Cut(s.line, ":")
	for _, h := range code.Example.Headers {
		line := h.Name + ": " + h.Value
		if strings.EqualFold(h.Name, name) || slices.Contains(lines, line) {
			return Question{}, false
		}
		if len(line) <= 72 { // an answer is one line
			lines = append(lines, line)
		}
	}
	options, right, ok := a.choose(s.line, slices.Clone(lines))
	if !ok {
		return Question{}, false
	}
	lines = slices.Insert(lines, a.rng.IntN(len(lines)+1), s.line)
	raw := fmt.Sprintf("HTTP/1.1 %d %s\n%s", code.Example.Status, code.Example.Reason, strings.Join(lines, "\n"))
	return Question{Kind: "Spot the wrong header", Text: "Which line does not belong in this response?", Code: a.cat.CodeBlock(raw, "http"), Source: raw, Options: options, Mono: true, Right: right,
		Why: s.why, Path: code.Path, Link: code.Title}, true
}

func (a *asker) requiredHeader() (Question, bool) {
	code := a.any()
	if len(code.Semantics.RequiredHeaders) == 0 {
		return Question{}, false
	}
	var wrong []string
	for _, other := range a.pool {
		wrong = append(wrong, other.Semantics.RequiredHeaders...)
	}
	wrong = append(wrong, "Retry-After", "Location", "Last-Modified")
	wrong = slices.DeleteFunc(wrong, func(h string) bool {
		return slices.Contains(code.Semantics.RequiredHeaders, h) || slices.Contains(code.Semantics.UsualHeaders, h)
	})
	must := code.Semantics.RequiredHeaders[0]
	options, right, ok := a.choose(must, wrong)
	return Question{Kind: "Spot the header", Text: "Which header must a " + code.Title + " response carry?", Options: options, Mono: true, Right: right,
		Why: code.Reference.Title + " requires " + must + ".", Path: code.Path, Link: code.Title}, ok
}

var hopWords = map[string]string{
	"client": "client", "cdn": "CDN", "load-balancer": "load balancer", "proxy": "proxy", "app-server": "app server", "app": "application",
}

func (a *asker) whoLogged() (Question, bool) {
	code := a.cat.Codes[a.rng.IntN(len(a.cat.Codes))]
	if len(code.Signatures) == 0 {
		return Question{}, false
	}
	s := code.Signatures[a.rng.IntN(len(code.Signatures))]
	slug := s.Vendor
	if slug == "" {
		slug = code.Vendor.Slug
	}
	vendor, err := a.cat.Vendor(slug)
	if err != nil || slug == "ietf" || s.Example == "" || s.Where != "error-log" && s.Where != "access-log" {
		return Question{}, false
	}
	for _, word := range append([]string{vendor.Title}, vendor.Words...) {
		if strings.Contains(strings.ToLower(s.Example), strings.ToLower(word)) {
			return Question{}, false // the line names its writer
		}
	}
	named := func(v *catalog.Vendor) string { return v.Title + " (" + hopWords[v.Hop] + ")" }
	var wrong []string
	for _, v := range a.cat.Vendors {
		if v.Slug != "ietf" && v != vendor && len(v.Codes)+len(v.Renderings) > 0 {
			wrong = append(wrong, named(v))
		}
	}
	options, right, ok := a.choose(named(vendor), wrong)
	return Question{Kind: "Which hop wrote this log line?", Text: "Who writes this line?", Code: a.cat.CodeBlock(s.Example, "text"), Source: s.Example, Options: options, Right: right,
		Why: s.Says, Path: code.Path, Link: code.Title}, ok
}

func (a *asker) whichOfTwo() (Question, bool) {
	if len(a.cat.Guides) == 0 {
		return Question{}, false
	}
	g := a.cat.Guides[a.rng.IntN(len(a.cat.Guides))]
	i := a.rng.IntN(2)
	when := g.Choose[g.Codes[i].ID]
	if when == "" {
		return Question{}, false
	}
	return Question{Kind: "Which of two?", Text: "Which one do you choose " + a.cat.PlainText(when) + "?", Options: []string{g.Codes[0].Title, g.Codes[1].Title}, Right: i,
		Why: g.Verdict, Path: g.Path, Link: g.Codes[0].ID + " vs " + g.Codes[1].ID}, true
}
