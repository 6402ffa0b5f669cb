package diagnose

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

// A prefilter finds the few rules worth trying on a piece of text. Most signatures contain words that
// must be there literally; the filter takes four bytes of those words for each rule, the four that
// fewest rules share, and looks for them in one pass over the text. Only where the whole literal
// then stands is the regular expression run. ASCII case is ignored here, so the filter may let a rule
// through that does not match; it holds none back that does, but for the two letters that Unicode
// folds into ASCII under (?i), the Kelvin sign and the long s.
type prefilter struct {
	rules   []*rule
	always  []int // rules without a usable literal
	bits    [1 << 16 / 64]uint64
	buckets map[uint32][]gramEntry
	scratch sync.Pool
}

type gramEntry struct {
	rule    int
	literal string // lower case
	offset  int    // of the four bytes in the literal
}

const gramSize = 4

func newPrefilter(rules []*rule) *prefilter {
	p := &prefilter{rules: rules, buckets: make(map[uint32][]gramEntry)}
	literals := make([][]string, len(rules))
	shared := make(map[uint32]int)
	for i, r := range rules {
		literals[i] = requiredLiterals(r.re.String())
		r.literal = worth(literals[i])
		for _, lit := range literals[i] {
			for o := 0; o+gramSize <= len(lit); o++ {
				shared[gramAt(lit, o)]++
			}
		}
	}
	for i, r := range rules {
		if len(literals[i]) == 0 {
			r.always = true
			p.always = append(p.always, i)
			continue
		}
		for _, lit := range literals[i] {
			best := 0
			for o := 1; o+gramSize <= len(lit); o++ {
				if shared[gramAt(lit, o)] < shared[gramAt(lit, best)] {
					best = o
				}
			}
			g := gramAt(lit, best)
			p.buckets[g] = append(p.buckets[g], gramEntry{i, lit, best})
			p.set(g)
		}
	}
	p.scratch.New = func() any { return &hits{seen: make([]uint32, len(rules))} }
	return p
}

func (p *prefilter) set(g uint32) {
	h := gramHash(g)
	p.bits[h/64] |= 1 << (h % 64)
}

func gramHash(g uint32) uint32 { return (g * 2654435761) >> 16 }

func gramAt(s string, o int) uint32 {
	return uint32(s[o])<<24 | uint32(s[o+1])<<16 | uint32(s[o+2])<<8 | uint32(s[o+3])
}

// hits collects the rules one text calls for, and the place of each rule's first literal.
type hits struct {
	seen  []uint32
	epoch uint32
	found []hit
}

type hit struct{ rule, pos int }

// candidates calls try for each rule whose literals occur in text, with the position of the first,
// in the order of the rules; rules without a literal come with position 0.
func (p *prefilter) candidates(text string, try func(r *rule, pos int)) {
	h := p.scratch.Get().(*hits)
	defer p.scratch.Put(h)
	h.epoch++
	if h.epoch == 0 {
		clear(h.seen)
		h.epoch = 1
	}
	h.found = h.found[:0]
	for _, i := range p.always {
		h.found = append(h.found, hit{i, 0})
	}
	var g uint32
	for i := range len(text) {
		g = g<<8 | uint32(lower(text[i]))
		k := gramHash(g)
		if p.bits[k/64]&(1<<(k%64)) == 0 {
			continue
		}
		for _, entry := range p.buckets[g] {
			start := i - (gramSize - 1) - entry.offset
			if h.seen[entry.rule] == h.epoch || start < 0 || start+len(entry.literal) > len(text) {
				continue
			}
			if equalLower(text[start:start+len(entry.literal)], entry.literal) {
				h.seen[entry.rule] = h.epoch
				h.found = append(h.found, hit{entry.rule, start})
			}
		}
	}
	slices.SortFunc(h.found, func(a, b hit) int { return cmp.Compare(a.rule, b.rule) })
	for _, f := range h.found {
		try(p.rules[f.rule], f.pos)
	}
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// equalLower compares s, ASCII case folded, to a lower-case literal of the same length.
func equalLower(s, literal string) bool {
	for i := range len(s) {
		if lower(s[i]) != literal[i] {
			return false
		}
	}
	return true
}

// requiredLiterals returns strings, lower case and at least four bytes long, of which every match of
// the expression contains one; nil when there are none.
func requiredLiterals(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	return literalsOf(re.Simplify())
}

// maxAlternatives bounds how many literals one rule may ask for.
const maxAlternatives = 24

func literalsOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		lit := foldASCII(string(re.Rune))
		if len(lit) < gramSize {
			return nil
		}
		return []string{lit}
	case syntax.OpCapture, syntax.OpPlus:
		return literalsOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return literalsOf(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if lits := literalsOf(sub); worth(lits) > worth(best) {
				best = lits
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			lits := literalsOf(sub)
			if lits == nil {
				return nil
			}
			all = append(all, lits...)
		}
		if len(all) > maxAlternatives {
			return nil
		}
		return all
	}
	return nil
}

// worth of a set of literals is the length of its shortest one.
func worth(lits []string) int {
	if len(lits) == 0 {
		return 0
	}
	n := len(lits[0])
	for _, l := range lits {
		n = min(n, len(l))
	}
	return n
}

// foldASCII lowers ASCII letters and cuts the literal before the first rune outside ASCII, whose
// other case may have other bytes in the text.
func foldASCII(s string) string {
	for i, c := range s {
		if c > 0x7e {
			s = s[:i]
			break
		}
	}
	return strings.ToLower(s)
}
