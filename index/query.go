package index

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Query is what a text asks for. The language is small, and every text is a query:
//
//	"bad gateway"          the words in this order, where a page has them so
//	-nginx                 no page with this word
//	code:5xx code:404.13   these codes
//	vendor:nginx category:redirection kind:post tag:caching
//
// Whatever is none of these is text: an unclosed quote, a value that no page has, the minus of a pasted command.
type Query struct {
	Typed   string   // as it was given, but for what is beyond the bounds
	Text    string   // the words to look for, those of phrases included
	All     bool     // no words were given: every page matches
	Phrases []string // quoted, at least two words each
	Not     []string // words to keep out
	Codes   []string // lower case; several mean any of them
	Facets  [numFacets][]string
	Paste   bool // a log line, headers or the like: nothing in it is an operator
}

// Bounds of a query.
const (
	maxQueryBytes   = 8 << 10 // what is beyond is not read
	maxQueryPhrases = 4
	maxQueryNots    = 8
	minNotLength    = 3 // "-X" and "-it" are flags of a pasted command
)

// parseQuery reads text; known reports whether a facet has a value and code whether a page answers to a code.
func parseQuery(text string, clean *cleaner, known func(f facetID, value string) bool, code func(string) bool) Query {
	text = validPrefix(text, maxQueryBytes)
	q := Query{Typed: text, Paste: isPaste(text)}
	if q.Paste {
		q.Text = clean.clean(text)
		return q
	}
	var words []string
	for rest := text; ; {
		rest = strings.TrimLeft(rest, " \t\r")
		if rest == "" {
			break
		}
		if rest[0] == '"' {
			if end := strings.IndexByte(rest[1:], '"'); end > 0 {
				phrase := rest[1 : 1+end]
				if strings.ContainsAny(strings.TrimSpace(phrase), " -_") && len(q.Phrases) < maxQueryPhrases {
					q.Phrases = append(q.Phrases, phrase)
				}
				words = append(words, phrase)
				rest = rest[end+2:]
				continue
			}
		}
		word, after, _ := strings.Cut(rest, " ")
		if !q.operator(word, known, code) {
			words = append(words, word)
		}
		rest = after
	}
	q.All = len(words) == 0
	q.Text = clean.clean(strings.Join(words, " "))
	return q
}

// operator applies word and reports whether it is one.
func (q *Query) operator(word string, known func(f facetID, value string) bool, code func(string) bool) bool {
	if not, ok := strings.CutPrefix(word, "-"); ok {
		if len(not) >= minNotLength && len(q.Not) < maxQueryNots && strings.IndexFunc(not, notWordRune) < 0 {
			q.Not = append(q.Not, not)
			return true
		}
		return false
	}
	name, value, ok := strings.Cut(word, ":")
	if !ok || value == "" {
		return false
	}
	value = strings.ToLower(value)
	switch strings.ToLower(name) {
	case "code":
		if ok = isCodePattern(value) || code(value); ok {
			q.Codes = append(q.Codes, value)
		}
		return ok
	case "kind":
		return q.facet(facetKind, value, known)
	case "category":
		return q.facet(facetCategory, value, known)
	case "vendor":
		return q.facet(facetVendor, value, known)
	case "tag":
		return q.facet(facetTag, value, known)
	}
	return false
}

func (q *Query) facet(f facetID, value string, known func(f facetID, value string) bool) bool {
	if !known(f, value) {
		return false
	}
	q.Facets[f] = append(q.Facets[f], value)
	return true
}

func notWordRune(r rune) bool {
	return r != '-' && r != '_' && r != '.' && r < utf8.RuneSelf && !isAlnum(byte(r))
}

