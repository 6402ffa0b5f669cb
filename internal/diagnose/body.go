package diagnose

import (
	"html"
	"strconv"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// judgeBody reads an error page or a JSON or plain body. status is that of the response it belongs to,
// 0 when unknown. Clues are relative to body.
func (e *Engine) judgeBody(body string, status int) []candidate {
	trimmed := strings.TrimSpace(body)
	if trimmed == "" {
		return nil
	}
	off := strings.Index(body, trimmed)
	own, c, title := e.bodyStatus(trimmed)
	ctx := evidenceContext{status: status}
	if status == 0 && own < 1000 {
		ctx.status = own
	}
	out := e.signedPage(trimmed, ctx, e.patterns(trimmed, inBody, ctx))
	seen := make(map[string]bool)
	for _, o := range out {
		seen[o.id+o.vendor] = true
	}
	// The same words may stand there as entities, or in JSON with other spacing.
	first := clue{start: 0, end: indexAnyOr(trimmed, "\n")}
	for _, other := range otherForms(trimmed) {
		for _, o := range e.patterns(other, inBody, ctx) {
			if !seen[o.id+o.vendor] {
				seen[o.id+o.vendor] = true
				where := lineLike(trimmed, other, o.clues[0].start, first)
				where.says = o.clues[0].says
				o.clues = []clue{where}
				out = append(out, o)
			}
		}
	}
	if own > 0 {
		out = append(out, e.statusInBody(own, status, c, title, trimmed)...)
	}
	for i := range out {
		for j := range out[i].clues {
			out[i].clues[j].start += off
			out[i].clues[j].end += off
		}
	}
	return out
}

// signedPage looks at who signs a page built like NGINX's. Products made from NGINX keep its pages
// and put their own name under the line; an AWS load balancer puts none.
func (e *Engine) signedPage(body string, ctx evidenceContext, found []candidate) []candidate {
	if !strings.Contains(body, "<center><h1>") {
		return found
	}
	const before, after = "<hr><center>", "</center>"
	i := strings.Index(body, before)
	if i < 0 {
		if body[0] != '<' || len(body) < 40 {
			return found
		}
		for j := range found {
			if found[j].vendor == "nginx" && found[j].conf > possible {
				found[j].conf = possible
				found[j].why += " NGINX's own signature under the line is missing, though: a program made from it, or an AWS load balancer, sends such a page too."
				found[j].unknown = []Unknown{{"NGINX or something built on it?", "the Server header (awselb/2.0 is an AWS load balancer)"}}
			}
		}
		return found
	}
	i += len(before)
	end := i + max(strings.Index(body[i:], after), 0)
	sign, ok := serverSign(body[i:end])
	if !ok {
		return found
	}
	status := ctx.status
	for _, h := range headings(body) {
		if n, ok := statusInHeading(h.text); ok && status == 0 {
			status = n
		}
	}
	p, ok := e.page(sign.vendor, strconv.Itoa(status))
	if !ok {
		return found
	}
	out := []candidate{{pageRef: p, emitter: sign.emitter, where: WhereBody, conf: certain, score: scoreBody + 24,
		clues:  []clue{{start: i, end: end, says: "the product that made the page signs it"}},
		why:    "The page is one that " + vendorName(sign.vendor) + " makes itself: it is signed " + body[i:end] + ".",
		checks: checksFor(sign.vendor)}}
	for _, f := range found {
		if f.vendor != "nginx" || sign.vendor == "nginx" {
			out = append(out, f)
		}
	}
	return out
}

// lineLike returns the line of body that has the number of the line at pos in its other form, or the
// fallback where the forms have not the same lines.
func lineLike(body, other string, pos int, fallback clue) clue {
	if strings.Count(body, "\n") != strings.Count(other, "\n") {
		return fallback
	}
	start := 0
	for range strings.Count(other[:pos], "\n") {
		start += strings.IndexByte(body[start:], '\n') + 1
	}
	return clue{start: start, end: start + indexAnyOr(body[start:], "\n")}
}

func otherForms(body string) []string {
	var forms []string
	if strings.Contains(body, "&#") || strings.Contains(body, "&quot;") || strings.Contains(body, "&amp;") {
		forms = append(forms, html.UnescapeString(body))
	}
	if body[0] == '{' && len(body) < maxObject {
		var b strings.Builder
		inString := false
		for i := 0; i < len(body); i++ {
			c := body[i]
			switch {
			case inString && c == '\\' && i+1 < len(body):
				b.WriteByte(c)
				i++
				c = body[i]
			case c == '"':
				inString = !inString
			case !inString && (c == ' ' || c == '\n' || c == '\t'):
				continue
			}
			b.WriteByte(c)
		}
		if compact := b.String(); compact != body {
			forms = append(forms, compact)
		}
	}
	return forms
}

// bodyStatus finds the status a body claims: in the title or first heading of a page, in the members of a
// JSON object, in plain words. title says that it stood in a page's title.
func (e *Engine) bodyStatus(body string) (status int, c clue, title bool) {
	switch {
	case body[0] == '<':
		for _, h := range headings(body) {
			if m, ok := statusInHeading(h.text); ok {
				return m, clue{start: h.start, end: h.end, says: "the page's own title"}, true
			}
		}
		for _, mark := range []string{"Error code ", "Error code: ", "Error "} { // Cloudflare's pages
			if i := strings.Index(body, mark); i >= 0 {
				j := i + len(mark)
				k := j
				for k < len(body) && k < j+5 && body[k] >= '0' && body[k] <= '9' {
					k++
				}
				if n, err := strconv.Atoi(body[j:k]); err == nil && n >= 400 && n < 2000 {
					return n, clue{start: i, end: k, says: "the page's own code"}, true
				}
			}
		}
		return 0, clue{}, false
	case body[0] == '{':
		v := problemStatus{b: []byte(body)}
		scanJSON(v.b, &v)
		if v.status > 0 {
			return v.status, clue{start: v.start, end: v.end, says: "the status the body states"}, false
		}
	}
	line := body[:indexAnyOr(body, "\n")]
	status, c, _ = e.mentioned(line)
	return status, c, false
}

// problemStatus finds "status" or its like in a JSON body.
type problemStatus struct {
	b          []byte
	status     int
	start, end int
}

func (p *problemStatus) scalar(parent, key []byte, start, end int, kind jsonKind) {
	if p.status > 0 {
		return
	}
	switch string(key) {
	case "status", "statusCode", "status_code", "code", "httpStatus", "error_code", "http_status":
		if n := plainStatus(p.b[start:end]); n >= 100 && n < 600 {
			p.status, p.start, p.end = n, start, end
		}
	}
}

// heading is the text of a <title>, <h1> or <h2> and where it stands.
type heading struct {
	text       string
	start, end int
}

// headings reads the first few headings of a page.
func headings(body string) []heading {
	var out []heading
	z := xhtml.NewTokenizer(strings.NewReader(body[:min(len(body), 64<<10)]))
	at := 0
	inside := false
	for len(out) < 4 {
		tt := z.Next()
		if tt == xhtml.ErrorToken {
			break
		}
		raw := len(z.Raw())
		switch tt {
		case xhtml.StartTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Title, atom.H1, atom.H2:
				inside = true
			}
		case xhtml.EndTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Title, atom.H1, atom.H2:
				inside = false
			}
		case xhtml.TextToken:
			if text := strings.TrimSpace(string(z.Text())); inside && text != "" {
				out = append(out, heading{text, at, at + raw})
			}
		}
		at += raw
	}
	return out
}

