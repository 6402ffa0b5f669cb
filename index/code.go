package index

import (
	"slices"
	"strconv"
	"strings"
)

// codeTable finds pages by their codes and ids, whole and by part.
type codeTable map[string][]codeRef

// codeRef is a page that answers to a code.
type codeRef struct {
	page    uint32
	section int     // of the vendor's rendering that has the id; -1 for the page
	share   float32 // 1 where the code is the page's own
}

// What a page gets of the boost for a code that is not quite its own.
const (
	sharePart       = 0.4  // 404 for 404.13
	shareVendorPart = 0.75 // where the query names the vendor
	shareStatus     = 0.3  // 503 for H12, which travels as 503
	shareClass      = 0.4  // 5xx for 502
)

func newCodeTable(docs []Document) codeTable {
	t := make(codeTable)
	for i := range docs {
		d := &docs[i]
		for s := range d.Sections {
			if id := d.Sections[s].AliasID; id != "" {
				t.add(id, codeRef{page: uint32(i), section: s, share: 1})
			}
		}
		if d.Code == "" {
			continue
		}
		own := codeRef{page: uint32(i), section: -1, share: 1}
		t.add(d.Code, own)
		t.add(d.ID, own)
		if whole, _, dotted := strings.Cut(d.Code, "."); dotted {
			own.share = sharePart
			t.add(whole, own)
		}
		if d.Status != 0 {
			own.share = shareStatus
			t.add(strconv.Itoa(d.Status), own)
		}
		if class := d.class(); class != "" {
			own.share = shareClass
			t.add(class, own)
		}
	}
	return t
}

// add files ref under code, unless the page has that code already with a higher share.
func (t codeTable) add(code string, ref codeRef) {
	key := codeKey(code)
	for _, known := range t[key] {
		if known.page == ref.page && known.section == ref.section {
			return
		}
	}
	t[key] = append(t[key], ref)
}

// codeKey is how a code is looked up: as the analyzer reads it, whole.
func codeKey(code string) string {
	code = strings.ToLower(code)
	if strings.IndexFunc(code, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }) < 0 {
		return code
	}
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '_' {
			return -1
		}
		return r
	}, code)
}

// ofVendor reports whether d is about a vendor's own code.
func (d *Document) ofVendor() bool {
	return d.Code != "" && d.Vendor != "" && d.Vendor != standardVendor
}

// class returns "5xx" for a document whose code or status is 502, "" where neither is a status.
func (d *Document) class() string {
	code := d.Code
	if d.Status != 0 {
		code = strconv.Itoa(d.Status)
	}
	if len(code) >= 3 && isDigits(code[:3]) && (len(code) == 3 || code[3] == '.') && code[0] >= '1' && code[0] <= '5' {
		return code[:1] + "xx"
	}
	return ""
}

// isCodePattern reports whether s is a code whose last digits may be open: 5xx, 50x, 502.
func isCodePattern(s string) bool {
	digits := strings.TrimRight(s, "x")
	return len(s) == 3 && digits != "" && isDigits(digits)
}

// hasCode reports whether a document's code is code, or its code or status fits the pattern code.
func (d *Document) hasCode(code string) bool {
	if d.Code == "" {
		return false
	}
	if codeKey(d.Code) == codeKey(code) || strings.EqualFold(d.ID, code) {
		return true
	}
	if !isCodePattern(code) {
		return false
	}
	prefix := strings.TrimRight(code, "x")
	if prefix == code {
		return d.Status != 0 && strconv.Itoa(d.Status) == code
	}
	whole, _, _ := strings.Cut(d.Code, ".")
	return len(whole) == 3 && isDigits(whole) && strings.HasPrefix(whole, prefix) ||
		d.Status != 0 && strings.HasPrefix(strconv.Itoa(d.Status), prefix)
}

