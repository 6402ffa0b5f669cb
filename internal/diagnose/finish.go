package diagnose

import (
	"cmp"
	"slices"
	"strings"
)

// finish turns verdicts into findings, best first, and marks their evidence.
func (c *collector) finish() {
	c.fold()
	slices.SortStableFunc(c.verdicts, func(a, b *verdict) int { return cmp.Compare(b.rank(), a.rank()) })
	for i, v := range c.verdicts {
		if i == maxFindings {
			break
		}
		c.rep.Findings = append(c.rep.Findings, c.finding(v))
	}
	c.mark()
	if len(c.rep.Findings) == 0 {
		c.rep.SearchText = c.searchText()
		c.rep.CannotTell = []Unknown{{"What answered, and with which status?",
			"the status line and headers (curl -sv URL), the log line of the hop in question, or the body of the error page"}}
	}
}

// rank orders verdicts: the evidence's own weight, and a little for how often it was seen.
func (v *verdict) rank() int {
	r := v.best.score * 10
	for n := v.count; n > 1; n /= 2 {
		r += 2
	}
	return r
}

// fold lets a reading that knows only the number support one of the same page that knows the hop: the
// access log's 502 and the error log's reason for it are one story.
func (c *collector) fold() {
	var kept []*verdict
	for _, weak := range c.verdicts {
		strong := (*verdict)(nil)
		if weak.best.emitter == "" && weak.best.conf == possible {
			for _, v := range c.verdicts {
				if v != weak && v.best.id == weak.best.id && v.best.conf > possible && v.best.emitter != "" && (strong == nil || v.best.score > strong.best.score) {
					strong = v
				}
			}
		}
		if strong == nil {
			kept = append(kept, weak)
			continue
		}
		for _, ev := range weak.evidence {
			if len(strong.evidence) < maxEvidence {
				strong.evidence = append(strong.evidence, ev)
			}
		}
		strong.count += weak.count
	}
	c.verdicts = kept
}

func (c *collector) finding(v *verdict) Finding {
	b := v.best
	f := Finding{
		ID: b.id, AliasID: b.alias, Title: c.e.titleOf(b.pageRef), Vendor: b.vendor, Emitter: b.emitter, Where: b.where,
		Evidence: v.evidence, Confidence: b.conf.String(), Why: b.why, CannotTell: b.unknown,
		NextChecks: b.checks, Count: v.count, score: b.score,
	}
	if f.Evidence == nil {
		f.Evidence = []Evidence{}
	}
	if proof := c.e.proofs[b.id]; len(proof) > 0 { // what the page offers comes first
		f.NextChecks = slices.Clone(proof)
		for _, check := range b.checks {
			if !slices.Contains(proof, check) {
				f.NextChecks = append(f.NextChecks, check)
			}
		}
	}
	if len(f.NextChecks) == 0 {
		f.NextChecks = checksFor(b.vendor)
	}
	f.NextChecks = f.NextChecks[:min(maxChecks, len(f.NextChecks))]
	if f.NextChecks == nil {
		f.NextChecks = []string{}
	}
	slices.SortStableFunc(v.others, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	for _, o := range v.others {
		if len(f.OtherReadings) == maxReadings {
			break
		}
		if o.id == b.id || o.score < scoreFine+4 || o.denied && !b.denied {
			continue
		}
		f.OtherReadings = append(f.OtherReadings, Reading{ID: o.id, Title: c.e.titleOf(o.pageRef), Vendor: o.vendor, Why: o.why})
	}
	return f
}

func (e *Engine) titleOf(p pageRef) string {
	if p.title != "" {
		return p.title
	}
	if t := e.titles[p.id]; t != "" {
		return t
	}
	if n := plainStatus(p.id); n > 0 {
		if _, t, ok := e.known(n); ok {
			return t
		}
	}
	return ""
}

// mark lists the evidence of all findings as places in the text, the better finding first where two
// would overlap.
func (c *collector) mark() {
	var marks []Mark
	for i, f := range c.rep.Findings {
		for _, ev := range f.Evidence {
			m := Mark{Start: ev.Start, End: ev.End, Finding: i, Says: ev.Says}
			if !slices.ContainsFunc(marks, func(o Mark) bool { return m.Start < o.End && o.Start < m.End }) {
				marks = append(marks, m)
			}
		}
	}
	slices.SortFunc(marks, func(a, b Mark) int { return cmp.Compare(a.Start, b.Start) })
	c.rep.Marks = marks
}

// searchText picks the words of the first lines that told nothing: what a person would search for.
func (c *collector) searchText() string {
	var words []string
	for _, s := range c.unread {
		for w := range strings.FieldsSeq(c.text[s.start:min(s.end, s.start+1000)]) {
			w = strings.Trim(w, `"'.,:;()[]{}<>*#=`)
			if len(w) < 3 || len(w) > 32 || strings.ContainsAny(w, "/\\@=&%*") || !hasLetter(w) || slices.Contains(words, w) {
				continue
			}
			if words = append(words, w); len(words) == 12 {
				return strings.Join(words, " ")
			}
		}
	}
	return strings.Join(words, " ")
}

func hasLetter(s string) bool {
	for _, c := range s {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c > 0x7f {
			return true
		}
	}
	return false
}
