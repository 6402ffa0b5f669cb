//go:build snippets

package snippets

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A tool is there when its probe succeeds; else Debian's packages bring it.
type tool struct {
	probe    []string
	packages []string
}

var (
	node    = tool{[]string{"node", "--version"}, []string{"nodejs"}}
	npm     = tool{[]string{"npm", "--version"}, []string{"npm"}}
	python  = tool{[]string{"python3", "-c", "import venv, ensurepip"}, []string{"python3", "python3-venv"}}
	java    = tool{[]string{"javac", "-version"}, []string{"default-jdk-headless"}}
	maven   = tool{[]string{"mvn", "--version"}, []string{"maven"}}
	php     = tool{[]string{"php", "-v"}, []string{"php-cli"}}
	laravel = tool{[]string{"php", "-r", "exit((int) !stream_resolve_include_path('Illuminate/autoload.php'));"}, []string{"php-laravel-framework"}}
	rack    = tool{[]string{"ruby", "-e", "require 'rack'"}, []string{"ruby", "ruby-rack"}}
	rails   = tool{[]string{"ruby", "-e", "require 'rails'; require 'action_controller/railtie'"}, []string{"ruby", "ruby-railties", "ruby-actionpack"}}
	puma    = tool{[]string{"puma", "--version"}, []string{"puma"}}
	// tokio needs Rust 1.85; Debian 12 has it under another name
	cargo   = tool{[]string{"sh", "-c", `cargo --version && rustc --version | awk '{split($2, v, "."); exit v[1] == 1 && v[2] < 85}'`}, []string{"cargo-web|cargo", "rustc-web|rustc"}}
	nginx   = tool{[]string{"nginx", "-v"}, []string{"nginx"}}
	apache  = tool{[]string{"apache2", "-v"}, []string{"apache2-bin"}}
	caddy   = tool{[]string{"caddy", "version"}, []string{"caddy"}}
	haproxy = tool{[]string{"haproxy", "-v"}, []string{"haproxy"}}
	curl    = tool{[]string{"curl", "--version"}, []string{"curl"}}
)

func (x tool) missing() bool {
	return exec.Command(x.probe[0], x.probe[1:]...).Run() != nil
}

// install brings the tools that the chosen frameworks need and this machine lacks,
// all at once. Services are not started: policy-rc.d forbids it meanwhile.
func install(t *testing.T) {
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin") // where Debian has nginx and others
	var want []string
	var lacking []tool
	for _, f := range frameworks {
		for _, x := range f.needs {
			if !slices.ContainsFunc(lacking, func(y tool) bool { return slices.Equal(y.probe, x.probe) }) && x.missing() {
				lacking = append(lacking, x)
				want = append(want, x.packages...)
			}
		}
	}
	if len(want) == 0 {
		return
	}
	t.Logf("installing %s", strings.Join(want, " "))
	script := `set -e
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt-get update -qq -o Acquire::Retries=3
packages=
for p in "$@"; do
  first=${p%%|*}
  if apt-cache show "$first" >/dev/null 2>&1; then packages="$packages $first"; else packages="$packages ${p##*|}"; fi
done
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Acquire::Retries=3 --no-install-recommends $packages`
	args := append([]string{"sh", "-c", script, "install"}, want...)
	if os.Getuid() != 0 {
		args = append([]string{"sudo"}, args...)
	}
	if _, err := try("", args[0], args[1:]...); err != nil {
		t.Logf("cannot install: %v", err)
	}
}

// require ends the test of a framework that lacks a tool.
func require(t *testing.T, tools []tool) {
	for _, x := range tools {
		if x.missing() {
			t.Errorf("missing: `%s` fails; install the package %s", strings.Join(x.probe, " "), strings.Join(x.packages, " and "))
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// cache is a folder that outlives the run, for what is installed per language.
func cache(t *testing.T, name string) string {
	t.Helper()
	base, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(base, "siteerror-snippets", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// installed remembers what was installed in this run, by folder.
var installed sync.Map

// packages installs a language's packages into a folder of the cache, once a run.
// The pin is the file that names them; while it stays the same, nothing is done.
func packages(t *testing.T, language, pin string, run func(dir string) error) string {
	t.Helper()
	dir := cache(t, language)
	once, _ := installed.LoadOrStore(dir, sync.OnceValue(func() error {
		b, err := os.ReadFile(filepath.Join("testdata", pin))
		if err != nil {
			return err
		}
		done := filepath.Join(dir, "installed")
		if old, err := os.ReadFile(done); err == nil && string(old) == string(b) {
			return nil
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(pin)), b, 0o644); err != nil {
			return err
		}
		if err = run(dir); err != nil { // a registry may fail for a moment
			err = run(dir)
		}
		if err != nil {
			return fmt.Errorf("cannot install %s: %w", pin, err)
		}
		return os.WriteFile(done, b, 0o644)
	}))
	if err := once.(func() error)(); err != nil {
		t.Fatal(err)
	}
	return dir
}
