package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"siteerror/content"
	"siteerror/internal/catalog"
	"siteerror/internal/config"
	"siteerror/internal/library"
	"siteerror/internal/server"
)

// contentFlags say which content a command works on.
type contentFlags struct {
	dirs    []string
	builtin bool
	strict  bool
	baseURL string
	cache   string

	settings string // siteerror.yaml, whose settings of the site are read with the content; or ""
}

func (f *contentFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.dirs, "content", nil, "folder of Markdown files; repeatable, a later one's pages win")
	flags.BoolVar(&f.builtin, "builtin", true, "include the shipped library")
	flags.BoolVar(&f.strict, "strict", false, "a bad doc is an error, as a bad code or post is")
	flags.StringVar(&f.cache, "cache", "", "folder that keeps what was made of the content, for the next start")
	flags.StringVar(&f.baseURL, "base-url", "", "the site's address as readers know it, with a path if it lives below one")
	paths(flags, "content", "cache")
}

// shapes makes JSON with links to the site, as far as its address is known.
func (f *contentFlags) shapes() server.Shapes {
	return server.Shapes{Base: strings.TrimRight(f.baseURL, "/")}
}

// config is how a Library is opened for these flags.
func (c *command) libraryConfig(f *contentFlags, log *slog.Logger) (library.Config, error) {
	if c.file != nil {
		f.settings = c.file.Path
	}
	_, path, err := splitBaseURL(f.baseURL)
	if err != nil {
		return library.Config{}, usageError{err}
	}
	return library.Config{
		Sources: f.sources,
		Options: catalog.Options{BasePath: path, Strict: f.strict, Settings: filepath.ToSlash(f.settings), Program: program()},
		Cache:   f.cache,
		Log:     log,
	}, nil
}

// sources opens the trees. The folders are confined: nothing outside is read,
// wherever a link in them leads.
func (f *contentFlags) sources() (sources []catalog.Source, done func(), err error) {
	var roots []*os.Root
	done = func() {
		for _, r := range roots {
			_ = r.Close()
		}
	}
	if f.builtin {
		sources = append(sources, catalog.Source{Name: "the shipped library", FS: content.FS, Builtin: true})
	}
	for _, dir := range f.dirs {
		folder, err := filepath.EvalSymlinks(dir) // who swaps a link meanwhile swaps nothing in here
		if err != nil {
			folder = dir
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			done()
			return nil, nil, fmt.Errorf("cannot open content folder: %w", err)
		}
		roots = append(roots, root)
		sources = append(sources, catalog.Source{Name: dir, Dir: dir, FS: root.FS(), Folder: folder})
	}
	if f.settings != "" { // last, since who runs the server has the last word
		file, err := config.Read(os.DirFS(filepath.Dir(f.settings)), filepath.Base(f.settings))
		if err != nil {
			done()
			return nil, nil, err
		}
		sources = append(sources, catalog.Source{Name: f.settings, Settings: file})
	}
	return sources, done, nil
}

// splitBaseURL checks --base-url and takes it apart: the whole without a slash at
// the end, and its path.
func splitBaseURL(s string) (base, path string, err error) {
	if s == "" {
		return "", "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", "", fmt.Errorf("--base-url %q: give an address such as https://intra.example/help/", s)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	if strings.Contains(u.Path, "//") || strings.Contains(u.Path, "..") {
		return "", "", fmt.Errorf("--base-url %q: the path is not plain", s)
	}
	return u.String(), u.Path, nil
}
