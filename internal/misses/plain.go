package misses

import (
	"strings"
	"unicode"
)

// Bounds of a text that is kept. What is longer was pasted.
const (
	maxText   = 80 // bytes
	maxWords  = 10
	maxWord   = 30 // letters of a word; names in code are parted by dots and underscores and still shorter
	maxDigits = 12 // of the whole text: more are a card or an account
	// maxRun is how many digits may stand together. The longest code has five; more are somebody's number.
	maxRun = 5
	// maxMixed is how long a word of letters and digits may be: "0x80070005" and no token.
	maxMixed = 10
)

// hidden stands for a word that might be somebody's.
const hidden = "…"

// Plain returns what may be kept of a text that was searched for: lower case, single spaces, and "…" for each word that looks
// like an address, a number of somebody's or a token. It returns "" for what was pasted rather than typed, for what has a
// mail or web address or an assignment in it, and where nothing but hidden words would be left.
func Plain(text string) string {
	if len(text) > maxText || strings.ContainsAny(text, "@<>{}\\;&|\n\r\t\x00") || strings.Contains(text, "//") || assigns(text) {
		return ""
	}
	words := strings.Fields(strings.ToLower(text))
	if len(words) > maxWords {
		return ""
	}
	digits, kept := 0, 0
	for i, w := range words {
		digits += countDigits(w)
		if somebodys(w) {
			words[i] = hidden
			continue
		}
		kept++
	}
	if kept == 0 || digits > maxDigits {
		return ""
	}
	return strings.Join(words, " ")
}

// assigns reports whether text gives a name a value, as a key and its secret: "token=…", "password: …". A code is no value
// that needs hiding ("status=499"), nor is one of the query language's.
func assigns(text string) bool {
	for _, w := range strings.Fields(text) {
		at := strings.IndexAny(w, "=:")
		if at < 0 {
			continue
		}
		value := strings.Trim(w[at+1:], `"'`)
		switch strings.ToLower(w[:at]) {
		case "kind", "category", "vendor", "tag", "code":
			continue
		}
		if w[at] == ':' && value == "" { // "Retry-After: 120" has its value in the next word
			if secretName(w[:at]) {
				return true
			}
			continue
		}
		if secretName(w[:at]) || len(value) > 3 && (countDigits(value) < len(value) || len(value) > maxRun) {
			return true
		}
	}
	return false
}

// secretName reports whether a field of this name holds what nobody else may know.
func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range [...]string{"pass", "secret", "token", "key", "auth", "cookie", "session", "pwd", "user", "credential"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// somebodys reports whether a word may belong to a person or a machine: an address, a long number, a token.
func somebodys(w string) bool {
	digits, run, longest := 0, 0, 0
	letters := false
	for _, r := range w {
		if r >= '0' && r <= '9' {
			digits++
			run++
			longest = max(longest, run)
			continue
		}
		run = 0
		letters = letters || unicode.IsLetter(r)
	}
	switch {
	case len(w) > maxWord:
		return true
	case strings.HasPrefix(w, "0x"): // an error number of Windows
		return len(w) > maxMixed
	case longest > maxRun, letters && digits > 0 && len(w) > maxMixed && !strings.ContainsAny(w, "-_."), digits > 6:
		return true
	}
	return strings.Count(w, ".") >= 3 && digits >= 4 || strings.Count(w, ":") >= 2 || strings.Contains(w, ".") && isHost(w)
}

// isHost reports whether w ends like a host's name. "404.13", "web.config" and "http.StatusNotFound" do not.
func isHost(w string) bool {
	last := w[strings.LastIndexByte(w, '.')+1:]
	switch last {
	case "com", "net", "org", "io", "dev", "app", "local", "internal", "corp", "lan", "example", "test", "edu", "gov", "info", "co", "uk", "de",
		"fr", "eu", "ch", "at", "nl", "it", "es", "pl", "se", "cz", "jp", "cn", "br", "in", "ca", "us", "au", "ru":
		return true
	}
	return false
}

func countDigits(w string) int {
	n := 0
	for i := range len(w) {
		if w[i] >= '0' && w[i] <= '9' {
			n++
		}
	}
	return n
}
