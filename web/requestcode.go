package web

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// ClientCode is a request written for one client.
type ClientCode struct {
	Language string `json:"language"`
	Code     string `json:"code"`
}

// SentRequest is a request to write down for clients.
type SentRequest struct {
	Method, URL string
	Headers     []Field
	Body        string
}

// RequestCode writes r as a command for curl and as programs for fetch, Python (requests) and Go. None of
// them follows redirects: what they show is the one answer.
func RequestCode(r SentRequest) []ClientCode {
	return []ClientCode{
		{"curl", curlCode(r)}, {"fetch", fetchCode(r)}, {"Python", pythonCode(r)}, {"Go", goCode(r)},
	}
}

// shellQuote makes one word of s for a POSIX shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func curlCode(r SentRequest) string {
	var b strings.Builder
	switch {
	case r.Method == "HEAD":
		b.WriteString("curl -I")
	case r.Method == "GET" && r.Body == "", r.Method == "POST" && r.Body != "":
		b.WriteString("curl -i")
	default:
		b.WriteString("curl -i -X " + shellQuote(r.Method))
	}
	for _, h := range r.Headers {
		b.WriteString(" \\\n  -H " + shellQuote(curlField(h)))
	}
	if r.Body != "" {
		b.WriteString(" \\\n  --data-binary " + shellQuote(r.Body))
	}
	if len(r.Headers) > 0 || r.Body != "" {
		b.WriteString(" \\\n ")
	}
	b.WriteString(" " + shellQuote(r.URL))
	return b.String()
}

// curlField is a field as curl's -H takes it: an empty value is written with a
// semicolon, or curl would leave the field out.
func curlField(h Field) string {
	if h.Value == "" {
		return h.Name + ";"
	}
	return h.Name + ": " + h.Value
}

// literal is s as a string of JavaScript and of Python, both of which take what
// JSON takes. What JSON escapes for the sake of HTML stands as itself.
func literal(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string is always encodable
	return strings.TrimSuffix(b.String(), "\n")
}

func fetchCode(r SentRequest) string {
	var b strings.Builder
	fmt.Fprintf(&b, "const response = await fetch(%s, {\n  method: %s,\n  redirect: \"manual\",\n", literal(r.URL), literal(r.Method))
	if len(r.Headers) > 0 {
		b.WriteString("  headers: [\n")
		for _, h := range r.Headers {
			fmt.Fprintf(&b, "    [%s, %s],\n", literal(h.Name), literal(h.Value))
		}
		b.WriteString("  ],\n")
	}
	if r.Body != "" {
		if r.Method == "GET" || r.Method == "HEAD" {
			b.WriteString("  // fetch sends no body with " + r.Method + "\n")
		} else {
			fmt.Fprintf(&b, "  body: %s,\n", literal(r.Body))
		}
	}
	b.WriteString("});\nconsole.log(response.status, response.statusText, [...response.headers]);\nconsole.log(await response.text());")
	return b.String()
}

func pythonCode(r SentRequest) string {
	var b strings.Builder
	fmt.Fprintf(&b, "import requests\n\nresponse = requests.request(\n    %s,\n    %s,\n", literal(r.Method), literal(r.URL))
	if len(r.Headers) > 0 {
		b.WriteString("    headers={\n")
		for _, h := range r.Headers {
			fmt.Fprintf(&b, "        %s: %s,\n", literal(h.Name), literal(h.Value))
		}
		b.WriteString("    },\n")
	}
	if r.Body != "" {
		fmt.Fprintf(&b, "    data=%s.encode(),\n", literal(r.Body))
	}
	b.WriteString("    allow_redirects=False,\n    timeout=30,\n)\nprint(response.status_code, response.reason, dict(response.headers))\nprint(response.text)")
	return b.String()
}

func goCode(r SentRequest) string {
	imports, body := []string{"fmt", "io", "log", "net/http"}, "nil"
	if r.Body != "" {
		imports, body = append(imports, "strings"), "strings.NewReader("+strconv.Quote(r.Body)+")"
	}
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n")
	for _, name := range append(imports, "time") {
		b.WriteString("\t" + strconv.Quote(name) + "\n")
	}
	fmt.Fprintf(&b, ")\n\nfunc main() {\n\treq, err := http.NewRequest(%s, %s, %s)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n", strconv.Quote(r.Method), strconv.Quote(r.URL), body)
	for _, h := range r.Headers {
		fmt.Fprintf(&b, "\treq.Header.Add(%s, %s)\n", strconv.Quote(h.Name), strconv.Quote(h.Value))
	}
	b.WriteString(`	client := &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, resp.Header)
	fmt.Printf("%s\n%v\n", text, err)
}`)
	return b.String()
}
