package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	brotlienc "github.com/andybalholm/brotli"
	gz "github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Cache-Control values, each for its reason.
var (
	// Pages and API answers change when content is reloaded: a cache may keep
	// them and must ask; the answer is nearly always a 304 of a few bytes.
	cacheRevalidate = []string{"no-cache"}
	// The name of an asset holds its hash: what is at it never changes.
	cacheForever = []string{"public, max-age=31536000, immutable"}
	// The same where readers sign in: a cache that many share keeps none of it.
	cacheForeverPrivate = []string{"private, max-age=31536000, immutable"}
	// Answers about this moment.
	cacheNever = []string{"no-store"}
)

var (
	varyEncoding       = []string{"Accept-Encoding"}
	varyAcceptEncoding = []string{"Accept, Accept-Encoding"}
)

// representation is a response made once and sent many times: its body in each
// coding, with validators, in header values that all requests share. It is safe
// for concurrent use; shared values are never written.
type representation struct {
	contentType  []string
	cacheControl []string
	vary         []string
	policy       []string // Content-Security-Policy; nil for none but the default
	extra        http.Header
	status       int // 200 unless set
	body         []byte
	tag          string
	weak         bool // the tag is a weak one: same meaning, maybe other bytes
	live         bool // made for one request: compressing it would cost more than it saves
	private      bool // an answer to somebody's own text: nobody may keep it, so there is nothing to revalidate

	variants [codings]struct {
		once sync.Once
		v    variant
	}
}

// variant is a representation in one coding.
type variant struct {
	body     []byte
	etag     []string
	length   []string
	encoding []string // nil for identity
}

func newRepresentation(contentType string, body []byte) *representation {
	sum := sha256.Sum256(body)
	return &representation{
		contentType: []string{contentType}, cacheControl: cacheRevalidate, vary: varyEncoding,
		body: body, tag: hex.EncodeToString(sum[:8]),
	}
}

// largeLive is the size in bytes from which even what is made for one request is
// compressed: few pages reach it, and a phone waits longer for them than the
// server for the compressor.
const largeLive = 18 << 10

// minCompressed is the size in bytes from which compressing pays.
const minCompressed = 512

// variant returns the body in a coding, encoded when it is first asked for. A
// body that does not shrink stays as it is.
func (r *representation) variant(c coding) *variant {
	slot := &r.variants[c]
	slot.once.Do(func() {
		prefix := `"`
		if r.weak {
			prefix = `W/"`
		}
		slot.v = variant{body: r.body, etag: []string{prefix + r.tag + `"`}, length: []string{strconv.Itoa(len(r.body))}}
		if c == identity || len(r.body) < minCompressed {
			return
		}
		if coded := r.coded(c); len(coded.body) < len(r.body) {
			slot.v = *coded
		}
	})
	return &slot.v
}

// coded is the body in a coding whether it shrinks or not: what is sent where the
// identity is refused.
func (r *representation) coded(c coding) *variant {
	prefix := `"`
	if r.weak {
		prefix = `W/"`
	}
	enc := encode(c, r.body, r.live)
	return &variant{
		body: enc, etag: []string{prefix + r.tag + "-" + codingNames[c] + `"`},
		length: []string{strconv.Itoa(len(enc))}, encoding: []string{codingNames[c]},
	}
}

// noCoding answers a request that refuses every coding there is, the identity too.
func noCoding(w http.ResponseWriter, req *http.Request) {
	const text = "Not Acceptable\nThis can be had with the content codings identity, gzip, br and zstd. Accept-Encoding refuses them all.\n"
	h := w.Header()
	h["Vary"], h["Cache-Control"] = varyEncoding, cacheNever
	h.Set("Content-Type", typeText)
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(http.StatusNotAcceptable)
	if req.Method != http.MethodHead {
		_, _ = io.WriteString(w, text)
	}
}

// encode compresses once for many sends: levels that cost milliseconds for a page.
// What is sent once alone is compressed in a hurry.
func encode(c coding, body []byte, hurry bool) []byte {
	var b bytes.Buffer
	gzipLevel, brotliLevel := gzip.BestCompression, 6
	if hurry {
		gzipLevel, brotliLevel = gzip.BestSpeed, 1
	}
	switch c {
	case gzipped:
		w, _ := gz.NewWriterLevel(&b, gzipLevel)
		_, _ = w.Write(body)
		_ = w.Close()
	case brotli:
		w := brotlienc.NewWriterLevel(&b, brotliLevel)
		_, _ = w.Write(body)
		_ = w.Close()
	case zstandard:
		w, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<18))
		if err != nil {
			return body
		}
		_, _ = w.Write(body)
		_ = w.Close()
	}
	return b.Bytes()
}

