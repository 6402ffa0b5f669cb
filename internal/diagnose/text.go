package diagnose

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// textPatterns find a status in words: "status code 502", "502 Bad Gateway", "error code: 1020".
type textPatterns struct {
	named  *regexp.Regexp // a word for it, then the number
	phrase *regexp.Regexp // the number, then its reason phrase
}

func newTextPatterns() textPatterns {
	phrases := []string{"Service Temporarily Unavailable", "Gateway Time-out", "Request Time-out", "Request Entity Too Large",
		"Request-URI Too Large", "Request-URI Too Long", "Payload Too Large", "Content Too Large", "Unprocessable Content",
		"Authorization Required", "Moved Temporarily", "Not Allowed", "Client Closed Request", "Proxy Error", "Server Error",
		"Client Error", "ERROR", "Error"}
	for code := 100; code < 600; code++ {
		if t := http.StatusText(code); t != "" {
			phrases = append(phrases, t)
		}
	}
	slices.SortFunc(phrases, func(a, b string) int { return len(b) - len(a) })
	for i, p := range phrases {
		phrases[i] = regexp.QuoteMeta(p)
	}
	return textPatterns{
		named: regexp.MustCompile(`(?i)\b(?:HTTP(?:/[0-9.]+)?|status|status[ _-]?code|HTTP status|HTTP code|HTTP error|error|error[ _-]code|response code|code|responded with|response|returned|returned error)` +
			`(?: (?:of|was|is|with|a|an))?["']?\s{0,2}[:=#]?\s{0,2}["'(\[]?([1-9]\d{2,3})\b`),
		phrase: regexp.MustCompile(`\b([1-5]\d\d)(?: -| –|:)? (?i:` + strings.Join(phrases, "|") + `)\b`),
	}
}

// mentioned finds the status a line of text names.
func (e *Engine) mentioned(line string) (status int, c clue, ok bool) {
	if len(line) > 2000 {
		line = line[:2000]
	}
	if !hasThreeDigits(line) {
		return 0, clue{}, false
	}
	if m := e.texts.phrase.FindStringSubmatchIndex(line); m != nil {
		n, _ := strconv.Atoi(line[m[2]:m[3]])
		return n, clue{start: m[0], end: m[1], says: "the status and its name"}, true
	}
	if m := e.texts.named.FindStringSubmatchIndex(line); m != nil {
		n, _ := strconv.Atoi(line[m[2]:m[3]])
		if n < 1000 || n < 2000 && strings.Contains(strings.ToLower(line[m[0]:m[1]]), "error") {
			return n, clue{start: m[0], end: m[1], says: "the status"}, true
		}
	}
	return 0, clue{}, false
}

func hasThreeDigits(s string) bool {
	run := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			run = 0
		} else if run++; run == 3 {
			return true
		}
	}
	return false
}

// judgeText reads a line nothing is known about.
func (e *Engine) judgeText(line string, in scope) []candidate {
	status, c, ok := e.mentioned(line)
	ctx := evidenceContext{status: status}
	if status >= 1000 {
		ctx.status = 0
	}
	out := e.patterns(line, in, ctx)
	out = append(out, e.freeFields(line)...)
	out = append(out, e.envoyWords(line, status)...)
	if ok {
		out = append(out, e.statusInText(status, c, WhereClient)...)
	}
	return out
}

// statusInText is the reading of a number found in words.
func (e *Engine) statusInText(status int, c clue, where string) []candidate {
	var out []candidate
	pages := e.anyPage(status)
	if status >= 1000 {
		pages = nil
		if p, ok := e.page("cloudflare", strconv.Itoa(status)); ok {
			p.vendor = "cloudflare"
			pages = []pageRef{p}
		}
	}
	code := strconv.Itoa(status)
	for i, p := range pages {
		cand := candidate{pageRef: p, where: where, conf: possible, score: statusScore(status) - i, clues: []clue{c},
			why: "The text names " + code + ", and nothing in it names the hop."}
		if p.vendor != "" {
			cand.emitter = emitterOf(p.vendor, p.id)
			cand.why = code + " is in no standard; " + vendorName(p.vendor) + " uses it."
			if status >= 1000 {
				cand.conf, cand.score = likely, scoreBody
			}
			cand.checks = checksFor(p.vendor)
		}
		if status >= 400 && status < 1000 {
			cand.unknown = []Unknown{{"Which hop made the " + code + "?", "the response headers and body (curl -sv URL), or the access log of each hop"}}
			cand.checks = append(cand.checks, clientChecks()...)
		}
		out = append(out, cand)
	}
	return out
}