// wish finds the codes among the words.
func (x *Index) wish(p *plan, words, wholes []word) {
	add := func(text, term string, trust float32) bool {
		refs := x.codes[term]
		if len(refs) == 0 { // the term of two words may be a stem
			refs = x.codes[codeKey(text)]
		}
		if exact := x.lettersCode(text); len(exact) > 0 {
			refs = exact
		}
		if len(refs) == 0 {
			return false
		}
		for i := range p.codes {
			if p.codes[i].text == text {
				p.codes[i].trust = max(p.codes[i].trust, trust)
				return true
			}
		}
		p.codes = append(p.codes, codeWish{text: text, trust: trust, refs: refs})
		return true
	}
	for _, w := range wholes {
		trust := float32(1)
		if strings.Contains(w.text, ".") && !strings.ContainsAny(w.text, "0123456789") { // entity.too.large is no EntityTooLarge
			trust = trustPart
		}
		add(w.text, w.term, trust)
	}
	for i, w := range words {
		switch w.kind {
		case numberToken:
			trust := numberTrust(p.query.Text, words, i)
			if w.part {
				trust *= trustPart
			}
			if len(w.term) < 3 && len(p.vendors) == 0 {
				trust = min(trust, trustQuantity)
			}
			known := add(w.term, w.term, trust)
			if whole, _, dotted := strings.Cut(w.term, "."); dotted && !known {
				add(whole, whole, trust*trustPart)
			}
			if sub := substatus(words, i, p.vendors); sub != "" {
				known = add(sub, sub, trust) || known
			}
			if i > 0 && words[i-1].kind != numberToken { // "PAY 1042"
				if refs := x.spacedCode(words[i-1].text + w.text); len(refs) > 0 {
					p.lowerTrust(w.term, trustPart)
					p.codes = append(p.codes, codeWish{text: words[i-1].text + " " + w.text, trust: 1, refs: refs})
					words[i-1].part = true
				}
			}
			if known && trust == 1 {
				markAnnouncing(words[:i])
			}
		case nameToken:
			if !add(w.text, w.term, 1) { // E407
				if letters := strings.TrimRight(w.term, "0123456789"); len(w.term)-len(letters) == 3 {
					trust := float32(trustPart)
					if i > 0 && announcesCode(words[i-1].term) {
						trust = 1
					}
					add(w.text, w.term[len(letters):], trust)
				}
			}
		case wordToken: // the letters of Envoy and HAProxy, which tell sC from SC
			if len(x.lettersCode(w.text)) > 0 {
				trust := float32(trustLetters)
				if len(p.vendors) > 0 || len(w.text) > 2 && len(w.list.pages) < len(x.docs)/everyday { // URL is a code as well
					trust = 1
				}
				add(w.text, w.term, trust)
			}
		}
	}
}

// substatus returns the code that the number words[i] makes with one behind it: IIS logs 404.13 as 404 13, before the Windows
// error and the time taken, or as two fields with their names. Other programs' logs have sizes and times there.
func substatus(words []word, i int, vendors []string) string {
	if len(words[i].term) != 3 {
		return ""
	}
	for j := i + 1; j < min(i+4, len(words)); j++ {
		if words[j].kind != numberToken {
			continue
		}
		switch named := strings.HasPrefix(words[j-1].term, "substatu"); {
		case named, j == i+1 && len(vendors) > 0,
			j == i+1 && words[j].term != "0" && j+1 < len(words) && words[j+1].kind == numberToken:
			return words[i].term + "." + words[j].term
		}
		return ""
	}
	return ""
}

// settle weighs the codes of a query against each other. A vendor's own code names the vendor, and the status that it travels
// as stands beside it in every log: "503 UH", "504: GATEWAY_TIMEOUT Code: FUNCTION_INVOCATION_TIMEOUT", "404.13".
func (x *Index) settle(p *plan) {
	for i := range p.codes {
		own, page := x.ownOf(p.codes[i])
		if !own {
			continue
		}
		d := &x.docs[page]
		carried := false
		for j := range p.codes {
			if status := &p.codes[j]; d.Status != 0 && status.text == strconv.Itoa(d.Status) {
				status.trust = min(status.trust, trustCarried)
				carried = true
			}
		}
		if carried {
			p.codes[i].trust = max(p.codes[i].trust, trustNeutral)
		}
		if p.codes[i].trust == 1 && !slices.Contains(p.vendors, d.Vendor) {
			p.vendors = append(p.vendors, d.Vendor)
		}
	}
	slices.Sort(p.vendors)
}

// ownOf reports whether a wish is for one vendor's page by its own code, and which.
func (x *Index) ownOf(wish codeWish) (own bool, page uint32) {
	for _, ref := range wish.refs {
		if ref.share != 1 {
			continue
		}
		if own || ref.section >= 0 || !x.docs[ref.page].ofVendor() {
			return false, 0
		}
		own, page = true, ref.page
	}
	return own, page
}

