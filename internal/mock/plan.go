package mock

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	minCode, maxCode = 100, 599
	maxSteps         = 32      // codes in one list
	maxWeight        = 1e6     // beyond it, small weights drown in rounding
	maxKey           = 128     // bytes of key; it is kept in memory
	maxBody          = 8 << 10 // bytes of body; a URL of this server is no longer
)

const (
	faultReset    = "reset"
	faultTruncate = "truncate"
	faultDrip     = "drip"
	faultHang     = "hang"
)

// paramError says which part of the request is wrong, and why. Both are shown to the caller.
type paramError struct{ name, why string }

func (e *paramError) Error() string { return e.name + ": " + e.why }

func bad(name, format string, args ...any) error {
	return &paramError{name, fmt.Sprintf(format, args...)}
}

// plan is a request, read and checked.
type plan struct {
	spec     string // as in the path
	steps    []step // at least one
	weighted bool   // every step has a weight, rather than none
	seeded   bool
	seed     uint64
	key      string
	delay    time.Duration
	body     *string // nil: the sample of the code
	media    string  // a playable media type, or "" to let body and Accept decide
	header   http.Header
	fault    string
}

type step struct {
	code   int
	weight float64
}

// parsePlan reads "503,503,200" and the query. Its error is a *paramError. now serves a
// Retry-After that is asked for as a date from now.
func parsePlan(spec, rawQuery string, now time.Time) (plan, error) {
	p := plan{spec: spec, header: http.Header{}}
	if err := p.readSpec(); err != nil {
		return plan{}, err
	}
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return plan{}, bad("query", "it is not a list of name=value pairs joined by &, with %%XX for special characters")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) { // sorted: the same mistake, the same message
		if err := p.readParameter(name, query[name], now); err != nil {
			return plan{}, err
		}
	}
	return p, p.check()
}

// readSpec reads one code, a list, or a list in which every code has a weight.
func (p *plan) readSpec() error {
	if p.spec == "" {
		return bad("status", "name a code, for example %s503", pathPrefix)
	}
	items := strings.Split(p.spec, ",")
	if len(items) > maxSteps {
		return bad("status", "%d codes are too many, %d is the most", len(items), maxSteps)
	}
	for i, item := range items {
		digits, weight, weighted := strings.Cut(item, ":")
		code, err := strconv.Atoi(digits)
		if err != nil || len(digits) != 3 || code < minCode || code > maxCode {
			return bad("status", "%s is not a status code; codes have three digits, %d to %d", quote(digits), minCode, maxCode)
		}
		s := step{code: code, weight: 1}
		if weighted {
			s.weight, err = strconv.ParseFloat(weight, 64)
			if err != nil || !(s.weight > 0 && s.weight <= maxWeight) { // the negation catches NaN
				return bad("status", "%s is not a weight; use a number above 0, as in 200:0.9,503:0.1", quote(weight))
			}
		}
		if i > 0 && weighted != p.weighted {
			return bad("status", "either every code has a weight (200:0.9,503:0.1) or none has (503,503,200)")
		}
		p.weighted = weighted
		p.steps = append(p.steps, s)
	}
	return nil
}

func (p *plan) readParameter(name string, values []string, now time.Time) error {
	if field, ok := strings.CutPrefix(name, "header."); ok {
		return p.readHeader(name, field, values, now)
	}
	if len(values) > 1 {
		return bad(quoteName(name), "it is given %d times; once is enough", len(values))
	}
	value := values[0]
	switch name {
	case "delay":
		return p.readDelay(value)
	case "body":
		if len(value) > maxBody {
			return bad(name, "%d bytes are too many, %d is the most", len(value), maxBody)
		}
		p.body = &value
	case "type":
		media, ok := playableType(value)
		if !ok {
			return bad(name, "%s is not a type that is played here; use text, json, problem or xml", quote(value))
		}
		p.media = media
	case "fault":
		if !slices.Contains([]string{faultReset, faultTruncate, faultDrip, faultHang}, value) {
			return bad(name, "%s is not a fault; use reset, truncate, drip or hang", quote(value))
		}
		p.fault = value
	case "key":
		if value == "" || len(value) > maxKey {
			return bad(name, "it names your sequence with 1 to %d bytes", maxKey)
		}
		p.key = value
	case "seed":
		seed, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return bad(name, "%s is not a whole number of 64 bits", quote(value))
		}
		p.seed, p.seeded = uint64(seed), true
	default:
		return bad(quoteName(name), "no such parameter; there are delay, body, type, header.NAME, fault, key and seed")
	}
	return nil
}

