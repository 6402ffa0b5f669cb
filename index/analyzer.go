package index

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/go-porterstemmer"
)

// token is one term at its place in a text.
type token struct {
	term       string // lower case, stemmed where it is a word
	start, end int    // the bytes of the text it was read from
	kind       tokenKind
	stop       bool // a function word that tells nothing by itself
	extra      bool // another reading of the tokens before it; not part of the sequence of words
}

type tokenKind uint8

const (
	wordToken   tokenKind = iota // letters only
	numberToken                  // digits only, or digits and dots: 502, 404.13
	nameToken                    // an identifier: H12, 0x80070005, badgateway as the whole of BadGateway
)

// Limits of what is worth a term: no name in a log or a manual is longer, keys and encoded data are.
const (
	maxPartLen  = 40
	maxWholeLen = 64
	maxMemo     = 1 << 16 // words remembered by one analyzer
)

// analyzer turns text into tokens. Function words that carry meaning in this field (not, no, too, for) are words like
// any other. An identifier is read whole and by part: "X-Forwarded-For" gives x, forward, for and xforwardedfor;
// "404.13" gives 404.13 and 404; "StatusBadGateway" and "bad_gateway" meet in badgateway, and so do "time-out" and
// "timeout". Words are stemmed, names and numbers are not.
//
// An analyzer remembers the words it has seen, since stemming is most of the work. It is not safe for concurrent use.
type analyzer struct {
	memo  map[string]memoWord
	lower []byte
	whole []byte
	parts []part
	spare []token // for whoever has it, to append to
}

type memoWord struct {
	term string
	stop bool
}

// part is a piece of an identifier, as byte offsets, and the separator before it.
type part struct {
	start, end int
	sep        byte // 0 where letter case alone divides
	digits     bool
	letters    bool
}

func newAnalyzer() *analyzer {
	return &analyzer{memo: make(map[string]memoWord)}
}

// tokens appends the tokens of text to dst, in order of their place.
func (a *analyzer) tokens(dst []token, text string) []token {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case isAlnum(c):
			end := chunkEnd(text, i)
			if end < len(text) && text[end] == '[' {
				if whole := mnemonicEnd(text, i); whole > 0 {
					dst = append(dst, a.mnemonic(text, i, whole))
					i = whole
					continue
				}
			}
			dst = a.chunk(dst, text, i, end)
			i = end
		case c == '[':
			if whole := mnemonicEnd(text, i); whole > 0 {
				dst = append(dst, a.mnemonic(text, i, whole))
				i = whole
				continue
			}
			i++
		case c < utf8.RuneSelf:
			i++
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			switch {
			case isIdeograph(r):
				dst = append(dst, token{term: text[i : i+size], start: i, end: i + size})
				i += size
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				end := chunkEnd(text, i)
				dst = a.chunk(dst, text, i, end)
				i = end
			default:
				i += size
			}
		}
	}
	return dst
}

// mnemonicEnd returns where the word ends that starts at i and shows in brackets which option stands for it, as manuals have
// it: "E[x]tract", "[c]reate". It is 0 where there is no such word.
func mnemonicEnd(text string, i int) int {
	letters := func(i int) int {
		for i < len(text) && text[i]|0x20-'a' < 26 {
			i++
		}
		return i
	}
	open := letters(i)
	if open == len(text) || text[open] != '[' || open-i > maxPartLen {
		return 0
	}
	shut := letters(open + 1)
	if n := shut - open - 1; n < 1 || n > 2 || shut == len(text) || text[shut] != ']' {
		return 0
	}
	if end := letters(shut + 1); end > shut+2 && end-shut < maxPartLen {
		return end
	}
	return 0
}

// mnemonic reads such a word without its brackets.
func (a *analyzer) mnemonic(text string, start, end int) token {
	w := a.word(strings.ReplaceAll(strings.ReplaceAll(text[start:end], "[", ""), "]", ""))
	return token{term: w.term, stop: w.stop, start: start, end: end}
}

// chunkEnd returns where the identifier that starts at i ends: letters and digits, with single connectors inside.
func chunkEnd(text string, i int) int {
	for i < len(text) {
		c := text[i]
		switch {
		case isAlnum(c):
			i++
		case c == '.' || c == '_' || c == '-' || c == '\'':
			if i+1 >= len(text) || !isAlnum(text[i+1]) {
				return i
			}
			i++
		case c < utf8.RuneSelf:
			return i
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			switch {
			case r == '’':
				if i+size >= len(text) || !isAlnum(text[i+size]) {
					return i
				}
			case isIdeograph(r) || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r):
				return i
			}
			i += size
		}
	}
	return i
}

