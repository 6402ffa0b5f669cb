package server

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser is a Chromium that the tests of this file share.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("the browser tests take half a minute")
	}
	var path string
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Fatal("the browser tests need Chromium: “make browser” installs it")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// tab opens a page of its own for one journey; a failure leaves a screenshot.
func tab(t *testing.T, parent context.Context, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	var mu sync.Mutex
	var complaints []string
	chromedp.ListenTarget(ctx, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := ev.(type) {
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
				complaints = append(complaints, e.Entry.Text)
			}
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
				complaints = append(complaints, fmt.Sprint(e.Args))
			}
		}
	})
	err := chromedp.Run(ctx, append([]chromedp.Action{log.Enable()}, actions...)...)
	mu.Lock()
	defer mu.Unlock()
	for _, c := range complaints {
		t.Errorf("console: %s", c)
	}
	if err != nil {
		t.Error(err)
	}
	if t.Failed() {
		var shot []byte
		if chromedp.Run(ctx, chromedp.FullScreenshot(&shot, 80)) == nil {
			file := filepath.Join(os.TempDir(), "siteerror-"+strings.NewReplacer("/", "-", " ", "-").Replace(t.Name())+".jpg")
			if os.WriteFile(file, shot, 0o644) == nil {
				t.Log("screenshot: ", file)
			}
		}
	}
}

// expect waits until a JavaScript expression is true.
func expect(expression string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		var ok bool
		deadline := time.Now().Add(8 * time.Second)
		for time.Now().Before(deadline) {
			if err := chromedp.Evaluate("!!("+expression+")", &ok).Do(ctx); err == nil && ok {
				return nil
			}
			time.Sleep(40 * time.Millisecond)
		}
		return fmt.Errorf("never true: %s", expression)
	})
}

func scheme(name string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}})
}

// Every kind of page, in both themes and at three widths: quiet console, no
// sideways scroll, one h1, text that has contrast.
func TestPagesInABrowser(t *testing.T) {
	ctx := startBrowser(t)
	srv := httptest.NewServer(newServer(t, nil))
	defer srv.Close()
	paths := []string{"/", "/codes", "/codes/202", "/codes/502", "/codes/nginx-499", "/codes/iis-404.13", "/categories/client-error", "/vendors/cloudflare", "/compare", "/compare/401-vs-403", "/compare/301-vs-302-vs-307-vs-308",
		"/blog", "/blog/who-sent-this-502", "/docs/hosting", "/search?q=timeout", "/search?q=zzzzqqqq", "/cheatsheet", "/quiz?seed=7", "/playground", "/diagnose", "/checker", "/api"}
	for _, width := range []int64{320, 390, 1280} {
		for _, theme := range []string{"light", "dark"} {
			if width == 320 && theme == "dark" {
				continue
			}
			t.Run(fmt.Sprintf("%d %s", width, theme), func(t *testing.T) {
				tab(t, ctx, chromedp.EmulateViewport(width, 800), scheme(theme), chromedp.ActionFunc(func(ctx context.Context) error {
					for _, path := range paths {
						var wide, headings int
						var faint []string
						err := chromedp.Run(ctx, chromedp.Navigate(srv.URL+path),
							chromedp.Evaluate(`document.documentElement.scrollWidth - innerWidth`, &wide),
							chromedp.Evaluate(`document.querySelectorAll("h1").length`, &headings),
							chromedp.Evaluate(contrastScript, &faint))
						if err != nil {
							return fmt.Errorf("%s: %w", path, err)
						}
						if wide > 0 {
							t.Errorf("%s is %d px wider than the window", path, wide)
						}
						if headings != 1 {
							t.Errorf("%s has %d h1", path, headings)
						}
						for _, f := range faint {
							t.Errorf("%s: too little contrast: %s", path, f)
						}
					}
					return nil
				}))
			})
		}
	}
}

