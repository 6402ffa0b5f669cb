package diagnose

import (
	"fmt"
	"slices"
	"strings"
)

// scope is the set of places whose rules may speak about a piece of evidence: an error-log signature
// in a request's path is no evidence.
type scope uint8

const (
	inErrorLog scope = 1 << iota
	inAccessLog
	inHeader
	inBody
	inClient
	anywhere = inErrorLog | inAccessLog | inHeader | inBody | inClient
)

func scopeOf(where string) scope {
	switch where {
	case WhereErrorLog:
		return inErrorLog
	case WhereAccessLog:
		return inAccessLog
	case WhereHeader:
		return inHeader
	case WhereBody:
		return inBody
	}
	return inClient
}

func baseScore(where string) int {
	switch where {
	case WhereErrorLog, WhereAccessLog:
		return scoreMessage
	case WhereBody:
		return scoreBody
	case WhereHeader:
		return scoreHeader
	}
	return scoreClient
}

// Bounds on the work one text can ask for. A line of a log or a page's sentence is shorter than the reach,
// and calls for a handful of rules; text made to call for all of them stops at maxTries.
const (
	window   = 8 << 10 // of a line that is looked at
	reach    = 2 << 10 // around a literal, that an expression is run on
	maxTries = 48
)

// context is what is known about a piece of evidence beside its text.
type evidenceContext struct {
	status int    // of the response it belongs to, 0 unknown
	vendor string // whose log it is, "" unknown
}

// patterns returns the readings of text by rules with a pattern in the given scope. Rules of the body
// scope see the text as a whole, the others its lines.
func (e *Engine) patterns(text string, in scope, ctx evidenceContext) []candidate {
	var out []candidate
	tries := 0
	e.lines.candidates(text, func(r *rule, pos int) {
		s := scopeOf(r.Where)
		if in&s == 0 || tries == maxTries {
			return
		}
		if s == inAccessLog && ctx.vendor != "" && r.Vendor != "" && ctx.vendor != r.Vendor {
			return
		}
		if r.marksAnything(ctx.status) {
			return
		}
		tries++
		from, to := max(0, pos-reach), min(len(text), pos+reach)
		if s != inBody {
			if i := strings.LastIndexByte(text[from:pos], '\n'); i >= 0 {
				from += i + 1
			}
			if i := strings.IndexByte(text[pos:to], '\n'); i >= 0 {
				to = pos + i
			}
		}
		if r.always && s != inBody {
			from, to = 0, min(len(text), reach)
		}
		m := r.re.FindStringIndex(text[from:to])
		if m == nil {
			return
		}
		out = append(out, r.reading(ctx, []clue{{start: from + m[0], end: from + m[1], says: r.Says}}))
	})
	return out
}

// recordRules returns the readings of a record by rules with fields.
func (e *Engine) recordRules(r *record) []candidate {
	if len(e.fieldRules) == 0 {
		return nil
	}
	byName := make(map[string][]field)
	for _, f := range r.fields {
		name := canonicalName(f.name)
		byName[name] = append(byName[name], f)
	}
	if r.status > 0 { // whatever the log calls it
		if f, ok := r.statusField(); ok {
			byName["status"] = append(byName["status"], f)
		}
	}
	ctx := evidenceContext{r.status, r.format.vendor}
	var out []candidate
	for _, rule := range e.fieldRules {
		if ctx.vendor != "" && !sameVendor(rule.Vendor, ctx.vendor) {
			continue
		}
		if clues := matchFields(rule, byName, string(r.line)); clues != nil {
			c := rule.reading(ctx, clues)
			c.score += 4 // fields are stated, not guessed from words
			out = append(out, c)
		}
	}
	return out
}

func (r *record) statusField() (field, bool) {
	for _, name := range []string{"status", "elb_status_code", "sc-status", "status_code", "response_code", "EdgeResponseStatus", "DownstreamStatus", "httpStatusCode"} {
		if f, ok := r.find(name); ok {
			return f, true
		}
	}
	return field{}, false
}

func sameVendor(a, b string) bool {
	return a == "" || b == "" || a == b || a == "iis" && b == "httpsys" || a == "httpsys" && b == "iis"
}

func matchFields(rule *rule, byName map[string][]field, text string) []clue {
	var clues []clue
	for _, p := range rule.fields {
		found := false
		for _, f := range byName[p.name] {
			if matchValue(p, text[f.start:f.end]) {
				says := rule.Says
				if len(clues) > 0 {
					says = "and " + f.name + " agrees"
				}
				clues = append(clues, clue{f.start, f.end, says, f.name})
				found = true
				break
			}
		}
		if !found {
			return nil
		}
	}
	return clues
}

// matchValue tries a field's pattern on its value and on the forms that mean the same: one of a list
// ("UF,URX"), the part before Envoy's braces, a HAProxy state whatever its cookie letters.
func matchValue(p fieldPattern, value string) bool {
	if p.re.MatchString(value) {
		return true
	}
	if i := strings.IndexByte(value, '{'); i > 0 && p.re.MatchString(value[:i]) {
		return true
	}
	if p.name == "terminationstate" && len(value) >= 2 && (p.re.MatchString(value[:2]+"--") || p.re.MatchString(value[:2])) {
		return true
	}
	if strings.ContainsAny(value, ", ") {
		for part := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == ',' || c == ' ' || c == '"' }) {
			if p.re.MatchString(part) {
				return true
			}
		}
	}
	return false
}

