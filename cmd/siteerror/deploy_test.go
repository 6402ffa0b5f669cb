package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"siteerror/internal/config"
	"siteerror/internal/library"
	"siteerror/internal/server"
)

// What is shipped for operators speaks of options and metrics that there are.
func TestDeploymentFiles(t *testing.T) {
	t.Parallel()
	c := &command{out: io.Discard, err: io.Discard}
	flags := c.root().Flags()
	flags.AddFlagSet(c.root().PersistentFlags())
	f := &contentFlags{builtin: true}
	cfg, err := c.libraryConfig(f, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	lib, err := library.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer lib.Close()
	srv, err := server.New(server.Config{Library: lib, Log: slog.New(slog.DiscardHandler), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, httptest.NewRequest("GET", "/codes", nil))
	w = httptest.NewRecorder()
	srv.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	metrics := w.Body.String()

	files, err := filepath.Glob("deploy/*")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	metric := regexp.MustCompile(`\b(siteerror_[a-z_]+|process_[a-z_]+|go_[a-z_]+)\b`)
	variable := regexp.MustCompile(`\bSITEERROR_[A-Z_]+`)
	for _, file := range append(files, "../../Dockerfile") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(src)
		switch base := filepath.Base(file); {
		case base == "grafana.json":
			if !json.Valid(src) {
				t.Errorf("%s is no JSON", file)
			}
			fallthrough
		case base == "alerts.yaml":
			for _, m := range metric.FindAllString(text, -1) {
				if !strings.Contains(metrics, "\n"+m+"{") && !strings.Contains(metrics, "\n"+m+" ") {
					t.Errorf("%s: there is no metric %s", file, m)
				}
			}
		}
		for _, v := range variable.FindAllString(text, -1) {
			if flags.Lookup(strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(v, "SITEERROR_"), "_", "-"))) == nil {
				t.Errorf("%s: no flag is set by %s", file, v)
			}
		}
		if filepath.Ext(file) != ".yaml" {
			continue
		}
		dec := yaml.NewDecoder(strings.NewReader(text))
		for {
			var doc struct {
				Kind string            `yaml:"kind"`
				Data map[string]string `yaml:"data"`
			}
			if err := dec.Decode(&doc); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if s := doc.Data[config.Name]; s != "" {
				checkSettings(t, file, s)
			}
		}
		if filepath.Base(file) == config.Name {
			checkSettings(t, file, text)
			checkSettings(t, file+", the commented options", strings.ReplaceAll(text, "  # ", "  "))
		}
	}
}

// checkSettings takes a siteerror.yaml as the command does.
func checkSettings(t *testing.T, where, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), config.Name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	if status := run(context.Background(), []string{"config", "--config", file}, nil, io.Discard, &errs); status != exitDone {
		t.Errorf("%s: %s", where, errs.String())
	}
}