// contrastScript lists texts whose contrast with their background is below 4.5:1
// (WCAG 2.2, 1.4.3), by the formula given there.
const contrastScript = `(() => {
	const cv = document.createElement("canvas"); cv.width = cv.height = 1; const g = cv.getContext("2d", { willReadFrequently: true });
	const rgb = c => { g.clearRect(0, 0, 1, 1); g.fillStyle = c; g.fillRect(0, 0, 1, 1); return [...g.getImageData(0, 0, 1, 1).data] };
	const lum = ([r, g, b]) => { const f = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 }; return .2126 * f(r) + .7152 * f(g) + .0722 * f(b) };
	const back = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c } return [255, 255, 255, 255] };
	const out = new Set();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement, s = getComputedStyle(e);
		if (!walk.currentNode.data.trim() || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || e.closest(".hide, .skip, script, option")) continue;
		const a = lum(rgb(s.color)), b = lum(back(e)), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) out.add(e.tagName + "." + e.className + " " + ratio.toFixed(2) + " " + walk.currentNode.data.trim().slice(0, 30));
	}
	return [...out];
})()`

func TestJourneys(t *testing.T) {
	ctx := startBrowser(t)
	srv := httptest.NewServer(newServer(t, nil))
	defer srv.Close()
	open := func(path string) chromedp.Action { return chromedp.Navigate(srv.URL + path) }
	desk := chromedp.EmulateViewport(1280, 800)
	// The protocol types a character even where the page has used the key.
	slash := chromedp.Evaluate(`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true })); 0`, nil)
	enter := chromedp.Evaluate(`document.querySelector("#ui-q").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })); 0`, nil)
	flip := chromedp.Evaluate(`document.querySelector(".theme").click(); 0`, nil)

	t.Run("find by palette", func(t *testing.T) {
		tab(t, ctx, desk, open("/"), expect(`document.querySelector("#ui-q").getAttribute("role") === "combobox"`),
			slash, expect(`document.activeElement.id === "ui-q"`),
			chromedp.SendKeys("#ui-q", "502"), expect(`document.querySelector("[role=option][aria-selected=true]")?.textContent.includes("Bad Gateway")`),
			expect(`document.querySelector("#ui-q").getAttribute("aria-expanded") === "true"`),
			enter, expect(`location.pathname === "/codes/502"`))
	})
	t.Run("escape closes, words go to the search page", func(t *testing.T) {
		tab(t, ctx, desk, open("/"), expect(`document.querySelector("#ui-q").getAttribute("role") === "combobox"`),
			slash, chromedp.SendKeys("#ui-q", "bad gateway"), expect(`document.querySelectorAll("[role=option]").length > 2`),
			chromedp.KeyEvent(kb.Escape), expect(`!document.querySelector("[role=listbox]")`),
			chromedp.KeyEvent(kb.Enter), expect(`location.pathname === "/search" && new URLSearchParams(location.search).get("q") === "bad gateway"`))
	})
	t.Run("filter by facet and go back", func(t *testing.T) {
		tab(t, ctx, desk, open("/search?q=timeout"), expect(`document.documentElement.classList.contains("js")`),
			chromedp.Evaluate(`window.before = document.querySelector(".count").textContent; window.same = true`, nil),
			chromedp.Click(`//a[contains(., "Server error (")]`, chromedp.BySearch),
			expect(`location.search.includes("category=server-error") && location.search.includes("q=timeout") && window.same`),
			expect(`document.querySelector(".filters a[aria-current=true]")?.textContent.startsWith("Server error")`),
			chromedp.Evaluate(`history.back()`, nil), expect(`!location.search.includes("category") && document.querySelector(".count").textContent === window.before`))
	})
	t.Run("a language tab is kept", func(t *testing.T) {
		tab(t, ctx, desk, open("/codes/404"), chromedp.Click(`//button[@role="tab" and .="FastAPI"]`, chromedp.BySearch),
			expect(`document.querySelector("[role=tab][aria-selected=true]").textContent === "FastAPI"`),
			chromedp.KeyEvent(kb.ArrowRight), expect(`document.querySelector("[role=tab][aria-selected=true]").textContent === "Flask"`),
			open("/codes/500"), expect(`document.querySelector("[role=tab][aria-selected=true]").textContent === "Flask"`))
	})
	t.Run("copy", func(t *testing.T) {
		tab(t, ctx, desk, open("/codes/202"), chromedp.Click(".example .copy"), expect(`document.querySelector(".example .copy").textContent === "Copied"`))
	})
	t.Run("theme flips and stays", func(t *testing.T) {
		dark := `getComputedStyle(document.body).backgroundColor === "rgb(23, 25, 28)"`
		tab(t, ctx, desk, scheme("light"), open("/"), expect("!("+dark+")"), flip, expect(dark), open("/codes/202"), expect(dark),
			flip, expect("!("+dark+")"))
	})
	t.Run("compare", func(t *testing.T) {
		tab(t, ctx, desk, open("/compare"), chromedp.SendKeys("#ui-a", "403"), chromedp.SendKeys("#ui-b", "401"), chromedp.Submit("#ui-b"),
			expect(`location.pathname === "/compare/401-vs-403" && document.querySelector("h1").textContent === "401 vs 403"`))
	})
	t.Run("menu on a phone", func(t *testing.T) {
		tab(t, ctx, chromedp.EmulateViewport(390, 800), open("/"), expect(`document.querySelector("#ui-nav").checkVisibility() === false`),
			chromedp.Click(".menu"), expect(`document.querySelector("#ui-nav").checkVisibility() && document.querySelector(".menu").getAttribute("aria-expanded") === "true"`),
			chromedp.KeyEvent(kb.Escape), expect(`!document.querySelector("#ui-nav").checkVisibility() && document.activeElement.className.includes("menu")`))
	})
	t.Run("skip link", func(t *testing.T) {
		tab(t, ctx, desk, open("/codes/202"), chromedp.KeyEvent(kb.Tab), expect(`document.activeElement.textContent === "Skip to content"`), chromedp.KeyEvent(kb.Enter), expect(`document.activeElement.id === "main"`))
	})
	t.Run("quiz by keyboard", func(t *testing.T) {
		tab(t, ctx, desk, open("/quiz?seed=7"), chromedp.Focus(".quiz input[type=radio]"), chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.Enter),
			expect(`/Correct|Not quite/.test(document.querySelector(".feedback")?.textContent)`), expect(`document.activeElement.id === "ui-next"`),
			chromedp.KeyEvent(kb.Enter), expect(`document.querySelector("main").textContent.includes("2 of 10")`))
	})
	t.Run("playground", func(t *testing.T) {
		tab(t, ctx, desk, open("/playground?path=/status/202"), chromedp.Click("#ui-play button"), expect(`/^202 .*in \d+ ms$/.test(document.querySelector("#ui-tool-status").textContent)`))
	})
	t.Run("diagnose", func(t *testing.T) {
		tab(t, ctx, desk, open("/diagnose"), chromedp.SendKeys("#ui-paste", "curl: (52) Empty reply from server"), chromedp.Click(`//button[.="Diagnose"]`, chromedp.BySearch),
			expect(`document.querySelector(".findings a")?.getAttribute("href").startsWith("/codes/")`))
	})
	t.Run("without JavaScript", func(t *testing.T) {
		var title, panels string
		tab(t, ctx, desk, emulation.SetScriptExecutionDisabled(true), open("/"), chromedp.SendKeys("#ui-home-q", "queued"), chromedp.Submit("#ui-home-q"),
			chromedp.WaitVisible(".hits"), chromedp.Click(".hits a"), chromedp.WaitVisible(".codepage h1"), chromedp.Text("h1", &title), chromedp.Text(".tabs", &panels))
		if !strings.Contains(title, "202") {
			t.Errorf("h1 = %q, want 202 Accepted", title)
		}
		if !strings.Contains(panels, "FastAPI") || !strings.Contains(panels, "Express") {
			t.Error("without JavaScript every language's code must be readable")
		}
	})
}
