package diagnose

import (
	"strconv"
	"strings"
)

type span struct{ start, end int }

// response is what a paste holds of one HTTP response. Offsets are into the paste.
type response struct {
	status  int
	reason  string
	line    span // the status line
	headers []header
	body    span
	failure string // what a client or a HAR file says went wrong instead
}

// header is one field line.
type header struct {
	name  string // lower case
	value string
	span  span // of "Name: value", without a prefix such as curl's "< "
}

func (r *response) get(name string) (header, bool) {
	for _, h := range r.headers {
		if h.name == name {
			return h, true
		}
	}
	return header{}, false
}

func (r *response) has(name string) bool {
	_, ok := r.get(name)
	return ok
}

type statusLine struct {
	status int
	reason string
	start  int // of "HTTP/" in the line
}

// parseStatusLine reads "HTTP/1.1 502 Bad Gateway", "< HTTP/2 502", and the spellings of a few tools
// ("HTTP/1.1: 502", "Status: 502 Bad Gateway", ":status: 502", "Status Code: 502 Bad Gateway").
func parseStatusLine(line string) (statusLine, bool) {
	s := strings.TrimLeft(line, "< \t")
	start := len(line) - len(s)
	rest := ""
	switch {
	case strings.HasPrefix(s, "HTTP/"):
		i := 5
		for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
			i++
		}
		if i == 5 {
			return statusLine{}, false
		}
		rest = strings.TrimLeft(s[i:], ": ")
		if rest == s[i:] {
			return statusLine{}, false
		}
	case len(s) > 7 && equalLower(s[:7], "status:"):
		rest = strings.TrimSpace(s[7:])
	case len(s) > 8 && equalLower(s[:8], ":status:"):
		rest = strings.TrimSpace(s[8:])
	case len(s) > 12 && equalLower(s[:12], "status code:"):
		rest = strings.TrimSpace(s[12:])
	default:
		return statusLine{}, false
	}
	code, reason, _ := strings.Cut(strings.TrimRight(rest, ", "), " ")
	n := plainStatus(code)
	if n == 0 || strings.Contains(reason, `"`) { // a request line's end in a log
		return statusLine{}, false
	}
	return statusLine{n, strings.TrimSpace(reason), start}, true
}

// parseHeader reads "Name: value", with curl's "< " before it or without, and "  'name': 'value',"
// as programs print a map of headers.
func parseHeader(line string) (header, bool) {
	s := strings.TrimPrefix(line, "< ")
	if t := strings.TrimLeft(s, " \t"); len(t) > 2 && (strings.HasSuffix(t, ",") || t[0] == '\'' || t[0] == '"') {
		return parsePrinted(line, t)
	}
	start := len(line) - len(s)
	colon := strings.IndexByte(s, ':')
	if colon <= 0 || colon > 60 {
		return header{}, false
	}
	for i := range colon {
		if !isHeaderByte(s[i]) {
			return header{}, false
		}
	}
	if colon+1 < len(s) && s[colon+1] == '/' { // a URL
		return header{}, false
	}
	end := len(line) - (len(s) - len(strings.TrimRight(s, " \t")))
	return header{strings.ToLower(s[:colon]), strings.TrimSpace(s[colon+1:]), span{start, end}}, true
}

func parsePrinted(line, t string) (header, bool) {
	start := strings.Index(line, t)
	name, value, ok := strings.Cut(strings.TrimRight(t, ", "), ":")
	name = strings.Trim(name, "'\" ")
	if !ok || name == "" || strings.ContainsFunc(name, func(c rune) bool { return c > 0x7e || !isHeaderByte(byte(c)) }) {
		return header{}, false
	}
	return header{strings.ToLower(name), strings.Trim(value, " '\""), span{start, start + len(strings.TrimRight(t, ", "))}}, true
}

func isHeaderByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// isResponseHeader tells whether a lone "name: value" begins a block of response headers: "server:" does,
// "error:" is somebody's log.
func isResponseHeader(name string) bool {
	switch name {
	case "server", "date", "via", "age", "etag", "vary", "location", "expires", "connection", "content-type", "content-length",
		"content-encoding", "cache-control", "cache-status", "proxy-status", "set-cookie", "retry-after", "www-authenticate",
		"proxy-authenticate", "transfer-encoding", "last-modified", "accept-ranges", "allow", "alt-svc", "strict-transport-security",
		"access-control-allow-origin", "server-timing", "nel", "report-to", "apigw-requestid", "reason phrase", "l5d-proxy-error", "pragma":
		return true
	}
	for _, prefix := range []string{"x-", "cf-", "l5d-", "fly-", "akamai-", "x_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func (s *splitter) startResponse(at, end int, h statusLine) {
	s.open, s.inBody = true, false
	s.cur = part{kind: partResponse, start: at, end: end, name: "response headers"}
	if strings.HasPrefix(strings.TrimLeft(s.text[at:end], " \t"), "<") {
		s.cur.name = "curl -v"
	}
	s.cur.response = response{status: h.status, reason: h.reason}
	if h.status > 0 {
		s.cur.response.line = span{at + h.start, end}
	}
}

// maxHeaders bounds what one response may carry in a paste.
const maxHeaders = 400

func (s *splitter) addHeader(at, end int, h header) {
	h.span.start += at
	h.span.end += at
	if len(s.cur.response.headers) < maxHeaders {
		s.cur.response.headers = append(s.cur.response.headers, h)
	}
	s.cur.end = end
	if s.cur.response.status == 0 && h.name == "status" {
		s.cur.response.status, _ = strconv.Atoi(h.value)
	}
}

// curlLine handles the lines that curl -v and -i put between headers and body; while a response is
// open they do not end it, but for curl's last word.
func (s *splitter) curlLine(at int, line string) bool {
	switch {
	case line == "<" || line == "< ":
		s.inBody = true
		return true
	case strings.HasPrefix(line, "{ [") || strings.HasPrefix(line, "} ["):
		return true
	case strings.HasPrefix(line, "* "), strings.HasPrefix(line, "> "), line == ">", strings.HasPrefix(line, "curl: ("):
		s.close()
		if name, ok := curlInfo(line); ok {
			s.emit(part{kind: partText, start: at, end: at + len(line), name: name}, nil)
		}
		return true
	}
	return false
}

// curlInfo tells curl's own lines, whether they say something (a name) or not ("").
func curlInfo(line string) (name string, ok bool) {
	switch {
	case strings.HasPrefix(line, "curl: ("), strings.HasPrefix(line, "* "), strings.HasPrefix(line, "> "), line == ">":
		return "curl", true
	}
	return "", false
}

// close emits the response that was being collected.
func (s *splitter) close() {
	if !s.open {
		return
	}
	s.open, s.inBody = false, false
	s.emit(s.cur, nil)
	s.cur = part{}
}
