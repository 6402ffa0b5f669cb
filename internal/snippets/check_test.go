//go:build snippets

package snippets

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"siteerror/internal/catalog"
)

// An answer is what a server sent for one request.
type answer struct {
	interim []*http.Response
	final   *http.Response
	body    []byte
	surplus []byte // bytes after the response's end
}

// ask sends one request as bytes and reads the answer as bytes come, since a client
// library hides interim responses and bodies where there may be none.
func ask(port int, request string) (*answer, error) {
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), 5*time.Second)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		return nil, err
	}
	method, _, _ := strings.Cut(request, " ")
	r := bufio.NewReader(conn)
	a := &answer{}
	for {
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			return nil, fmt.Errorf("no response that can be read: %w", err)
		}
		if resp.StatusCode < 200 && resp.StatusCode != 101 {
			a.interim = append(a.interim, resp)
			continue
		}
		a.final = resp
		break
	}
	if a.body, err = io.ReadAll(a.final.Body); err != nil {
		return nil, fmt.Errorf("the body ends too early: %w", err)
	}
	if a.final.StatusCode != 101 {
		conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		a.surplus, _ = io.ReadAll(r)
	}
	return a, nil
}

// checkServer asks a snippet that is running, and returns what is wrong.
func checkServer(s *snippet) []string {
	n := s.code.Number
	fields := "Host: localhost\r\n"
	switch n {
	case 100:
		fields += "Expect: 100-continue\r\nContent-Length: 0\r\n"
	case 206:
		fields += "Range: bytes=4-18\r\n"
	case 304:
		for _, h := range s.code.PlayedHeaders() {
			if h.Name == "ETag" {
				fields += "If-None-Match: " + h.Value + "\r\n"
			}
		}
	case 101: // RFC 6455 §1.3
		fields = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	}
	methods := []string{"GET", "HEAD"}
	if n < 200 || n == 206 { // Range is for GET alone, RFC 9110 §14.2
		methods = methods[:1]
	}
	var problems []string
	for _, method := range methods {
		a, err := ask(s.port, method+" "+s.path()+" HTTP/1.1\r\n"+fields+"\r\n")
		if err != nil {
			return append(problems, method+": "+err.Error())
		}
		for _, p := range judge(s.code, s.text, a, method) {
			problems = append(problems, method+": "+p)
		}
	}
	return problems
}

// judge compares an answer with the page and the RFCs.
func judge(code *catalog.Code, text string, a *answer, method string) []string {
	var problems []string
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	n := code.Number
	resp := a.final
	if n < 200 && n != 101 {
		i := slices.IndexFunc(a.interim, func(r *http.Response) bool { return r.StatusCode == n })
		if i < 0 {
			problem("no interim response %d came before the %d", n, resp.StatusCode)
			return problems
		}
		if resp.StatusCode != 200 {
			problem("the final status is %d, not 200", resp.StatusCode)
		}
		resp = a.interim[i]
	}
	if resp.StatusCode != n {
		problem("the status is %d, not %d", resp.StatusCode, n)
	}
	for _, r := range rules() {
		switch r.broken(n, a, resp) {
		case missing:
			problem("%s is missing (%s)", r.field, r.section)
		case forbidden:
			problem("%s is sent and must not be (%s)", r.field, r.section)
		}
	}
	if n >= 200 || n == 101 || n == 103 {
		for _, h := range code.PlayedHeaders() {
			if !has(resp, h.Name, h.Value) {
				problem("the field %s is %q, the page has %q", h.Name, resp.Header.Values(h.Name), h.Value)
			}
		}
	}
	for _, name := range []string{"Location", "Content-Type", "Content-Length", "Content-Range", "ETag", "Retry-After"} {
		if values := resp.Header.Values(name); len(values) > 1 {
			problem("%s is sent %d times: %q", name, len(values), values)
		}
	}
	if n == 101 {
		return problems
	}
	if method == "HEAD" || n == 204 || n == 205 || n == 304 {
		if len(a.body)+len(a.surplus) > 0 {
			problem("there is a body: %q", append(a.body, a.surplus...))
		}
		return problems
	}
	if len(a.surplus) > 0 {
		problem("%q follows the response", a.surplus)
	}
	if n < 200 {
		return problems
	}
	if err := checkBody(n, resp.Header.Get("Content-Type"), a.body); err != nil {
		problem("%v", err)
	}
	if want := code.Example.Body; shows(text, want) && !sameBody(string(a.body), want) {
		problem("the body is %q, the page has %q", a.body, want)
	}
	return problems
}

