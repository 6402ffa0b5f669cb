package diagnose

import (
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"bearer", "Authorization: Bearer abc.def-123", "Authorization: Bearer ***"},
		{"basic in curl -v", "> authorization: Basic dXNlcjpwYXNz\n> Host: a", "> authorization: Basic ***\n> Host: a"},
		{"unknown scheme", "Authorization: s3cr3t", "Authorization: ***"},
		{"digest", `Authorization: Digest username="u", response="6629fae"`, "Authorization: Digest ***"},
		{"curl -H", `curl -H 'Authorization: Bearer abc123' https://x/`, `curl -H 'Authorization: Bearer ***' https://x/`},
		{"curl -u", "curl -u admin:hunter2 https://x/", "curl -u admin:*** https://x/"},
		{"curl -b", `curl -b "sid=1a2b; theme=dark" x`, `curl -b "sid=***; theme=***" x`},
		{"cookie names stay", "Cookie: sid=1a2b; theme=dark", "Cookie: sid=***; theme=***"},
		{"set-cookie attributes stay", "Set-Cookie: sid=1a2b; Path=/; Max-Age=60; HttpOnly", "Set-Cookie: sid=***; Path=/; Max-Age=60; HttpOnly"},
		{"a cookie without a name", "Cookie: 1a2b3c", "Cookie: ***"},
		{"api key", "X-Api-Key: 12345", "X-Api-Key: ***"},
		{"query", `"GET /a?token=abc&page=2&api_key=def HTTP/1.1" 502`, `"GET /a?token=***&page=2&api_key=*** HTTP/1.1" 502`},
		{"oauth code", "/callback?code=4/0Adeu5B&state=x", "/callback?code=***&state=x"},
		{"heroku's code is no secret", `at=error code=H12 desc="Request timeout"`, `at=error code=H12 desc="Request timeout"`},
		{"JSON", `{"password":"hunter2","user":"ann"}`, `{"password":"***","user":"ann"}`},
		{"JSON number and escape", `{"otp": 123456, "secret": "a\"b"}`, `{"otp": ***, "secret": "***"}`},
		{"JSON in JSON", `{"body":"{\"password\":\"hunter2\"}"}`, `{"body":"{\"password\":\"***\"}"}`},
		{"JSON header list", `{"Cookie":["PHPSESSID=soqk4a"],"Accept":["*/*"]}`, `{"Cookie":[***],"Accept":["*/*"]}`},
		{"HAR header", `{"name": "Authorization", "value": "Bearer abc"}, {"name": "Accept", "value": "*/*"}`,
			`{"name": "Authorization", "value": "***"}, {"name": "Accept", "value": "*/*"}`},
		{"HAR header, value first", `{"value": "abc", "name": "cookie"}`, `{"value": "***", "name": "cookie"}`},
		{"HAR cookies", `"cookies": [{"name": "sid", "value": "1a2b", "path": "/"}], "status": 200`,
			`"cookies": [{"name": "sid", "value": "***", "path": "/"}], "status": 200`},
		{"IIS cookie column", "#Fields: date cs(Cookie) sc-status\n2024-01-01 sid=1a2b;+x=y 500\n2024-01-02 - 200",
			"#Fields: date cs(Cookie) sc-status\n2024-01-01 *** 500\n2024-01-02 - 200"},
		{"userinfo", "http://ann:hunter2@db.example.com/", "http://ann:***@db.example.com/"},
		{"JWT", "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln from", "got *** from"},
		{"AWS key id", "key AKIAIOSFODNN7EXAMPLE rejected", "key *** rejected"},
		{"stray bearer", "sent Bearer abcdefgh1234 upstream", "sent Bearer *** upstream"},
		{"private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----"},
		{"NGINX quotes a header", `client sent too long header line: "cookie: _ga=GA1.2..."`, `client sent too long header line: "cookie: _ga=***"`},
		{"evidence stays", "X-Cookies-Dropped: 1\nauth request unexpected status: 503\n<center>Request Header Or Cookie Too Large</center>",
			"X-Cookies-Dropped: 1\nauth request unexpected status: 503\n<center>Request Header Or Cookie Too Large</center>"},
		{"messages stay", "no user/password was provided for basic authentication, client: 192.0.2.1", "no user/password was provided for basic authentication, client: 192.0.2.1"},
		{"durations stay", `{"session_duration":"273","termination_state":"SD"}`, `{"session_duration":"273","termination_state":"SD"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Mask(tt.text)
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if again := Mask(got); again != got {
				t.Errorf("masked twice: %s", again)
			}
		})
	}
}

// plants are places a secret is put in, § standing for it.
func plants() []string {
	return []string{
		"Authorization: Bearer §", "authorization: Basic §", "Proxy-Authorization: §", "Cookie: sid=§", "Cookie: a=b; c=§; d=e",
		"Set-Cookie: sid=§; Path=/", "> Cookie: sid=§", "< set-cookie: sid=§; HttpOnly", "X-Api-Key: §", "x-auth-token: §",
		`{"Authorization":"Bearer §"}`, `{"password": "§"}`, `{"headers":{"Cookie":["sid=§"]}}`, `{"name":"Cookie","value":"sid=§"}`,
		`{"value":"§","name":"Authorization"}`, `"cookies":[{"name":"sid","value":"§"}]`, `GET /x?access_token=§ HTTP/1.1`,
		`"GET /x?a=1&api_key=§&b=2 HTTP/1.1"`, "https://user:§@example.com/", "curl -H 'Authorization: Bearer §' http://x", "curl -u user:§ http://x",
		`curl --cookie "sid=§" http://x`, "PHPSESSID=§", `client_secret=§`, "#Fields: date cs(Cookie)\n2024-01-01 sid=§",
	}
}

// FuzzMask plants a secret between any two texts and looks for it in the result, and in all of a report.
func FuzzMask(f *testing.F) {
	f.Add("before\n", "\nafter", "hunter2hunter2", byte(0))
	f.Add(`{"log":`, "}", "abc123def456", byte(13))
	f.Add("> GET / HTTP/1.1\n", "\n< HTTP/1.1 401 Unauthorized\n", "zzzzyyyyxxxx", byte(4))
	e := newTestEngine(f)
	all := plants()
	f.Fuzz(func(t *testing.T, before, after, secret string, which byte) {
		if len(secret) < 8 || strings.ContainsFunc(secret, func(c rune) bool {
			return (c < 'a' || c > 'z') && (c < '0' || c > '9')
		}) {
			t.Skip()
		}
		if strings.Contains(before+after, secret) || strings.Contains(normalize([]byte(before+after)), secret) || before != "" && !strings.HasSuffix(before, "\n") || after != "" && !strings.HasPrefix(after, "\n") {
			t.Skip() // the secret stands on lines of its own
		}
		plant := strings.ReplaceAll(all[int(which)%len(all)], "§", secret)
		text := before + plant + after
		if got := Mask(text); strings.Contains(got, secret) {
			t.Errorf("%q shows the secret: %q", text, got)
		}
		rep := diagnose(e, text)
		if strings.Contains(rep.Text, secret) || strings.Contains(rep.SearchText, secret) {
			t.Errorf("the report of %q shows the secret", text)
		}
		checkReport(t, rep)
	})
}
