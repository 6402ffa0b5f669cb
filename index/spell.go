package index

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Bounds of what is taken for a misspelling: shorter words resemble too many others, longer ones are names.
const (
	minSpelledLetters = 4
	maxSpelledLetters = 24
	maxSpelledWords   = 6 // words of one query
	maxCorrections    = 3 // of one word
	minOtherFirst     = 8 // letters from which on even the first may be wrong
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
		if w.kind != wordToken || w.stop || w.part || !w.list.empty() && !w.doubtful() || len(w.variants) > 0 || left == 0 {
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
	p.fixed = corrected(p.query.Typed, words)
	return nil
}

// doubtful reports whether a word is known by its stem alone, and hardly: "interal" would meet "inter".
func (w *word) doubtful() bool {
	return !w.list.empty() && w.list.named == 0 && len(w.list.pages) <= maxDoubtfulPages && len(w.text) >= minDoubtfulLetters && len(w.term) < len(w.text)-1
}

// Bounds of what is doubtful although a page has it.
const (
	minNamedPages      = 1 // that the word names which was rather meant
	minDoubtfulLetters = 6
	maxDoubtfulPages   = 4
)

// correction is a word that an unknown one may have been meant to be.
type correction struct {
	text string // as it would be typed
	term string
}

// correct gives w the words that it may have been meant to be, the likeliest first.
func (x *Index) correct(ctx context.Context, a *analyzer, w *word) error {
	typed := strings.ToLower(w.text)
	found, known := x.speller.recall(typed)
	if !known {
		var err error
		if found, err = x.corrections(ctx, a, typed, w.doubtful()); err != nil {
			return err
		}
		x.speller.remember(typed, found)
	}
	for i, c := range found {
		weight := float32(weightSpelling)
		if i > 0 {
			weight = weightGuess
		}
		if err := x.addVariant(ctx, w, c.term, weight, whySpelling); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		w.correction = found[0].text
		w.term = found[0].term // so that vendors and synonyms are found by what was meant
	}
	return nil
}

// corrections looks a misspelt word up in the dictionaries: of the short fields' words first, whose spelling is kept, then of
// the stems in the bodies.
// A doubtful word is one of the pages' words after all, unless it is near to one that names several.
func (x *Index) corrections(ctx context.Context, a *analyzer, typed string, doubtful bool) ([]correction, error) {
	type candidate struct {
		correction
		rank int
		list *list
	}
	own := a.word(typed).term
	var found []candidate
	var failed error
	consider := func(text, term string, rank int) bool {
		if len(text) < minSpelledLetters-1 || strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) >= 0 ||
			slices.ContainsFunc(found, func(c candidate) bool { return c.term == term }) {
			return true
		}
		l, err := x.list(ctx, term)
		if err != nil {
			failed = err
			return false
		}
		if doubtful && (l.named < minNamedPages || term == own) {
			return true
		}
		if !l.empty() {
			// People rarely miss the first letter, and often exchange, drop or double one.
			same := sameLetters(text, typed)
			if text[0] != typed[0] {
				if !same && len(typed) < minOtherFirst {
					return true // popup is no topup
				}
				rank--
			}
			if same {
				rank++
			}
			found = append(found, candidate{correction: correction{text: text, term: term}, list: l, rank: rank})
		}
		return true
	}
	err := x.store.similar(nameWord, typed, func(text string) bool { return consider(text, a.word(text).term, 0) })
	if len(found) == 0 && err == nil && failed == nil && !doubtful {
		var sounding []string
		sounding, err = x.sounding(typed)
		for _, text := range sounding {
			consider(text, a.word(text).term, 0)
		}
	}
	if len(found) == 0 && err == nil && failed == nil {
		err = x.store.similar(nameTerm, stem(typed), func(term string) bool { return consider(term, term, 0) })
		found = slices.DeleteFunc(found, func(c candidate) bool { return !c.list.body }) // two words written as one
		for i := range found {
			found[i].text = x.surface(a, found[i].term, found[i].list)
		}
	}
	if err != nil || failed != nil {
		return nil, cmp.Or(err, failed)
	}
	found = best(found, maxCorrections, func(a, b candidate) int {
		return -cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.list.named, b.list.named),
			cmp.Compare(len(a.list.pages), len(b.list.pages)), cmp.Compare(b.text, a.text))
	})
	corrections := make([]correction, len(found))
	for i, c := range found {
		corrections[i] = c.correction
	}
	return corrections, nil
}

