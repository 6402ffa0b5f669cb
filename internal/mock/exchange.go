package mock

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// The bounds of an exchange.
const (
	maxExchange     = 15 * time.Second // longer than any delay and drip together
	maxExchangeRead = 256 << 10        // bytes of the answer that are kept
)

// ErrBadAsk is wrapped by the errors that say what is wrong with an Ask.
var ErrBadAsk = errors.New("not a request for the mock")

// Ask is a request to a Handler, written by hand.
type Ask struct {
	Method  string
	Target  string   // path and query, "/status/503?delay=1s"
	Headers []Header // sent as they stand, after Host and before what the body needs
	Body    string
	Host    string
	From    net.Addr // who asks; nil for nobody
}

// How an exchange ended.
const (
	EndComplete = "complete" // the whole answer arrived
	EndNothing  = "nothing"  // the connection was closed before a byte
	EndCut      = "cut"      // it was closed in the middle of the answer
	EndTimeout  = "timeout"  // nothing more came in time
)

// Exchange is what went over the wire. Request and Response are the exact bytes, as text; the rest
// is read from them. Body is the content, without the framing of chunks.
type Exchange struct {
	Request     string  `json:"request"`
	Response    string  `json:"response"`
	Interim     []Head  `json:"interim"`
	Head        *Head   `json:"head"` // null where no final answer came
	Body        string  `json:"body"`
	End         string  `json:"end" jsonschema:"complete, nothing, cut or timeout"`
	FirstByteMS float64 `json:"first_byte_ms"`
	TotalMS     float64 `json:"total_ms"`
}

// Head is a status line and its header fields, in the order they were sent.
type Head struct {
	Status  int     `json:"status"`
	Reason  string  `json:"reason"`
	Headers []Field `json:"headers"`
}

// Field is one header field as it was sent.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Play sends ask to h over a connection in memory, HTTP/1.1, and returns what both sides wrote: interim
// responses, redirects, faults and all, which a browser would not show to a page. h is served by
// net/http, so what it does to a connection is what it does to a real one. The error wraps ErrBadAsk
// and says what is wrong, or is ctx's.
func Play(ctx context.Context, h http.Handler, ask Ask) (*Exchange, error) {
	raw, err := ask.bytes()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, maxExchange)
	defer cancel()
	near, far := net.Pipe()
	defer near.Close()
	stop := context.AfterFunc(ctx, func() { near.Close() })
	defer stop()

	listener := &single{conn: make(chan net.Conn, 1), addr: ask.From}
	listener.conn <- &wire{Conn: far, from: ask.From}
	close(listener.conn)
	srv := &http.Server{Handler: h, ReadHeaderTimeout: maxExchange, MaxHeaderBytes: 32 << 10, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan struct{})
	go func() { defer close(served); _ = srv.Serve(listener) }()
	defer func() { srv.Close(); <-served }()

	start := time.Now()
	go func() { _, _ = near.Write(raw) }() // ends at the latest when near is closed
	got := &bytes.Buffer{}
	first := 0.0
	buf := make([]byte, 4<<10)
	var readErr error
	for got.Len() < maxExchangeRead && readErr == nil {
		var n int
		n, readErr = near.Read(buf)
		if n > 0 && got.Len() == 0 {
			first = ms(time.Since(start))
		}
		got.Write(buf[:n])
	}
	x := &Exchange{Request: string(raw), Response: got.String(), Interim: []Head{}, FirstByteMS: first, TotalMS: ms(time.Since(start))}
	x.read(strings.ToUpper(ask.Method))
	if ctx.Err() == context.DeadlineExceeded && x.End != EndComplete {
		x.End = EndTimeout
	}
	x.Request, x.Response, x.Body = strings.ToValidUTF8(x.Request, "\uFFFD"), strings.ToValidUTF8(x.Response, "\uFFFD"), strings.ToValidUTF8(x.Body, "\uFFFD")
	return x, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// read takes the answer apart: heads until one is final, then the body by its own framing.
