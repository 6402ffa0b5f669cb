//go:build snippets

package snippets

import (
	"fmt"
	"path/filepath"
	"testing"
)

// venv installs the Python packages and returns the folder of their commands.
func venv(t *testing.T) string {
	return filepath.Join(packages(t, "python", "python/requirements.txt", func(dir string) error {
		if _, err := try(dir, "python3", "-m", "venv", "."); err != nil {
			return err
		}
		_, err := try(dir, "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt")
		return err
	}), "bin")
}

// pyModules writes each snippet to a module of its own, beside a file of testdata.
func pyModules(t *testing.T, dir, harness string, all []*snippet) (files []string) {
	for _, s := range all {
		write(t, dir, s.id+".py", s.text)
		files = append(files, s.id+".py")
	}
	data(t, dir, "python/"+harness, harness)
	return files
}

func runFastAPI(t *testing.T, dir string, all []*snippet) {
	pyModules(t, dir, "serve_fastapi.py", all)
	port := onePort(all)
	serve(t, dir, []int{port}, filepath.Join(venv(t), "uvicorn"), "--lifespan", "off", "--port", fmt.Sprint(port), "serve_fastapi:application")
}

func runFlask(t *testing.T, dir string, all []*snippet) {
	pyModules(t, dir, "serve_flask.py", all)
	gunicorn(t, dir, all, "serve_flask")
}

func runDjango(t *testing.T, dir string, all []*snippet) {
	pyModules(t, dir, "serve_django.py", all)
	gunicorn(t, dir, all, "serve_django")
}

func gunicorn(t *testing.T, dir string, all []*snippet, module string) {
	port := onePort(all)
	serve(t, dir, []int{port}, filepath.Join(venv(t), "gunicorn"), "--bind", fmt.Sprintf("127.0.0.1:%d", port), "--worker-tmp-dir", dir, module+":application")
}

func runRequests(t *testing.T, dir string, all []*snippet) {
	files := pyModules(t, dir, "clients.py", all)
	spread(t, all, command(t, dir, filepath.Join(venv(t), "python"), append([]string{"clients.py"}, files...)...))
}

// parseCSharp only parses: .NET is in none of the places that the other frameworks come from.
func parseCSharp(t *testing.T, dir string, all []*snippet) {
	data(t, dir, "python/parse_csharp.py", "parse_csharp.py")
	args := []string{"parse_csharp.py"}
	for _, s := range all {
		write(t, dir, s.id+".cs", s.text)
		args = append(args, s.id+".cs")
	}
	command(t, dir, filepath.Join(venv(t), "python"), args...)
}