// Bounds of what is taken for the same sound.
const (
	minSoundLetters = 6
	minSoundLength  = 3
	maxSoundDiffers = 3 // letters by which such words differ in length
)

// sounding returns the short fields' words that begin like typed and have the same consonants in the same order, single or
// doubled: with more than one letter wrong it is mostly vowels that are (unathoirzed, definately).
func (x *Index) sounding(typed string) ([]string, error) {
	if len(typed) < minSoundLetters {
		return nil, nil
	}
	x.soundsOnce.Do(func() {
		x.sounds = make(map[string][]string)
		x.soundsErr = x.store.terms(nameWord, "", func(term string) bool {
			if key := sound(term); len(term) >= minSoundLetters && len(key) >= minSoundLength {
				x.sounds[key] = append(x.sounds[key], strings.Clone(term))
			}
			return true
		})
	})
	var found []string
	for _, word := range x.sounds[sound(typed)] {
		if d := len(word) - len(typed); max(d, -d) <= maxSoundDiffers {
			found = append(found, word)
		}
	}
	return found, x.soundsErr
}

// sound returns a word's first letter and its consonants, doubled ones once; "" where it is not of letters a to z alone.
func sound(word string) string {
	var key []byte
	for i := 0; i < len(word); i++ {
		switch c := word[i]; {
		case c < 'a' || c > 'z':
			return ""
		case i > 0 && strings.IndexByte("aeiouyh", c) >= 0:
		case len(key) > 0 && key[len(key)-1] == c:
		default:
			key = append(key, c)
		}
	}
	return string(key)
}

// surface returns how a page writes a stem.
func (x *Index) surface(a *analyzer, term string, l *list) string {
	for _, p := range l.pages[:min(len(l.pages), 3)] {
		for _, s := range x.docs[p.page].Sections {
			for _, t := range a.tokens(nil, s.Text) {
				if t.term == term && t.kind == wordToken {
					return strings.ToLower(s.Text[t.start:t.end])
				}
			}
		}
	}
	return term
}

// speller remembers the corrections of words that were searched for. It is safe for concurrent use.
type speller struct {
	mu    sync.Mutex
	known map[string][]correction
}

// maxSpellings bounds the words that a speller remembers; then it begins anew.
const maxSpellings = 4096

func (s *speller) recall(typed string) ([]correction, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.known[typed]
	return found, ok
}

func (s *speller) remember(typed string, found []correction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= maxSpellings {
		s.known = make(map[string][]correction)
	}
	s.known[typed] = found
}

// completeWord adds the words that begin with w.
func (x *Index) completeWord(ctx context.Context, a *analyzer, w *word) error {
	var terms []string
	err := x.store.terms(nameWord, strings.ToLower(w.text), func(term string) bool {
		if t := a.word(term).term; !slices.Contains(terms, t) {
			terms = append(terms, t)
		}
		return len(terms) < maxPrefixTerms
	})
	if err != nil {
		return err
	}
	for _, term := range terms {
		if err := x.addVariant(ctx, w, term, weightPrefix, whyPrefix); err != nil {
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
	rest := text
	for _, w := range words {
		if w.correction == "" {
			continue
		}
		if before, after, ok := strings.Cut(rest, w.text); ok {
			b.WriteString(before)
			b.WriteString(w.correction)
			rest = after
		}
	}
	if rest == text {
		return ""
	}
	return b.String() + rest
}
