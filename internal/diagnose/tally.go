package diagnose

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tally is what one worker has counted. Lines that agree in everything that decides are one case; only
// one line of each is kept, and judged when all is read.
type tally struct {
	e *Engine
	p *parser
	r record

	lines, unread, errors int64
	samples               []string
	formats               map[string]int64
	fine                  map[fineKey]int64 // entries without trouble
	cases                 map[string]*caseTally
	crowded               bool // more cases than maxCases
	paths, upstreams      *topK
	times                 series
	key                   []byte

	lastFormat *format // of fineCounts
	fineCounts *[1000]int64
	fineArrays map[*format]*[1000]int64
}

type fineKey struct {
	format string
	status int
}

type caseTally struct {
	count   int64
	sample  string
	columns string     // the #Fields in force
	best    *candidate // already judged: a line of an error log
	status  int
}

func newTally(e *Engine) *tally {
	return &tally{
		e: e, p: newParser(false), formats: make(map[string]int64), fine: make(map[fineKey]int64),
		cases: make(map[string]*caseTally), paths: newTopK(maxPlaces), upstreams: newTopK(maxPlaces),
		fineArrays: make(map[*format]*[1000]int64),
	}
}

func (t *tally) chunk(c *chunk) {
	if c.columns != nil {
		t.p.columns.directive(c.columns)
	}
	for buf := c.buf; len(buf) > 0; {
		line := buf
		if i := bytes.IndexByte(buf, '\n'); i >= 0 {
			line, buf = buf[:i], buf[i+1:]
		} else {
			buf = nil
		}
		switch t.p.parse(line, &t.r) {
		case lineRecord:
			t.lines++
			t.record()
		case lineDirective:
			if len(bytes.TrimSpace(line)) > 0 {
				t.lines++
			}
		default:
			t.lines++
			t.other(line)
		}
	}
}

func (t *tally) record() {
	r := &t.r
	trouble := r.troubled()
	if r.hasWhen {
		t.times.add(r.when, trouble)
	}
	if !trouble {
		if r.format != t.lastFormat {
			t.lastFormat = r.format
			if t.fineCounts = t.fineArrays[r.format]; t.fineCounts == nil {
				t.fineCounts = new([1000]int64)
				t.fineArrays[r.format] = t.fineCounts
			}
		}
		t.fineCounts[r.status]++
		return
	}
	t.errors++
	t.formats[r.format.name]++
	t.key = r.appendCaseKey(t.key[:0])
	c := t.cases[string(t.key)]
	if c == nil && len(t.cases) >= maxCases {
		t.crowded = true
		t.key = append(append(append(t.key[:0], r.format.name...), 0), r.statusText()...)
		c = t.cases[string(t.key)]
	}
	if c == nil {
		c = &caseTally{sample: string(r.line[:min(len(r.line), maxSample)]), columns: t.p.columns.last, status: r.status}
		t.cases[string(t.key)] = c
	}
	c.count++
	t.place(t.paths, r.status, foldPath, r.value(r.path))
	t.place(t.upstreams, r.status, firstUpstream, r.value(r.upstream))
}

// troubled says that an entry went wrong, by its status or by the reason the log gives beside it.
func (r *record) troubled() bool {
	if r.status >= 400 || r.status == 0 {
		return true
	}
	if s := r.get("termination_state"); len(s) >= 2 && s[0] != '-' && s[0] != 'L' {
		return true
	}
	if f := r.get("response_flags"); len(f) > 1 {
		return true
	}
	return false
}

