package diagnose

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
)

// Limits of one report, so that a paste of two megabytes stays a page a person reads.
const (
	maxFindings = 12
	maxEvidence = 5 // per finding
	maxReadings = 4
	maxChecks   = 4
	manyLines   = 50 // a paste of so many lines gets a summary too
	maxJudged   = 3  // records of one case that are judged; the rest is counted
)

// Diagnose reads a paste and returns what it tells. It never fails: what can't be read is counted. It stops
// early when ctx ends, with what it has by then. The paste is not kept.
func (e *Engine) Diagnose(ctx context.Context, paste []byte) *Report {
	rep := &Report{Findings: []Finding{}}
	if len(paste) > e.maxPaste {
		paste, rep.Truncated = paste[:e.maxPaste], true
	}
	rep.Text = Mask(normalize(paste))
	c := &collector{e: e, text: rep.Text, rep: rep, ctx: ctx, cases: make(map[string]*caseCount), byKey: make(map[string]*verdict)}
	rep.Lines = split(rep.Text, newParser(true), c.part)
	c.finish()
	if rep.Lines >= manyLines && !c.stopped {
		if s, err := e.Summarize(ctx, strings.NewReader(rep.Text), SummaryOptions{Workers: 1}); err == nil {
			rep.Summary = s
		}
	}
	return rep
}

// collector turns parts into verdicts, and verdicts into findings.
type collector struct {
	e    *Engine
	ctx  context.Context
	text string
	rep  *Report

	parts    int
	stopped  bool
	cases    map[string]*caseCount
	verdicts []*verdict
	byKey    map[string]*verdict
	unread   []span

	lineAt, lineNo int // the last position whose line number is known
}

// caseCount counts the records that agree in everything that decides.
type caseCount struct {
	n int
	v *verdict
}

// verdict is one reading that the paste supports, with all that supports it.
type verdict struct {
	best     candidate
	others   []candidate
	evidence []Evidence
	count    int
}

func (c *collector) part(p part, r *record) {
	if c.parts++; c.stopped || c.parts%16 == 0 && c.ctx.Err() != nil {
		c.stopped = true
		return
	}
	c.readAs(p.name)
	switch p.kind {
	case partRecord:
		c.record(p, r)
	case partError:
		line := c.text[p.start:p.end]
		c.judged(p, p.start, c.e.judgeErrorLine(line, p.vendor), true)
	case partResponse:
		if len(p.response.headers) == 0 && p.response.body.end == 0 && c.seenStatus(p.response.status, p.response.reason) {
			return
		}
		c.response(p, c.text, p.response, func(s span) span { return s })
	case partBody:
		b := p.response.body
		body := c.text[b.start:b.end]
		cands := c.e.judgeBody(body, 0)
		if body[0] == '{' {
			cands = append(cands, c.e.judgeWrapped(body)...)
		}
		c.judged(p, b.start, cands, true)
	case partHAR:
		c.har(p)
	case partText:
		cands := c.e.judgeText(c.text[p.start:p.end], anywhere)
		c.judged(p, p.start, cands, p.name == "")
	}
}

// seenStatus reports whether a lone status line like this one has been judged often enough, and counts it.
func (c *collector) seenStatus(status int, reason string) bool {
	key := "\x00" + strconv.Itoa(status) + "\x00" + reason
	if known := c.cases[key]; known != nil {
		known.n++
		return known.n > maxJudged
	}
	if len(c.cases) < 4096 {
		c.cases[key] = &caseCount{n: 1}
	}
	return false
}

func (c *collector) readAs(name string) {
	if name != "" && len(c.rep.ReadAs) < 12 && !slices.Contains(c.rep.ReadAs, name) {
		c.rep.ReadAs = append(c.rep.ReadAs, name)
	}
}

func (c *collector) record(p part, r *record) {
	key := string(r.appendCaseKey(nil))
	if known := c.cases[key]; known != nil {
		if known.n++; known.n > maxJudged {
			if known.v != nil {
				known.v.count++
			}
			return
		}
	}
	v := c.judged(p, p.start, c.e.judgeRecord(r), false)
	if known := c.cases[key]; known != nil {
		known.v = v
	} else if len(c.cases) < 4096 {
		c.cases[key] = &caseCount{1, v}
	}
}

