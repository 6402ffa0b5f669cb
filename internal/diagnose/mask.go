package diagnose

import (
	"cmp"
	"slices"
	"strings"
)

// masked stands where a secret stood.
const masked = "***"

// Mask replaces secrets in a paste by "***": the values of Authorization, cookies and API keys
// wherever they stand (a header, curl's -H, a JSON log, a HAR file, a query string, an IIS cookie
// column), passwords in URLs and options, and strings that are tokens by their look (JWT, AWS, GitHub,
// GitLab, Slack, Stripe, Google keys, private key blocks). Names, schemes and cookie names stay,
// since they tell something and give nothing away. Masking twice changes nothing more.
//
// It knows what secrets look like, not what they are: a password in free text stays.
func Mask(text string) string {
	m := masker{text: text}
	m.keyed()
	m.shaped()
	m.cookieColumns()
	return m.apply()
}

type masker struct {
	text    string
	ranges  []maskRange
	listEnd int // of the last list of cookies
	brace   int // the last one that opened an object
}

type maskRange struct{ start, end int }

func (m *masker) hide(start, end int) {
	if start < end && end <= len(m.text) && m.text[start:end] != masked {
		m.ranges = append(m.ranges, maskRange{start, end})
	}
}

func (m *masker) apply() string {
	if len(m.ranges) == 0 {
		return m.text
	}
	slices.SortFunc(m.ranges, func(a, b maskRange) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	var b strings.Builder
	b.Grow(len(m.text))
	at := 0
	for _, r := range m.ranges {
		if r.start < at { // overlaps the one before: hide what sticks out of it too
			at = max(at, r.end)
			continue
		}
		b.WriteString(m.text[at:r.start])
		b.WriteString(masked)
		at = r.end
	}
	b.WriteString(m.text[at:])
	return b.String()
}

// keyed hides the values of "key: value", "key=value" and "key": "value" whose key tells a secret.
func (m *masker) keyed() {
	t := m.text
	for i := 0; i < len(t); i++ {
		if c := t[i]; c != ':' && c != '=' {
			if c == '{' {
				m.brace = i
			}
			continue
		}
		start, end, quote := keyBefore(t, i)
		if start == end {
			continue
		}
		switch kind := secretKey(t[start:end], t[i], byteBefore(t, start)); kind {
		case notSecret:
		case secretPairName:
			m.namedValue(start, i)
		case secretCookieList:
			if i >= m.listEnd {
				m.listEnd = m.cookieList(i + 1)
			}
		default:
			i = max(i, m.value(start, i, quote, kind)-1) // what is hidden needs no second look
		}
	}
}

// keyBefore finds the key that ends before the delimiter at i. quote is the byte around the key, or 0.
func keyBefore(t string, i int) (start, end int, quote byte) {
	end = i
	for end > 0 && end > i-2 && t[end-1] == ' ' {
		end--
	}
	if end > 0 && (t[end-1] == '"' || t[end-1] == '\'') {
		quote = t[end-1]
		end--
		if end > 0 && t[end-1] == '\\' {
			end--
		}
	}
	start = end
	for start > 0 && end-start < 64 && isKeyByte(t[start-1]) {
		start--
	}
	return start, end, quote
}

func isKeyByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == '$'
}

func byteBefore(t string, i int) byte {
	if i == 0 {
		return '\n'
	}
	return t[i-1]
}

type secretKind int

const (
	notSecret secretKind = iota
	secretValue
	secretAuth       // keeps the scheme
	secretCookie     // keeps cookie names
	secretPairName   // "name": "Authorization" with its "value" beside it
	secretCookieList // "cookies": [{"name": …, "value": …}]
)

func secretKey(key string, delim, before byte) secretKind {
	if len(key) < 3 {
		return notSecret
	}
	var buf [64]byte
	k := buf[:0]
	for i := range len(key) {
		k = append(k, lower(key[i]))
	}
	switch string(k) {
	case "authorization", "proxy-authorization", "http_authorization", "x-authorization", "x-forwarded-authorization":
		return secretAuth
	case "cookie", "set-cookie", "cookie2", "set-cookie2", "http_cookie", "$http_cookie", "sent_http_set_cookie", "request_cookie":
		return secretCookie
	case "cookies":
		return secretCookieList
	case "name":
		return secretPairName
	case "pwd", "pass", "sid", "sig", "signature", "session", "auth", "otp", "assertion", "samlresponse", "bearer":
		return secretValue
	case "code", "key":
		if delim == '=' && (before == '?' || before == '&' || before == ';') {
			return secretValue
		}
		return notSecret
	}
	s := string(k)
	for _, part := range []string{"passw", "secret", "token", "apikey", "api-key", "api_key", "accesskey", "access-key", "access_key",
		"credential", "private_key", "private-key", "sessid", "sessionid", "session_id", "session-id", "connect.sid", "jwt", "csrf", "xsrf",
		"x-amz-signature", "aspxauth", "auth_key", "auth-key"} {
		if strings.Contains(s, part) {
			return secretValue
		}
	}
	if delim == '=' && (strings.HasSuffix(s, "_key") || strings.HasSuffix(s, "-key")) {
		return secretValue
	}
	return notSecret
}

