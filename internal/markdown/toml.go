package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
)

// tomlMark stands around front matter in TOML, as Hugo has it.
const tomlMark = "+++"

// parseTOML is parseFront for TOML: everything behind it reads one form.
func parseTOML(path string, front []byte, above int) (*yaml.Node, Problems) {
	if len(front) > maxFrontSize {
		return nil, Problems{{path, 1, fmt.Sprintf("front matter: %d bytes; at most %d are read", len(front), maxFrontSize)}}
	}
	var m map[string]any
	if err := toml.Unmarshal(front, &m); err != nil {
		line := 0
		if de := (*toml.DecodeError)(nil); errors.As(err, &de) {
			line, _ = de.Position()
		}
		return nil, Problems{{path, line + above, "front matter: " + strings.TrimPrefix(err.Error(), "toml: ")}}
	}
	if len(m) == 0 {
		return nil, nil
	}
	var n yaml.Node
	if err := n.Encode(m); err != nil {
		return nil, Problems{{path, 1, "front matter: " + err.Error()}}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		setLine(n.Content[i], tomlLine(front, n.Content[i].Value))
		setLine(n.Content[i+1], n.Content[i].Line)
	}
	c := plainCheck{path: path, what: "front matter: ", above: above}
	c.check(&n, 0)
	return &n, c.problems
}

// tomlLine is the line, from 1, that gives key its value.
func tomlLine(front []byte, key string) int {
	line := 1
	for l := range bytes.Lines(front) {
		t := strings.TrimLeft(string(l), " \t[\"'")
		if rest, ok := strings.CutPrefix(t, key); ok && rest != "" && strings.ContainsAny(rest[:1], " \t=.]\"'") {
			return line
		}
		line++
	}
	return 1
}

func setLine(n *yaml.Node, line int) {
	n.Line = line
	for _, c := range n.Content {
		setLine(c, line)
	}
}
