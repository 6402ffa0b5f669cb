package diagnose

import (
	"bytes"
	"strings"
)

// haproxyFormat is HAProxy's HTTP or TCP log (HAProxy configuration manual, 8.2.2 and 8.2.3), behind
// whatever prefix syslog puts before it.
func haproxyFormat() *format {
	return &format{
		name: "HAProxy log", vendor: "haproxy", emitter: EmitterLoadBalancer,
		parse: parseHAProxy, judge: (*Engine).judgeHAProxy,
		detail: []string{"termination_state", "server"},
	}
}

func parseHAProxy(p *parser, line []byte, r *record) bool {
	open := -1
	for i, from := 0, 0; from < len(line) && i < 6; i++ {
		j := bytes.IndexByte(line[from:], '[')
		if j < 0 {
			return false
		}
		j += from
		if j+24 < len(line) && line[j+3] == '/' && line[j+7] == '/' && line[j+12] == ':' {
			open = j
			break
		}
		from = j + 1
	}
	if open < 0 {
		return false
	}
	close := bytes.IndexByte(line[open:], ']')
	if close < 0 || open+close+2 >= len(line) || line[open+close+1] != ' ' {
		return false
	}
	t := p.lineTokens(line, open+close+2)
	if len(t) < 5 {
		return false
	}
	slash := bytes.IndexByte(r.value(t[1]), '/')
	if slash < 0 || bytes.Count(r.value(t[2]), []byte("/")) < 2 {
		return false
	}
	r.when, r.hasWhen = clfTime(line[open+1 : open+close])
	r.add("frontend", t[0].start, t[0].end)
	r.add("backend", t[1].start, t[1].start+slash)
	r.add("server", t[1].start+slash+1, t[1].end)
	r.add("timers", t[2].start, t[2].end)
	r.upstream = t[1]
	if len(t) >= 9 && isTermination(r.value(t[7]), 4) {
		status, ok := statusAt(r.value(t[3]))
		if !ok {
			return false
		}
		r.status = status
		r.add("status_code", t[3].start, t[3].end)
		r.add("termination_state", t[7].start, t[7].end)
		for _, f := range t[8:] {
			if f.start > 0 && line[f.start-1] == '"' {
				r.request(f.start, f.end)
				break
			}
		}
		return true
	}
	if isTermination(r.value(t[4]), 2) { // TCP log: bytes and state, no status
		r.add("termination_state", t[4].start, t[4].end)
		return true
	}
	return false
}

// isTermination knows a termination state by its letters: who ended the session, in which phase, and
// in HTTP mode two characters about cookies.
func isTermination(b []byte, n int) bool {
	return len(b) == n && strings.IndexByte("CSPLRIDUKcs-", b[0]) >= 0 && strings.IndexByte("RQCHDLT-", b[1]) >= 0
}

// envoyFormat is Envoy's default text log, with or without its time, and Istio's, which has the
// response code details behind the flags (envoyproxy.io, "Access logging").
func envoyFormat() *format {
	return &format{
		name: "Envoy access log", vendor: "envoy", emitter: EmitterProxy,
		parse: parseEnvoy, judge: (*Engine).judgeEnvoy,
		detail: []string{"response_flags", "response_code_details"},
	}
}

func parseEnvoy(p *parser, line []byte, r *record) bool {
	q := bytes.IndexByte(line, '"')
	if q < 0 || q > 200 {
		return false
	}
	reqEnd := closeQuote(line, q+1)
	if reqEnd+6 > len(line) || line[reqEnd+1] != ' ' {
		return false
	}
	st := reqEnd + 2
	stEnd := st + indexByteOr(line[st:], ' ')
	status, ok := statusAt(line[st:stEnd])
	if !ok || stEnd+2 > len(line) {
		return false
	}
	fl := stEnd + 1
	flEnd := fl + indexByteOr(line[fl:], ' ')
	if !isEnvoyFlags(line[fl:flEnd]) {
		return false
	}
	t := p.lineTokens(line, flEnd)
	if len(t) < 2 {
		return false
	}
	// A lone "-" where Apache has its size is no flag: Envoy has numbers or details behind it.
	if flEnd-fl == 1 && num(r.value(t[0])) < 0 && !looksLikeDetails(r.value(t[0])) {
		return false
	}
	r.status = status
	r.add("response_code", st, stEnd)
	r.add("response_flags", fl, flEnd)
	r.request(q+1, reqEnd)
	if v := r.value(t[0]); looksLikeDetails(v) {
		r.add("response_code_details", t[0].start, t[0].end)
	}
	if open := bytes.LastIndexByte(line[:q], '['); open >= 0 {
		r.when, r.hasWhen = isoTime(line[open+1 : q])
	}
	for _, f := range t[1:] {
		v := r.value(f)
		if bytes.HasPrefix(v, []byte("outbound|")) || bytes.HasPrefix(v, []byte("inbound|")) {
			r.upstream = f
			break
		}
		if f.start > 0 && line[f.start-1] == '"' && isAddress(v) {
			r.upstream = f // the last quoted address is the upstream host's
		}
	}
	return true
}

