package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// cache is the folder of what the Makefile fetches and what the tests leave
// behind, from this package's.
const cache = "../../.cache"

// chromium is the one browser of the package's tests: each has a server, so an
// origin, and tabs of its own.
var chromium struct {
	start sync.Once
	ctx   context.Context
	stop  func()
	err   error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

// startBrowser returns the browser, for a test that runs beside others.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("the browser tests take minutes")
	}
	t.Parallel()
	chromium.start.Do(func() { chromium.ctx, chromium.stop, chromium.err = launch() })
	if chromium.err != nil {
		t.Fatal(chromium.err)
	}
	return chromium.ctx
}

// launch starts a Chromium; stop ends it.
func launch() (browser context.Context, stop func(), err error) {
	var path string
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		return nil, nil, errors.New("the browser tests need Chromium: “make browser” installs it")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	browser, _ = chromedp.NewContext(alloc, chromedp.WithErrorf(func(format string, args ...any) {
		if !strings.HasPrefix(format, "unhandled") { // events that are newer than the library
			fmt.Fprintf(os.Stderr, format+"\n", args...)
		}
	}))
	if err := chromedp.Run(browser); err != nil {
		stop()
		return nil, nil, fmt.Errorf("Chromium does not start: %w", err)
	}
	return browser, stop, nil
}

// tab opens a tab of its own, runs the actions in it, and holds the page to a
// quiet console and to its own origin. A failure leaves a screenshot.
func tab(t *testing.T, parent context.Context, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	defer stop()
	var mu sync.Mutex
	var complaints []string
	complain := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		complaints = append(complaints, fmt.Sprintf(format, args...))
	}
	chromedp.ListenTarget(ctx, func(ev any) {
		switch e := ev.(type) {
		case *runtime.EventExceptionThrown:
			complain("exception: %s", e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
				complain("console: %s", e.Entry.Text)
			}
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
				complain("console: %v", e.Args)
			}
		case *network.EventRequestWillBeSent:
			if u := e.Request.URL; strings.HasPrefix(u, "http") && !strings.HasPrefix(u, "http://127.0.0.1:") {
				complain("a request to another origin: %s", u)
			}
		}
	})
	err := chromedp.Run(ctx, append([]chromedp.Action{log.Enable(), network.Enable(), emulation.SetFocusEmulationEnabled(true)}, actions...)...)
	mu.Lock()
	defer mu.Unlock()
	for _, c := range complaints {
		t.Error(c)
	}
	if err != nil {
		t.Error(err)
	}
	if t.Failed() {
		screenshot(t, ctx, "")
	}
}

// screenshot leaves a picture of the tab in .cache/screenshots.
func screenshot(t *testing.T, ctx context.Context, suffix string) {
	t.Helper()
	var shot []byte
	if err := chromedp.Run(ctx, chromedp.FullScreenshot(&shot, 80)); err != nil {
		t.Log("no screenshot: ", err)
		return
	}
	dir := filepath.Join(cache, "screenshots")
	file := filepath.Join(dir, strings.NewReplacer("/", "-", " ", "-", "?", "-", "=", "-", "&", "-").Replace(t.Name()+suffix)+".jpg")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Log(err)
		return
	}
	if err := os.WriteFile(file, shot, 0o644); err != nil {
		t.Log(err)
		return
	}
	t.Log("screenshot: ", strings.TrimPrefix(file, "../../"))
}

// expect waits until a JavaScript expression is true.
func expect(expression string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		var ok bool
		deadline := time.Now().Add(time.Minute)
		for time.Now().Before(deadline) {
			if err := chromedp.Evaluate("!!("+expression+")", &ok).Do(ctx); err == nil && ok {
				return nil
			}
			time.Sleep(40 * time.Millisecond)
		}
		return fmt.Errorf("never true: %s", expression)
	})
}

// js runs JavaScript for its effect.
func js(script string) chromedp.Action { return chromedp.Evaluate(script+"; 0", nil) }

// scheme is a reader's who prefers a theme, and no motion: colors change at once.
func scheme(name string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}})
}

// Rules of axe-core: everything for WCAG 2.2 A and AA and its best practices, and
// those among them that a theme's colors can break.
const (
	everyRule  = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	colorRules = `["color-contrast", "link-in-text-block"]`
)

// axe judges the page as it stands by the rules, and returns a line for each
// violation.
func axe(t *testing.T) func(ctx context.Context, rules string) ([]string, error) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(cache, "axe/node_modules/axe-core/axe.min.js"))
	if err != nil {
		t.Fatal("the browser tests need axe-core: “make browser” fetches it: ", err)
	}
	return func(ctx context.Context, rules string) ([]string, error) {
		var there bool
		if err := chromedp.Evaluate(`typeof axe === "object"`, &there).Do(ctx); err != nil {
			return nil, err
		}
		if !there {
			if err := chromedp.Evaluate(string(source)+"; 0", nil).Do(ctx); err != nil {
				return nil, err
			}
		}
		run := `axe.run(document, { runOnly: ` + rules + `, resultTypes: ["violations"] })
			.then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + " (" + v.help + "): " + n.target.join(" ") + " " + n.html.slice(0, 160) + " " + (n.any[0]?.message ?? ""))))`
		var violations []string
		err := chromedp.Evaluate(run, &violations, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }).Do(ctx)
		return violations, err
	}
}

// accessible is axe as a step of a journey.
func accessible(t *testing.T) chromedp.Action {
	judge := axe(t)
	return chromedp.ActionFunc(func(ctx context.Context) error {
		violations, err := judge(ctx, everyRule)
		for _, v := range violations {
			t.Errorf("axe: %s", v)
		}
		return err
	})
}