// envoyWords reads Envoy's response code details where they stand alone.
func (e *Engine) envoyWords(line string, status int) []candidate {
	const details = "upstream_reset_before_response_started{"
	i := strings.Index(line, details)
	if i < 0 {
		return nil
	}
	end := i + indexAnyOr(line[i:], "}")
	if end < len(line) {
		end++
	}
	r := record{line: []byte(line), status: status, format: &format{vendor: "envoy"}}
	r.add("response_code_details", i, end)
	return e.judgeEnvoy(&r)
}

// freeFields applies the rules with fields to "name value", "name: value" and "name=value" in text of
// no known format, so that a custom log format, a varnishlog excerpt or a field typed by hand is read too.
func (e *Engine) freeFields(line string) []candidate {
	if len(e.fieldRules) == 0 || len(line) > window {
		return nil
	}
	byName := make(map[string][]field)
	httperrWords(line, byName)
	for i := 0; i < len(line); {
		if !isFieldByte(line[i]) {
			i++
			continue
		}
		start := i
		for i < len(line) && isFieldByte(line[i]) {
			i++
		}
		name := canonicalName(line[start:i])
		if _, ok := slices.BinarySearch(e.fieldNames, name); !ok {
			continue
		}
		v := i
		for v < len(line) && v < i+24 && strings.IndexByte(" \t:=\"'(", line[v]) >= 0 {
			v++
		}
		if v == i {
			continue
		}
		end := v + indexAnyOr(line[v:], " \t\"';,)|}")
		rest := len(strings.TrimRight(line, " \t\"'}"))
		for _, stop := range []int{end, v + indexAnyOr(line[v:], "\"'|}"), rest} {
			if stop > v && len(byName[name]) < 12 {
				byName[name] = append(byName[name], field{line[start:i], v, stop})
			}
		}
	}
	if len(byName) == 0 {
		return nil
	}
	var out []candidate
	for _, rule := range e.fieldRules {
		if clues := matchFields(rule, byName, line); clues != nil {
			ctx := evidenceContext{}
			for _, name := range []string{"status", "elbstatuscode", "scstatus"} {
				for _, f := range byName[name] {
					if n := plainStatus(line[f.start:f.end]); n > 0 {
						ctx.status = n
					}
				}
			}
			out = append(out, rule.reading(ctx, clues))
		}
	}
	return out
}

// httperrWords finds a reason phrase of HTTP.sys in free text: one that no other words look like, or any
// beside the log's name.
func httperrWords(line string, byName map[string][]field) {
	named := strings.Contains(line, "HTTPERR")
	at := 0
	for w := range strings.FieldsSeq(line) {
		at += strings.Index(line[at:], w)
		w = strings.Trim(w, `"',.;()`)
		if isHTTPERRReason(w) && (named || strings.Contains(w, "_") || w == "QueueFull" || w == "AppOffline" || w == "ConnLimit" || w == "AppPoolTimer") {
			byName["sreason"] = append(byName["sreason"], field{"s-reason", at, at + len(w)})
		}
		at += len(w)
	}
}

func isFieldByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '$' || c == '%' || c == '.'
}

// judgeErrorLine reads a line of a known error log. NGINX says in the same words for every
// cause what it was doing, so a message no rule knows still tells the status.
func (e *Engine) judgeErrorLine(line, vendor string) []candidate {
	out := e.patterns(line, inErrorLog|inClient, evidenceContext{vendor: vendor})
	if vendor == "apache" && strings.Contains(line, "AH01075") && strings.Contains(line, "(70007)") {
		for i := range out { // the message stands for 503 and 504, and a timeout makes it 504
			if out[i].id == "504" {
				out[i].score += 12
				out[i].why += " The timeout (70007) in the line makes it a 504."
			}
		}
	}
	if len(out) > 0 || vendor != "nginx" || !strings.Contains(line, "upstream: \"") {
		return out
	}
	for _, doing := range []string{"while connecting to upstream", "while SSL handshaking to upstream", "while sending request to upstream",
		"while reading response header from upstream"} {
		i := strings.Index(line, doing)
		if i < 0 || !strings.Contains(line[:i], "failed (") && !strings.Contains(line[:i], "upstream") {
			continue
		}
		code := "502"
		if strings.Contains(line[:i], "timed out") {
			code = "504"
		}
		if p, ok := e.page("nginx", code); ok {
			out = append(out, candidate{pageRef: p, emitter: EmitterProxy, where: WhereErrorLog, conf: likely, score: scoreMessage - 6,
				clues:  []clue{{start: i, end: i + len(doing), says: "NGINX failed at this step, before a response header had come"}},
				why:    "NGINX failed " + doing + ", before a response header had come; it answers " + code + " then, unless another upstream takes over.",
				checks: checksFor("nginx")})
		}
		break
	}
	return out
}