// validPrefix returns the first n bytes of s at most, cut between runes, as valid UTF-8.
func validPrefix(s string, n int) string {
	if len(s) > n {
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	return strings.ToValidUTF8(s, " ")
}

// isPaste reports whether a text was copied from a log, a terminal or a response rather than typed.
func isPaste(text string) bool {
	return len(text) > 300 || strings.Contains(text, "\n") || strings.Contains(text, `HTTP/1.`) || strings.Contains(text, `HTTP/2`)
}

// cleaner takes out of a pasted text what identifies one event and tells nothing of its kind.
type cleaner struct {
	steps []cleanStep
}

type cleanStep struct {
	signs   []string              // of which what it takes out has one at least, "" where nothing is sure: looking for them is much cheaper
	pattern func() *regexp.Regexp // compiled when it is first needed
	with    string
}

// minCleanLength is the length from which a text may be a log line; what people type by hand is searched as it stands.
const minCleanLength = 40

func newCleaner() *cleaner {
	step := func(signs, pattern, with string) cleanStep {
		return cleanStep{strings.Split(signs, "|"), sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) }), with}
	}
	return &cleaner{steps: []cleanStep{
		// Common and combined log format: what counts is the status after the request line. Sizes, referrers and browsers do not.
		step(`" `, `"[A-Z]{3,10} [^"]*" (\d{3}) (?:\d+|-)(?: "[^"]*")*`, ` status $1 `),
		// AWS load balancers': the status after three times and before the target's.
		step(` "`, `(?: (?:-1|\d+\.\d{3})){3} (\d{3}) (?:\d{3}|-) \d+ \d+ "`, ` status $1 "`),
		// HAProxy's: the status after five times, and how the session ended.
		step(`/`, `(?:[+-]?\d+/){4}[+-]?\d+ (\d{3}) \+?\d+ \S+ \S+ ([A-Za-z]{2})[A-Za-z-]{2} `, ` haproxy status $1 $2 `),
		step(` /| http`, `"?\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?:/|https?:)\S*(?: HTTP/[\d.]+)?"?`, ` `),
		step(`://`, `(?i)\b(?:https?|wss?)://[^\s"'<>]+`, ` `),
		step(`/|:\`, `(^|[\s"'=(:])(?:/[\w.~%+-]+){2,}/?|\b[A-Z]:\\[^\s"':]+`, `$1 `), // a file or a resource, by its path
		// Time stamps: ISO 8601, common log, RFC 5322, syslog, a time of day.
		step(`-|/`, `\b\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[ ]?[+-]\d{2}:?\d{2})?)?`, ` `),
		step(`/`, `\[?\b\d{1,2}/[A-Z][a-z]{2}/\d{4}(?::\d{2}){3}(?: [+-]\d{4})?\]?`, ` `),
		step(``, `\b(?:[A-Z][a-z]{2},? )?\d{1,2} [A-Z][a-z]{2} \d{4}(?: \d{2}:\d{2}(?::\d{2})?)?(?: (?:GMT|UTC|[+-]\d{4}))?`, ` `),
		step(`:`, `\b(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d{1,2} \d{2}:\d{2}:\d{2}(?:\.\d+)?(?: \d{4})?`, ` `),
		step(`:`, `\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b`, ` `),
		// Ids: UUIDs, trace and request ids, long hexadecimal numbers.
		step(`-`, `\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b`, ` `),
		step(`:|=`, `(?i)\b((?:x-)?(?:amzn-|amz-|request|correlation|trace|cf)-?_?(?:id-2|trace-id|requestid|ray|id))["']?\s*[:=]\s*["']?[\w=;.:-]+`, ` $1 `),
		step(``, `\b[0-9a-fA-F]{16,}\b`, ` `),
		// Addresses, with port; NGINX's process and connection numbers.
		step(`.`, `\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?:/\d{1,2})?\b`, ` `),
		step(`:`, `\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}\b|\b[0-9a-fA-F:]*::[0-9a-fA-F:]+\b`, ` `),
		step(`#|*`, `\b\d+#\d+:(?: \*\d+)?|\*\d+\b`, ` `),
		step(`pid|tid`, `\bpid[ =:]+\d+|\btid[ =:]+\d+`, ` `),
	}}
}

func (c *cleaner) clean(text string) string {
	if len(text) < minCleanLength && !strings.Contains(text, "HTTP/") || !strings.ContainsAny(text, "0123456789/") {
		return text
	}
	for _, s := range c.steps {
		if slices.ContainsFunc(s.signs, func(sign string) bool { return strings.Contains(text, sign) }) {
			text = s.pattern().ReplaceAllString(text, s.with)
		}
	}
	return text
}
