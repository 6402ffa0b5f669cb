package index

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sort"
	"strings"
	"unicode"
)

// Suggestion is a page that a half-typed query may mean.
type Suggestion struct {
	ID    string
	Score float64
	// Section is the vendor's rendering that was asked for ("nginx 502"), without Text; else zero.
	Section Section
}

const (
	minSpelledCode   = 9 // letters of a code that is words, from which on it is the code that is typed
	minAliasStart    = 3 // letters from which on a text may be the beginning of an alias
	maxSuggestions   = 20
	defaultSuggested = 8
	maxSuggestBytes  = 200
	maxSuggestWords  = 8
)

// Weights of a suggestion, before popularity is added.
const (
	suggestCode     = 40.0 // its code is what was typed
	suggestCodePart = 20.0 // its code begins with it
	suggestStart    = 5.0  // its title begins with the text
	suggestTitle    = 6.0  // a word of the title, whole or begun
	suggestWord     = 2.0  // a word of an alias or symptom
	suggestWhole    = 1.5  // the word is not only begun
	suggestVendor   = 4.0
)

// completions are the words of the short fields, sorted, with their pages: all that begin with a prefix lie side by side.
type completions struct {
	words  []string
	starts []uint32 // word n is on pages[starts[n]:starts[n+1]]
	pages  []uint32
	codes  []codeCompletion // sorted by key
	// vendors has the pages of each vendor's own codes, by its slug.
	vendors map[string][]uint32
	titles  []string // by page, lower case
}

type codeCompletion struct {
	key string
	ref codeRef
	// spelled is set where the key is a code of words, such as FUNCTION_INVOCATION_TIMEOUT; not H12 or UMSDR, nor an id.
	spelled bool
}

func newCompletions(x *Index) *completions {
	c := &completions{vendors: make(map[string][]uint32), titles: make([]string, len(x.docs))}
	for i := range x.docs {
		c.titles[i] = strings.ToLower(x.docs[i].Title)
		if d := &x.docs[i]; d.ofVendor() {
			c.vendors[d.Vendor] = append(c.vendors[d.Vendor], uint32(i))
		}
	}
	c.addWords(x)
	for key, refs := range x.codes {
		if strings.HasSuffix(key, "xx") {
			continue
		}
		for _, ref := range refs {
			if ref.share == 1 {
				c.codes = append(c.codes, codeCompletion{key: key, ref: ref, spelled: isSpelled(key) && codeKey(x.docs[ref.page].Code) == key})
			}
		}
	}
	slices.SortFunc(c.codes, func(a, b codeCompletion) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.ref.page, b.ref.page), cmp.Compare(a.ref.section, b.ref.section))
	})
	return c
}

// addWords reads the words of the short fields.
func (c *completions) addWords(x *Index) {
	a := x.analyzer()
	defer x.analyzers.Put(a)
	pages := make(map[string][]uint32)
	var tokens []token
	for i := range x.docs {
		for f := range numFields {
			if !f.completed() {
				continue
			}
			f.texts(&x.docs[i], func(text string) {
				tokens = a.tokens(tokens[:0], text)
				eachWord(tokens, text, func(word string) {
					if on := pages[word]; len(on) == 0 || on[len(on)-1] != uint32(i) {
						pages[word] = append(on, uint32(i))
					}
				})
			})
		}
	}
	c.words = slices.Sorted(maps.Keys(pages))
	c.starts = make([]uint32, 1, len(c.words)+1)
	for _, word := range c.words {
		c.pages = append(c.pages, pages[word]...)
		c.starts = append(c.starts, uint32(len(c.pages)))
	}
}

// Suggest returns the pages that text, as far as it is typed, may mean, the likeliest first: at most limit, 8 where it is 0.
// Every word but the last is whole or begun, in any order; the last is begun.
func (x *Index) Suggest(ctx context.Context, text string, limit int) ([]Suggestion, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	x.completeOnce.Do(func() { x.complete = newCompletions(x) })
	if limit <= 0 {
		limit = defaultSuggested
	}
	limit = min(limit, maxSuggestions)

	text = strings.ToLower(strings.TrimSpace(validPrefix(text, maxSuggestBytes)))
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n\r\"'()[]{}<>,;:!?/|", r) })
	words = slices.DeleteFunc(words, func(w string) bool { return len(words) > 1 && isStop(w) })
	if len(words) > maxSuggestWords {
		words = words[:maxSuggestWords]
	}
	if len(words) == 0 {
		return nil, nil
	}
	s := x.scratch.Get().(*scratch)
	defer x.scratch.Put(s)
	s.next()
	sections := make(map[uint32]int)
	for i, w := range words {
		if isCodePattern(w) { // 5xx is all that begins with 5
			w = strings.TrimRight(w, "x")
			words[i] = w
		}
		x.complete.add(s, i+1, w)
		for _, ph := range x.vendors.byFirst[w] { // what people call it: cf, alb
			if len(ph.rest) == 0 {
				x.complete.addVendor(s, i+1, ph.means)
			}
		}
		x.complete.addCodes(s, i+1, w, false, sections)
		if i > 0 { // "nginx 502" is an id
			x.complete.addCodes(s, i+1, words[i-1]+"-"+w, true, sections)
		}
	}

	x.candidates(s, uint16(len(words)))
	for i := range s.found {
		r := &s.found[i]
		r.score = x.suggestScore(&s.pages[r.page], r.page, text, words)
	}
	var suggestions []Suggestion
	for _, r := range x.top(s.found, limit) {
		sug := Suggestion{ID: x.docs[r.page].ID, Score: float64(r.score)}
		if n, ok := sections[r.page]; ok {
			sug.Section = x.docs[r.page].Sections[n]
			sug.Section.Text = ""
		}
		suggestions = append(suggestions, sug)
	}
	return suggestions, nil
}