// chunk appends the tokens of one identifier.
func (a *analyzer) chunk(dst []token, text string, start, end int) []token {
	a.split(text, start, end)
	parts := a.parts
	if len(parts) == 1 {
		if p := parts[0]; p.end-p.start <= maxPartLen {
			dst = append(dst, a.partToken(text, p))
		}
		return dst
	}

	digits, dots := true, true
	for i, p := range parts {
		digits = digits && p.digits
		dots = dots && (i == 0 || p.sep == '.')
	}
	if digits && dots { // a substatus, a version, an address
		if end-start > maxPartLen {
			return dst
		}
		dst = append(dst, token{term: text[start:end], start: start, end: end, kind: numberToken})
		if len(parts) == 2 && parts[0].end-parts[0].start == 3 {
			t := a.partToken(text, parts[0])
			t.extra = true
			dst = append(dst, t)
		}
		return dst
	}

	for _, p := range parts {
		if p.end-p.start <= maxPartLen {
			dst = append(dst, a.partToken(text, p))
		}
	}
	if digits || end-start > maxWholeLen {
		return dst
	}
	// The whole, and each camel-cased piece between connectors, is a name of its own.
	from := 0
	for i := 1; i <= len(parts); i++ {
		if i < len(parts) && parts[i].sep == 0 {
			continue
		}
		if i-from > 1 && i-from < len(parts) {
			dst = append(dst, a.wholeToken(text, parts[from:i]))
		}
		from = i
	}
	return append(dst, a.wholeToken(text, parts))
}

// split fills a.parts with the pieces of text[start:end]: divided at connectors, at badGateway and at HTTPError.
func (a *analyzer) split(text string, start, end int) {
	a.parts = a.parts[:0]
	p := part{start: start, digits: true, letters: true}
	flush := func(at, next int, sep byte) {
		p.end = at
		if p.end > p.start {
			a.parts = append(a.parts, p)
		}
		p = part{start: next, sep: sep, digits: true, letters: true}
	}
	for i := start; i < end; i++ {
		c := text[i]
		switch {
		case c == '.' || c == '_' || c == '-':
			flush(i, i+1, c)
			continue
		case c >= '0' && c <= '9':
			p.letters = false
			continue
		case c >= 'A' && c <= 'Z' && i > p.start:
			before := text[i-1]
			if before >= 'a' && before <= 'z' ||
				before >= 'A' && before <= 'Z' && i+1 < end && text[i+1] >= 'a' && text[i+1] <= 'z' && !(text[i+1] == 's' && i+2 == end) {
				flush(i, i, 0)
			}
		}
		p.digits = false
	}
	flush(end, end, 0)
	if len(a.parts) == 0 {
		a.parts = append(a.parts, part{start: start, end: end})
	}
}

func (a *analyzer) partToken(text string, p part) token {
	t := token{start: p.start, end: p.end}
	switch {
	case p.digits:
		t.kind, t.term = numberToken, text[p.start:p.end]
	case p.letters:
		w := a.word(text[p.start:p.end])
		t.term, t.stop = w.term, w.stop
	default:
		t.kind, t.term = nameToken, strings.ToLower(text[p.start:p.end])
	}
	return t
}

// wholeToken reads parts as one name. Two words written together are a word, so that "time-outs" meets "timeout".
func (a *analyzer) wholeToken(text string, parts []part) token {
	t := token{start: parts[0].start, end: parts[len(parts)-1].end, kind: nameToken, extra: true}
	a.whole = a.whole[:0]
	letters := true
	for _, p := range parts {
		a.whole = append(a.whole, text[p.start:p.end]...)
		letters = letters && p.letters
	}
	if letters && len(parts) == 2 {
		t.term = a.word(string(a.whole)).term
	} else {
		t.term = strings.ToLower(string(a.whole))
	}
	return t
}

// word returns the term of a word written in any case: without apostrophes, stemmed.
func (a *analyzer) word(raw string) memoWord {
	a.lower = a.lower[:0]
	plain := true
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c == '\'' || c >= utf8.RuneSelf:
			plain = false
		}
		a.lower = append(a.lower, c)
	}
	if !plain {
		a.lower = append(a.lower[:0], straighten(raw)...)
	}
	if w, ok := a.memo[string(a.lower)]; ok {
		return w
	}
	lower := string(a.lower)
	w := memoWord{term: stem(lower), stop: isStop(lower)}
	if len(a.memo) >= maxMemo {
		clear(a.memo)
	}
	a.memo[lower] = w
	return w
}

// straighten lower-cases a word that is not plain ASCII and takes its apostrophes out: server's → server, can’t → cant.
func straighten(raw string) string {
	s := strings.ToLower(strings.ReplaceAll(raw, "’", "'"))
	s = strings.TrimSuffix(s, "'s")
	return strings.ReplaceAll(s, "'", "")
}

