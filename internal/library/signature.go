package library

import (
	"regexp/syntax"
	"slices"
	"strings"

	"siteerror/internal/catalog"
)

// signatureText is what a signature looks like in a log: its example, else the
// literal parts of its pattern, so that a pasted line meets it.
func signatureText(s catalog.Signature) string {
	if s.Example != "" {
		return s.Example
	}
	if s.Pattern != "" {
		return literals(s.Pattern)
	}
	var parts []string
	for field, value := range s.Fields {
		parts = append(parts, strings.TrimPrefix(field, "$")+" "+literals(value))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func literals(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	var walk func(*syntax.Regexp)
	walk = func(re *syntax.Regexp) {
		switch re.Op {
		case syntax.OpLiteral:
			b.WriteString(string(re.Rune))
		case syntax.OpConcat, syntax.OpCapture, syntax.OpAlternate, syntax.OpPlus:
			for i, sub := range re.Sub {
				if i > 0 && re.Op == syntax.OpAlternate {
					b.WriteByte(' ')
				}
				walk(sub)
			}
		default:
			b.WriteByte(' ')
		}
	}
	walk(re)
	return strings.Join(strings.Fields(b.String()), " ")
}
