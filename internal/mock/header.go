package mock

import (
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxHeaders     = 16   // settable header fields in one request
	maxHeaderName  = 64   // bytes
	maxHeaderValue = 1024 // bytes
	// A Retry-After of "date:30" is played as the date 30 seconds from now, at most a year away.
	datePrefix   = "date:"
	maxDateAhead = 365 * 24 * 60 * 60 // seconds
)

// settable reports whether a caller may choose this header field: four that clients act on, and
// X-…, minus those that steer a browser, a crawler or the proxy in front of this server.
func settable(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "retry-after", "cache-control", "link", "etag":
		return true
	case "x-content-type-options", // would switch sniffing on again
		"x-robots-tag",  // would have these answers indexed
		"x-request-id",  // ours: the access log's line is found by it
		"x-reproxy-url": // Perlbal fetches it
		return false
	}
	for _, internal := range []string{
		"x-accel-",    // NGINX: internal redirects, buffering
		"x-sendfile",  // Apache, lighttpd, Caddy: send a file of the server's disk
		"x-lighttpd-", // lighttpd: likewise
		"x-mock-",     // our own
	} {
		if strings.HasPrefix(name, internal) {
			return false
		}
	}
	return strings.HasPrefix(name, "x-") && len(name) > len("x-")
}

// readHeader reads header.NAME=VALUE. param is the whole parameter's name, for messages.
func (p *plan) readHeader(param, name string, values []string, now time.Time) error {
	switch {
	case !isToken(name) || len(name) > maxHeaderName:
		return bad(quoteName(param), "what follows header. is not the name of a header field")
	case !settable(name):
		return bad(param, "this field cannot be set; there are Retry-After, Cache-Control, Link, ETag and most of X-…, such as X-Trace-Id")
	case len(p.header)+1 > maxHeaders || len(values) > maxHeaders:
		return bad(param, "more than %d header fields are too many", maxHeaders)
	}
	name = textproto.CanonicalMIMEHeaderKey(name)
	if p.header.Values(name) != nil {
		return bad(param, "it is given twice, in different letters")
	}
	if len(values) > 1 && (name == "Retry-After" || name == "Etag") {
		return bad(param, "a response has one of them, not %d", len(values))
	}
	for _, value := range values {
		if len(value) > maxHeaderValue || !printable(value) {
			return bad(param, "a value is at most %d characters of printable ASCII", maxHeaderValue)
		}
		switch name {
		case "Retry-After":
			v, ok := retryAfter(value, now)
			if !ok {
				return bad(param, "%s is neither seconds (5) nor a date (Wed, 21 Oct 2026 07:28:00 GMT, or date:30 for 30 seconds from now)", quote(value))
			}
			value = v
		case "Etag":
			if !isETag(value) {
				return bad(param, `%s is not an entity tag; it stands in quotation marks: "v1" or W/"v1"`, quote(value))
			}
		}
		p.header.Add(name, value)
	}
	return nil
}

// retryAfter checks a value by RFC 9110, 10.2.3, and works out date:SECONDS.
func retryAfter(value string, now time.Time) (string, bool) {
	if ahead, ok := strings.CutPrefix(value, datePrefix); ok {
		n, err := strconv.ParseUint(ahead, 10, 32)
		if err != nil || n > maxDateAhead {
			return "", false
		}
		return now.Add(time.Duration(n) * time.Second).UTC().Format(http.TimeFormat), true
	}
	if _, err := strconv.ParseUint(value, 10, 63); err == nil {
		return value, true
	}
	_, err := http.ParseTime(value)
	return value, err == nil
}

// isETag checks RFC 9110, 8.8.3, for values that are printable already.
func isETag(value string) bool {
	value = strings.TrimPrefix(value, "W/")
	return len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' &&
		!strings.ContainsAny(value[1:len(value)-1], "\" ")
}

// samples are the header fields without which a code would be misread: the required ones and the
// Retry-After everybody expects. The library's samples come first, these fill what it leaves open.
// Bearer rather than Basic, so that no browser asks a visitor for a password.
func samples(code int, base string) []Header {
	switch code {
	case http.StatusEarlyHints: // RFC 8297
		return []Header{{"Link", "<" + base + pathPrefix + "200>; rel=preload; as=fetch"}}
	case 104: // draft-ietf-httpbis-resumable-upload
		return []Header{{"Location", base + pathPrefix + "200"}}
	case http.StatusNotModified: // RFC 9110, 15.4.5
		return []Header{{"ETag", `"mock"`}}
	case http.StatusCreated, http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect: // RFC 9110, 15.3.2 and 15.4
		return []Header{{"Location", base + pathPrefix + "200"}}
	case http.StatusUnauthorized: // RFC 9110, 15.5.2
		return []Header{{"WWW-Authenticate", `Bearer realm="mock"`}}
	case http.StatusMethodNotAllowed: // RFC 9110, 15.5.6
		return []Header{{"Allow", "GET, HEAD"}}
	case http.StatusProxyAuthRequired: // RFC 9110, 15.5.8
		return []Header{{"Proxy-Authenticate", `Bearer realm="mock"`}}
	case http.StatusRequestedRangeNotSatisfiable: // RFC 9110, 15.5.17
		return []Header{{"Content-Range", "bytes */1000"}}
	case http.StatusUpgradeRequired: // RFC 9110, 15.5.22
		return []Header{{"Upgrade", "websocket"}}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable: // RFC 6585, 4; RFC 9110, 15.6.4
		return []Header{{"Retry-After", "5"}}
	case http.StatusUnavailableForLegalReasons: // RFC 7725, 4
		return []Header{{"Link", "<" + base + `/codes/451>; rel="blocked-by"`}}
	}
	return nil
}

// playableSample reports whether a sample of the library is sent as it is. Content files may be
// written by people who should not be able to set a cookie or loosen a policy, and framing,
// freshness and where a redirect leads are this package's business.
func playableSample(h Header) bool {
	if !isToken(h.Name) || !printable(h.Value) || len(h.Value) > maxHeaderValue {
		return false
	}
	name := strings.ToLower(h.Name)
	if settable(name) {
		return name != "cache-control"
	}
	return slices.Contains([]string{
		"accept", "accept-encoding", "accept-patch", "accept-post", "accept-ranges", "allow", "cache-status",
		"content-language", "dav", "dpr", "im", "last-modified", "lock-token", "proxy-authenticate", "proxy-status",
		"ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset",
		"tcn", "upgrade", "upload-offset", "upload-limit", "vary", "via", "warning", "www-authenticate",
		"cf-ray", "cf-cache-status", "cf-mitigated",
	}, name)
}

// isToken checks RFC 9110, 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

// printable reports whether s is printable ASCII only, which leaves no room for header injection.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
