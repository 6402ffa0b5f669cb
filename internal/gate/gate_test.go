package gate

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

func request(peer string, header ...string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = peer
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func TestClient(t *testing.T) {
	g, err := New(Config{Trusted: []string{"10.0.0.0/8", "2001:db8::5", Unix}})
	if err != nil {
		t.Fatal(err)
	}
	const xff = "X-Forwarded-For"
	for _, tt := range []struct {
		name string
		r    *http.Request
		want string
	}{
		{"no proxy", request("203.0.113.9:40", xff, "1.2.3.4"), "203.0.113.9"},
		{"a proxy that names nobody", request("10.1.1.1:40"), "10.1.1.1"},
		{"a proxy", request("10.1.1.1:40", xff, "198.51.100.7"), "198.51.100.7"},
		{"what the client claimed before", request("10.1.1.1:40", xff, "6.6.6.6, 198.51.100.7"), "198.51.100.7"},
		{"two proxies", request("10.1.1.1:40", xff, "6.6.6.6, 198.51.100.7 , 10.2.2.2"), "198.51.100.7"},
		{"two lines", request("10.1.1.1:40", xff, "198.51.100.7", xff, "10.2.2.2"), "198.51.100.7"},
		{"proxies all the way", request("10.1.1.1:40", xff, "10.3.3.3,10.2.2.2"), "10.3.3.3"},
		{"nonsense", request("10.1.1.1:40", xff, "6.6.6.6, <script>"), "10.1.1.1"},
		{"with a port", request("10.1.1.1:40", xff, "198.51.100.7:5000"), "198.51.100.7"},
		{"IPv6 with a port", request("10.1.1.1:40", xff, "[2001:db8::1]:5000"), "2001:db8::1"},
		{"a mapped peer", request("[::ffff:10.1.1.1]:40", xff, "198.51.100.7"), "198.51.100.7"},
		{"an IPv6 proxy", request("[2001:db8::5]:40", xff, "2001:db8::1"), "2001:db8::1"},
		{"its neighbor is none", request("[2001:db8::6]:40", xff, "2001:db8::1"), "2001:db8::6"},
		{"Forwarded", request("10.1.1.1:40", "Forwarded", `for=6.6.6.6, For=198.51.100.7;proto=https;by=10.2.2.2`), "198.51.100.7"},
		{"Forwarded, two proxies, IPv6", request("10.1.1.1:40", "Forwarded", `for="[2001:db8::1]:4711"`, "Forwarded", "for=10.2.2.2"), "2001:db8::1"},
		{"Forwarded, IPv6 without a port", request("10.1.1.1:40", "Forwarded", `host="a,b";for="[2001:db8::1]"`), "2001:db8::1"},
		{"Forwarded names nobody", request("10.1.1.1:40", "Forwarded", "for=6.6.6.6, for=_hidden"), "10.1.1.1"},
		{"Forwarded, a string that swallows what the proxy adds", request("10.1.1.1:40", "Forwarded", `for=6.6.6.6;host=", for=198.51.100.7`), "10.1.1.1"},
		{"Forwarded beside X-Forwarded-For is the client's", request("10.1.1.1:40", xff, "198.51.100.7", "Forwarded", "for=6.6.6.6"), "198.51.100.7"},
		{"Forwarded from anybody", request("203.0.113.9:40", "Forwarded", "for=6.6.6.6"), "203.0.113.9"},
		{"a unix socket", request("@", xff, "198.51.100.7"), "198.51.100.7"},
		{"a unix socket that names nobody", request(""), Unix},
	} {
		if got := g.Client(tt.r); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	var open *Gate
	if got := open.Client(request("10.1.1.1:40", xff, "6.6.6.6")); got != "10.1.1.1" {
		t.Errorf("nobody is trusted, and yet the client is %q", got)
	}
	if _, refused := open.Admit(request("10.1.1.1:40")); refused != nil {
		t.Errorf("the site is open: %+v", refused)
	}
}

func TestUserHeader(t *testing.T) {
	if _, err := New(Config{UserHeader: "Remote-User"}); err == nil {
		t.Error("a user header without a trusted proxy is believed from anybody")
	}
	g, err := New(Config{Trusted: []string{"10.0.0.0/8"}, UserHeader: "remote-user"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		r    *http.Request
		want string // "" is refused
	}{
		{"by the proxy", request("10.1.1.1:40", "Remote-User", "ann"), "ann"},
		{"by anybody", request("203.0.113.9:40", "Remote-User", "ann"), ""},
		{"by anybody who claims to be the proxy", request("203.0.113.9:40", "Remote-User", "ann", "X-Forwarded-For", "10.1.1.1"), ""},
		{"the proxy names nobody", request("10.1.1.1:40"), ""},
		{"an empty name", request("10.1.1.1:40", "Remote-User", ""), ""},
		{"two names", request("10.1.1.1:40", "Remote-User", "ann", "Remote-User", "bob"), ""},
		{"a name that breaks lines", request("10.1.1.1:40", "Remote-User", "ann\x1b[2J"), ""},
		{"a password nobody asked for", request("203.0.113.9:40", "Authorization", basic("ann", "x")), ""},
	} {
		user, refused := g.Admit(tt.r)
		if user != tt.want || (refused == nil) != (tt.want != "") {
			t.Errorf("%s: user %q, refused %+v", tt.name, user, refused)
		}
		if refused != nil && refused.Status != http.StatusForbidden {
			t.Errorf("%s: %d; a browser cannot sign in here, so it is no 401", tt.name, refused.Status)
		}
	}
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func hash(t *testing.T, password string) string {
	t.Helper()
	h, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return string(h)
}

func TestPasswords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "htpasswd")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	apache := strings.Replace(hash(t, "open sesame"), "$2a$", "$2y$", 1) // as htpasswd -B writes it
	write("# who may come in\nann:" + apache + "\nbob:" + hash(t, "second") + "\n")
	now := time.Unix(0, 0)
	g, err := New(Config{Passwords: file, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	status := func(header ...string) int {
		_, refused := g.Admit(request("203.0.113.9:40", header...))
		if refused == nil {
			return 200
		}
		if (refused.Status == 401) != (refused.Header.Get("WWW-Authenticate") != "") {
			t.Errorf("%d with WWW-Authenticate %q", refused.Status, refused.Header.Get("WWW-Authenticate"))
		}
		return refused.Status
	}
	for range 2 { // the second time from memory
		if got := status("Authorization", basic("ann", "open sesame")); got != 200 {
			t.Errorf("the right password: %d", got)
		}
	}
	for name, header := range map[string]string{
		"none": "", "a wrong password": basic("ann", "second"), "another's": basic("bob", "open sesame"), "an unknown user": basic("eve", "open sesame"),
		"no password": basic("ann", ""), "another scheme": "Bearer ann", "no base64": "Basic ??",
	} {
		if got := status("Authorization", header); got != 401 {
			t.Errorf("%s: %d", name, got)
		}
	}
	// A new password counts, and the old one no longer does.
	write("ann:" + hash(t, "new") + "\n")
	if err := g.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := status("Authorization", basic("ann", "open sesame")); got != 401 {
		t.Errorf("the old password: %d", got)
	}
	if got := status("Authorization", basic("ann", "new")); got != 200 {
		t.Errorf("the new password: %d", got)
	}
	write("ann:plain\n")
	if err := g.Reload(); err == nil || !strings.Contains(err.Error(), file+":1: the hash of ann is not bcrypt") {
		t.Errorf("a plain password in the file: %v", err)
	}
	if got := status("Authorization", basic("ann", "new")); got != 200 {
		t.Errorf("after a bad change of the file: %d", got)
	}
	// Guessing is slowed down for the one who guesses; who is in stays in.
	for range failuresAMinute {
		status("Authorization", basic("ann", "guess"))
	}
	if got := status("Authorization", basic("ann", "guess")); got != 429 {
		t.Errorf("after %d guesses: %d", failuresAMinute, got)
	}
	if got := status("Authorization", basic("ann", "new")); got != 200 {
		t.Errorf("who was in before: %d", got)
	}
	now = now.Add(time.Minute)
	if got := status("Authorization", basic("ann", "guess")); got != 401 {
		t.Errorf("a minute later: %d", got)
	}
}

func TestPasswordFile(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"", "names nobody"},
		{"ann", "f:1: write name:hash"},
		{"\n:$2a$", "f:2: write name:hash"},
		{"ann:{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=", "is not bcrypt"},
		{"ann:$2y$31$" + strings.Repeat("a", 53), "has cost 31"},
		{"ann:" + hash(t, "x") + "\nann:" + hash(t, "y"), "f:2: ann stands here twice"},
	} {
		if _, err := parsePasswords("f", []byte(tt.src)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.src, err, tt.want)
		}
	}
	line, err := Hash("ann", "open sesame")
	if err != nil {
		t.Fatal(err)
	}
	p, err := parsePasswords("f", []byte(line))
	if err != nil || !p.right(p.hash("ann"), "open sesame") || p.right(p.hash("ann"), "x") {
		t.Errorf("%q: %v", line, err)
	}
	if _, err := Hash("a:b", "x"); err == nil {
		t.Error("a name with a colon")
	}
}