func (x *Exchange) read(method string) {
	rest := x.Response
	for {
		head, after, whole := strings.Cut(rest, "\r\n\r\n")
		if !whole {
			x.End = EndCut
			if x.Response == "" {
				x.End = EndNothing
			}
			return
		}
		parsed := parseHead(head)
		if parsed.Status >= 200 {
			x.Head = &parsed
			break
		}
		x.Interim = append(x.Interim, parsed)
		rest = after
	}
	x.End = EndComplete
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(rest)), &http.Request{Method: method})
	if err != nil {
		x.End = EndCut
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	x.Body = string(body)
	if err != nil {
		x.End = EndCut
	}
}

func parseHead(s string) Head {
	line, fields, _ := strings.Cut(s, "\r\n")
	_, line, _ = strings.Cut(line, " ")
	code, reason, _ := strings.Cut(line, " ")
	h := Head{Reason: reason, Headers: []Field{}}
	h.Status, _ = strconv.Atoi(code)
	for f := range strings.SplitSeq(fields, "\r\n") {
		if name, value, ok := strings.Cut(f, ":"); ok {
			h.Headers = append(h.Headers, Field{name, textproto.TrimString(value)})
		}
	}
	return h
}

// fixedFields belong to the connection and the framing, which Play sees to.
var fixedFields = map[string]bool{
	"Host": true, "Connection": true, "Content-Length": true, "Transfer-Encoding": true, "Te": true, "Trailer": true,
	"Upgrade": true, "Keep-Alive": true, "Proxy-Connection": true, "Expect": true,
}

// bytes is the request as it is sent.
func (a Ask) bytes() ([]byte, error) {
	method := strings.ToUpper(cmp.Or(a.Method, http.MethodGet))
	bad := func(what string) error { return &askError{what} }
	switch {
	case !httpguts.ValidHeaderFieldName(method) || len(method) > 32:
		return nil, bad("The method must be a word such as GET or PROPFIND.")
	case method == http.MethodConnect || method == http.MethodTrace:
		return nil, bad("CONNECT and TRACE are not played: this server does nothing for them.")
	}
	if u, err := url.ParseRequestURI(a.Target); err != nil || !strings.HasPrefix(a.Target, "/") || u.Host != "" || strings.IndexFunc(a.Target, func(r rune) bool { return r <= ' ' || r >= 0x7f }) >= 0 {
		return nil, bad("The path must look like /status/503?delay=1s; what stands for itself in it is written as %20 and the like.")
	}
	var b bytes.Buffer
	b.WriteString(method + " " + a.Target + " HTTP/1.1\r\nHost: " + a.Host + "\r\n")
	seen := map[string]bool{}
	for _, h := range a.Headers {
		name := http.CanonicalHeaderKey(h.Name)
		switch {
		case !httpguts.ValidHeaderFieldName(h.Name) || !httpguts.ValidHeaderFieldValue(h.Value):
			return nil, bad("Header field " + strconv.Quote(h.Name) + " is not of the form Name: value.")
		case fixedFields[name]:
			return nil, bad("Header field " + name + " belongs to the connection and cannot be set here.")
		}
		seen[name] = true
		b.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
	if !seen["User-Agent"] {
		b.WriteString("User-Agent: siteerror-playground\r\n")
	}
	if !seen["Accept"] {
		b.WriteString("Accept: */*\r\n")
	}
	if a.Body != "" {
		b.WriteString("Content-Length: " + strconv.Itoa(len(a.Body)) + "\r\n")
	}
	b.WriteString("Connection: close\r\n\r\n" + a.Body)
	return b.Bytes(), nil
}

type askError struct{ says string }

func (e *askError) Error() string { return e.says }
func (e *askError) Unwrap() error { return ErrBadAsk }

// wire is a connection in memory that says who is at its other end.
type wire struct {
	net.Conn
	from net.Addr
}

func (w *wire) RemoteAddr() net.Addr {
	if w.from != nil {
		return w.from
	}
	return w.Conn.RemoteAddr()
}

// single is a listener with one connection.
type single struct {
	conn chan net.Conn
	addr net.Addr
}

func (l *single) Accept() (net.Conn, error) {
	if c, ok := <-l.conn; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l *single) Close() error { return nil }

func (l *single) Addr() net.Addr {
	if l.addr != nil {
		return l.addr
	}
	return &net.TCPAddr{}
}
