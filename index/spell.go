package index

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
)

// Bounds of what is taken for a misspelling: shorter words resemble too many others, longer ones are names.
const (
	minSpelledLetters = 4
	maxSpelledLetters = 24
	maxSpelledWords   = 6 // words of one query
	maxCorrections    = 3 // of one word
	minPrefixLetters  = 3
	maxPrefixTerms    = 8
)

// spell gives variants to the words that no page has: words one edit away, and for the last word of a typed query also those
// that begin with it. Words with digits are taken literally.
func (x *Index) spell(ctx context.Context, a *analyzer, words []word, p *plan) error {
	if p.query.Paste {
		return nil
	}
	left := maxSpelledWords
	for i := range words {
		w := &words[i]
		if w.kind != wordToken || w.stop || w.part || !w.list.empty() || len(w.variants) > 0 || left == 0 {
			continue
		}
		n := len(w.text)
		if n < minPrefixLetters || n > maxSpelledLetters || strings.IndexFunc(w.text, func(r rune) bool { return !unicode.IsLetter(r) }) >= 0 {
			continue
		}
		left--
		if i == len(words)-1 {
			if err := x.completeWord(ctx, a, w); err != nil {
				return err
			}
		}
		if n >= minSpelledLetters {
			if err := x.correct(ctx, a, w); err != nil {
				return err
			}
		}
	}
	p.fixed = corrected(p.query.Text, words)
	return nil
}

// correct finds the words that w may have been meant to be, the commonest first.
func (x *Index) correct(ctx context.Context, a *analyzer, w *word) error {
	typed := strings.ToLower(w.text)
	type candidate struct {
		text, term string
		list       *list
		rank       int
	}
	var found []candidate
	var failed error
	consider := func(text string, rank int) bool {
		if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) >= 0 || len(text) < minSpelledLetters-1 {
			return true
		}
		term := a.word(text).term
		if slices.ContainsFunc(found, func(c candidate) bool { return c.term == term }) {
			return true
		}
		l, err := x.list(ctx, term)
		if err != nil {
			failed = err
			return false
		}
		if l.empty() {
			return true
		}
		// People rarely miss the first letter, and often exchange, drop or double one.
		if text[0] != typed[0] {
			rank--
		}
		if sameLetters(text, typed) {
			rank++
		}
		found = append(found, candidate{text: text, term: term, list: l, rank: rank})
		return true
	}
	if err := x.store.similar(nameWord, typed, func(term string, _ int) bool { return consider(term, 1) }); err != nil {
		return err
	}
	if len(found) == 0 && failed == nil { // words of the bodies are known by their stems only
		err := x.store.similar(fieldBody.String(), stem(typed), func(term string, _ int) bool { return consider(term, 0) })
		if err != nil {
			return err
		}
	}
	if failed != nil {
		return failed
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return -cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(len(a.list.lines), len(b.list.lines)), cmp.Compare(len(a.list.pages), len(b.list.pages)))
	})
	for i, c := range found[:min(len(found), maxCorrections)] {
		weight := float32(weightSpelling)
		if i > 0 {
			weight *= weightSpelling * weightSpelling
		}
		w.variants = append(w.variants, variant{term: c.term, weight: weight, why: "spelling", list: c.list})
	}
	if len(found) > 0 {
		w.correction = found[0].text
		w.term = found[0].term // so that vendors and synonyms are found by what was meant
	}
	return nil
}

// completeWord adds the words that begin with w.
func (x *Index) completeWord(ctx context.Context, a *analyzer, w *word) error {
	var terms []string
	err := x.store.terms(nameWord, strings.ToLower(w.text), func(term string, _ int) bool {
		if t := a.word(term).term; !slices.Contains(terms, t) {
			terms = append(terms, t)
		}
		return len(terms) < maxPrefixTerms
	})
	if err != nil {
		return err
	}
	for _, term := range terms {
		if err := x.addVariant(ctx, w, term, weightPrefix, "begins with"); err != nil {
			return err
		}
	}
	return nil
}

// sameLetters reports whether a and b are made of the same letters, however ordered.
func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(slices.Compact(x), slices.Compact(y))
}

// corrected returns text with the corrected words in place, or "" where there are none.
func corrected(text string, words []word) string {
	var b strings.Builder
	at := 0
	for _, w := range words {
		if w.correction != "" {
			b.WriteString(text[at:w.start])
			b.WriteString(w.correction)
			at = w.end
		}
	}
	if at == 0 {
		return ""
	}
	b.WriteString(text[at:])
	return b.String()
}
