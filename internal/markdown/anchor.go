package markdown

import (
	"strconv"
	"strings"
	"unicode"
)

// Slug makes an anchor of a heading's text the way GitHub does: lower case,
// letters and digits of any script, hyphens for spaces, the rest dropped.
func Slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(s)) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '_', r == '-':
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte('-')
		}
	}
	return b.String()
}

// anchors gives out ids that are unique in one page.
type anchors struct{ seen map[string]int }

func newAnchors(reserved []string) *anchors {
	a := &anchors{seen: map[string]int{}}
	for _, r := range reserved {
		a.seen[r] = 1
	}
	return a
}

func (a *anchors) next(title string) string {
	id := Slug(title)
	if id == "" {
		id = "section"
	}
	base := id
	for a.seen[id] > 0 {
		id = base + "-" + strconv.Itoa(a.seen[base])
		a.seen[base]++
	}
	a.seen[id]++
	return id
}
