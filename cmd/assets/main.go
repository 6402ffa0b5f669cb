// Command assets makes the files that pages link to of their sources: a file in
// web/static is an asset, and a folder is one asset made of its files in the order
// of their names, so that sources can be short and requests few. All of it is
// minified into web/built, which is part of the repository: the server need not
// carry a minifier, nor run it at every start.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"
)

func main() {
	from := flag.String("from", "web/static", "folder of the sources")
	to := flag.String("to", "web/built", "folder to write")
	flag.Parse()
	if err := build(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// build replaces what is in the folder to.
func build(from, to string) error {
	m := minify.New()
	m.AddFunc(".css", css.Minify)
	m.AddFunc(".js", js.Minify)
	m.AddFunc(".svg", svg.Minify)
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, entry := range entries {
		source, err := read(filepath.Join(from, entry.Name()), entry.IsDir())
		if err != nil {
			return err
		}
		body, err := m.Bytes(filepath.Ext(entry.Name()), source)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(from, entry.Name()), err)
		}
		if err := os.WriteFile(filepath.Join(to, entry.Name()), body, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func read(name string, dir bool) ([]byte, error) {
	if !dir {
		return os.ReadFile(name)
	}
	parts, err := filepath.Glob(filepath.Join(name, "*"))
	if err != nil {
		return nil, err
	}
	var whole bytes.Buffer
	for _, part := range parts {
		source, err := os.ReadFile(part)
		if err != nil {
			return nil, err
		}
		whole.Write(source)
		whole.WriteByte('\n')
	}
	return whole.Bytes(), nil
}