// judgeRecord returns the readings of an access-log entry: what its format states, and what rules know.
func (e *Engine) judgeRecord(r *record) []candidate {
	var cands []candidate
	if r.format.judge != nil {
		cands = append(cands, r.format.judge(e, r)...)
	}
	cands = append(cands, e.recordRules(r)...)
	return append(cands, e.patterns(string(r.line), inAccessLog, evidenceContext{r.status, r.format.vendor})...)
}

// appendCaseKey writes what is the same for records that must get the same verdict.
func (r *record) appendCaseKey(key []byte) []byte {
	key = append(key, r.format.name...)
	key = append(key, 0)
	key = strconv.AppendInt(key, int64(r.status), 10)
	for _, name := range r.format.detail {
		key = append(key, 0)
		key = append(key, detailValue(name, r.get(name))...)
	}
	return key
}

// detailValue folds what differs from line to line without a difference in meaning.
func detailValue(name string, v []byte) []byte {
	switch name {
	case "upstream_response_length", "upstream_header_time":
		if n := lastOf(v); len(n) > 0 && string(n) != "0" && string(n) != "-" {
			return []byte("+")
		}
	case "server":
		if string(v) != "<NOSRV>" {
			return nil
		}
	case "msg", "OriginError":
		return v[:min(len(v), 24)]
	}
	return v
}

// response judges status line, headers and body together: they are one answer of one hop.
func (c *collector) response(p part, text string, r response, place func(span) span) {
	cands := c.e.judgeResponse(&r)
	ctx := evidenceContext{status: r.status}
	for _, h := range r.headers {
		line := text[h.span.start:h.span.end]
		printed := line != "" && strings.IndexByte("'\"", line[0]) >= 0 || strings.HasSuffix(line, "'")
		if printed {
			line = h.name + ": " + h.value
		}
		for _, cand := range c.e.patterns(line, inHeader, ctx) {
			if printed {
				cand.clues = []clue{{start: 0, end: h.span.end - h.span.start, says: cand.clues[0].says}}
			}
			if h.name == "proxy-status" && len(cands) > 0 && cands[0].score >= scoreStandard {
				cand.score = min(cand.score, scoreHeader) // read in full already
			}
			cands = append(cands, shifted(cand, h.span.start))
		}
		if len(r.headers) == 1 && r.status == 0 { // a lone "name: value" may be a log's field
			for _, cand := range c.e.freeFields(line) {
				cands = append(cands, shifted(cand, h.span.start))
			}
		}
	}
	if r.reason != "" {
		cands = append(cands, c.reason(&r, ctx)...)
	}
	if b := r.body; b.end > b.start {
		for _, cand := range c.e.judgeBody(text[b.start:b.end], r.status) {
			cands = append(cands, shifted(cand, b.start))
		}
	}
	if r.failure != "" {
		for _, cand := range c.e.judgeText(r.failure, inClient) {
			cand.clues = []clue{{says: cand.clues[0].says}}
			cands = append(cands, cand)
		}
	}
	for i := range cands {
		for j := range cands[i].clues {
			s := place(span{cands[i].clues[j].start, cands[i].clues[j].end})
			cands[i].clues[j].start, cands[i].clues[j].end = s.start, s.end
		}
	}
	c.judged(p, 0, cands, true)
}

// reason applies rules to the reason phrase, which a few vendors put their own words in.
func (c *collector) reason(r *response, ctx evidenceContext) []candidate {
	var out []candidate
	out = append(out, c.e.patterns("reason phrase: "+r.reason, inHeader, ctx)...)
	out = append(out, c.e.freeFields("obj.response: "+r.reason)...)
	for i := range out {
		out[i].clues = []clue{at(r.line, out[i].clues[0].says)}
	}
	return out
}

func (c *collector) har(p part) {
	doc := c.text[p.start:p.end]
	responses, ok := readHAR(doc)
	if !ok {
		c.unread = append(c.unread, span{p.start, p.end})
		c.rep.Unread++
		return
	}
	for _, h := range responses {
		if c.ctx.Err() != nil {
			return
		}
		if h.resp.status > 0 && h.resp.status < 300 {
			continue // nothing to ask about
		}
		c.response(p, h.text, h.resp, func(s span) span {
			found := h.place(doc, h.text[s.start:s.end])
			return span{p.start + found.start, p.start + found.end}
		})
	}
}

func shifted(cand candidate, by int) candidate {
	clues := slices.Clone(cand.clues)
	for i := range clues {
		clues[i].start += by
		clues[i].end += by
	}
	cand.clues = clues
	return cand
}

