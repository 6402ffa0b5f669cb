package checker

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	longChain   = 3  // redirects; one or two are usual, each costs a round trip
	expiresSoon = 21 // days; ACME clients renew 30 days before the end, so renewal has failed by then
	maxWords    = 80 // bytes of what a server worded, a URL or a phrase, inside a sentence
)

// conclude writes notes and verdict. Hops is complete.
func (r *Report) conclude(now time.Time) {
	r.Notes = []Note{}
	if len(r.Hops) == 0 {
		return
	}
	r.noteChain()
	for i := range r.Hops {
		r.noteHop(i)
	}
	r.noteEnd(now)
	rank := map[string]int{LevelError: 0, LevelWarning: 1, LevelInfo: 2}
	slices.SortStableFunc(r.Notes, func(a, b Note) int { return cmp.Compare(rank[a.Level], rank[b.Level]) })
	r.Verdict = r.outcome()
	if len(r.Notes) > 0 && r.Notes[0].Level != LevelInfo && !r.looped && !r.gaveUp {
		r.Verdict += " " + r.Notes[0].Says
	}
}

func (r *Report) note(hop int, level, kind, format string, args ...any) {
	r.Notes = append(r.Notes, Note{Kind: kind, Level: level, Hop: hop, Says: fmt.Sprintf(format, args...)})
}

// noteChain looks at the redirects together.
func (r *Report) noteChain() {
	last := len(r.Hops) - 1
	switch {
	case r.looped:
		r.note(last, LevelError, "loop", "The redirects lead back to a URL that was fetched before. (A site that sets a cookie first may end for browsers; the checker keeps none.)")
	case r.gaveUp:
		r.note(last, LevelError, "chain-too-long", "There are more than %d redirects; browsers give up as well, at about 20.", maxRedirects)
	case r.redirectCount() > longChain:
		r.note(last, LevelWarning, "chain-too-long", "%d redirects are many: each costs the visitor a round trip. Let the first one name the final URL.", r.redirectCount())
	}
	wentSecure := false
	for i := 1; i <= last; i++ {
		from, to := scheme(r.Hops[i-1].URL), scheme(r.Hops[i].URL)
		wentSecure = wentSecure || i > 1 && from == "https" && scheme(r.Hops[0].URL) == "http"
		switch {
		case from != "https" || to != "http":
		case wentSecure:
			r.note(i, LevelWarning, "http-https-http", "The redirects go from http to https and back to http, where everybody on the way can read and change what is sent.")
		default:
			r.note(i, LevelWarning, "https-to-http", "A redirect leads from https to http, where everybody on the way can read and change what is sent.")
		}
	}
}

// noteHop looks at one response by itself and at where it leads.
func (r *Report) noteHop(i int) {
	h := &r.Hops[i]
	if isRedirect(h.Status) && h.Headers.Get("Location") == "" {
		r.note(i, LevelError, "missing-location", "%d says that the resource is elsewhere, and there is no Location to say where.", h.Status)
	}
	if h.Location != "" && meantForGood(h) {
		r.note(i, LevelInfo, "temporary-for-permanent", "%d is temporary, and this redirect looks permanent: with %s, caches and search engines would remember it.", h.Status, permanent(h.Status))
	}
}

// noteEnd looks at the response at which the chain ended.
func (r *Report) noteEnd(now time.Time) {
	i := len(r.Hops) - 1
	h := r.Last()
	if h.TLS != nil && h.TLS.Verified && h.TLS.DaysLeft <= expiresSoon {
		r.note(i, LevelWarning, "certificate-expires-soon", "The certificate is valid until %s only; by now it should have been renewed.", h.TLS.NotAfter.Format(time.DateOnly))
	}
	if h.Status == 0 {
		return
	}
	if (h.Status == http.StatusTooManyRequests || h.Status == http.StatusServiceUnavailable) && h.Headers.Get("Retry-After") == "" {
		r.note(i, LevelWarning, "missing-retry-after", "%d comes without Retry-After, so clients cannot know when to try again.", h.Status)
	}
	for status, field := range map[int]string{
		http.StatusUnauthorized: "WWW-Authenticate", http.StatusMethodNotAllowed: "Allow",
		http.StatusProxyAuthRequired: "Proxy-Authenticate", http.StatusUpgradeRequired: "Upgrade",
	} {
		if _, ok := h.Headers[http.CanonicalHeaderKey(field)]; h.Status == status && !ok {
			r.note(i, LevelWarning, "missing-header", "A %d must have the header field %s (RFC 9110), and this one has not.", status, field)
		}
	}
	if age := freshFor(h.Headers, now); h.Status >= 400 && age > 0 {
		level := LevelWarning
		if h.Status == http.StatusNotFound || h.Status == http.StatusGone {
			level = LevelInfo // often meant: it spares the server
		}
		r.note(i, level, "cacheable-error", "Caches may keep this error for %d seconds and serve it after the cause is gone.", int(age.Seconds()))
	}
	if h.Status == http.StatusOK {
		if scheme(h.URL) == "http" {
			r.note(i, LevelInfo, "plain-http", "It ends on http, without encryption.")
		}
		if why := r.soft404(); why != "" {
			r.note(i, LevelInfo, "soft-404", "%s If the page does not exist, 404 or 410 would tell search engines and programs so.", why)
		}
	}
}

