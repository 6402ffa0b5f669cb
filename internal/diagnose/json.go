package diagnose

import "bytes"

// A jsonVisitor is told every scalar of a JSON value: the key it stands under, the key of the object
// around it, and where it stands. Elements of an array have the array's key. Strings come without
// their quotes and with their escapes.
type jsonVisitor interface {
	scalar(parent, key []byte, start, end int, kind jsonKind)
}

type jsonKind uint8

const (
	jsonString jsonKind = iota
	jsonNumber
	jsonLiteral // true, false, null
)

// maxJSONDepth bounds recursion; no log nests this deep.
const maxJSONDepth = 32

// scanJSON visits the first JSON value in b and returns where it ends, or -1 when b does not begin
// with one. A log line is scanned where encoding/json would build a map for each: this tells offsets,
// which the marks in a paste need, allocates nothing, and is lenient about what is inside numbers.
func scanJSON(b []byte, v jsonVisitor) int {
	s := jsonScanner{b: b, v: v}
	i := s.space(0)
	if i >= len(b) || (b[i] != '{' && b[i] != '[') {
		return -1
	}
	return s.value(i, 0, nil, nil)
}

type jsonScanner struct {
	b []byte
	v jsonVisitor
}

func (s *jsonScanner) space(i int) int {
	for i < len(s.b) && (s.b[i] == ' ' || s.b[i] == '\t' || s.b[i] == '\n' || s.b[i] == '\r') {
		i++
	}
	return i
}

func (s *jsonScanner) value(i, depth int, parent, key []byte) int {
	if i >= len(s.b) || depth > maxJSONDepth {
		return -1
	}
	switch c := s.b[i]; {
	case c == '{':
		return s.object(i+1, depth, key)
	case c == '[':
		i = s.space(i + 1)
		if i < len(s.b) && s.b[i] == ']' {
			return i + 1
		}
		for i >= 0 {
			if i = s.value(i, depth+1, parent, key); i < 0 {
				return -1
			}
			i = s.space(i)
			if i >= len(s.b) {
				return -1
			}
			switch s.b[i] {
			case ',':
				i = s.space(i + 1)
			case ']':
				return i + 1
			default:
				return -1
			}
		}
		return -1
	case c == '"':
		end := s.str(i)
		if end > 0 && s.v != nil {
			s.v.scalar(parent, key, i+1, end-1, jsonString)
		}
		return end
	case c == '-' || c >= '0' && c <= '9':
		end := i + 1
		for end < len(s.b) && isNumberByte(s.b[end]) {
			end++
		}
		if s.v != nil {
			s.v.scalar(parent, key, i, end, jsonNumber)
		}
		return end
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if len(s.b)-i >= len(word) && string(s.b[i:i+len(word)]) == word {
			if s.v != nil {
				s.v.scalar(parent, key, i, i+len(word), jsonLiteral)
			}
			return i + len(word)
		}
	}
	return -1
}

func (s *jsonScanner) object(i, depth int, parent []byte) int {
	i = s.space(i)
	if i < len(s.b) && s.b[i] == '}' {
		return i + 1
	}
	for i < len(s.b) && s.b[i] == '"' {
		end := s.str(i)
		if end < 0 {
			return -1
		}
		key := s.b[i+1 : end-1]
		i = s.space(end)
		if i >= len(s.b) || s.b[i] != ':' {
			return -1
		}
		if i = s.value(s.space(i+1), depth+1, parent, key); i < 0 {
			return -1
		}
		i = s.space(i)
		if i >= len(s.b) {
			return -1
		}
		switch s.b[i] {
		case ',':
			i = s.space(i + 1)
		case '}':
			return i + 1
		default:
			return -1
		}
	}
	return -1
}

// str returns the index after the closing quote of the string that opens at i.
func (s *jsonScanner) str(i int) int {
	for i++; ; i++ {
		j := bytes.IndexByte(s.b[i:], '"')
		if j < 0 {
			return -1
		}
		i += j
		escapes := 0
		for k := i - 1; s.b[k] == '\\'; k-- {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}