// statusInHeading reads "502 Bad Gateway", "Error 503", "HTTP Status 404 – Not Found", "HTTP Error 500.30 - …",
// "example.com | 522: Connection timed out", "Access denied | Error 1020".
func statusInHeading(s string) (int, bool) {
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' || i > 0 && (isHeaderByte(s[i-1]) || s[i-1] == '.') {
			i++
			continue
		}
		j := i
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		n, err := strconv.Atoi(s[i:j])
		before := strings.TrimRight(s[:i], " #:-|")
		plain := j == len(s) || s[j] == ' ' || s[j] == ':' || s[j] == '.' || s[j] == ')' || s[j] == '-' || s[j] == ','
		named := before == "" || strings.HasSuffix(s[:i], "| ") || endsWithAny(strings.ToLower(before), "error", "status", "code", "http")
		if err == nil && plain && named && (n >= 100 && n < 600 || n >= 1000 && n < 1300) {
			return n, true
		}
		i = j
	}
	return 0, false
}

func endsWithAny(s string, suffixes ...string) bool {
	for _, x := range suffixes {
		if strings.HasSuffix(s, x) {
			return true
		}
	}
	return false
}

// statusInBody reads the status a body claims. A page of Cloudflare's carries Cloudflare's numbers; a
// problem document is what an application's API writes.
func (e *Engine) statusInBody(own, status int, c clue, title bool, body string) []candidate {
	code := strconv.Itoa(own)
	if title && (isCloudflareOnly(own) || own >= 1000) || own >= 1000 || strings.Contains(body, "cf-error-details") {
		if p, ok := e.page("cloudflare", code); ok {
			conf := likely
			if strings.Contains(strings.ToLower(body), "cloudflare") {
				conf = certain
			}
			return []candidate{{pageRef: p, emitter: EmitterCDN, where: WhereBody, conf: conf, score: scoreBody + 16, clues: []clue{c},
				why: "The page carries Cloudflare's own error " + code + ".", checks: checksFor("cloudflare")}}
		}
	}
	if status > 0 && own != status {
		return nil // the status line outranks what the body claims
	}
	out := e.statusInText(own, c, WhereBody)
	for i := range out {
		out[i].score += 2
		if body[0] == '{' && out[i].vendor == "" {
			out[i].emitter = EmitterApp
			out[i].score += 4
			out[i].why = "The body is JSON with a status of its own, which applications and gateways in front of them write; proxies rarely do."
			if strings.Contains(body, `"type"`) && strings.Contains(body, `"title"`) {
				out[i].conf, out[i].score = likely, out[i].score+4
				out[i].why = "The body is a problem document (RFC 9457), which an API writes about its own error; its title and detail are the application's words."
			}
		}
	}
	return out
}
