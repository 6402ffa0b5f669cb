package diagnose

import "strings"

// LooksLikeEvidence reports whether what somebody typed or pasted into a search box is a piece of a log,
// of headers or of an error page rather than words to search for. It errs on the side of words.
func LooksLikeEvidence(text string) bool {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "curl: (") || strings.Contains(text, "net::ERR_"):
		return true
	case len(text) < 20:
		return false
	case text[0] == '<':
		return isHTML(text)
	case text[0] == '{' || text[0] == '[' && strings.HasPrefix(strings.TrimLeft(text[1:], " \n\t"), "{"):
		return strings.Contains(text, `"`) && strings.Contains(text, ":")
	}
	headers, lines := 0, 0
	p := (*parser)(nil)
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if lines++; lines > 20 {
			break
		}
		if lineIsEvidence(line) {
			return true
		}
		if len(line) >= 40 && hasThreeDigits(line) {
			if p == nil {
				p = newParser(false)
			}
			var r record
			if p.parse([]byte(line[:min(len(line), window)]), &r) == lineRecord {
				return true
			}
		}
		if _, ok := parseStatusLine(line); ok {
			headers++
		} else if h, ok := parseHeader(line); ok && (isResponseHeader(h.name) || headers > 0) {
			headers++
		}
	}
	return headers >= 2 || headers == 1 && lines == 1 && strings.Contains(text, ": ") && !strings.HasPrefix(text, "HTTP/")
}

// lineIsEvidence knows lines by how they begin, and by having more fields than a sentence has.
func lineIsEvidence(line string) bool {
	if _, _, ok := errorLogOf(line); ok {
		return true
	}
	for _, prefix := range []string{"< HTTP/", "> GET ", "> POST ", "> HEAD ", "* Connected to ", "*   Trying ", "#Fields:", "#Software:", "Traceback (most recent call last)"} {
		if strings.HasPrefix(line, prefix) {
			return true
		}
	}
	if len(line) >= 40 && beginsWithTime(strings.TrimLeft(line, "[")) {
		return true
	}
	return len(line) >= 60 && strings.Count(line, "=") >= 4 && strings.Count(line, " ") >= 4 && !strings.Contains(line, "?")
}

// beginsWithTime knows "2024-11-03 06:09:29", "2024/11/03T…", "Wed Jun 17 13:08:42 2020", "13-Jan-2020 02:36:45" and
// syslog's "Feb  6 12:14:14".
func beginsWithTime(s string) bool {
	if len(s) < 20 {
		return false
	}
	if _, ok := isoTime([]byte(s[:19])); ok {
		return true
	}
	b := []byte(s[:20])
	switch {
	case monthOf(b[0:3]) > 0 && b[3] == ' ' && b[9] == ':' && b[12] == ':':
		return true
	case b[3] == ' ' && monthOf(b[4:7]) > 0 && b[13] == ':' && b[16] == ':':
		return true
	case b[2] == '-' && monthOf(b[3:6]) > 0 && b[6] == '-' && b[14] == ':':
		return true
	}
	return false
}
