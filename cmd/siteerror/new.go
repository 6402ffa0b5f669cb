package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"siteerror/content"
)

// newFlags say where a new page goes.
type newFlags struct {
	dir    string
	vendor string
}

func (c *command) newCommand() *cobra.Command {
	f := &newFlags{}
	cmd := &cobra.Command{
		Use:   "new code|post|doc NAME",
		Short: "Write the skeleton of a page",
		Example: `  siteerror new code PAY-1042 --vendor acme
  siteerror new post "Why our queue answers 202"
  siteerror new doc runbooks/payments`,
		Args: usage(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := f.create(args[0], args[1], time.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.out, file)
			return err
		},
	}
	cmd.Flags().StringVar(&f.dir, "content", ".", "folder of Markdown files to write into")
	cmd.Flags().StringVar(&f.vendor, "vendor", "", "vendor of a code; ietf if empty")
	return cmd
}

// create writes the archetype of a kind and returns the file's path. It never
// overwrites.
func (f *newFlags) create(kind, name string, now time.Time) (string, error) {
	data := struct{ Code, Name, Vendor, ID, Date string }{Code: name, Name: name, Vendor: f.vendor, ID: name, Date: now.Format(time.DateOnly)}
	var file string
	switch kind {
	case "code":
		if data.Vendor == "" {
			data.Vendor = "ietf"
		} else {
			data.ID = data.Vendor + "-" + name
		}
		file = filepath.Join("codes", data.ID+".md")
	case "post":
		file = filepath.Join("posts", slug(name)+".md")
	case "doc":
		data.Name = strings.ReplaceAll(filepath.Base(name), "-", " ")
		file = filepath.Join("docs", name+".md")
	default:
		return "", usageError{fmt.Errorf("new %q: one of code, post, doc", kind)}
	}
	if !filepath.IsLocal(file) {
		return "", usageError{fmt.Errorf("new: %q leads out of the folder", name)}
	}
	t, err := template.ParseFS(content.Archetypes, "archetypes/"+kind+".md")
	if err != nil {
		return "", err
	}
	file = filepath.Join(f.dir, file)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", err
	}
	w, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("%s is already there", file)
	}
	if err != nil {
		return "", err
	}
	if err := t.Execute(w, data); err != nil {
		_ = w.Close()
		return "", err
	}
	return file, w.Close()
}

// slug makes a file name of a title.
func slug(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s), "-")
}