// lettersCode returns the pages whose code is written exactly so, in letters of which one at least is a capital.
func (x *Index) lettersCode(text string) []codeRef {
	if len(text) < 2 || len(text) > maxLettersCode || strings.ToLower(text) == text {
		return nil
	}
	var exact []codeRef
	for _, ref := range x.codes[strings.ToLower(text)] {
		if ref.section < 0 && x.docs[ref.page].Code == text {
			exact = append(exact, ref)
		}
	}
	return exact
}

// spacedCode returns the pages whose own code is text but for its case and connectors: pay1042 for PAY-1042.
func (x *Index) spacedCode(text string) []codeRef {
	key := codeKey(text)
	var own []codeRef
	for _, ref := range x.codes[key] {
		if ref.section < 0 && ref.share == 1 && codeKey(x.docs[ref.page].Code) == key {
			own = append(own, ref)
		}
	}
	return own
}

// lowerTrust bounds how far the code text is trusted.
func (p *plan) lowerTrust(text string, most float32) {
	for i := range p.codes {
		if p.codes[i].text == text {
			p.codes[i].trust = min(p.codes[i].trust, most)
		}
	}
}

// markAnnouncing marks the words at the end of words that only announce the code after them.
func markAnnouncing(words []word) {
	for i := len(words) - 1; i >= 0 && (words[i].stop || announcesCode(words[i].term)); i-- {
		words[i].marker = true
	}
}

// How far a number or name is meant as a code, 0 to 1, by where it stands.
const (
	trustNeutral  = 0.8
	trustQuantity = 0.1  // port 502, over 404
	trustUnit     = 0.05 // 100 seconds
	trustPart     = 0.5  // of a longer identifier
	trustCarried  = 0.4  // the status that a vendor's own code travels as
	trustInstead  = 0.4  // instead of 200
	trustLetters  = 0.3  // two letters, where no vendor is named
)

// everyday is of how many pages one must have a word for it to be everybody's.
const everyday = 20

// maxLettersCode is the length up to which letters alone may be a code: UMSDR.
const maxLettersCode = 5

// numberTrust says how far the number words[i] of text is meant as a code, by the words around it.
func numberTrust(text string, words []word, i int) float32 {
	if i+1 < len(words) && isUnit(words[i+1].term) {
		unit := words[i+1]
		between, after := text[words[i].end:unit.start], text[unit.end:]
		if len(between) <= 1 && !strings.HasPrefix(after, "=") && !strings.HasPrefix(after, ":") { // not "status=503 bytes=0"
			return trustUnit
		}
	}
	if from, to := words[i].start, words[i].end; from > 0 && text[from-1] == '(' && to < len(text) && text[to] == ':' {
		return trustUnit // an errno: (104: Connection reset by peer)
	}
	if i == 0 || announcesCode(words[i-1].term) {
		return 1
	}
	if words[i-1].term == "not" || i > 1 && (words[i-2].term == "instead" || words[i-2].term == "rather") {
		return trustInstead
	}
	switch words[i-1].term {
	case "or", "and", "vs", "versu", "between", "a", "an", "the":
		return 1
	case "byte", "port", "line", "limit", "max", "maximum", "minimum", "over", "than", "least", "most", "everi", "size", "pid",
		"attempt", "retri", "length", "page", "version", "top", "first", "last", "exceed":
		return trustQuantity
	}
	return trustNeutral
}

// announcesCode reports whether a code is likely to follow a term: "error code: 1020", "HTTP/1.1 502", "site returning 521".
func announcesCode(term string) bool {
	switch term {
	case "http", "1.0", "1.1", "2.0", "2", "3", "error", "err", "code", "statuscod", "status", "respons", "respond", "return", "receiv",
		"throw", "repli", "give", "send", "got", "answer", "say", "show", "fail":
		return true
	}
	return false
}

// isUnit reports whether a term makes a quantity of the number before it.
func isUnit(term string) bool {
	switch term {
	case "second", "sec", "s", "ms", "millisecond", "minut", "min", "hour", "h", "dai", "day", "week", "byte", "kb", "mb", "gb", "k", "m",
		"kib", "mib", "gib", "item", "time", "user", "percent", "row", "record", "file", "connect", "worker", "thread", "entri", "line",
		"charact", "char", "intern", "object", "messag", "page", "per", "x", "retri", "attempt", "concurr", "core":
		return true
	}
	return false
}