// reading is what a rule's match means in its context. The status, when it is known, confirms a
// page or speaks against it; a signature that several pages claim is weaker for each.
func (r *rule) reading(ctx evidenceContext, clues []clue) candidate {
	c := candidate{
		pageRef: pageRef{id: r.ID, alias: r.AliasID, title: r.Title, vendor: r.Vendor},
		emitter: r.Emitter, where: r.Where, clues: clues, checks: r.NextChecks,
		score: baseScore(r.Where), conf: likely,
	}
	if r.Where == WhereErrorLog || r.Where == WhereAccessLog {
		c.conf = certain
	}
	for i := range c.clues {
		if c.clues[i].says == "" {
			c.clues[i].says = r.says()
		}
	}
	if r.rivals > 1 {
		c.conf = min(c.conf, likely)
		c.score -= min(r.rivals, 5)
	}
	c.score += min(r.specificity(), 12)
	if r.own && r.Where != WhereClient && (r.Vendor == "" || strings.HasPrefix(r.ID, r.Vendor+"-") || r.Vendor == "iis" || r.isPhrase()) {
		c.score += 6 // a vendor's own page explains more than the standard one
	} else if r.AliasID != "" {
		c.score += 3
	}
	phrase := r.isPhrase()
	switch agree := ctx.status > 0 && (slices.Contains(r.codes, ctx.status) || phrase && ctx.status == r.Status); {
	case agree:
		c.score += 10
		if r.Where == WhereBody || r.Where == WhereHeader && r.rivals == 1 && !phrase {
			c.conf = certain
		}
		c.why = fmt.Sprintf("%s The status %d agrees.", c.clues[0].says, ctx.status)
	case ctx.status > 0 && (!r.own || phrase && r.Status > 0 || len(r.codes) > 0 && r.Where != WhereErrorLog):
		c.score -= 40 // another status was sent than this page's
		c.conf, c.denied = possible, true
		c.why = fmt.Sprintf("%s The status is %d, though.", c.clues[0].says, ctx.status)
	case ctx.status > 0 && r.Where == WhereHeader && ctx.status < 400 && len(r.codes) == 0:
		c.score -= 40
		c.conf, c.denied = possible, true
		c.why = c.clues[0].says
	default:
		c.why = c.clues[0].says
	}
	switch {
	case r.Where == WhereHeader && ctx.status == 0 && (r.rivals > 1 || !r.namesError()):
		c.conf = possible
		c.unknown = []Unknown{{"Which status was sent?", "the status line of the response"}}
		c.why = c.clues[0].says + " The header stands on more than one kind of response, and the status is missing here."
	case r.Where == WhereHeader && r.rivals > 1 && !r.namesError(): // on what the product passes on, too
		c.conf = possible
		c.unknown = []Unknown{{fmt.Sprintf("Did %s make the %d or pass it on?", vendorName(r.Vendor), ctx.status), settledFor(r.Vendor)}}
	case r.Where == WhereHeader && len(r.codes) == 0 && !r.namesError():
		c.conf = possible
	case r.Where == WhereClient:
		if r.rivals > 1 || r.own {
			c.conf = possible
			c.why += " A client sees only its own end: several causes look like this."
		}
		if len(c.checks) == 0 {
			c.checks = clientChecks()
		}
	}
	if !strings.HasSuffix(c.why, ".") {
		c.why += "."
	}
	return c
}

// namesError tells a header that stands on failures only from one that marks every response of a product.
func (r *rule) namesError() bool {
	return r.isPhrase() || strings.Contains(strings.ToLower(r.Pattern), "err")
}

// isPhrase tells a reason phrase, which a vendor puts its own words in. Others may use the same words for
// another status, so the status has to agree.
func (r *rule) isPhrase() bool {
	return r.Where == WhereHeader && strings.HasPrefix(r.Pattern, "reason phrase:")
}

// marksAnything reports whether the rule's header is one that marks every response of a product, on one
// that is no error: nothing follows from it.
func (r *rule) marksAnything(status int) bool {
	return r.Where == WhereHeader && 100 <= status && status < 400 && !slices.Contains(r.codes, status) && !r.namesError()
}

// says is what a match proves when the rule itself has no words for it.
func (r *rule) says() string {
	v := vendorName(r.Vendor)
	switch {
	case r.Vendor == "":
		v = "an intermediary"
	}
	switch r.Where {
	case WhereErrorLog:
		return sentence(v + " itself wrote this message")
	case WhereAccessLog:
		return sentence(v + " itself logged this value")
	case WhereHeader:
		return sentence(v + " put this on the response")
	case WhereBody:
		return sentence("the body is in the words of " + v)
	}
	return sentence("the client reports what it saw at its own end")
}

func sentence(s string) string {
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// specificity is higher the more the signature demands.
func (r *rule) specificity() int {
	if r.re != nil {
		return r.literal / 6
	}
	return 4 * len(r.fields)
}
