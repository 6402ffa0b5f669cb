package diagnose

import (
	"bytes"
)

// commonFormat is the log that NGINX and Apache share (common and combined), with whatever fields an
// operator has put behind it. The line does not tell whose it is.
func commonFormat() *format {
	return &format{
		name:   "common or combined access log",
		parse:  parseCommon,
		judge:  (*Engine).judgeCommon,
		detail: []string{"upstream_status", "upstream_response_length", "upstream_header_time"},
	}
}

// specialFormats are told from their general form while it is being read.
func specialFormats() []*format {
	nginx := *commonFormat()
	nginx.name, nginx.vendor, nginx.emitter = "NGINX access log", "nginx", EmitterProxy
	traefik := format{
		name: "Traefik access log", vendor: "traefik", emitter: EmitterProxy,
		judge: (*Engine).judgeTraefik, detail: []string{"OriginStatus", "service_url"},
	}
	return append([]*format{&nginx, &traefik}, jsonFormats()...)
}

func parseCommon(p *parser, line []byte, r *record) bool {
	open, close := commonTime(line)
	if open < 0 {
		return false
	}
	req := close + 3
	reqEnd := closeQuote(line, req)
	if reqEnd+5 > len(line) || line[reqEnd+1] != ' ' {
		return false
	}
	st := reqEnd + 2
	stEnd := st + indexByteOr(line[st:], ' ')
	status, ok := statusAt(line[st:stEnd])
	if !ok {
		return false
	}
	r.status = status
	r.add("status", st, stEnd)
	r.request(req, reqEnd)
	r.when, r.hasWhen = clfTime(line[open+1 : close])
	if p.full || status >= 400 || status == 0 {
		p.commonTail(r, stEnd)
	}
	return true
}

// commonTime finds "[10/Oct/2000:13:55:36 +0000] " and the quote behind it.
func commonTime(line []byte) (open, close int) {
	from := 0
	for range 6 {
		i := bytes.IndexByte(line[from:], '[')
		if i < 0 {
			break
		}
		i += from
		if i+30 < len(line) && line[i+3] == '/' && line[i+7] == '/' && line[i+12] == ':' {
			c := bytes.IndexByte(line[i:min(i+40, len(line))], ']')
			if c > 0 && i+c+3 < len(line) && line[i+c+1] == ' ' && line[i+c+2] == '"' {
				return i, i + c
			}
			return -1, -1 // HAProxy writes the same time with something else behind it
		}
		from = i + 1
	}
	return -1, -1
}

func indexByteOr(b []byte, c byte) int {
	if i := bytes.IndexByte(b, c); i >= 0 {
		return i
	}
	return len(b)
}

// commonTail reads what follows the status: size, referrer, agent, then the operator's own.
func (p *parser) commonTail(r *record, from int) {
	t := p.lineTokens(r.line, from)
	if len(t) == 0 {
		return
	}
	t = t[1:] // size
	quoted := 0
	for quoted < len(t) && quoted < 2 && t[quoted].start > 0 && r.line[t[quoted].start-1] == '"' {
		quoted++
	}
	t = t[quoted:]
	if len(t) == 0 {
		return
	}
	if p.traefikTail(r, t) || p.ingressTail(r, t) {
		return
	}
	if p.namedTail(r, t) || p.addressTail(r, t) {
		r.format = p.special["NGINX access log"]
		return
	}
	// "$status … $upstream_status $request_time" with nothing around: a number equal to the status is
	// the upstream's, since no other variable is.
	for i, f := range t {
		if i+1 < len(t) && r.status > 0 && plainStatus(r.value(f)) == r.status && bytes.IndexByte(r.value(t[i+1]), '.') > 0 {
			r.addUpstreamStatus(f)
			r.format = p.special["NGINX access log"]
			return
		}
	}
}

func (r *record) addUpstreamStatus(f field) { r.add("upstream_status", f.start, f.end) }

// namedTail reads `rt=0.004 uct="0.000" us="502"` and its many spellings.
func (p *parser) namedTail(r *record, t []field) bool {
	found := false
	for _, f := range t {
		v := r.value(f)
		eq := bytes.IndexByte(v, '=')
		if eq <= 0 || eq > 32 {
			continue
		}
		name := ""
		switch canonicalName(string(v[:eq])) {
		case "us", "upstreamstatus", "ustatus", "upstatus", "ust":
			name = "upstream_status"
		case "uht", "upstreamheadertime":
			name = "upstream_header_time"
		case "urt", "upstreamresponsetime", "uresp", "upstreamtime":
			name = "upstream_response_time"
		case "uct", "upstreamconnecttime":
			name = "upstream_connect_time"
		case "rt", "requesttime", "reqtime":
			name = "request_time"
		case "ua", "uaddr", "upstreamaddr", "upstream":
			name = "upstream_addr"
		default:
			continue
		}
		start, end := trimQuotes(r.line, f.start+eq+1, f.end)
		r.add(name, start, end)
		if name == "upstream_addr" {
			r.upstream = field{name, start, end}
		}
		found = true
	}
	return found
}

func trimQuotes(line []byte, start, end int) (int, int) {
	if end-start >= 2 && line[start] == '"' && line[end-1] == '"' {
		return start + 1, end - 1
	}
	if end > start && line[start] == '"' {
		start++
	}
	return start, end
}

// ingressTail reads the default of the NGINX ingress controller: request length and time, [service],
// perhaps [alternative], address, length, time and status of the upstream, request id.
func (p *parser) ingressTail(r *record, t []field) bool {
	if len(t) < 7 || num(r.value(t[0])) < 0 || r.line[t[2].start] != '[' {
		return false
	}
	a := 3
	if r.line[t[3].start] == '[' {
		a = 4
	}
	if len(t) < a+4 {
		return false
	}
	r.format = p.special["NGINX access log"]
	r.add("request_time", t[1].start, t[1].end)
	r.add("upstream_addr", t[a].start, t[a].end)
	r.add("upstream_response_length", t[a+1].start, t[a+1].end)
	r.add("upstream_response_time", t[a+2].start, t[a+2].end)
	r.addUpstreamStatus(t[a+3])
	r.upstream = t[a]
	if isEmptyToken(r.value(t[a])) {
		r.upstream = t[2]
	}
	return true
}

// traefikTail reads Traefik's additions: request count, "router", "service URL", duration in ms.
func (p *parser) traefikTail(r *record, t []field) bool {
	if len(t) != 4 || num(r.value(t[0])) < 0 || !bytes.HasSuffix(r.value(t[3]), []byte("ms")) {
		return false
	}
	r.format = p.special["Traefik access log"]
	r.add("router", t[1].start, t[1].end)
	r.add("service_url", t[2].start, t[2].end)
	r.upstream = t[2]
	return true
}

// addressTail takes an address for the upstream's, and the status that follows it for its answer.
func (p *parser) addressTail(r *record, t []field) bool {
	for i, f := range t {
		first, _, _ := bytes.Cut(r.value(f), []byte(","))
		if !isAddress(first) {
			continue
		}
		r.add("upstream_addr", f.start, f.end)
		r.upstream = f
		for _, g := range t[i+1:] {
			first, _, _ := bytes.Cut(r.value(g), []byte(","))
			if n := plainStatus(first); n > 0 && n < 600 {
				r.addUpstreamStatus(g)
				break
			}
		}
		return true
	}
	return false
}

func isEmptyToken(b []byte) bool { return len(b) == 0 || len(b) == 1 && b[0] == '-' }
