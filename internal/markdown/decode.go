package markdown

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"
)

// Decode stores the front matter in dst, a pointer to a struct with yaml tags.
// With strict, a field that dst lacks is a problem that names the nearest one
// it has; for a file that has been decoded before without one, it only costs time. A nil Front leaves dst alone.
func (f *File) Decode(dst any, strict bool) Problems {
	if f.Front == nil {
		return nil
	}
	var ps Problems
	if strict {
		ps = f.Unknown(dst)
	}
	if err := f.Front.Decode(dst); err != nil {
		var te *yaml.TypeError
		if !errors.As(err, &te) {
			te = &yaml.TypeError{Errors: []string{err.Error()}}
		}
		for _, e := range te.Errors {
			line, msg := yamlError(errors.New(e))
			ps = append(ps, Problem{f.Path, line + f.above, f.what() + plainType(msg)})
		}
	}
	return ps
}

// Unknown returns the fields of the front matter that dst has not, a pointer to a
// struct with yaml tags.
func (f *File) Unknown(dst any) Problems {
	var ps Problems
	if f.Front != nil {
		f.checkKeys(f.Front, reflect.TypeOf(dst).Elem(), &ps)
	}
	return ps
}

// what stands before a message about a field.
func (f *File) what() string {
	if f.above == 0 {
		return ""
	}
	return "front matter: "
}

// FieldLine returns the line on which the front matter's field stands, 1 where
// it has none. A dot leads into a mapping: "semantics.retry".
func (f *File) FieldLine(field string) int {
	node := f.Front
	line := 1
	for part := range strings.SplitSeq(field, ".") {
		if node == nil || node.Kind != yaml.MappingNode {
			break
		}
		var next *yaml.Node
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == part {
				line, next = node.Content[i].Line+f.above, node.Content[i+1]
			}
		}
		node = next
	}
	return line
}

// ItemLine returns the line of item i of the list in the front matter's field.
func (f *File) ItemLine(field string, i int) int {
	if f.Front != nil {
		for k := 0; k+1 < len(f.Front.Content); k += 2 {
			list := f.Front.Content[k+1]
			if f.Front.Content[k].Value == field && list.Kind == yaml.SequenceNode && i < len(list.Content) {
				return list.Content[i].Line + f.above
			}
		}
	}
	return f.FieldLine(field)
}

func (f *File) checkKeys(n *yaml.Node, t reflect.Type, ps *Problems) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for _, c := range n.Content {
			f.checkKeys(c, t.Elem(), ps)
		}
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Map:
		for i := 0; i+1 < len(n.Content); i += 2 {
			f.checkKeys(n.Content[i+1], t.Elem(), ps)
		}
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		fields := yamlFields(t)
		if len(fields) == 0 {
			return // a type with its own decoding
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			ft, ok := fields[key.Value]
			if !ok {
				*ps = append(*ps, Problem{f.Path, key.Line + f.above, f.what() + "unknown field " + fmt.Sprintf("%q", key.Value) + hint(key.Value, keys(fields))})
				continue
			}
			f.checkKeys(n.Content[i+1], ft, ps)
		}
	}
}

func yamlFields(t reflect.Type) map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for i := range t.NumField() {
		sf := t.Field(i)
		name, opts, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		if strings.Contains(opts, "inline") {
			for k, v := range yamlFields(sf.Type) {
				m[k] = v
			}
			continue
		}
		if name != "" && name != "-" {
			m[name] = sf.Type
		}
	}
	return m
}

func keys(m map[string]reflect.Type) []string {
	ks := make([]string, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	return ks
}

// hint returns ` (did you mean "x"?)` for the known word nearest to word, or "".
func hint(word string, known []string) string {
	if n := Nearest(word, known); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

// Nearest returns the known word that word was probably meant to be, or "".
// Among equals the first in alphabetical order wins, so the answer is stable.
func Nearest(word string, known []string) string {
	best, bestDist := "", len(word)/2+1
	for _, k := range known {
		d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(k))
		if d < bestDist || d == bestDist && best != "" && k < best {
			best, bestDist = k, d
		}
	}
	return best
}

// plainType says the decoder's complaint in words an author knows.
func plainType(msg string) string {
	for _, r := range [][2]string{
		{"cannot unmarshal !!seq into string", "expected one text, got a list"},
		{"cannot unmarshal !!map into string", "expected one text, got a mapping (quote a value that contains “: ”)"},
		{"into []string", "where a list of texts is expected"},
		{"into int", "where a whole number is expected"},
		{"into bool", "where true or false is expected"},
		{"cannot unmarshal", "cannot use"},
		{"!!str ", ""}, {"!!int ", ""}, {"!!float ", ""}, {"!!bool ", ""}, {"!!seq", "a list"}, {"!!map", "a mapping"},
	} {
		msg = strings.ReplaceAll(msg, r[0], r[1])
	}
	return msg
}

// Field returns the front matter's first field among names that holds a value,
// as text: whatever a stranger's file calls the same thing. A list's values are
// joined by commas. It is "" where there is none.
func (f *File) Field(names ...string) string {
	return strings.Join(f.List(names...), ", ")
}

// SetFront gives the file its front matter. It is for files that are put together
// from what was kept of them.
func (f *File) SetFront(front *yaml.Node) { f.Front, f.above = front, 1 }

// List is Field for lists; one text is a list of one.
func (f *File) List(names ...string) []string {
	for _, name := range names {
		n := f.node(name)
		if n == nil {
			continue
		}
		var values []string
		switch n.Kind {
		case yaml.ScalarNode:
			if n.Tag != "!!null" {
				values = []string{strings.TrimSpace(n.Value)}
			}
		case yaml.SequenceNode:
			for _, c := range n.Content {
				if c.Kind == yaml.ScalarNode {
					values = append(values, strings.TrimSpace(c.Value))
				}
			}
		}
		if len(values) > 0 && values[0] != "" {
			return values
		}
	}
	return nil
}

// node finds a field by its name; a dot is part of it, or leads into a mapping.
func (f *File) node(field string) *yaml.Node {
	n := f.Front
	if n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == field {
				return n.Content[i+1]
			}
		}
	}
	for part := range strings.SplitSeq(field, ".") {
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		var next *yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == part {
				next = n.Content[i+1]
			}
		}
		n = next
	}
	return n
}
