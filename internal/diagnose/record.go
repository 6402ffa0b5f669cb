package diagnose

import (
	"bytes"
	"strings"
)

// A record is one access-log entry taken apart. Its fields are places in the line, so that evidence
// can be quoted and marked; it is reused from line to line.
type record struct {
	format   *format
	line     []byte
	fields   []field
	status   int // as the reader's side saw it; 0 unknown or none sent
	path     field
	upstream field
	when     int64 // seconds since 1970 UTC
	hasWhen  bool
}

// field is a named part of a line: line[start:end], without quotes.
type field struct {
	name       string
	start, end int
}

// format is one kind of log.
type format struct {
	name    string // for people: "ALB access log"
	vendor  string // whose log it is; "" when the format doesn't tell
	emitter string // the hop that writes it; "" when the format doesn't tell
	parse   func(p *parser, line []byte, r *record) bool
	judge   func(e *Engine, r *record) []candidate
	// detail are the fields that, with the status, decide the diagnosis: lines that agree in them
	// are one case.
	detail []string
	// where the finding was made: access-log unless set.
	where string
}

// formats lists the kinds in the order they are tried on a line. Those with a tell-tale come first.
func formats() []*format {
	return []*format{
		commonFormat(), albFormat(), classicELBFormat(), haproxyFormat(), envoyFormat(),
		herokuFormat(), httperrFormat(), w3cFormat(), squidFormat(),
	}
}

// A parser reads lines of whatever formats come, remembering what a log says once for many lines (the
// #Fields of a W3C log, the format of the line before). One goroutine at a time.
type parser struct {
	formats []*format
	last    *format
	full    bool // keep every field, not just those that counting needs
	columns w3cColumns
	json    jsonRecord
	special map[string]*format // formats that a general one turns out to be
	jsonLog *format
	tokens  []field
}

func newParser(full bool) *parser {
	p := &parser{formats: formats(), full: full, special: make(map[string]*format)}
	p.jsonLog = jsonFormat()
	p.formats = append(p.formats, p.jsonLog)
	p.json.names = jsonNames()
	for _, f := range specialFormats() {
		p.special[f.name] = f
	}
	return p
}

// lineKind is what became of a line.
type lineKind uint8

const (
	lineUnread lineKind = iota
	lineRecord
	lineDirective // says something about the lines that follow, or nothing: blank, comment
)

// parse reads one line, without its newline, into r.
func (p *parser) parse(line []byte, r *record) lineKind {
	for len(line) > 0 && (line[len(line)-1] == '\r' || line[len(line)-1] == ' ') {
		line = line[:len(line)-1]
	}
	if len(line) == 0 {
		return lineDirective
	}
	if line[0] == '#' {
		p.columns.directive(line)
		return lineDirective
	}
	if len(line) < 12 {
		return lineUnread
	}
	if p.last != nil && p.try(p.last, line, r) {
		return lineRecord
	}
	for _, f := range p.formats {
		if f != p.last && p.try(f, line, r) {
			p.last = f
			return lineRecord
		}
	}
	return lineUnread
}

func (p *parser) try(f *format, line []byte, r *record) bool {
	*r = record{format: f, line: line, fields: r.fields[:0]}
	return f.parse(p, line, r)
}

func (r *record) add(name string, start, end int) {
	r.fields = append(r.fields, field{name, start, end})
}