// other handles lines of error logs, and whatever else a rule may know.
func (t *tally) other(line []byte) {
	if line[0] == '{' {
		if inner, _, ok := unwrap(line); ok && inner != "" {
			if line = []byte(inner); t.p.parse(line, &t.r) == lineRecord {
				t.record()
				return
			}
		}
	}
	s := string(line[:min(len(line), window)])
	name, vendor, known := errorLogOf(s)
	var cands []candidate
	if known {
		cands = t.e.judgeErrorLine(s, vendor)
	} else {
		cands = t.e.patterns(s, inErrorLog|inClient, evidenceContext{})
	}
	if known {
		t.formats[name]++
		when, ok := errorTime(s)
		if ok {
			t.times.add(when, len(cands) > 0)
		}
	}
	if len(cands) == 0 {
		if !known {
			t.unread++
			if len(t.samples) < 3 {
				t.samples = append(t.samples, quoted(Mask(normalize(line[:min(len(line), 300)]))))
			}
		}
		return
	}
	t.errors++
	best := cands[0]
	for _, c := range cands {
		if c.score > best.score {
			best = c
		}
	}
	if !known {
		t.formats["messages that a rule knows"]++
	}
	key := "\x01" + best.id + "\x00" + best.alias + "\x00" + best.vendor + "\x00" + best.where
	c := t.cases[key]
	if c == nil {
		if len(t.cases) >= 2*maxCases {
			t.crowded = true
			return
		}
		c = &caseTally{sample: s[:min(len(s), maxSample)], best: &best, status: plainStatus(best.id)}
		t.cases[key] = c
	}
	c.count++
	status := plainStatus(best.id)
	if i := strings.Index(s, `request: "`); i >= 0 {
		req := s[i+len(`request: "`):]
		if _, rest, ok := strings.Cut(req, " "); ok {
			path := rest[:indexAnyOr(rest, " ?\"")]
			t.place(t.paths, status, foldPath, []byte(path))
		}
	}
	if i := strings.Index(s, `upstream: "`); i >= 0 {
		up := s[i+len(`upstream: "`):]
		t.place(t.upstreams, status, firstUpstream, []byte(up[:indexAnyOr(up, "\"")]))
	}
}

// errorTime reads the time of an error log's line.
func errorTime(s string) (int64, bool) {
	if len(s) >= 19 {
		if when, ok := isoTime([]byte(s[:19])); ok {
			return when, true
		}
	}
	if i := strings.IndexByte(s, ']'); i > 24 && s[0] == '[' {
		return apacheTime([]byte(s[1:i]))
	}
	return 0, false
}

// place counts a path or an upstream together with the status. fold appends the name's counted form.
func (t *tally) place(k *topK, status int, fold func(dst, name []byte) []byte, name []byte) {
	if isEmptyToken(name) {
		return
	}
	t.key = strconv.AppendInt(t.key[:0], int64(status), 10)
	t.key = append(t.key, ' ')
	n := len(t.key)
	if t.key = fold(t.key, name[:min(len(name), 256)]); len(t.key) > n {
		k.add(t.key)
	}
}

// foldPath writes a path with {id} for segments that are numbers, hashes or UUIDs.
func foldPath(dst, path []byte) []byte {
	if path[0] != '/' {
		return append(dst, path...)
	}
	for len(path) > 0 {
		end := bytes.IndexByte(path[1:], '/') + 1
		if end == 0 {
			end = len(path)
		}
		dst = append(dst, '/')
		if isID(path[1:end]) {
			dst = append(dst, "{id}"...)
		} else {
			dst = append(dst, path[1:end]...)
		}
		path = path[end:]
	}
	return dst
}

func isID(s []byte) bool {
	digits := 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F', c == '-':
		default:
			return false
		}
	}
	return digits == len(s) && digits > 0 || digits > 1 && len(s) >= 8
}

// firstUpstream writes the first of several attempts, without scheme and path.
func firstUpstream(dst, name []byte) []byte {
	name, _, _ = bytes.Cut(name, []byte(","))
	if i := bytes.Index(name, []byte("://")); i >= 0 && i < 10 {
		name = name[i+3:]
		if !bytes.HasPrefix(name, []byte("unix:")) {
			name, _, _ = bytes.Cut(name, []byte("/"))
		}
	}
	return append(dst, name...)
}

func (t *tally) merge(o *tally) {
	t.lines += o.lines
	t.unread += o.unread
	t.errors += o.errors
	t.crowded = t.crowded || o.crowded
	t.samples = append(t.samples, o.samples...)
	for name, n := range o.formats {
		t.formats[name] += n
	}
	for f, counts := range o.fineArrays {
		for status, n := range counts {
			if n > 0 {
				t.fine[fineKey{f.name, status}] += n
			}
		}
	}
	for key, c := range o.cases {
		if own := t.cases[key]; own != nil {
			own.count += c.count
		} else {
			t.cases[key] = c
		}
	}
	t.paths.merge(o.paths)
	t.upstreams.merge(o.upstreams)
	t.times.merge(&o.times)
}

