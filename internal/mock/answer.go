package mock

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// answer is a response, decided and not yet written.
type answer struct {
	interim       int // a 1xx that goes out first, or 0
	interimReason string
	interimHeader http.Header
	code          int
	reason        string
	header        http.Header // replaces fields of the same name; Vary is added to
	body          []byte      // empty where the code or HEAD forbids content
	fault         string      // "", truncate or drip
}

// answer decides what code looks like for this request.
func (h *Handler) answer(r *http.Request, p plan, code int, step string) answer {
	a := answer{code: code, header: http.Header{}, fault: p.fault}
	note := ""
	if code < 200 {
		note = h.interim(&a, r, p)
	}
	status := h.status(a.code)
	a.reason = status.Reason

	setSamples(a.header, a.code, h.base, status.Headers)
	if r.ProtoMajor >= 2 {
		a.header.Del("Upgrade") // connection-specific fields end there (RFC 9113, 8.2.2)
	} else if a.header.Get("Upgrade") != "" {
		a.header.Set("Connection", "Upgrade")
	}
	a.header.Set("Cache-Control", "no-store")
	if p.body == nil && p.media == "" {
		a.header.Add("Vary", "Accept")
	}
	a.content(r, p, status, note)
	maps.Copy(a.header, p.header)
	if step != "" {
		a.header.Set("X-Mock-Step", step)
	}
	a.header.Set("X-Content-Type-Options", "nosniff")
	a.header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	return a
}

// interim plans the 1xx in a.code and makes the final code 200. The note tells the reader of the
// final response what came before it, or why nothing did.
func (h *Handler) interim(a *answer, r *http.Request, p plan) (note string) {
	code := a.code
	a.code = http.StatusOK
	status := h.status(code)
	name := strings.TrimSpace(fmt.Sprintf("%d %s", code, status.Reason))
	switch {
	case code == http.StatusSwitchingProtocols:
		return name + " was not sent: nothing is switched here, and after it this would no longer be HTTP."
	case !r.ProtoAtLeast(1, 1):
		return name + " was not sent: HTTP/1.0 has no interim responses."
	}
	a.interim, a.interimReason, a.interimHeader = code, status.Reason, http.Header{}
	setSamples(a.interimHeader, code, h.base, status.Headers)
	if link := p.header.Values("Link"); link != nil {
		a.interimHeader["Link"] = link
	}
	return "The interim response " + name + " came before this one."
}

// status is what the library knows, or the little there is to say about a code it lacks.
func (h *Handler) status(code int) Status {
	s, ok := h.lookup(code)
	if !ok {
		s = Status{Reason: http.StatusText(code)}
	}
	s.Code = code
	if !printable(s.Reason) {
		s.Reason = http.StatusText(code)
	}
	return s
}

// setSamples sets the fields that belong to code: ours, then those of the library in their place.
func setSamples(header http.Header, code int, base string, library []Header) {
	for _, s := range samples(code, base) {
		header.Set(s.Name, s.Value)
	}
	replaced := map[string]bool{}
	for _, s := range library {
		if !playableSample(s) {
			continue
		}
		name := textproto.CanonicalMIMEHeaderKey(s.Name)
		if !replaced[name] {
			header.Del(name)
		}
		replaced[name] = true
		header.Add(name, s.Value)
	}
}

// content sets the body and the fields that describe it.
func (a *answer) content(r *http.Request, p plan, status Status, note string) {
	if a.code == http.StatusNoContent || a.code == http.StatusNotModified {
		return
	}
	if a.code == http.StatusResetContent || status.NoBody && p.body == nil && note == "" {
		a.header.Set("Content-Length", "0")
		return
	}
	media, body := represent(r, p, status, note)
	if p.body != nil && media == "application/xml" {
		// XML may bring XHTML along, which a browser draws. The sandbox stops scripts and forms,
		// not a page that looks like somebody's: what a stranger wrote is saved, not shown.
		a.header.Set("Content-Disposition", "attachment")
	}
	if media == "text/plain" {
		media += "; charset=utf-8"
	}
	a.header.Set("Content-Type", media)
	a.header.Set("Content-Length", strconv.Itoa(len(body)))
	if a.code == http.StatusPartialContent { // RFC 9110, 15.3.7.1
		a.header.Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(body)-1, len(body)+1000))
	}
	if r.Method != http.MethodHead {
		a.body = body
	}
}

// represent chooses the media type, by parameter, then by what a given body is, then by Accept,
// and writes the body in it.
func represent(r *http.Request, p plan, status Status, note string) (media string, body []byte) {
	if p.body != nil {
		body = []byte(*p.body)
		switch {
		case p.media != "":
			return p.media, body
		case len(body) > 0 && strings.IndexByte("{[", body[0]) >= 0 && json.Valid(body):
			return "application/json", body
		}
		return "text/plain", body
	}
	usual, ok := playableType(status.ContentType)
	if !ok {
		usual = "text/plain"
	}
	media = p.media
	if media == "" {
		media = negotiate(r.Header.Values("Accept"), usual)
	}
	if media == usual && status.Body != "" && note == "" {
		return media, []byte(status.Body)
	}
	return media, describe(media, status, note)
}

// describe writes a body that says which status this is.
func describe(media string, s Status, note string) []byte {
	doc := struct {
		XMLName xml.Name `json:"-" xml:"response"`
		Status  int      `json:"status" xml:"status"`
		Title   string   `json:"title" xml:"title"`
		Detail  string   `json:"detail,omitempty" xml:"detail,omitempty"`
	}{Status: s.Code, Title: s.Reason, Detail: note}
	var b []byte
	var err error
	switch media {
	case "application/json", "application/problem+json":
		b, err = json.Marshal(doc)
	case "application/xml", "text/xml":
		b, err = xml.Marshal(doc)
		b = append([]byte(xml.Header), b...)
	default:
		b = bytes.TrimSpace(fmt.Appendf(nil, "%d %s", s.Code, s.Reason))
		if note != "" {
			b = append(append(b, '\n'), note...)
		}
	}
	if err != nil {
		panic("mock: strings and a number did not marshal: " + err.Error())
	}
	return append(b, '\n')
}

// negotiate picks a playable type by Accept (RFC 9110, 12.5.1); usual wins ties and is the answer
// when nothing fits, since a mock plays the status asked for rather than 406. A browser names
// text/html, which never goes out; plain text is what it shows best.
func negotiate(accept []string, usual string) string {
	qualities := map[string]float64{}
	for item := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		media, params, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		q := 1.0
		if v, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(v, 64); err != nil {
				continue
			}
		}
		qualities[media] = q
	}
	if qualities["text/html"] > 0 {
		return "text/plain"
	}
	quality := func(offer string) float64 { // of the most specific range that covers offer
		kind, _, _ := strings.Cut(offer, "/")
		for _, mediaRange := range []string{offer, kind + "/*", "*/*"} {
			if q, ok := qualities[mediaRange]; ok {
				return q
			}
		}
		return 0
	}
	chosen, best := usual, 0.0
	for _, offer := range []string{usual, "text/plain", "application/json", "application/problem+json", "application/xml", "text/xml"} {
		if q := quality(offer); q > best {
			chosen, best = offer, q
		}
	}
	return chosen
}
