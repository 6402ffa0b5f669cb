// Package markdown turns one Markdown file into front matter, an outline of
// sections with their plain text, and safe HTML. It knows nothing of pages or
// of other files; what a field or a heading means is the caller's business.
//
// It alone uses goldmark, chroma, bluemonday and the YAML decoder.
package markdown

import (
	"fmt"
	"sort"
	"strings"
)

// Problem is one mistake in a content file, at a place its author can open.
type Problem struct {
	Path string // as in the source's file system, slash-separated
	Line int    // from 1; 0 where the file as a whole is meant
	Msg  string // what is wrong, and what to do
}

// Error returns "path:line: message", the form editors jump to.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.Path + ": " + p.Msg
	}
	return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Msg)
}

// Problems is every mistake found in one go, as one error.
type Problems []Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Sort orders the problems by path, then line.
func (ps Problems) Sort() {
	sort.SliceStable(ps, func(i, j int) bool {
		if ps[i].Path != ps[j].Path {
			return ps[i].Path < ps[j].Path
		}
		return ps[i].Line < ps[j].Line
	})
}
