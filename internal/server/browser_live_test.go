package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"siteerror/internal/catalog"
	"siteerror/internal/library"
)

// Under --watch an open page shows what its author has just saved, by itself, and
// the last good version when what was saved is wrong.
func TestLiveReload(t *testing.T) {
	ctx := startBrowser(t)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "codes"), 0o755); err != nil {
		t.Fatal(err)
	}
	save := func(name, text string) chromedp.Action {
		return chromedp.ActionFunc(func(context.Context) error {
			return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
		})
	}
	if err := os.WriteFile(filepath.Join(dir, "runbook.md"), []byte("# Payments\n\nCall Ann.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	lib, err := library.Open(ctx, library.Config{
		Sources: func() ([]catalog.Source, func(), error) {
			root, err := os.OpenRoot(dir)
			if err != nil {
				return nil, nil, err
			}
			return []catalog.Source{{Name: dir, Dir: dir, FS: root.FS()}}, func() { _ = root.Close() }, nil
		},
		Options: catalog.Options{Keep: true},
		Log:     slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lib.Close)
	watch, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- lib.Watch(watch, []string{dir}) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
	handler, err := New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Live: true})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	says := func(text string) chromedp.Action {
		return expect(`document.querySelector("main").textContent.includes("` + text + `")`)
	}
	tab(t, ctx, desk, chromedp.Navigate(srv.URL+"/docs/runbook"), ready, says("Call Ann."),
		chromedp.ActionFunc(func(ctx context.Context) error { // the watcher has to look before something changes: save until it has
			for deadline := time.Now().Add(2 * time.Minute); lib.Builds().Published < 2; time.Sleep(500 * time.Millisecond) {
				if time.Now().After(deadline) {
					return errors.New("the watcher sees nothing")
				}
				if err := save("other.md", "# "+time.Now().String()+"\n").Do(ctx); err != nil {
					return err
				}
			}
			return nil
		}),
		save("runbook.md", "# Payments\n\nCall Bob.\n"), says("Call Bob."),
		save("codes/bad.md", "---\ncode: bad\n---\n"), expect(`fetch("/-/status?format=json").then(r => r.text()).then(t => { window.failed = t.includes("codes/bad.md") }), window.failed`),
		chromedp.Reload(), says("Call Bob."),
		chromedp.ActionFunc(func(context.Context) error { return os.Remove(filepath.Join(dir, "codes/bad.md")) }),
		save("runbook.md", "# Payments\n\nCall Cleo.\n"), says("Call Cleo."))
}