// serve answers GET and HEAD with r: coding by q-value, preconditions in the
// order of RFC 9110 §13.2.2. It does not allocate.
func (r *representation) serve(w http.ResponseWriter, req *http.Request) { r.send(w, req, nil) }

// send is serve; ranges is the Accept-Ranges field of the whole.
func (r *representation) send(w http.ResponseWriter, req *http.Request, ranges []string) {
	c, plain, acceptable := chooseCoding(req.Header["Accept-Encoding"])
	if !acceptable {
		noCoding(w, req)
		return
	}
	if plain && (r.live && len(r.body) < largeLive || r.private) {
		c = identity
	}
	v := r.variant(c)
	if !plain && v.encoding == nil {
		v = r.coded(c)
	}
	h := w.Header()
	if r.status < 400 && !r.private { // an error names its request: there is nothing to revalidate
		h["Etag"] = v.etag
	}
	h["Vary"] = r.vary
	h["Cache-Control"] = r.cacheControl
	if r.private {
		h["Cache-Control"] = cacheNever
	}
	if r.policy != nil {
		h["Content-Security-Policy"] = r.policy
	}
	for name, values := range r.extra {
		h[name] = values
	}
	status := r.status
	if status == 0 && !r.private {
		if m := req.Header["If-Match"]; len(m) > 0 && !matches(m, v.etag[0], false) {
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		if m := req.Header["If-None-Match"]; len(m) > 0 && matches(m, v.etag[0], true) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if status == 0 {
		status = http.StatusOK
	}
	h["Content-Type"] = r.contentType
	h["Content-Length"] = v.length
	if ranges != nil {
		h["Accept-Ranges"] = ranges
	}
	if v.encoding != nil {
		h["Content-Encoding"] = v.encoding
	}
	w.WriteHeader(status)
	if req.Method != http.MethodHead {
		_, _ = w.Write(v.body)
	}
}

// matches reports whether etag is in a list of entity tags, or the list is "*".
// Weak comparison ignores W/ (RFC 9110 §8.8.3.2).
func matches(header []string, etag string, weak bool) bool {
	for _, line := range header {
		for line != "" {
			var item string
			item, line, _ = strings.Cut(line, ",")
			item = strings.TrimSpace(item)
			if item == "*" || item == etag && (weak || !strings.HasPrefix(etag, "W/")) {
				return true
			}
			if weak && strings.TrimPrefix(item, "W/") == strings.TrimPrefix(etag, "W/") {
				return true
			}
		}
	}
	return false
}

var acceptRanges = []string{"bytes"}

// serveFile is serve for static files, with ranges (RFC 9110 §14).
func (r *representation) serveFile(w http.ResponseWriter, req *http.Request) {
	if req.Header["Range"] == nil { // http.ServeContent tells no length of a coded form
		r.send(w, req, acceptRanges)
		return
	}
	c, plain, acceptable := chooseCoding(req.Header["Accept-Encoding"])
	if !acceptable {
		noCoding(w, req)
		return
	}
	if plain {
		c = identity // a part of a coded form is of no use to most who ask for parts
	}
	v := r.variant(c)
	h := w.Header()
	h["Etag"] = v.etag
	h["Vary"] = r.vary
	h["Cache-Control"] = r.cacheControl
	h["Content-Type"] = r.contentType
	if v.encoding != nil {
		h["Content-Encoding"] = v.encoding
	}
	http.ServeContent(w, knownRange(req), "", time.Time{}, bytes.NewReader(v.body))
}

// knownRange is req without a range in a unit other than bytes, which a server
// must ignore (RFC 9110 §14.2) and http.ServeContent answers with a 416.
func knownRange(req *http.Request) *http.Request {
	if spec := req.Header.Get("Range"); spec == "" || strings.HasPrefix(spec, "bytes=") {
		return req
	}
	whole := *req
	whole.Header = req.Header.Clone()
	whole.Header.Del("Range")
	return &whole
}