// value hides what follows the delimiter at i and returns where it ends. start is where the key starts,
// quote the byte around it.
func (m *masker) value(start, i int, quote byte, kind secretKind) int {
	t := m.text
	v := i + 1
	for v < len(t) && (t[v] == ' ' || t[v] == '\t') {
		v++
	}
	if v < len(t) && t[v] == '[' { // a JSON or Go list: hide all of it
		end := v + indexAnyOr(t[v:], "]\n")
		m.hide(v+1, end)
		return end
	}
	end := 0
	switch {
	case v < len(t) && (t[v] == '"' || t[v] == '\''):
		end = closingQuote(t, v+1, t[v], false)
		v++
	case v+1 < len(t) && t[v] == '\\' && t[v+1] == '"':
		end = closingQuote(t, v+2, '"', true)
		v += 2
	case quote != 0:
		end = v + indexAnyOr(t[v:], ",}] \t\n")
	case t[i] == ':' || kind == secretAuth || kind == secretCookie:
		end = v + indexAnyOr(t[v:], "\n")
		if q := byteBefore(t, start); q == '"' || q == '\'' {
			if c := closingQuote(t, v, q, false); c < end {
				end = c
			}
		}
	default:
		end = v + indexAnyOr(t[v:], "& \t\n\"'<>;,)]}\\|")
	}
	switch kind {
	case secretCookie:
		m.cookies(v, end)
	case secretAuth:
		if sp := strings.IndexByte(t[v:end], ' '); sp > 0 && isAuthScheme(t[v:v+sp]) {
			v += sp + 1
		}
		m.hide(v, end)
	default:
		m.hide(v, end)
	}
	return end
}

func isAuthScheme(s string) bool {
	switch strings.ToLower(s) {
	case "basic", "bearer", "digest", "negotiate", "ntlm", "token", "apikey", "hawk", "hoba", "mutual", "dpop",
		"aws4-hmac-sha256", "scram-sha-1", "scram-sha-256", "vapid", "sharedkey", "oauth":
		return true
	}
	return false
}

// closingQuote returns the index of the quote that ends the string beginning at i, the end of the line
// when there is none. escaped means the quotes are written \" (JSON inside JSON).
func closingQuote(t string, i int, q byte, escaped bool) int {
	for j := i; j < len(t); j++ {
		switch {
		case t[j] == '\n':
			return j
		case t[j] == '\\' && escaped && j+1 < len(t) && t[j+1] == q:
			return j
		case t[j] == '\\':
			j++
			if j < len(t) && t[j] == '\n' {
				return j
			}
		case t[j] == q:
			return j
		}
	}
	return len(t)
}

func indexAnyOr(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

// cookies hides the values in "a=1; b=2; Path=/; HttpOnly", names and attributes aside.
func (m *masker) cookies(start, end int) {
	t := m.text
	for at := start; at < end; {
		stop := at + indexAnyOr(t[at:end], ";")
		seg := t[at:stop]
		name, _, pair := strings.Cut(seg, "=")
		switch n := strings.ToLower(strings.Trim(name, " +")); {
		case !pair && (n == "" || n == "httponly" || n == "secure" || n == "partitioned"):
		case !pair:
			m.hide(at+len(seg)-len(strings.TrimLeft(seg, " ")), stop)
		case at > start && (n == "path" || n == "domain" || n == "expires" || n == "max-age" || n == "samesite"):
		default:
			m.hide(at+len(name)+1, stop)
		}
		at = stop + 1
	}
}

// namedValue handles the pairs of HAR and of some JSON logs, {"name": "Cookie", "value": "…"}, in
// either order: the key "name" starts at start, its delimiter is at i.
func (m *masker) namedValue(start, i int) {
	t := m.text
	v := i + 1
	for v < len(t) && (t[v] == ' ' || t[v] == '\t' || t[v] == '\n') {
		v++
	}
	if v >= len(t) || t[v] != '"' {
		return
	}
	nameEnd := closingQuote(t, v+1, '"', false)
	if nameEnd-v > 64 {
		return
	}
	if k := secretKey(t[v+1:nameEnd], ':', '"'); k == notSecret || k == secretPairName || k == secretCookieList {
		return
	}
	const long = 16 << 10 // a value that stands before its name is at most this long
	if start-m.brace < long {
		m.pairValue(m.brace, start)
	}
	m.pairValue(nameEnd, min(len(t), nameEnd+256))
}

// pairValue hides the string after the first "value" key between from and to, inside one object.
func (m *masker) pairValue(from, to int) {
	if from >= to {
		return
	}
	t := m.text[from:to]
	k := strings.Index(t, `"value"`)
	if brace := strings.IndexByte(t[1:], '{'); k < 0 || (brace >= 0 && brace+1 < k) {
		return
	}
	q := strings.IndexByte(t[k+len(`"value"`):], '"')
	if q < 0 {
		return
	}
	start := from + k + len(`"value"`) + q + 1
	m.hide(start, closingQuote(m.text, start, '"', false))
}

// cookieList hides every "value" in the list after "cookies":, and the strings of a flat list or object;
// it returns where the list ends.
func (m *masker) cookieList(i int) int {
	t := m.text
	for i < len(t) && (t[i] == ' ' || t[i] == '\t' || t[i] == '\n') {
		i++
	}
	if i >= len(t) || (t[i] != '[' && t[i] != '{') {
		if i < len(t) {
			return m.value(i, i-1, 0, secretCookie)
		}
		return i
	}
	depth := 0
	key := ""
	for ; i < len(t); i++ {
		switch t[i] {
		case '[', '{':
			depth++
			key = ""
		case ']', '}':
			if depth--; depth == 0 {
				return i
			}
		case ',':
			key = ""
		case '"':
			end := closingQuote(t, i+1, '"', false)
			rest := strings.TrimLeft(t[min(end+1, len(t)):], " \t\n")
			switch {
			case strings.HasPrefix(rest, ":"):
				key = t[i+1 : end]
			case key != "name" && key != "domain" && key != "path" && key != "expires" && key != "sameSite":
				m.hide(i+1, end)
			}
			i = end
		}
	}
	return i
}