// outcome is the first sentence: what happened in the end.
func (r *Report) outcome() string {
	h := r.Last()
	n := r.redirectCount()
	after := ""
	switch {
	case n == 1:
		after = " after 1 redirect"
	case n > 1:
		after = fmt.Sprintf(" after %d redirects", n)
	}
	switch {
	case r.looped:
		return fmt.Sprintf("The redirects never end: %s leads back to a URL before it.", shorten(h.URL))
	case r.gaveUp:
		return fmt.Sprintf("Given up after %d redirects, at %s.", maxRedirects, shorten(h.URL))
	case h.Error != nil && h.Status == 0:
		if after != "" {
			return fmt.Sprintf("No answer%s: %s", after, h.Error.Says)
		}
		return "No answer: " + h.Error.Says
	}
	reason := h.Reason
	if reason == "" {
		reason = http.StatusText(h.Status)
	}
	status := strings.TrimSpace(fmt.Sprintf("%d %s", h.Status, reason))
	says := fmt.Sprintf("%s answers %s%s, in %.0f ms", host(h.URL), status, after, r.TotalMS)
	switch {
	case h.Error != nil:
		return says + ". " + h.Error.Says
	case h.Status >= 500:
		return says + ": the server, or one behind it, failed."
	case h.Status >= 400:
		return says + ": the server finds the request at fault."
	}
	return says + "."
}

func (r *Report) redirectCount() int { return len(r.Hops) - 1 }

// meantForGood recognises the redirects that tidy a URL up: http to https, with or without www or
// a final slash. They are as permanent as redirects get.
func meantForGood(h *Hop) bool {
	if h.Status != http.StatusFound && h.Status != http.StatusSeeOther && h.Status != http.StatusTemporaryRedirect {
		return false
	}
	from, err := url.Parse(h.URL)
	if err != nil {
		return false
	}
	to, err := url.Parse(h.Location)
	if err != nil || h.URL == h.Location {
		return false
	}
	tidy := func(u *url.URL) string {
		return strings.TrimPrefix(u.Hostname(), "www.") + strings.TrimSuffix(u.EscapedPath(), "/") + "?" + u.RawQuery
	}
	return tidy(from) == tidy(to) && (from.Scheme == to.Scheme || to.Scheme == "https")
}

func permanent(status int) string {
	if status == http.StatusTemporaryRedirect {
		return "308"
	}
	return "301 or 308"
}

// freshFor is how long the header lets a cache reuse the response (RFC 9111, 4.2.1), 0 if it
// does not say so.
func freshFor(header http.Header, now time.Time) time.Duration {
	longest := time.Duration(-1)
	for directive := range strings.SplitSeq(strings.Join(header.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-store", "no-cache":
			return 0
		case "max-age", "s-maxage":
			n, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31)
			if err == nil {
				longest = max(longest, time.Duration(n)*time.Second)
			}
		}
	}
	if longest >= 0 {
		return longest
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	if expires, err := http.ParseTime(header.Get("Expires")); err == nil {
		return max(0, expires.Sub(now).Round(time.Second))
	}
	return 0
}

func scheme(raw string) string {
	s, _, _ := strings.Cut(raw, ":")
	return s
}

func host(raw string) string { return authority(raw) }

func shorten(s string) string {
	if len(s) <= maxWords {
		return s
	}
	return strings.ToValidUTF8(s[:maxWords], "") + "…"
}