// isAlnum reports whether c is an ASCII letter or digit. Bytes wrap around, so one comparison bounds a range on both sides.
func isAlnum(c byte) bool { return c|0x20-'a' < 26 || c-'0' < 10 }

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isIdeograph reports whether r is a word by itself, in scripts that write no spaces.
func isIdeograph(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// stem returns the stem of a lower-case word. Porter's algorithm does the regular ones; words of up to three letters are
// their own stem (iis, dns, tls), and so are those that irregular lists.
func stem(word string) string {
	if len(word) <= 3 || isStop(word) {
		return word
	}
	if s := irregular(word); s != "" {
		return s
	}
	for i := 0; i < len(word); i++ {
		if word[i] < 'a' || word[i] > 'z' {
			return word
		}
	}
	return string(porterstemmer.StemWithoutLowerCasing([]rune(american(word))))
}

// irregular returns the stem of a word that Porter's rules would miss or spoil, else "".
func irregular(word string) string {
	switch word {
	case "queue", "queues", "queued", "queueing", "queuing", "enqueue", "enqueued", "enqueues":
		return "queue"
	case "https", "cors", "alias", "status", "kubernetes", "mtls", "redis", "nodejs", "expressjs", "nextjs", "news":
		return word
	case "statuses":
		return "status"
	case "aliases":
		return "alias"
	case "sent", "sends", "sending":
		return "send"
	case "gave", "given", "gives", "giving":
		return "give"
	case "took", "taken", "takes", "taking":
		return "take"
	case "kept", "keeps", "keeping":
		return "keep"
	case "lost", "loses", "losing":
		return "lose"
	case "broke", "broken", "breaks", "breaking":
		return "break"
	case "went", "goes", "going":
		return "go"
	case "forbid", "forbids", "forbade", "forbidden":
		return "forbid"
	case "wrote", "written", "writes", "writing":
		return "write"
	case "chose", "chosen", "chooses", "choosing":
		return "choos"
	case "died", "dies", "dying", "dead":
		return "dead"
	case "shutdown", "shutdowns":
		return "shutdown"
	}
	return ""
}

// american respells the British forms that this field meets, so that both spellings share a stem.
func american(word string) string {
	for _, end := range [...]string{"isation", "ising", "ised", "iser", "ises", "ise"} {
		if root, ok := strings.CutSuffix(word, end); ok {
			switch root {
			case "author", "unauthor", "recogn", "unrecogn", "optim", "synchron", "normal", "serial", "deserial", "initial",
				"custom", "sanit", "token", "minim", "maxim", "categor", "organ", "author'", "util", "final", "local", "prior",
				"virtual", "emphas", "summar", "standard", "central", "canonical", "finger", "character", "random", "material":
				return root + "iz" + strings.TrimPrefix(end, "is")
			}
			return word
		}
	}
	switch {
	case strings.HasPrefix(word, "behaviour"), strings.HasPrefix(word, "colour"), strings.HasPrefix(word, "favour"),
		strings.HasPrefix(word, "honour"):
		return strings.Replace(word, "our", "or", 1)
	case strings.HasPrefix(word, "catalogue"):
		return strings.Replace(word, "catalogue", "catalog", 1)
	case strings.HasPrefix(word, "licenc"):
		return strings.Replace(word, "licenc", "licens", 1)
	case word == "centre" || word == "centres":
		return "center"
	case word == "grey":
		return "gray"
	}
	return word
}

// isStop reports whether a lower-case word tells nothing by itself. "not", "no", "too", "for", "other" and "use" are not
// here on purpose: Not Found, No Content, Too Early, See Other and Use Proxy depend on them.
func isStop(word string) bool {
	switch word {
	case "a", "an", "the", "is", "are", "was", "were", "be", "been", "being", "am",
		"of", "to", "in", "on", "at", "by", "and", "or", "as", "if", "so", "it", "its", "with", "from", "into", "about",
		"i", "my", "me", "we", "our", "us", "you", "your", "he", "she", "they", "them", "their", "this", "that", "these", "those",
		"there", "here", "how", "what", "why", "when", "where", "which", "who", "while", "then", "than",
		"do", "does", "did", "doing", "can", "could", "should", "would", "will", "shall", "may", "might",
		"has", "have", "had", "having", "get", "gets", "got", "getting", "just", "also", "but", "very", "some", "any", "such",
		"please", "help", "fix", "fixing", "issue", "issues", "problem", "problems", "anyone", "anybody", "someone", "else", "thanks", "thank",
		"hi", "hello", "since", "because", "suddenly", "sometimes", "always", "mean", "means", "happen", "happens", "happening", "happened",
		"seem", "seems", "trying", "tried", "ideas", "know", "yesterday", "today", "s", "t":
		return true
	}
	return false
}
