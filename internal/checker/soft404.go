package checker

import (
	"bytes"
	"mime"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// notFoundWords are how pages say that they are missing, in the languages met most.
var notFoundWords = regexp.MustCompile(`(?i)\b404\b|\bnot found\b|\bdoes(n[’']t| not) exist\b|\bno longer (exists?|available)\b|` +
	`\bcan(no|['’])t (be found|find)\b|nicht gefunden|introuvable|no encontrad[ao]|non trovat[ao]|não encontrad[ao]|niet gevonden|не найден|見つかりません|找不到|未找到`)

// soft404 suspects a 200 of standing for a missing page, and says why. It is "" without suspicion.
func (r *Report) soft404() string {
	h := r.Last()
	if media, _, _ := mime.ParseMediaType(h.Headers.Get("Content-Type")); media == "text/html" && h.Headers.Get("Content-Encoding") == "" {
		if heading := notFoundHeading(h.Body); heading != "" {
			return "The page answers 200 and calls itself “" + heading + "”."
		}
	}
	from, err := url.Parse(r.URL)
	if err != nil {
		return ""
	}
	to, err := url.Parse(h.URL)
	if err == nil && len(r.Hops) > 1 && from.Path != "/" && to.Path == "/" && to.RawQuery == "" {
		return "The redirects lead from a page to the home page, as sites do with pages they no longer have."
	}
	return ""
}

// notFoundHeading returns the title or the first main heading that says "not found", or "".
func notFoundHeading(page []byte) string {
	const longest = 120 // bytes; beyond it, a heading is prose
	z := html.NewTokenizer(bytes.NewReader(page))
	z.SetMaxBuf(maxBodyBytes)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag != atom.Title && tag != atom.H1 {
				continue
			}
			text := strings.Join(strings.Fields(textUntilEnd(z, tag)), " ")
			if len(text) <= longest && notFoundWords.MatchString(text) {
				return text
			}
			if tag == atom.H1 {
				return ""
			}
		}
	}
}

func textUntilEnd(z *html.Tokenizer, tag atom.Atom) string {
	var b strings.Builder
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(z.Text())
			b.WriteByte(' ')
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == tag {
				return b.String()
			}
		}
	}
}
