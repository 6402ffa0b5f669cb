package feed

import (
	"regexp"
	"strings"
)

// siteLink is a Markdown link to a path of the site: "](/codes/502" or, at the
// beginning of a line, "[x]: /codes/502".
var siteLink = regexp.MustCompile(`\]\((/[^/\s)])|(?m:^ {0,3}\[[^\]\n]+\]: +(/[^/\s]))`)

// Absolute returns Markdown whose links to paths of the site lead to base, where
// they work wherever the text is read. Code is left as it is.
func Absolute(md, base string) string {
	if base == "" || !siteLink.MatchString(md) {
		return md
	}
	var b strings.Builder
	fence := ""
	for line := range strings.Lines(md) {
		trimmed := strings.TrimLeft(line, " \t>")
		switch {
		case fence != "":
			if strings.HasPrefix(trimmed, fence) && strings.TrimLeft(strings.TrimSpace(trimmed), fence[:1]) == "" {
				fence = ""
			}
		case strings.HasPrefix(trimmed, "```"), strings.HasPrefix(trimmed, "~~~"):
			fence = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, trimmed[:1]))]
		default:
			line = absoluteLine(line, base)
		}
		b.WriteString(line)
	}
	return b.String()
}

func absoluteLine(line, base string) string {
	var b strings.Builder
	done := 0
	for _, m := range siteLink.FindAllStringSubmatchIndex(line, -1) {
		at := max(m[2], m[4]) // of the path
		if strings.Count(line[:at], "`")%2 == 1 {
			continue // inside a code span
		}
		b.WriteString(line[done:at])
		b.WriteString(base)
		done = at
	}
	b.WriteString(line[done:])
	return b.String()
}
