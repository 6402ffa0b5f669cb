package markdown

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Settings is a mapping of names to a value or a list of values, all as text,
// in the file's order.
type Settings []Setting

// Setting is one of them.
type Setting struct {
	Name   string
	Values []string
	Line   int // in a file without front matter's marks
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (s *Settings) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: expected “name: value” lines", n.Line)}}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		set := Setting{Name: key.Value, Line: key.Line}
		switch value.Kind {
		case yaml.ScalarNode:
			if value.Tag != "!!null" {
				set.Values = []string{value.Value}
			}
		case yaml.SequenceNode:
			for _, item := range value.Content {
				if item.Kind != yaml.ScalarNode {
					return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: expected one value", item.Line)}}
				}
				set.Values = append(set.Values, item.Value)
			}
		default:
			return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: expected a value or a list of values", value.Line)}}
		}
		*s = append(*s, set)
	}
	return nil
}
