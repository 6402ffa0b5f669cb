package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"siteerror/content"
	"siteerror/internal/config"
)

// newFlags say where a new page goes.
type newFlags struct {
	dir    string
	vendor string
}

func (c *command) newCommand() *cobra.Command {
	f := &newFlags{}
	var asJSON bool
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
			files := []string{file}
			if args[0] == "code" {
				vendor, verr := f.createVendor()
				if vendor != "" {
					files = append(files, vendor)
				}
				err = verr
			}
			return errors.Join(c.printFiles(files, asJSON), err)
		},
	}
	cmd.Flags().StringVar(&f.dir, "content", ".", "folder of Markdown files to write into")
	cmd.Flags().StringVar(&f.vendor, "vendor", "", "vendor of a code; ietf if empty")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the files as JSON")
	return cmd
}

// printFiles says which files were written.
func (c *command) printFiles(files []string, asJSON bool) error {
	if asJSON {
		return c.printJSON(map[string]any{"files": files})
	}
	_, err := fmt.Fprintln(c.out, strings.Join(files, "\n"))
	return err
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
		data.Name = titleOf(name)
		file = filepath.Join("posts", slug(name)+".md")
	case "doc":
		data.Name = titleOf(filepath.Base(name))
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

// createVendor writes the page of a vendor that neither the shipped library nor
// the folder knows, without which its codes are refused. It returns "" where
// there is one.
func (f *newFlags) createVendor() (string, error) {
	if f.vendor == "" {
		return "", nil
	}
	if _, err := fs.Stat(content.FS, "vendors/"+f.vendor+".md"); err == nil {
		return "", nil
	}
	if site, err := config.Read(os.DirFS(f.dir), config.Name); err == nil {
		if _, named := site.Site.Vendors[f.vendor]; named {
			return "", nil
		}
	}
	file := filepath.Join(f.dir, "vendors", f.vendor+".md")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", err
	}
	w, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(w, "---\ntitle: %s\norder: 100\nhop: app              # client, cdn, load-balancer, proxy, app-server, app: where its codes come from\ncolor: \"#6b3fa0\"\nwords: []             # what else people call it\n---\n\nWho %[1]s is and where its codes are met, in two sentences.\n", strings.ToUpper(f.vendor[:1])+f.vendor[1:])
	return file, errors.Join(err, w.Close())
}

// titleOf makes a title of a file's name.
func titleOf(s string) string {
	s = strings.ReplaceAll(s, "-", " ")
	first, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(first)) + s[size:]
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
