package gate

import "strings"

// forwardedFor is what the Forwarded field (RFC 7239) says in the way that
// X-Forwarded-For does: the value of "for" of each element, in order. An element
// that names nobody is "unknown".
func forwardedFor(lines []string) []string {
	var nodes []string
	for _, element := range splitQuoted(strings.Join(lines, ","), ',') {
		node := "unknown"
		for _, pair := range splitQuoted(element, ';') {
			if name, value, ok := strings.Cut(pair, "="); ok && strings.EqualFold(strings.TrimSpace(name), "for") {
				node = address(strings.TrimSpace(value))
			}
		}
		nodes = append(nodes, node)
	}
	return []string{strings.Join(nodes, ",")}
}

// address takes a node out of its quotes, and an IPv6 address without a port out
// of its brackets: "[2001:db8::1]" (RFC 7239 §6). What is no address stays none.
func address(node string) string {
	if len(node) > 1 && node[0] == '"' && node[len(node)-1] == '"' {
		node = node[1 : len(node)-1]
	}
	if strings.HasPrefix(node, "[") && strings.HasSuffix(node, "]") {
		node = node[1 : len(node)-1]
	}
	if node == "" || strings.ContainsAny(node, `,"\\`) {
		return "unknown"
	}
	return node
}

// splitQuoted returns the parts of s between separators that stand outside of
// quoted strings, and nothing where a string is not closed: a client could
// otherwise swallow what a proxy adds behind it.
func splitQuoted(s string, separator byte) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++ // the next one is meant as it is
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			parts, start = append(parts, s[start:i]), i+1
		}
	}
	if quoted {
		return nil
	}
	return append(parts, s[start:])
}