// summary judges the cases and puts everything in order.
func (t *tally) summary(opts SummaryOptions) *Summary {
	for f, counts := range t.fineArrays {
		for status, n := range counts {
			if n > 0 {
				t.fine[fineKey{f.name, status}] += n
			}
		}
	}
	s := &Summary{Lines: t.lines, Unread: t.unread, Errors: t.errors, UnreadSamples: t.samples[:min(len(t.samples), 3)],
		Approximate: t.crowded || !t.paths.exact() || !t.upstreams.exact(),
		Formats:     []Counted{}, Cases: []Case{}, Paths: places(t.paths, opts.Top), Upstreams: places(t.upstreams, opts.Top)}
	for k, n := range t.fine {
		t.formats[k.format] += n
	}
	for name, n := range t.formats {
		s.Formats = append(s.Formats, Counted{name, n})
	}
	slices.SortFunc(s.Formats, func(a, b Counted) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	s.Cases = t.judgeCases(2 * opts.Top)
	if t.times.begun {
		first, last := time.Unix(t.times.first, 0).UTC(), time.Unix(t.times.last, 0).UTC()
		s.First, s.Last = &first, &last
		s.Bursts = t.times.bursts(5)
	}
	for _, c := range s.Cases[:min(len(s.Cases), 3)] {
		for _, u := range c.unknown {
			if !slices.Contains(s.CannotTell, u) {
				s.CannotTell = append(s.CannotTell, u)
			}
		}
	}
	s.Story = s.story()
	return s
}

func places(k *topK, n int) []Place {
	out := []Place{}
	for _, e := range k.top(n) {
		status, name, _ := strings.Cut(e.key, " ")
		code, _ := strconv.Atoi(status)
		out = append(out, Place{Name: Mask(normalize([]byte(name))), Status: code, Count: e.count})
	}
	return out
}

// judgeCases turns kept lines into cases, joining those with the same verdict.
func (t *tally) judgeCases(most int) []Case {
	joined := make(map[string]*Case)
	add := func(c Case) {
		key := c.ID + "\x00" + c.AliasID + "\x00" + c.Vendor + "\x00" + c.Emitter + "\x00" + strconv.Itoa(c.Status)
		if own := joined[key]; own != nil {
			own.Count += c.Count
		} else {
			joined[key] = &c
		}
	}
	for k, n := range t.fine {
		c := Case{Status: k.status, Count: n, NextChecks: []string{}}
		if pages := t.e.anyPage(k.status); len(pages) > 0 {
			c.ID, c.Title = pages[0].id, t.e.titleOf(pages[0])
		}
		add(c)
	}
	full := newParser(true)
	for _, ct := range t.cases {
		add(t.judgeCase(full, ct))
	}
	out := make([]Case, 0, len(joined))
	for _, c := range joined {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Case) int {
		if a.error != b.error {
			if a.error {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Emitter, b.Emitter), cmp.Compare(a.Status, b.Status))
	})
	return out[:min(len(out), most)]
}

func (t *tally) judgeCase(full *parser, ct *caseTally) Case {
	c := Case{Status: ct.status, Count: ct.count, error: true, NextChecks: []string{}}
	text := Mask(normalize([]byte(ct.sample)))
	c.Example = quoted(text)
	best := ct.best
	if best == nil {
		full.columns = w3cColumns{}
		if ct.columns != "" {
			full.columns.directive([]byte("#Fields:" + ct.columns))
		}
		var r record
		if full.parse([]byte(text), &r) == lineRecord {
			if cands := t.e.judgeRecord(&r); len(cands) > 0 {
				cands = weigh(cands)
				best = &cands[0]
			}
		}
	}
	if best == nil {
		c.Why = "The log does not say what came of it."
		return c
	}
	c.ID, c.AliasID, c.Title, c.Vendor, c.Emitter = best.id, best.alias, t.e.titleOf(best.pageRef), best.vendor, best.emitter
	c.Confidence, c.Why, c.unknown = best.conf.String(), best.why, best.unknown
	if c.NextChecks = best.checks; len(c.NextChecks) == 0 {
		if c.NextChecks = checksFor(best.vendor); c.NextChecks == nil {
			c.NextChecks = []string{}
		}
	}
	return c
}
