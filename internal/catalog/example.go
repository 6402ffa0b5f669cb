package catalog

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"siteerror/internal/markdown"
)

// Example is an example response, taken apart.
type Example struct {
	Raw     string // as written
	Status  int
	Reason  string
	Headers []Header
	Body    string
	Final   string // after an interim response: the final one, as written
}

// Header is one field of a response.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Header returns the first value of the named field, compared without case.
func (e *Example) Header(name string) (string, bool) {
	for _, h := range e.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value, true
		}
	}
	return "", false
}

var (
	statusLine = regexp.MustCompile(`^HTTP/(?:1\.[01]|2|3) (\d{3})(?: (.*))?$`)
	fieldLine  = regexp.MustCompile("^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$")
)

// ParseExample reads an example response as RFC 9112 has it, with LF line ends.
// The error says which line is wrong and how; its line counts from 1.
func ParseExample(raw string) (*Example, int, error) {
	lines := strings.Split(raw, "\n")
	m := statusLine.FindStringSubmatch(lines[0])
	if m == nil {
		return nil, 1, fmt.Errorf("%q is no status line: begin with “HTTP/1.1 202 Accepted”", lines[0])
	}
	e := &Example{Raw: raw, Reason: m[2]}
	e.Status, _ = strconv.Atoi(m[1])
	i := 1
	for ; i < len(lines) && lines[i] != ""; i++ {
		f := fieldLine.FindStringSubmatch(lines[i])
		if f == nil {
			return nil, i + 1, fmt.Errorf("%q is no header field: write “Name: value”, and an empty line before the body", lines[i])
		}
		e.Headers = append(e.Headers, Header{f[1], f[2]})
	}
	rest := ""
	if i+1 < len(lines) {
		rest = strings.Join(lines[i+1:], "\n")
	}
	if e.Status < 200 && e.Status != 101 {
		if rest != "" {
			if _, line, err := ParseExample(rest); err != nil {
				return nil, i + 1 + line, err
			}
		}
		e.Final = rest
		return e, 0, nil
	}
	e.Body = rest
	return e, i + 2, e.checkBody()
}

// checkBody holds the body to the fields that speak of it.
func (e *Example) checkBody() error {
	length, hasLength := e.Header("Content-Length")
	contentType, _ := e.Header("Content-Type")
	switch {
	case e.Status == 101:
		return nil
	case e.Status == 204 && hasLength:
		return fmt.Errorf("a 204 carries no Content-Length (RFC 9110 §8.6)")
	case (e.Status == 204 || e.Status == 304 || e.Status == 205) && e.Body != "":
		return fmt.Errorf("a %d has no body", e.Status)
	case e.Status == 304:
		return nil // Content-Length would be that of the 200
	case e.Body == "" && hasLength && length != "0":
		return fmt.Errorf("Content-Length is %s and there is no body", length)
	case e.Body == "":
		return nil
	case contentType == "":
		return fmt.Errorf("the body has no Content-Type")
	}
	if hasLength && length != strconv.Itoa(len(e.Body)) {
		return fmt.Errorf("Content-Length is %s, the body has %d bytes", length, len(e.Body))
	}
	mediaType, _, _ := strings.Cut(contentType, ";")
	if mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") {
		var v any
		if err := json.Unmarshal([]byte(e.Body), &v); err != nil {
			return fmt.Errorf("the body is not the JSON that Content-Type announces: %v", err)
		}
		if obj, ok := v.(map[string]any); ok && e.Status < 400 {
			if _, bad := obj["error"]; bad {
				return fmt.Errorf("a %d is no error, and its body has a field “error”", e.Status)
			}
		}
		if status, ok := fieldOf(v, "status").(float64); ok && mediaType == "application/problem+json" && int(status) != e.Status {
			return fmt.Errorf("the problem's status is %d, the response's %d", int(status), e.Status)
		}
	}
	return nil
}

func fieldOf(v any, name string) any {
	if obj, ok := v.(map[string]any); ok {
		return obj[name]
	}
	return nil
}

// exampleResponse checks the page's example against the page.
func (b *builder) exampleResponse(p *parsed, c *Code, s *Section) {
	for _, block := range s.Blocks {
		if block.Kind != markdown.Code {
			continue
		}
		e, line, err := ParseExample(block.Code)
		if err != nil {
			b.problem(p, block.Line+line, "example: %v", err)
			return
		}
		if c.Number != 0 && e.Status != c.Number {
			b.problem(p, block.Line+1, "example: the status line has %d, the page is about %d", e.Status, c.Number)
		}
		if c.Vendor.Slug == "ietf" && e.Reason != c.Name {
			b.problem(p, block.Line+1, "example: the reason phrase is %q, the code's name %q", e.Reason, c.Name)
		}
		for _, name := range c.Semantics.RequiredHeaders {
			if _, ok := e.Header(name); !ok {
				b.problem(p, block.Line+1, "example: the required header %s is missing", name)
			}
		}
		if c.Semantics.Body == "no" && e.Body != "" && e.Status != 101 {
			b.problem(p, block.Line+1, "example: semantics.body is no, and the example has a body")
		}
		c.Example = e
		return
	}
	b.problem(p, p.outlineLine(s), "“Example response” holds no block of code")
}

// PlayedHeaders are the fields with which snippets and mock send this code: the
// required and the usual ones, with the example's values.
func (c *Code) PlayedHeaders() []Header {
	if c.Example == nil {
		return nil
	}
	var hs []Header
	for _, h := range c.Example.Headers {
		same := func(name string) bool { return strings.EqualFold(name, h.Name) }
		if slices.ContainsFunc(c.Semantics.RequiredHeaders, same) || slices.ContainsFunc(c.Semantics.UsualHeaders, same) {
			hs = append(hs, h)
		}
	}
	return hs
}
