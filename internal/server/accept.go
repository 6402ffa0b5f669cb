package server

import (
	"strconv"
	"strings"
)

// A preference list is "value;q=0.5, value, …" (RFC 9110 §12.4.2). The helpers
// below read it in place, since they run for every page.

// quality is how much header, an Accept-Encoding field, wants coding, in
// thousandths: 1000 by default, 0 where it is refused, -1 where it is not named.
func quality(header []string, value string) int {
	for _, line := range header {
		for line != "" {
			var item string
			item, line, _ = strings.Cut(line, ",")
			name, params, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(name), value) {
				return qvalue(params)
			}
		}
	}
	return -1
}

// qvalue reads the weight among an item's parameters, in thousandths.
func qvalue(params string) int {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		key, v, ok := strings.Cut(p, "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		if err != nil || f != f || f < 0 || f > 1 {
			return 0
		}
		return int(f*1000 + 0.5)
	}
	return 1000
}

// coding is a content coding that pages are kept in.
type coding int

const (
	identity coding = iota
	gzipped
	brotli
	zstandard
	codings
)

var codingNames = [codings]string{"identity", "gzip", "br", "zstd"}

// preferred are the codings in the order the server likes them: br makes the
// smallest pages, and they are made once.
var preferred = [...]coding{brotli, zstandard, gzipped}

// chooseCoding picks the coding of a response. plain tells whether the identity
// may be sent as well. acceptable is false where the request refuses the identity
// and names nothing the server has (RFC 9110 §12.5.3).
func chooseCoding(header []string) (c coding, plain, acceptable bool) {
	if len(header) == 0 {
		return identity, true, true
	}
	any := quality(header, "*")
	best, bestQ := identity, quality(header, "identity")
	if bestQ < 0 {
		bestQ = any
		if any != 0 {
			bestQ = 1 // acceptable, and liked less than any coding that is named
		}
	}
	plain = bestQ > 0
	for _, k := range preferred {
		q := quality(header, codingNames[k])
		if q < 0 {
			q = max(any, 0)
		}
		if q > bestQ || q == bestQ && q > 0 && best == identity {
			best, bestQ = k, q
		}
	}
	return best, plain, bestQ > 0
}

// format is a form in which a page can be had.
type format int

const (
	formatHTML format = iota
	formatJSON
	formatMarkdown
	formatText
	formats
)

var formatTypes = [formats]string{"text/html", "application/json", "text/markdown", "text/plain"}

// formatNames are the values of ?format=.
var formatNames = map[string]format{"html": formatHTML, "json": formatJSON, "md": formatMarkdown, "markdown": formatMarkdown, "text": formatText, "txt": formatText}

// chooseFormat picks the form of a page by Accept: HTML where it is named, else
// the best liked of JSON, Markdown and text; a bare */* (plain curl) is text for
// a terminal. acceptable is false where none is wanted.
func chooseFormat(header []string) (f format, acceptable bool) {
	if len(header) == 0 || len(header) == 1 && header[0] == "" { // an empty list wants nothing in particular
		return formatText, true
	}
	bestQ := 0
	for _, k := range [...]format{formatHTML, formatJSON, formatMarkdown, formatText} {
		if q := quality(header, formatTypes[k]); q > bestQ {
			f, bestQ = k, q
		}
	}
	if q := quality(header, "application/xhtml+xml"); bestQ == 0 && q > 0 {
		return formatHTML, true
	}
	if bestQ > 0 {
		return f, true
	}
	if quality(header, "application/*") > 0 && quality(header, formatTypes[formatJSON]) != 0 {
		return formatJSON, true
	}
	if (quality(header, "*/*") > 0 || quality(header, "text/*") > 0) && quality(header, formatTypes[formatText]) != 0 {
		return formatText, true
	}
	return 0, false
}
