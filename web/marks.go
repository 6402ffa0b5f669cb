package web

import (
	"bytes"
	"regexp"
	"sort"
	"strings"

	"golang.org/x/net/html"
)

// maxMarked is how many different words are marked on a page.
const maxMarked = 24

// MarkWords puts the words of query into mark elements wherever they begin a
// word of the text inside <main>. Elements and attributes are left as they are.
func MarkWords(page []byte, query string) []byte {
	pattern := wordsPattern(query)
	if pattern == nil {
		return page
	}
	var out bytes.Buffer
	out.Grow(len(page) + len(page)/16)
	z := html.NewTokenizer(bytes.NewReader(page))
	inMain, raw := false, 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.Bytes()
		case html.TextToken:
			if !inMain || raw > 0 {
				out.Write(z.Raw())
				continue
			}
			out.Write(pattern.ReplaceAll(z.Raw(), []byte("${1}<mark>${2}</mark>")))
			continue
		case html.StartTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "main":
				inMain = true
			case "script", "style", "textarea", "title", "option", "svg":
				raw++
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "main":
				inMain = false
			case "script", "style", "textarea", "title", "option", "svg":
				raw--
			}
		}
		out.Write(z.Raw())
	}
}

// wordsPattern matches any word of query at the beginning of a word, longer ones
// first; nil where query has none. A match never begins inside an entity.
func wordsPattern(query string) *regexp.Regexp {
	seen := map[string]bool{}
	var words []string
	for _, w := range strings.FieldsFunc(strings.ToLower(query), func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 0x7f)
	}) {
		if len(w) > 1 && !seen[w] && len(words) < maxMarked {
			seen[w] = true
			words = append(words, regexp.QuoteMeta(w))
		}
	}
	if words == nil {
		return nil
	}
	sort.Slice(words, func(i, j int) bool { return len(words[i]) > len(words[j]) })
	return regexp.MustCompile(`(?i)(^|[^&#\w])((?:` + strings.Join(words, "|") + `)[\w-]*)`)
}
