//go:build snippets

package snippets

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// nodePackages installs Express and workerd. There is no lock file: it would name
// the registry that it was made with.
func nodePackages(t *testing.T, dir string) {
	from := packages(t, "node", "node/package.json", func(dir string) error {
		_, err := try(dir, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")
		return err
	})
	if err := os.Symlink(filepath.Join(from, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
}

// modules writes each snippet to a module of its own.
func modules(t *testing.T, dir string, all []*snippet) (files []string) {
	for _, s := range all {
		write(t, dir, s.id+".mjs", s.text)
		files = append(files, "./"+s.id+".mjs")
	}
	return files
}

func runNode(t *testing.T, dir string, all []*snippet) {
	if strings.Contains(all[0].text, `"express"`) {
		nodePackages(t, dir)
	}
	data(t, dir, "node/servers.mjs", "servers.mjs")
	serve(t, dir, portsOf(all), "node", append([]string{"servers.mjs"}, modules(t, dir, all)...)...)
}

func runFetch(t *testing.T, dir string, all []*snippet) {
	data(t, dir, "node/clients.mjs", "clients.mjs")
	spread(t, all, command(t, dir, "node", append([]string{"clients.mjs"}, modules(t, dir, all)...)...))
}

// runWorker runs the Workers in workerd, the runtime that Cloudflare runs them in.
func runWorker(t *testing.T, dir string, all []*snippet) {
	nodePackages(t, dir)
	modules(t, dir, all)
	var config strings.Builder
	config.WriteString("using Workerd = import \"/workerd/workerd.capnp\";\nconst config :Workerd.Config = (services = [\n")
	for _, s := range all {
		fmt.Fprintf(&config, "  (name = %q, worker = (modules = [(name = \"worker\", esModule = embed %q)], compatibilityDate = \"2026-11-01\")),\n", s.id, s.id+".mjs")
	}
	config.WriteString("], sockets = [\n")
	for _, s := range all {
		fmt.Fprintf(&config, "  (name = %q, address = \"127.0.0.1:%d\", http = (), service = %[1]q),\n", s.id, s.port)
	}
	config.WriteString("]);\n")
	write(t, dir, "config.capnp", config.String())
	found, _ := filepath.Glob(filepath.Join(dir, "node_modules/@cloudflare/workerd-*/bin/workerd"))
	if len(found) == 0 {
		t.Fatal("npm brought no workerd for this machine")
	}
	serve(t, dir, portsOf(all), found[0], "serve", "config.capnp")
}
