package diagnose

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// normalize makes a paste readable: valid UTF-8, "\n" at line ends, no terminal colors, no control
// characters. The result is what offsets refer to.
func normalize(paste []byte) string {
	if isClean(paste) {
		return string(paste)
	}
	var b strings.Builder
	b.Grow(len(paste))
	paste = bytes.TrimPrefix(paste, []byte("\xef\xbb\xbf"))
	for i := 0; i < len(paste); {
		c := paste[i]
		switch {
		case c == '\r':
			if i+1 >= len(paste) || paste[i+1] != '\n' {
				b.WriteByte('\n')
			}
			i++
		case c == 0x1b:
			i += escapeLen(paste[i:])
		case c < 0x20 && c != '\n' && c != '\t' || c == 0x7f:
			i++
		case c < utf8.RuneSelf:
			b.WriteByte(c)
			i++
		default:
			r, n := utf8.DecodeRune(paste[i:])
			if r < 0xa0 { // C1 controls
				i += n
				continue
			}
			b.WriteRune(r)
			i += n
		}
	}
	return b.String()
}

func isClean(paste []byte) bool {
	for _, c := range paste {
		if c < 0x20 && c != '\n' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
}

// escapeLen measures a terminal escape sequence, such as ESC [ 1 ; 31 m.
func escapeLen(b []byte) int {
	if len(b) < 2 || b[1] != '[' {
		return 1
	}
	for i := 2; i < len(b) && i < 32; i++ {
		if b[i] >= '@' && b[i] <= '~' {
			return i + 1
		}
	}
	return 2
}

// partKind is what a stretch of a paste is.
type partKind uint8

const (
	partText     partKind = iota // a line nothing is known about: a client's message, an unknown log
	partRecord                   // one access-log entry
	partError                    // one line of a known error log
	partResponse                 // status line, headers, body: any of them
	partBody                     // an error page or problem document on its own
	partHAR                      // a whole HAR file
)

// part is a stretch of the paste, text[start:end], of one kind.
type part struct {
	kind       partKind
	start, end int
	name       string // for people: "NGINX error log", "curl -v"
	vendor     string

	response response
}

// splitter walks a paste line by line and says what each stretch is.
type splitter struct {
	text  string
	p     *parser
	emit  func(part, *record)
	doc   []byte // the text once more, for what reads bytes
	lines int
	// endless says that no </html> follows anywhere, so that it is not looked for again.
	endless bool

	open   bool // a response is being collected in cur
	inBody bool
	cur    part
}

// split calls emit for each part in order; for a record it passes the record too, which is valid
// until emit returns.
func split(text string, p *parser, emit func(part, *record)) (lines int) {
	s := &splitter{text: text, doc: []byte(text), p: p, emit: emit}
	if s.document() {
		return strings.Count(strings.TrimSpace(text), "\n") + 1
	}
	var r record
	for at := 0; at < len(text); {
		end := at + indexAnyOr(text[at:], "\n")
		at = s.line(at, end, &r)
	}
	s.close()
	return s.lines
}

// document handles pastes that are one JSON value: a HAR file, an array of log entries.
func (s *splitter) document() bool {
	start := len(s.text) - len(strings.TrimLeft(s.text, " \t\n"))
	if start >= len(s.text) {
		return false
	}
	doc := s.doc[start:]
	switch {
	case doc[0] == '{' && bytes.Contains(doc[:min(len(doc), 4096)], []byte(`"log"`)) && bytes.Contains(doc, []byte(`"entries"`)):
		s.emit(part{kind: partHAR, start: start, end: len(s.text), name: "HAR file"}, nil)
		return true
	case doc[0] == '[':
		if n := scanJSON(doc, nil); n < 0 || len(bytes.TrimSpace(doc[n:])) > 0 {
			return false
		}
		return s.array(start)
	}
	return false
}

// array emits the objects of a top-level array as records or bodies.
func (s *splitter) array(start int) bool {
	var r record
	found := false
	for i := start + 1; i < len(s.text); {
		if s.text[i] != '{' {
			i++
			continue
		}
		n := scanJSON(s.doc[i:min(len(s.doc), i+maxObject)], nil)
		if n < 0 {
			return found
		}
		s.object(i, i+n, &r)
		found = true
		i += n
	}
	return found
}

// maxObject bounds a JSON object taken for one log entry or one body.
const maxObject = 256 << 10

// object emits the JSON object text[start:end] as a record where it is one, else as a body.
func (s *splitter) object(start, end int, r *record) {
	line := s.doc[start:end]
	if s.p.try(s.p.jsonLog, line, r) && !isProblem(r) {
		s.emit(part{kind: partRecord, start: start, end: end, name: r.format.name, vendor: r.format.vendor}, r)
		return
	}
	s.emit(part{kind: partBody, start: start, end: end, name: "JSON body", response: response{body: span{start, end}}}, nil)
}

// isProblem tells a problem+json body (RFC 9457) from a log entry.
func isProblem(r *record) bool {
	if r.format.vendor != "" || r.hasWhen {
		return false
	}
	for _, f := range r.fields {
		if f.name == "title" || f.name == "detail" || f.name == "error" || f.name == "errors" {
			return true
		}
	}
	return false
}

// line handles text[at:end] and returns where the next line begins.
func (s *splitter) line(at, end int, r *record) int {
	next := end + 1
	line := s.text[at:end]
	trimmed := strings.TrimSpace(line)
	if trimmed == "" {
		if s.open && !s.inBody {
			s.inBody = true // the blank line between headers and body
		}
		return next
	}
	s.lines++
	if s.open && s.curlLine(at, line) {
		return next
	}
	if h, ok := parseStatusLine(line); ok {
		s.close()
		s.startResponse(at, end, h)
		return next
	}
	if s.open && !s.inBody {
		if h, ok := parseHeader(line); ok {
			s.addHeader(at, end, h)
			return next
		}
		if c := trimmed[0]; c == ' ' || line[0] == ' ' || line[0] == '\t' { // a folded header
			return next
		}
		s.inBody = true
	}
	if kind := s.known(at, end, r); kind {
		return next
	}
	if !s.open {
		if isHTML(trimmed) || trimmed[0] == '{' {
			return s.body(at, end, r)
		}
		if h, ok := parseHeader(line); ok && isResponseHeader(h.name) {
			s.startResponse(at, end, statusLine{})
			s.addHeader(at, end, h)
			return next
		}
		if name, ok := curlInfo(trimmed); ok {
			s.emit(part{kind: partText, start: at, end: end, name: name}, nil)
			return next
		}
		s.emit(part{kind: partText, start: at, end: end}, nil)
		return next
	}
	// inside a response's body
	if s.cur.response.body.end == 0 {
		s.cur.response.body.start = at
	}
	s.cur.response.body.end = end
	s.cur.end = end
	return next
}

// known emits the line when it is an entry of a log.
func (s *splitter) known(at, end int, r *record) bool {
	line := s.doc[at:end:end]
	if s.open && s.inBody && len(line) > 0 && (line[0] == '<' || line[0] == '{' || line[0] == ' ') {
		return false // the body goes on
	}
	switch s.p.parse(line, r) {
	case lineRecord:
		if isProblem(r) {
			return false
		}
		s.close()
		s.emit(part{kind: partRecord, start: at, end: end, name: r.format.name, vendor: r.format.vendor}, r)
		return true
	case lineDirective:
		if len(line) > 1 && line[0] == '#' && bytes.IndexByte(line, ':') > 0 {
			s.close()
			return true
		}
		return false
	}
	if name, vendor, ok := errorLogOf(s.text[at:end]); ok {
		s.close()
		s.emit(part{kind: partError, start: at, end: end, name: name, vendor: vendor}, nil)
		return true
	}
	return false
}

// body emits an HTML page or a JSON object that spans lines, and returns where the next line begins.
func (s *splitter) body(at, end int, r *record) int {
	if s.text[at+indexNonSpace(s.text[at:end])] == '{' {
		start := at + indexNonSpace(s.text[at:end])
		n := scanJSON(s.doc[start:min(len(s.doc), start+maxObject)], nil)
		if n > 0 {
			s.lines += strings.Count(s.text[start:start+n], "\n")
			s.object(start, start+n, r)
			stop := start + n
			return stop + indexAnyOr(s.text[stop:], "\n") + 1
		}
		s.emit(part{kind: partBody, start: at, end: end, name: "JSON body", response: response{body: span{at, end}}}, nil)
		return end + 1
	}
	stop := s.htmlEnd(at)
	s.lines += strings.Count(s.text[at:stop], "\n")
	s.emit(part{kind: partBody, start: at, end: stop, name: "HTML page", response: response{body: span{at, stop}}}, nil)
	return stop + indexAnyOr(s.text[stop:], "\n") + 1
}

func indexNonSpace(s string) int {
	return len(s) - len(strings.TrimLeft(s, " \t"))
}

// htmlEnd finds where the page that begins at at ends: after </html>, or where a log goes on.
func (s *splitter) htmlEnd(at int) int {
	rest := s.text[at:]
	if !s.endless {
		if i := indexFold(rest, "</html>"); i >= 0 {
			return at + i + len("</html>")
		}
		s.endless = true
	}
	for i := 0; i < len(rest); {
		j := strings.IndexByte(rest[i:], '\n')
		if j < 0 {
			break
		}
		i += j + 1
		line := rest[i : i+indexAnyOr(rest[i:], "\n")]
		if _, _, ok := errorLogOf(line); ok || strings.HasPrefix(line, "* ") || strings.HasPrefix(line, "curl: (") {
			return at + i - 1
		}
		if _, ok := parseStatusLine(line); ok {
			return at + i - 1
		}
	}
	return len(s.text)
}

func indexFold(s, lowerSub string) int {
	for i := 0; i+len(lowerSub) <= len(s); i++ {
		j := strings.IndexByte(s[i:], lowerSub[0])
		if j < 0 {
			return -1
		}
		i += j
		if i+len(lowerSub) <= len(s) && equalLower(s[i:i+len(lowerSub)], lowerSub) {
			return i
		}
	}
	return -1
}

func isHTML(trimmed string) bool {
	if trimmed[0] != '<' || len(trimmed) < 4 {
		return false
	}
	l := strings.ToLower(trimmed[:min(len(trimmed), 12)])
	for _, tag := range []string{"<!doctype", "<html", "<head", "<title", "<body", "<center", "<h1", "<h2", "<h3", "<p", "<hr", "<!--", "<span", "<div"} {
		if strings.HasPrefix(l, tag) {
			return true
		}
	}
	return false
}

// errorLogOf knows the error logs by the way their lines begin.
func errorLogOf(line string) (name, vendor string, ok bool) {
	if len(line) < 24 {
		return "", "", false
	}
	s := line
	if i := strings.Index(s[:min(len(s), 160)], "] "); i > 0 {
		// NGINX: 2024/11/03 06:09:29 [error] 184#184: *94 message
		if o := strings.LastIndexByte(s[:i], '['); o >= 3 && isLevel(s[o+1:i]) && strings.Contains(s[i:min(len(s), i+32)], "#") {
			return "NGINX error log", "nginx", true
		}
	}
	// Apache: [Wed Jun 17 13:08:42.787147 2020] [proxy:error] [pid 1:tid 2] …
	if o := strings.IndexByte(s[:min(len(s), 64)], '['); o >= 0 && o+30 < len(s) && s[o+4] == ' ' && s[o+8] == ' ' && s[o+14] == ':' {
		if c := strings.IndexByte(s[o:], ']'); c > 20 && c < 40 && strings.HasPrefix(s[o+c:], "] [") {
			return "Apache error log", "apache", true
		}
	}
	return "", "", false
}

func isLevel(s string) bool {
	switch s {
	case "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug":
		return true
	}
	return false
}