func looksLikeDetails(b []byte) bool {
	if len(b) < 5 || b[0] < 'a' || b[0] > 'z' {
		return false
	}
	for _, c := range b {
		if c == '_' || c == '{' {
			return true
		}
	}
	return string(b) == "overload" || string(b) == "upstream"
}

func isEnvoyFlags(b []byte) bool {
	if len(b) == 1 && b[0] == '-' {
		return true
	}
	for part := range bytes.SplitSeq(b, []byte(",")) {
		if !isEnvoyFlag(string(part)) {
			return false
		}
	}
	return len(b) > 0
}

// isEnvoyFlag knows the response flags (envoyproxy.io, "Access logging", %RESPONSE_FLAGS%).
func isEnvoyFlag(s string) bool {
	switch s {
	case "UH", "UF", "UO", "NR", "URX", "NC", "DT", "DC", "LH", "UT", "LR", "UR", "UC", "DI", "FI", "RL", "UAEX",
		"RLSE", "IH", "SI", "DPE", "UPE", "UMSDR", "OM", "DF", "NFCF", "RFCF", "DO", "DR", "UDO":
		return true
	}
	return false
}

// herokuFormat is the router's log of Heroku: key=value pairs behind "heroku[router]:" or "heroku/router".
func herokuFormat() *format {
	return &format{
		name: "Heroku router log", vendor: "heroku", emitter: EmitterLoadBalancer,
		parse: parseHeroku, judge: (*Engine).judgeHeroku, detail: []string{"code"},
	}
}

func parseHeroku(p *parser, line []byte, r *record) bool {
	head := line[:min(len(line), 300)]
	i := bytes.Index(head, []byte("at="))
	if old := bytes.Index(head, []byte("heroku[router]: Error H")); i < 0 && old >= 0 && old+25 < len(line) { // until 2012
		code := old + len("heroku[router]: Error ")
		r.add("code", code, code+3)
		i = code + 4
	}
	if i < 0 || (i > 0 && line[i-1] != ' ') {
		return false
	}
	if !bytes.Contains(line, []byte("dyno=")) && !bytes.Contains(line, []byte("code=H")) {
		return false
	}
	for i < len(line) {
		eq := bytes.IndexByte(line[i:], '=')
		if eq < 0 {
			break
		}
		eq += i
		name := herokuField(string(line[i:eq]))
		start, end, next := eq+1, 0, 0
		if start < len(line) && line[start] == '"' {
			start++
			end = closeQuote(line, start)
			next = end + 1
		} else {
			end = start + indexByteOr(line[start:], ' ')
			next = end
		}
		if name != "" {
			r.add(name, start, end)
		}
		for next < len(line) && line[next] == ' ' {
			next++
		}
		i = next
	}
	if f, ok := r.find("path"); ok {
		r.setPath(f.start, f.end)
	}
	if f, ok := r.find("dyno"); ok {
		r.upstream = f
	}
	r.status, _ = statusAt(r.get("status"))
	if sp := bytes.IndexByte(line, ' '); sp >= 19 {
		r.when, r.hasWhen = isoTime(line[:sp])
	}
	return r.get("code") != nil || r.status > 0
}

func herokuField(s string) string {
	switch s = s[strings.LastIndexByte(s, ' ')+1:]; s {
	case "at", "code", "desc", "method", "path", "host", "dyno", "connect", "service", "status", "bytes", "protocol", "sock":
		return s
	}
	return ""
}

// squidFormat is Squid's native access log: time, duration, client, result/status, size, method, URL, user,
// hierarchy/peer, type.
func squidFormat() *format {
	return &format{
		name: "Squid access log", vendor: "squid", emitter: EmitterProxy,
		parse: parseSquid, judge: (*Engine).judgeSquid, detail: []string{"result", "hierarchy"},
	}
}

func parseSquid(p *parser, line []byte, r *record) bool {
	if len(line) < 30 || line[0] < '0' || line[0] > '9' || bytes.IndexByte(line[:min(len(line), 14)], '.') < 9 {
		return false
	}
	t := p.lineTokens(line, 0)
	if len(t) < 9 {
		return false
	}
	result, status, ok := bytes.Cut(r.value(t[3]), []byte("/"))
	if !ok || len(result) < 4 || result[0] < 'A' || result[0] > 'Z' {
		return false
	}
	if r.status, ok = statusAt(status); !ok {
		return false
	}
	r.add("result", t[3].start, t[3].start+len(result))
	r.add("status", t[3].start+len(result)+1, t[3].end)
	r.setPath(t[6].start, t[6].end)
	hierarchy, _, _ := bytes.Cut(r.value(t[8]), []byte("/"))
	r.add("hierarchy", t[8].start, t[8].start+len(hierarchy))
	r.upstream = t[8]
	r.when, r.hasWhen = epochTime(line[t[0].start:t[0].end])
	return true
}