func (p *plan) readDelay(value string) error {
	d, err := time.ParseDuration(value)
	switch {
	case err != nil:
		return bad("delay", "%s is not a time; give a number and its unit, such as 2s or 500ms", quote(value))
	case d < 0:
		return bad("delay", "it cannot be negative")
	case d > maxDelay:
		return bad("delay", "%s is longer than %s, the most there is", quote(value), maxDelay)
	}
	p.delay = d
	return nil
}

// check finds parameters that are fine alone but not together.
func (p *plan) check() error {
	if p.seeded && (!p.weighted || len(p.steps) == 1) {
		return bad("seed", "it fixes the order of a weighted list such as 200:0.9,503:0.1, and there is none here")
	}
	for _, s := range p.steps {
		if s.code == http.StatusPartialContent && p.body != nil && *p.body == "" {
			return bad("body", "a 206 carries at least one byte (RFC 9110, 14.4)")
		}
	}
	// 204?body=x is a fair question with a clear answer (no body); cutting a body off where there
	// is none would look like a mock that ignores its parameters.
	if p.fault == faultTruncate && !slices.ContainsFunc(p.steps, func(s step) bool { return !bodyless(s.code) }) {
		return bad("fault", "truncate cuts the body short, and %d never has one", p.steps[0].code)
	}
	if p.fault == faultTruncate && p.body != nil && *p.body == "" {
		return bad("fault", "truncate cuts the body short, and this one is empty")
	}
	return nil
}

// draw maps x in [0,1) to a code by weight.
func (p *plan) draw(x float64) int {
	total := 0.0
	for _, s := range p.steps {
		total += s.weight
	}
	x *= total
	for _, s := range p.steps {
		if x -= s.weight; x < 0 {
			return s.code
		}
	}
	return p.steps[len(p.steps)-1].code // rounding only
}

// drawAt is the n-th number of a seed's series. Nothing of the series but n is kept, and math/rand/v2
// promises never to change what a PCG returns, so the order survives restarts and releases.
func drawAt(seed, n uint64) float64 {
	return rand.New(rand.NewPCG(seed, n)).Float64()
}

// sequenceKey names the counter of a list. Another list, key or seed is another counter; without
// a key every client has its own.
func (p *plan) sequenceKey(client string) string {
	if p.key != "" {
		client = ""
	}
	return strings.Join([]string{p.spec, strconv.FormatUint(p.seed, 10), p.key, client}, "\x00")
}

// playableType turns text, json, problem, xml or one of their media types into the media type.
// There is no HTML, and nothing else that a browser would run.
func playableType(name string) (media string, ok bool) {
	if parsed, _, err := mime.ParseMediaType(name); err == nil {
		name = parsed
	}
	switch name {
	case "text", "text/plain":
		return "text/plain", true
	case "json", "application/json":
		return "application/json", true
	case "problem", "application/problem+json":
		return "application/problem+json", true
	case "xml", "application/xml", "text/xml":
		return "application/xml", true
	}
	return "", false
}

// bodyless reports whether a response with this code never has content: RFC 9110, 15.3.5, 15.3.6
// and 15.4.5.
func bodyless(code int) bool {
	return code == http.StatusNoContent || code == http.StatusResetContent || code == http.StatusNotModified
}

// quote shows a foreign value in a message, shortened.
func quote(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strconv.Quote(s)
}

// quoteName shows a parameter's name; plain ones need no quotation marks.
func quoteName(s string) string {
	if isToken(s) && len(s) <= 60 {
		return s
	}
	return quote(s)
}
