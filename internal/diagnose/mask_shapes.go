package diagnose

import (
	"slices"
	"strings"
)

// tokenShape is a prefix that begins a token, and how much must follow for it to be one.
type tokenShape struct {
	prefix string
	min    int
}

func tokenShapes() []tokenShape {
	return []tokenShape{
		{"eyJ", 17},                // JSON Web Token, RFC 7519: base64url of {"
		{"AKIA", 16}, {"ASIA", 16}, // AWS access key ids
		{"ghp_", 20}, {"gho_", 20}, {"ghs_", 20}, {"ghu_", 20}, {"ghr_", 20}, {"github_pat_", 20}, // GitHub
		{"glpat-", 16},                                             // GitLab
		{"xoxb-", 10}, {"xoxp-", 10}, {"xoxa-", 10}, {"xoxs-", 10}, // Slack
		{"sk_live_", 10}, {"rk_live_", 10}, {"sk_test_", 10}, {"sk-", 20}, // Stripe and others
		{"AIza", 30}, // Google
	}
}

// shaped hides what looks like a secret wherever it stands.
func (m *masker) shaped() {
	t := m.text
	for _, s := range tokenShapes() {
		for at := 0; ; {
			i := strings.Index(t[at:], s.prefix)
			if i < 0 {
				break
			}
			i += at
			end := i + len(s.prefix)
			for end < len(t) && isTokenByte(t[end]) {
				end++
			}
			if end-i-len(s.prefix) >= s.min && (i == 0 || !isTokenByte(t[i-1])) {
				m.hide(i, end)
			}
			at = end
		}
	}
	m.schemes()
	m.userinfo()
	m.privateKeys()
	m.options()
}

func isTokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == '~'
}

// schemes hides credentials that follow Bearer or Basic without the header's name.
func (m *masker) schemes() {
	t := m.text
	for _, scheme := range []string{"Bearer ", "bearer ", "Basic ", "basic "} {
		for at := 0; ; {
			i := strings.Index(t[at:], scheme)
			if i < 0 {
				break
			}
			start := at + i + len(scheme)
			end := start
			digit := false
			for end < len(t) && (isTokenByte(t[end]) || t[end] == '+' || t[end] == '/' || t[end] == '=') {
				digit = digit || t[end] >= '0' && t[end] <= '9' || t[end] == '='
				end++
			}
			if end-start >= 8 && (digit || end-start >= 24) {
				m.hide(start, end)
			}
			at = start
		}
	}
}

// userinfo hides the password in scheme://user:password@host.
func (m *masker) userinfo() {
	t := m.text
	for at := 0; ; {
		i := strings.Index(t[at:], "://")
		if i < 0 {
			return
		}
		start := at + i + 3
		end := start + indexAnyOr(t[start:], "/ \t\n\"'?#<>")
		if a := strings.LastIndexByte(t[start:end], '@'); a > 0 {
			if c := strings.IndexByte(t[start:start+a], ':'); c >= 0 {
				m.hide(start+c+1, start+a)
			}
		}
		at = start
	}
}

func (m *masker) privateKeys() {
	t := m.text
	const begin = "PRIVATE KEY-----"
	for at := 0; ; {
		i := strings.Index(t[at:], begin)
		if i < 0 {
			return
		}
		start := at + i + len(begin)
		end := len(t)
		if e := strings.Index(t[start:], "-----END"); e >= 0 {
			end = start + e
		}
		m.hide(start, end)
		at = end
	}
}

// options hides what curl's -u, --user, -b and --cookie carry.
func (m *masker) options() {
	t := m.text
	for _, opt := range []string{" -u ", " --user ", " -U ", " --proxy-user ", " -b ", " --cookie "} {
		for at := 0; ; {
			i := strings.Index(t[at:], opt)
			if i < 0 {
				break
			}
			start := at + i + len(opt)
			at = start
			end := start + indexAnyOr(t[start:], " \t\n")
			if start < len(t) && (t[start] == '"' || t[start] == '\'') {
				end = closingQuote(t, start+1, t[start], false)
				start++
			}
			if strings.Contains(opt, "b ") || strings.Contains(opt, "cookie") {
				m.cookies(start, end)
			} else if c := strings.IndexByte(t[start:max(start, end)], ':'); c >= 0 {
				m.hide(start+c+1, end)
			}
		}
	}
}

// cookieColumns hides the cs(Cookie) column of a W3C log, which has no key beside it.
func (m *masker) cookieColumns() {
	if !strings.Contains(m.text, "#Fields:") {
		return
	}
	var columns []int
	at := 0
	for line := range strings.SplitAfterSeq(m.text, "\n") {
		start := at
		at += len(line)
		if names, ok := strings.CutPrefix(line, "#Fields:"); ok {
			columns = columns[:0]
			for i, name := range strings.Fields(names) {
				if n := strings.ToLower(name); n == "cs(cookie)" || n == "cs(authorization)" || n == "sc(set-cookie)" {
					columns = append(columns, i)
				}
			}
			continue
		}
		if len(columns) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		i := 0
		pos := 0
		for field := range strings.FieldsSeq(line) {
			pos += strings.Index(line[pos:], field)
			if slices.Contains(columns, i) && field != "-" {
				m.hide(start+pos, start+pos+len(field))
			}
			pos += len(field)
			i++
		}
	}
}
