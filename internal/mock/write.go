package mock

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"time"
)

// play writes a.
//
// The status line is the reason for the two ways. net/http writes phrases of its own: "Request
// Entity Too Large" for 413, where RFC 9110 says "Content Too Large", and "status code 499" for
// whatever it does not know. A mock that gets the phrase wrong teaches it wrong, so for exactly
// these answers the connection is taken over (hijacked) and written by hand. The price is that
// such a connection closes after the answer, which RFC 9112, 9.6 allows at any time and every
// client copes with. All other answers, and everything on HTTP/2, which has no phrases, go
// through net/http and keep the connection.
func (h *Handler) play(w http.ResponseWriter, r *http.Request, p plan, a answer) {
	header := w.Header()
	for name, values := range a.header {
		if name == "Vary" {
			values = append(header.Values(name), values...)
		}
		header[name] = values
	}
	if needsRaw(r, a) && canHijack(w) {
		h.playRaw(w, r, a)
		return
	}
	if a.interim != 0 && (canHijack(w) || r.ProtoMajor >= 2) {
		writeInterim(w, a)
	}
	w.WriteHeader(a.code)
	rc := http.NewResponseController(w)
	if _, whole := writeBody(r.Context(), w, rc.Flush, a); !whole {
		panic(http.ErrAbortHandler) // fewer bytes than Content-Length says: the client must see it
	}
}

func needsRaw(r *http.Request, a answer) bool {
	return r.ProtoMajor == 1 && (a.reason != goReason(a.code) || a.interim != 0 && a.interimReason != goReason(a.interim))
}

// goReason is what net/http writes after the code.
func goReason(code int) string {
	if text := http.StatusText(code); text != "" {
		return text
	}
	return fmt.Sprintf("status code %d", code)
}

// innermost is net/http's own ResponseWriter below whatever middleware put around it.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		outer, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = outer.Unwrap()
	}
}

// canHijack asks the innermost writer: Gin's has a Hijack method that panics when what it wraps
// has none.
func canHijack(w http.ResponseWriter) bool {
	_, ok := innermost(w).(http.Hijacker)
	return ok
}

// writeInterim sends a 1xx with its own fields only. It speaks to the innermost writer because
// Gin's, for one, keeps a status in mind until the first byte of the body.
func writeInterim(w http.ResponseWriter, a answer) {
	header := w.Header()
	kept := maps.Clone(header)
	clear(header)
	maps.Copy(header, a.interimHeader)
	innermost(w).WriteHeader(a.interim)
	clear(header)
	maps.Copy(header, kept)
}

// playRaw writes a over the bare connection, then closes it.
func (h *Handler) playRaw(w http.ResponseWriter, r *http.Request, a answer) {
	h.hijacked.Add(1)
	defer h.hijacked.Add(-1)
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		h.drop(r, a.code) // the connection is of no more use to anybody
	}
	defer conn.Close()
	out := &deadlineWriter{conn: conn}
	buf.Writer.Reset(out)

	if a.interim != 0 {
		writeHead(buf.Writer, r, a.interim, a.interimReason, a.interimHeader)
		if buf.Flush() != nil {
			return
		}
	}
	header := w.Header().Clone()
	header.Add("Connection", "close")
	header.Set("Date", h.clock().UTC().Format(http.TimeFormat))
	writeHead(buf.Writer, r, a.code, a.reason, header)
	n, _ := writeBody(r.Context(), buf.Writer, buf.Flush, a)
	if buf.Flush() == nil {
		linger(conn, buf.Reader)
	}
	h.sent(r, a.code, n)
}

// writeHead writes a status line and a header section. http.Header.Write leaves out names that
// are no tokens and turns line breaks in values into spaces.
func writeHead(w *bufio.Writer, r *http.Request, code int, reason string, header http.Header) {
	version := "1.1"
	if !r.ProtoAtLeast(1, 1) {
		version = "1.0"
	}
	// The space stays where there is no phrase (RFC 9112, 4).
	fmt.Fprintf(w, "HTTP/%s %03d %s\r\n", version, code, reason)
	_ = header.Write(w) // a bufio.Writer remembers its error until Flush
	_, _ = w.WriteString("\r\n")
}

// writeBody writes a.body with the fault asked for. whole is false when fewer bytes went out than
// were announced. A client that left is not an error here: nobody is left to tell.
func writeBody(ctx context.Context, w io.Writer, flush func() error, a answer) (n int64, whole bool) {
	switch {
	case len(a.body) == 0:
		return 0, true
	case a.fault == faultTruncate:
		k, _ := w.Write(a.body[:len(a.body)/2])
		_ = flush()
		return int64(k), false
	case a.fault == faultDrip:
		size := (len(a.body) + dripPieces - 1) / dripPieces
		pieces := (len(a.body) + size - 1) / size
		for i := range pieces {
			if i > 0 && !sleep(ctx, dripTime/time.Duration(max(pieces-1, 1))) {
				return n, false
			}
			k, err := w.Write(a.body[i*size : min((i+1)*size, len(a.body))])
			n += int64(k)
			if err != nil || flush() != nil {
				return n, false
			}
		}
		return n, true
	}
	k, err := io.Copy(w, bytes.NewReader(a.body))
	return k, err == nil
}

// reset ends the connection as a crashed or impatient peer does: a TCP reset, no byte of an answer.
func (h *Handler) reset(w http.ResponseWriter, r *http.Request, code int) {
	if r.ProtoMajor != 1 || !canHijack(w) {
		h.drop(r, code) // on HTTP/2 this resets the stream
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		h.drop(r, code)
	}
	plain := conn
	if t, ok := conn.(*tls.Conn); ok {
		plain = t.NetConn() // closing the TLS layer would say goodbye first
	}
	if t, ok := plain.(*net.TCPConn); ok {
		_ = t.SetLinger(0) // close sends RST; without it the client sees an orderly end
	}
	_ = plain.Close()
	h.sent(r, code, 0)
}

// linger says that no more will come and waits, within bounds, until the client has seen it.
func linger(conn net.Conn, rest io.Reader) {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.Copy(io.Discard, io.LimitReader(rest, lingerBytes))
}

// Wait returns when the hijacked answers that are being written are out, or when ctx ends.
// http.Server.Shutdown does not know of them: call it first, then Wait.
func (h *Handler) Wait(ctx context.Context) error {
	for h.hijacked.Load() > 0 {
		if !sleep(ctx, 5*time.Millisecond) {
			return ctx.Err()
		}
	}
	return nil
}

// deadlineWriter gives each write its own deadline, so that a client that stops reading holds a
// hijacked connection for writeTime and no longer.
type deadlineWriter struct{ conn net.Conn }

func (d *deadlineWriter) Write(p []byte) (int, error) {
	if err := d.conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return 0, err
	}
	return d.conn.Write(p)
}

// sleep waits for d, or returns false as soon as ctx ends.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