// add counts the n-th word of the text for the pages that have a word beginning with it.
func (c *completions) add(s *scratch, n int, prefix string) {
	from := sort.SearchStrings(c.words, prefix)
	to := from + sort.Search(len(c.words)-from, func(i int) bool { return !strings.HasPrefix(c.words[from+i], prefix) })
	if from == to {
		return
	}
	for _, page := range c.pages[c.starts[from]:c.starts[to]] {
		if cell := s.page(page); cell.meets(n) {
			cell.score += suggestWord
		}
	}
	if c.words[from] == prefix {
		for _, page := range c.pages[c.starts[from]:c.starts[from+1]] {
			s.page(page).score += suggestWhole
		}
	}
}

// addVendor counts the n-th word, which names a vendor, for the pages of its codes.
func (c *completions) addVendor(s *scratch, n int, slug string) {
	for _, page := range c.vendors[slug] {
		if cell := s.page(page); cell.meets(n) {
			cell.score += suggestVendor
		}
	}
}

// addCodes counts the n-th word for the pages whose code or id is it, or begins with it; where joined is set, it stands for
// the word before as well. Sections gets the renderings that were named.
func (c *completions) addCodes(s *scratch, n int, typed string, joined bool, sections map[uint32]int) {
	key := codeKey(typed)
	from := sort.Search(len(c.codes), func(i int) bool { return c.codes[i].key >= key })
	for _, code := range c.codes[from:] {
		if !strings.HasPrefix(code.key, key) {
			break
		}
		switch letters := !isDigits(code.key[:1]); {
		case code.key == key:
		case letters && len(code.key) > maxLettersCode && len(key) < 3, letters && len(key) < 2:
			continue // a letter begins every id of a vendor
		}
		cell := s.page(code.ref.page)
		if cell.meets(n); joined {
			cell.met = max(cell.met, uint16(n))
		}
		switch {
		case code.key == key:
			cell.best = suggestCode
			if code.ref.section >= 0 {
				sections[code.ref.page] = code.ref.section
			}
		case code.spelled && len(key) < minSpelledCode && !strings.Contains(typed, "_"):
			cell.best = max(cell.best, suggestWord) // words like those of a title
		case joined: // the vendor, and more of the code than its name
			cell.best = max(cell.best, suggestCodePart+suggestTitle)
		default:
			cell.best = max(cell.best, suggestCodePart)
		}
	}
}

// isSpelled reports whether a code's key may be words.
func isSpelled(key string) bool {
	return len(key) > maxLettersCode && strings.IndexFunc(key, unicode.IsDigit) < 0
}

// meets notes that a page has the n-th word, and reports whether that is new.
func (c *cell) meets(n int) bool {
	if c.concept == uint32(n) {
		return false
	}
	c.concept = uint32(n)
	c.met++
	return true
}

// candidates fills s.found with the pages that have all of the words, or all but one where none has all. Of very many, those
// are left out that do not stand out by words, codes or popularity.
func (x *Index) candidates(s *scratch, words uint16) {
	for need := words; need > 0 && need+1 >= words && len(s.found) == 0; need-- {
		for _, n := range s.touched {
			if c := &s.pages[n]; c.met >= need {
				s.found = append(s.found, ranked{page: n, score: c.score + c.best + float32(x.docs[n].Popularity)})
			}
		}
	}
	s.found = topScores(s.found, maxCandidates)
}

// topScores returns n of found with the highest scores, in no order; of equal ones, those of the first pages. It counts
// scores in classes rather than sort, since a single letter finds half of a large tree.
func topScores(found []ranked, n int) []ranked {
	if len(found) <= n {
		return found
	}
	const perPoint, classes = 4, 512
	class := func(r ranked) int { return min(int(r.score*perPoint), classes-1) }
	var counts [classes]int
	for _, r := range found {
		counts[class(r)]++
	}
	last, above := classes-1, 0 // the lowest class that is needed, and how many are above it
	for above+counts[last] < n {
		above += counts[last]
		last--
	}
	left := n - above
	return slices.DeleteFunc(found, func(r ranked) bool {
		c := class(r)
		if c == last {
			left--
		}
		return c < last || c == last && left < 0
	})
}

// maxCandidates is how many pages are compared with the text that was typed.
const maxCandidates = 1000

func (x *Index) suggestScore(c *cell, page uint32, text string, words []string) float32 {
	d, title := &x.docs[page], x.complete.titles[page]
	score := c.score + c.best + float32(d.Popularity)
	if strings.HasPrefix(title, text) || len(text) >= minAliasStart && slices.ContainsFunc(d.Aliases, func(name string) bool {
		return len(name) >= len(text) && strings.EqualFold(name[:len(text)], text)
	}) {
		score += suggestStart
	}
	named := c.best > 0 // by its code or vendor
	for _, w := range words {
		switch {
		case d.ofVendor() && len(w) > 1 && (strings.HasPrefix(d.Vendor, w) || strings.HasPrefix(strings.ToLower(d.VendorName), w)):
			score += suggestVendor
			named = true
		case d.Code != "" && isDigits(w): // its code tells, and not the status in a title
		case beginsWord(title, w):
			score += suggestTitle
		}
	}
	if d.Code != "" {
		score += suggestWord // codes are what people look up
	}
	if d.ofVendor() && !named {
		score *= anyVendor
	}
	return score
}

// beginsWord reports whether a word of text begins with prefix.
func beginsWord(text, prefix string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], prefix)
		if at < 0 {
			return false
		}
		if at += from; at == 0 || !isAlnum(text[at-1]) {
			return true
		}
		from = at + len(prefix)
	}
}