// checkBody holds a body to its media type and to its status.
func checkBody(status int, contentType string, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return fmt.Errorf("Content-Type %q: %w", contentType, err)
	}
	lower := strings.ToLower(string(body))
	if status < 400 && strings.Contains(lower, "error") {
		return fmt.Errorf("a %d is no error, and its body is %q", status, body)
	}
	switch {
	case strings.HasSuffix(mediaType, "json"):
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			return fmt.Errorf("the body %q is no JSON: %w", body, err)
		}
		if o, ok := v.(map[string]any); ok && strings.HasPrefix(mediaType, "application/problem") && o["status"] != nil && o["status"] != float64(status) {
			return fmt.Errorf("the problem's status is %v", o["status"])
		}
	case strings.HasSuffix(mediaType, "xml"):
		d := xml.NewDecoder(bytes.NewReader(body))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return fmt.Errorf("the body %q is no XML: %w", body, err)
			}
		}
	case mediaType == "text/html":
		if !strings.HasPrefix(lower, "<!doctype html") && !strings.HasPrefix(lower, "<html>") {
			return fmt.Errorf("the body %q is no HTML document", body)
		}
	case mediaType == "text/plain":
		if !utf8.Valid(body) || strings.HasPrefix(lower, "<!doctype") || strings.HasPrefix(lower, "{\"") {
			return fmt.Errorf("the body %q is no plain text", body)
		}
	default:
		return fmt.Errorf("the body %q is %s", body, contentType)
	}
	return nil
}

// shows reports whether a snippet holds a body, however its language writes it.
func shows(text, body string) bool {
	bare := strings.NewReplacer(`\n`, "", `\`, "", "\n", "", " ", "")
	return body != "" && strings.Contains(bare.Replace(text), bare.Replace(body))
}

// sameBody compares two bodies; JSON by what it says, others without white space.
func sameBody(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil {
		return reflect.DeepEqual(x, y)
	}
	return strings.Join(strings.Fields(a), "") == strings.Join(strings.Fields(b), "")
}

// pathOf is an address without its origin, which some servers put before it.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.RequestURI()
}

// has reports whether a response has a field with a value, alone or in a list.
func has(resp *http.Response, name, value string) bool {
	for _, v := range resp.Header.Values(name) {
		for _, item := range append(strings.Split(v, ", "), v) {
			if strings.EqualFold(item, value) || name == "Location" && strings.HasPrefix(value, "/") && pathOf(item) == value {
				return true
			}
		}
	}
	return false
}

// A rule is a field that a response must or must not have.
type rule struct {
	code, field, value string
	never              bool
	section            string
}

const (
	missing   = 1
	forbidden = 2
)

// broken tells how a response breaks the rule.
func (r rule) broken(status int, a *answer, resp *http.Response) int {
	if r.code != fmt.Sprint(status) && r.code != fmt.Sprintf("%dxx", status/100) {
		return 0
	}
	sent := has(resp, r.field, r.value) || r.value == "" && len(resp.Header.Values(r.field)) > 0 ||
		r.field == "Transfer-Encoding" && len(resp.TransferEncoding) > 0
	switch {
	case r.never && sent:
		return forbidden
	case !r.never && !sent:
		return missing
	}
	return 0
}

// rules are the unconditional MUST and MUST NOT of the facts, and the fields
// without which an answer is of little use.
var rules = sync.OnceValue(func() []rule {
	b, err := os.ReadFile("../library/testdata/required_headers.tsv")
	if err != nil {
		panic(err)
	}
	var rs []rule
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		code, field, requirement, section, note := cells[0], cells[1], cells[2], cells[3], cells[4]
		must, never := requirement == "MUST", requirement == "MUST NOT"
		conditional := strings.Contains(note, "if it would") || strings.Contains(note, "multipart") || strings.Contains(note, "clock")
		if !must && !never || conditional || strings.Contains(field, "(") || strings.Contains(code, " ") {
			continue
		}
		field, value, _ := strings.Cut(field, ": ")
		rs = append(rs, rule{code, field, value, never, section})
	}
	for _, code := range []string{"301", "302", "303", "307", "308"} {
		rs = append(rs, rule{code: code, field: "Location", section: "RFC 9110 §15.4"})
	}
	return append(rs,
		rule{code: "201", field: "Location", section: "RFC 9110 §15.3.2"},
		rule{code: "103", field: "Link", section: "RFC 8297 §2"},
		rule{code: "304", field: "ETag", section: "RFC 9110 §15.4.5"},
		rule{code: "416", field: "Content-Range", section: "RFC 9110 §15.5.17"},
		rule{code: "429", field: "Retry-After", section: "RFC 6585 §4"},
		rule{code: "451", field: "Link", section: "RFC 7725 §4"},
		rule{code: "503", field: "Retry-After", section: "RFC 9110 §15.6.4"})
})