// judged takes the readings of one piece of evidence, whose clues begin at offset. counts says that a
// piece without any reading is one that could not be read.
func (c *collector) judged(p part, offset int, cands []candidate, counts bool) *verdict {
	if len(cands) == 0 {
		if counts {
			c.rep.Unread++
			if len(c.unread) < 8 {
				c.unread = append(c.unread, span{p.start, p.end})
			}
		}
		return nil
	}
	if offset != 0 {
		for i := range cands {
			cands[i] = shifted(cands[i], offset)
		}
	}
	cands = weigh(cands)
	doubt(cands)
	best := cands[0]
	key := best.id + "\x00" + best.alias + "\x00" + best.vendor + "\x00" + best.emitter
	v := c.byKey[key]
	if v == nil {
		v = &verdict{best: best}
		c.byKey[key] = v
		c.verdicts = append(c.verdicts, v)
	} else if best.score > v.best.score {
		v.best = best
	}
	v.count++
	for _, o := range cands[1:] {
		v.addOther(o)
	}
	c.quote(v, best.clues)
	return v
}

func (v *verdict) addOther(o candidate) {
	for _, known := range v.others {
		if known.id == o.id {
			return
		}
	}
	v.others = append(v.others, o)
}

// weigh joins readings of the same page, orders them, and lets independent evidence raise the confidence.
func weigh(cands []candidate) []candidate {
	slices.SortStableFunc(cands, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	var out []candidate
	for _, c := range cands {
		i := slices.IndexFunc(out, func(o candidate) bool { return o.id == c.id })
		if i < 0 {
			out = append(out, c)
			continue
		}
		o := &out[i]
		if o.vendor == "" || o.vendor == c.vendor {
			if o.where != c.where && c.conf > possible && o.conf == likely {
				o.conf = certain
			}
			if o.vendor == "" && c.vendor != "" && o.emitter == "" {
				o.vendor, o.alias, o.emitter = c.vendor, c.alias, c.emitter
			}
			if o.alias == "" && o.vendor == c.vendor {
				o.alias = c.alias
			}
			for _, cl := range c.clues {
				if !slices.ContainsFunc(o.clues, func(k clue) bool { return k.start == cl.start && k.end == cl.end }) {
					o.clues = append(slices.Clone(o.clues), cl)
				}
			}
			if len(o.checks) == 0 || len(c.checks) > 0 && c.score >= scoreBody {
				o.checks = mergeStrings(o.checks, c.checks)
			}
			if o.title == "" {
				o.title = c.title
			}
		}
	}
	return out
}

// doubt lowers the confidence of the first reading where the same words speak as well for another page.
func doubt(cands []candidate) {
	best := &cands[0]
	for _, c := range cands[1:] {
		if c.denied || c.score < best.score-3 || c.where != best.where || len(c.clues) == 0 || len(best.clues) == 0 {
			continue
		}
		if a, b := c.clues[0], best.clues[0]; a.start < b.end && b.start < a.end {
			best.conf = min(best.conf, likely)
			if best.where == WhereHeader || best.where == WhereClient {
				best.conf = possible
			}
			return
		}
	}
}

func mergeStrings(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// quote keeps the places that speak for a verdict.
func (c *collector) quote(v *verdict, clues []clue) {
	for _, cl := range clues {
		if len(v.evidence) >= maxEvidence {
			return
		}
		if cl.end <= cl.start || cl.start < 0 || cl.end > len(c.text) {
			continue
		}
		if slices.ContainsFunc(v.evidence, func(ev Evidence) bool { return ev.Start == cl.start && ev.End == cl.end }) {
			continue
		}
		says := cl.says
		if cl.field != "" {
			says = cl.field + ": " + says
		}
		v.evidence = append(v.evidence, Evidence{
			Text: quoted(c.text[cl.start:cl.end]), Says: says, Line: c.lineOf(cl.start), Start: cl.start, End: cl.end,
		})
	}
}

// quoted shortens a quotation that is too long to show.
func quoted(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

func (c *collector) lineOf(pos int) int {
	if pos < c.lineAt {
		c.lineAt, c.lineNo = 0, 0
	}
	c.lineNo += strings.Count(c.text[c.lineAt:pos], "\n")
	c.lineAt = pos
	return c.lineNo + 1
}
