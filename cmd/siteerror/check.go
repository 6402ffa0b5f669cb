package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"siteerror/internal/catalog"
	"siteerror/internal/markdown"
)

// reports are the forms in which check says what it found, by --format.
var reports = map[string]func(io.Writer, []finding) error{"text": nil, "json": writeJSON, "sarif": writeSARIF}

func (c *command) checkCommand() *cobra.Command {
	f := &contentFlags{}
	var format string
	cmd := &cobra.Command{
		Use:   "check DIR…",
		Short: "List every mistake in content files as file:line: message",
		Example: `  siteerror check ./docs
  siteerror check --format=sarif ./docs > siteerror.sarif`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.dirs = append(f.dirs, args...)
			if len(f.dirs) == 0 {
				return usageError{errors.New("check: name the folder to check")}
			}
			write, known := reports[format]
			if !known {
				return usageError{fmt.Errorf("--format %q: one of text, json, sarif", format)}
			}
			problems, err := check(cmd.Context(), f)
			if err != nil {
				return err
			}
			if write == nil {
				for _, p := range problems {
					fmt.Fprintln(c.err, p.Error())
				}
			} else if err := write(c.out, findings(problems)); err != nil {
				return err
			}
			if len(problems) > 0 {
				return errSilent
			}
			return nil
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "text", "how to say it: text (on standard error), json or sarif (on standard output)")
	return cmd
}

// shippedDir stands before the paths of the shipped library's own problems,
// which are not the author's business.
const shippedDir = "the shipped library"

// check loads the content and renders all of it.
func check(ctx context.Context, f *contentFlags) (markdown.Problems, error) {
	sources, done, err := f.sources()
	if err != nil {
		return nil, err
	}
	defer done()
	for i := range sources {
		if sources[i].Builtin {
			sources[i].Dir = shippedDir
		}
	}
	cat, err := catalog.Load(ctx, sources, catalog.Options{Strict: f.strict, FailOnDocs: true})
	var problems markdown.Problems
	switch {
	case errors.As(err, &problems):
	case err != nil:
		return nil, err
	default:
		problems = cat.Broken()
	}
	return slices.DeleteFunc(problems, func(p markdown.Problem) bool { return strings.HasPrefix(p.Path, shippedDir+"/") }), nil
}

// finding is a problem as programs read it.
type finding struct {
	Path    string `json:"path"`
	Line    int    `json:"line,omitempty"` // from 1; left out where the whole file is meant
	Rule    string `json:"rule"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"` // what was probably meant
}

// rules name the kinds of problems, by how their messages begin.
var rules = []struct{ id, begins, says string }{
	{"front-matter", "front matter", "The front matter does not say what a page of its kind has to say."},
	{"link", "link ", "A link or picture leads nowhere."},
	{"heading", "the heading ", "A section that pages of this kind have is missing or stands twice."},
	{"file", "", "The file cannot be served as it is."},
}

var meant = regexp.MustCompile(`\(did you mean "([^"]+)"\?\)`)

func findings(problems markdown.Problems) []finding {
	out := make([]finding, len(problems))
	for i, p := range problems {
		f := finding{Path: p.Path, Line: p.Line, Message: p.Msg}
		for _, r := range rules {
			if strings.HasPrefix(p.Msg, r.begins) {
				f.Rule = r.id
				break
			}
		}
		if m := meant.FindStringSubmatch(p.Msg); m != nil {
			f.Hint = m[1]
		}
		out[i] = f
	}
	return out
}

func writeJSON(w io.Writer, fs []finding) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(fs)
}

// writeSARIF writes what code hosts show beside the lines of a change (SARIF
// 2.1.0, OASIS): one run, a result for each problem.
func writeSARIF(w io.Writer, fs []finding) error {
	type object = map[string]any
	var ruleList []object
	for _, r := range rules {
		ruleList = append(ruleList, object{"id": r.id, "shortDescription": object{"text": r.says}})
	}
	results := []object{} // an empty run is a list as well
	for _, f := range fs {
		place := object{"artifactLocation": object{"uri": (&url.URL{Path: f.Path}).String()}}
		if f.Line > 0 {
			place["region"] = object{"startLine": f.Line}
		}
		results = append(results, object{"ruleId": f.Rule, "level": "error", "message": object{"text": f.Message}, "locations": []object{{"physicalLocation": place}}})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(object{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []object{{"tool": object{"driver": object{"name": "siteerror", "version": version(), "rules": ruleList}}, "results": results}},
	})
}