// find returns the field of that name.
func (r *record) find(name string) (field, bool) {
	for _, f := range r.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// get returns the value of the field of that name, nil when there is none.
func (r *record) get(name string) []byte {
	if f, ok := r.find(name); ok {
		return r.line[f.start:f.end]
	}
	return nil
}

func (r *record) str(name string) string { return string(r.get(name)) }

func (r *record) value(f field) []byte { return r.line[f.start:f.end] }

// absent reports that a field is not there or says so: "-", "", "0", "null".
func (r *record) absent(name string) bool {
	switch string(r.get(name)) {
	case "", "-", "0", "null", "000":
		return true
	}
	return false
}

// request notes method and path of "GET /path HTTP/1.1" at line[start:end].
func (r *record) request(start, end int) {
	req := r.line[start:end]
	sp := bytes.IndexByte(req, ' ')
	if sp < 0 {
		return
	}
	rest := req[sp+1:]
	stop := len(rest)
	if e := bytes.IndexByte(rest, ' '); e >= 0 {
		stop = e
	}
	r.setPath(start+sp+1, start+sp+1+stop)
}

// setPath keeps the path alone: no scheme, host or query.
func (r *record) setPath(start, end int) {
	p := r.line[start:end]
	if q := bytes.IndexByte(p, '?'); q >= 0 {
		end = start + q
		p = p[:q]
	}
	if i := bytes.Index(p, []byte("://")); i >= 0 && i < 8 {
		if s := bytes.IndexByte(p[i+3:], '/'); s >= 0 {
			start += i + 3 + s
		}
	}
	r.path = field{"path", start, end}
}

// lineTokens splits line[from:] at spaces, keeping "quoted", [bracketed] and {braced} parts and lists
// ("a, b") together; quotes are not part of a token. The slice is reused by the next call.
func (p *parser) lineTokens(line []byte, from int) []field {
	tokens := p.tokens[:0]
	joined := false
	for i := from; i < len(line); {
		if line[i] == ' ' || line[i] == '\t' {
			i++
			continue
		}
		start, end, next := i, 0, 0
		if line[i] == '"' {
			end = closeQuote(line, i+1)
			start, next = i+1, end+1
		} else {
			end = i + tokenLen(line[i:])
			next = end
		}
		end, next = min(end, len(line)), min(next, len(line))
		if joined {
			tokens[len(tokens)-1].end = end
		} else {
			tokens = append(tokens, field{"", start, end})
		}
		joined = end > start && line[end-1] == ',' && line[i] != '"'
		i = max(next, i+1)
	}
	p.tokens = tokens
	return tokens
}

func tokenLen(b []byte) int {
	closer := byte(0)
	if b[0] == '[' {
		closer = ']'
	} else if b[0] == '{' {
		closer = '}'
	}
	if closer != 0 {
		if e := bytes.IndexByte(b, closer); e >= 0 {
			return e + 1
		}
	}
	if e := bytes.IndexAny(b, " \t"); e >= 0 {
		return e
	}
	return len(b)
}

// closeQuote returns the index of the quote that ends the string beginning at i, or the line's end.
func closeQuote(line []byte, i int) int {
	for j := i; j < len(line); j++ {
		k := bytes.IndexByte(line[j:], '"')
		if k < 0 {
			return len(line)
		}
		j += k
		if j == i || line[j-1] != '\\' {
			return j
		}
	}
	return len(line)
}

// statusAt reads a status as logs write it: three digits, or a stand-in for none ("-", "0", "-1",
// "000"), which is 0.
func statusAt(b []byte) (status int, ok bool) {
	if n := plainStatus(b); n > 0 {
		return n, true
	}
	switch string(b) {
	case "-", "0", "-1", "000", "<nil>":
		return 0, true
	}
	return 0, false
}

// isAddress tells "10.0.0.1:8080", "[::1]:80", "unix:/run/app.sock" and "http://host:80/" from the rest.
func isAddress(b []byte) bool {
	s := string(b)
	if strings.HasPrefix(s, "unix:") || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		return true
	}
	i := strings.LastIndexByte(s, ':')
	if i <= 0 || i == len(s)-1 || len(s)-i > 6 {
		return false
	}
	port := s[i+1:]
	for _, c := range []byte(port) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return strings.ContainsAny(s[:i], ".:") || strings.ContainsAny(s[:i], "abcdefghijklmnopqrstuvwxyz")
}
