package misses

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func today() time.Time { return time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC) }

func TestWhatIsKeptOfAText(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"words", "  Bad   Gateway ", "bad gateway"},
		{"a code", "cloudflare 10060", "cloudflare 10060"},
		{"a substatus", "IIS 404.13", "iis 404.13"},
		{"a Windows error", "0x80070005", "0x80070005"},
		{"an identifier", "ERR_TOO_MANY_REDIRECTS", "err_too_many_redirects"},
		{"a constant", "http.StatusTeapot", "http.statusteapot"},
		{"the query language", `vendor:nginx "bad gateway" code:5xx`, `vendor:nginx "bad gateway" code:5xx`},
		{"a status", "status=499", "status=499"},
		{"a code with its label", "error:1020", "error:1020"},
		{"a field", "Retry-After: 120", "retry-after: 120"},
		{"other scripts", "шлюз 502", "шлюз 502"},
		{"an address", "502 from 192.0.2.17", "502 from …"},
		{"an address of 16 bytes", "2001:db8::17 refused", ""},
		{"a host", "shop.example.com 521", "… 521"},
		{"a phone number", "call 0441234567", "call …"},
		{"a request id", "ray 8f2b1c9de4a01733", "ray …"},
		{"a token alone", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", ""},
		{"a mail address", "someone@example.com cannot log in", ""},
		{"a link", "https://shop.example.com/cart 404", ""},
		{"a password", "password=hunter2", ""},
		{"a password, spaced", "Authorization: Basic c2VjcmV0", ""},
		{"a card", "4111 1111 1111 1111 declined", ""},
		{"a log line", `192.0.2.1 - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 502 157 "-" "curl/8.5.0"`, ""},
		{"lines", "HTTP/1.1 502\nServer: x", ""},
		{"a sentence too long", strings.Repeat("why ", 11), ""},
		{"nothing", " ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Plain(tt.text); got != tt.want {
				t.Errorf("Plain(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestMissesAreSearchesThatNobodyFollowed(t *testing.T) {
	l := New(today)
	for range 3 {
		l.Searched("Bad gateway", 12)
	}
	l.Opened("bad  gateway")
	l.Searched("flux capacitor", 0)
	l.Searched("flux capacitor", 0)
	l.Searched("teapot", 1)
	l.Opened("teapot")
	l.Opened("teapot")
	l.Opened("never searched for")
	l.Searched("password=hunter2", 0)
	got := l.Summary(10)
	want := []Query{
		{Text: "flux capacitor", Searches: 2, Last: "2026-11-22"},
		{Text: "bad gateway", Searches: 3, Opened: 1, Results: 12, Last: "2026-11-22"},
	}
	if fmt.Sprint(got.Missed) != fmt.Sprint(want) {
		t.Errorf("missed %+v, want %+v", got.Missed, want)
	}
	if got.Searches != 7 {
		t.Errorf("%d searches, want 7: those of texts that are not kept count too", got.Searches)
	}
}

// However many texts are searched for, few are kept, and the ones missed most stay.
func TestMemoryIsBounded(t *testing.T) {
	l := New(today)
	l.Searched("asked twice", 0)
	l.Searched("asked twice", 0)
	for i := range 3 * maxQueries {
		l.Searched(fmt.Sprintf("word%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676), 0)
	}
	if len(l.queries) > maxQueries {
		t.Errorf("%d queries are kept", len(l.queries))
	}
	if top := l.Summary(1).Missed; len(top) != 1 || top[0].Text != "asked twice" {
		t.Errorf("the most missed is %+v", top)
	}
}

// A restart loses no count, and a damaged file only itself.
func TestKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cache", "misses.json")
	first, err := Open(file, today)
	if err != nil {
		t.Fatal(err)
	}
	first.Searched("flux capacitor", 0)
	first.Searched("flux capacitor", 0)
	first.Searched("teapot", 1)
	first.Opened("teapot")
	first.Searched("password=hunter2", 0)
	if err := first.Save(); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(file); strings.Contains(string(data), "hunter2") {
		t.Errorf("the file holds a text that is not to be kept: %s", data)
	}

	later := func() time.Time { return today().AddDate(0, 0, 7) }
	second, err := Open(file, later)
	if err != nil {
		t.Fatal(err)
	}
	second.Searched("flux capacitor", 0)
	got := second.Summary(10)
	if len(got.Missed) != 1 || got.Missed[0].Missed() != 3 || got.Searches != 5 || !got.Since.Equal(today()) {
		t.Errorf("after a restart: %+v", got)
	}

	if err := os.WriteFile(file, []byte(`{"since":"20`), 0o600); err != nil {
		t.Fatal(err)
	}
	third, err := Open(file, later)
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a damaged file: %v", err)
	}
	third.Searched("teapot", 0)
	if err := third.Save(); err != nil {
		t.Fatal(err)
	}
	if fourth, err := Open(file, later); err != nil || fourth.Summary(1).Searches != 1 {
		t.Errorf("the damaged file stays: %v", err)
	}
	pipe := file + "-pipe"
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Logf("no pipe to be had: %v", err)
	} else if _, err := Open(pipe, later); err == nil || !strings.Contains(err.Error(), pipe) {
		t.Errorf("a pipe: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "tmp-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOff(t *testing.T) {
	var l *Log
	l.Searched("bad gateway", 0) // must not panic
	l.Opened("bad gateway")
	if err := l.Save(); err != nil {
		t.Error(err)
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"bad gateway", "status=499", "a:b:c", "\xff", "İ 1.2.3.4", "x.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Plain(text)
		if len(got) > 3*maxText || countDigits(got) > maxDigits {
			t.Errorf("Plain(%q) = %q", text, got)
		}
		if utf8.ValidString(text) && Plain(got) != got && len(got) <= maxText {
			t.Errorf("Plain(%q) = %q, which is not kept as it is: %q", text, got, Plain(got))
		}
	})
}
