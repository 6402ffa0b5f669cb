package checker

import (
	"crypto/tls"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Report is what a check saw, in the shape of the API's JSON. All text in it comes from a stranger's
// server or name: escape it.
type Report struct {
	URL       string    `json:"url"`     // as asked, in its normal form
	Method    string    `json:"method"`  // as asked
	Verdict   string    `json:"verdict"` // one to three sentences
	Notes     []Note    `json:"notes"`   // the gravest first; never nil
	Hops      []Hop     `json:"hops"`    // in order; the last is where it ended
	TotalMS   float64   `json:"total_ms"`
	CheckedAt time.Time `json:"checked_at"` // UTC

	looped, gaveUp bool
}

// Hop is one request and what came of it.
type Hop struct {
	URL           string      `json:"url"`
	Method        string      `json:"method"`
	Status        int         `json:"status"`           // 0: no response
	Reason        string      `json:"reason,omitempty"` // as the server worded it; HTTP/1 only
	Protocol      string      `json:"protocol,omitempty"`
	Address       string      `json:"address,omitempty"` // the IP address that answered
	Headers       http.Header `json:"headers"`           // never nil
	Interim       []int       `json:"interim,omitempty"` // 1xx that came first
	Location      string      `json:"location,omitempty"`
	Timing        Timing      `json:"timing_ms"`
	TLS           *TLS        `json:"tls,omitempty"`
	BodyBytes     int         `json:"body_bytes"`     // read, as coded on the wire
	BodyTruncated bool        `json:"body_truncated"` // there was more than is read
	Error         *HopError   `json:"error,omitempty"`

	// Body is what was read, 256 KiB at most, for a diagnosis. It is not for showing.
	Body []byte `json:"-"`
}

// Timing is in milliseconds. A phase that did not happen is 0.
type Timing struct {
	DNS       float64 `json:"dns"`
	Connect   float64 `json:"connect"`    // TCP, failed addresses included
	TLS       float64 `json:"tls"`        // handshake
	FirstByte float64 `json:"first_byte"` // from the request's last byte to the response's first
	Total     float64 `json:"total"`      // from the look-up to the end of the body
}

// TLS describes the connection and the server's certificate; where the certificate was not
// accepted, only the certificate.
type TLS struct {
	Version   string    `json:"version,omitempty"`
	Cipher    string    `json:"cipher,omitempty"`
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	DaysLeft  int       `json:"days_left"` // negative: expired
	Names     []string  `json:"names"`     // DNS names it is for, the first 20
	Verified  bool      `json:"verified"`  // against this server's roots
}

// Kinds of HopError.
const (
	KindDNS      = "dns"
	KindNetwork  = "network" // this server has no way there
	KindConnect  = "connect"
	KindTLS      = "tls"
	KindTimeout  = "timeout"
	KindReset    = "reset"
	KindEmpty    = "empty-answer" // closed without a byte, as NGINX does for 444
	KindHeaders  = "headers-too-large"
	KindProtocol = "protocol" // not HTTP as it is written down
	KindBody     = "body"     // the response came, its body not whole
	KindRedirect = "redirect" // the Location leads nowhere
	KindRefused  = "refused"  // the redirect's target, which was not contacted
)

// HopError says why a hop has no complete response.
type HopError struct {
	Kind string `json:"kind"`
	Says string `json:"says"`
}

// Levels of a Note, in words.
const (
	LevelError   = "error"
	LevelWarning = "warning"
	LevelInfo    = "info"
)

// Note is one observation.
type Note struct {
	Kind  string `json:"kind"`
	Level string `json:"level"`
	Hop   int    `json:"hop"` // index into Hops
	Says  string `json:"says"`
}

// redirects reports whether this hop leads on: a redirect status, a Location, and nothing wrong.
// 300 and 304 lead nowhere by themselves.
func (h *Hop) redirects() bool {
	return h.Error == nil && isRedirect(h.Status) && h.Headers.Get("Location") != ""
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// Text is the hop's response as it might be pasted: status line, header fields by name, body. It
// is what a diagnosis reads.
func (h *Hop) Text() string {
	if h.Status == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d %s\n", h.Protocol, h.Status, h.Reason)
	for _, name := range slices.Sorted(maps.Keys(h.Headers)) {
		for _, value := range h.Headers[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	b.WriteByte('\n')
	b.Write(h.Body)
	return b.String()
}

// Last is the hop where the check ended.
func (r *Report) Last() *Hop { return &r.Hops[len(r.Hops)-1] }

// stopBefore ends the report with the target that last leads to and that nobody contacted, and
// returns why.
func (r *Report) stopBefore(last Hop, err error) error {
	if last.Location != "" { // else the first target was refused as it was dialled
		r.Hops = append(r.Hops, Hop{
			URL: last.Location, Method: last.Method, Headers: http.Header{},
			Error: &HopError{KindRefused, "The redirect leads to a target that this checker does not contact."},
		})
	}
	return err
}

func describeTLS(state *tls.ConnectionState, now time.Time) *TLS {
	t := &TLS{Names: []string{}}
	if len(state.PeerCertificates) > 0 {
		cert := state.PeerCertificates[0]
		t.Subject, t.Issuer = cert.Subject.String(), cert.Issuer.String()
		t.NotBefore, t.NotAfter = cert.NotBefore.UTC(), cert.NotAfter.UTC()
		t.DaysLeft = int(math.Floor(cert.NotAfter.Sub(now).Hours() / 24))
		t.Names = append(t.Names, cert.DNSNames[:min(len(cert.DNSNames), 20)]...)
	}
	if state.Version != 0 {
		t.Version, t.Cipher = tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)
		t.Verified = len(state.VerifiedChains) > 0
	}
	return t
}

// milliseconds rounds to hundredths, finer than a network is.
func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Millisecond)*100) / 100
}
