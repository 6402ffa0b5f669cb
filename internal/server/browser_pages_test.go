package server

import (
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"siteerror/internal/misses"
)

// pageKinds has an address of every kind of page, and of its longest ones.
var pageKinds = []string{
	"/", "/codes", "/codes/202", "/codes/502", "/codes/nginx-499", "/codes/iis-404.13", "/categories/client-error", "/vendors/cloudflare", "/vendors/iis",
	"/compare", "/compare/401-vs-403", "/compare/301-vs-302-vs-307-vs-308", "/blog", "/blog/tags/nginx", "/blog/who-sent-this-502", "/docs", "/docs/hosting",
	"/search", "/search?q=timeout", "/search?q=timeout&category=server-error", "/search?q=zzzzqqqq", "/cheatsheet", "/cheatsheet?vendor=iis",
	"/quiz?seed=7", "/quiz?seed=7&answer=1", "/quiz?seed=7&answers=012301230&answer=1", "/quiz?seed=7&answers=0123012301", "/playground", "/diagnose", "/checker", "/api",
}

// brokenPages answer with an error, which the console mentions.
var brokenPages = []string{"/nothing-here", "/299", "/499"}

// Every kind of page, in both themes, on a phone and on a desk: no violation of
// axe's rules, a quiet console, no sideways scroll, one h1.
func TestPagesInABrowser(t *testing.T) {
	ctx := startBrowser(t)
	srv := httptest.NewServer(reader(t))
	t.Cleanup(srv.Close)
	judgePages(t, ctx, srv.URL, pageKinds)
}

// What hosts add has the same form: whatever Markdown can hold, a folder, an
// addition to a shipped page, and the pages for whoever runs the server.
func TestHostedPagesInABrowser(t *testing.T) {
	ctx := startBrowser(t)
	counts, err := misses.Open(filepath.Join(t.TempDir(), "misses"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s := hosting(t, Config{Misses: counts}, acme(map[string]string{
		"docs/runbooks/_index.md": "# Runbooks\n\nBegin with the symptom.\n",
		"docs/runbooks/all.md": "# All of it\n\n:::note\nOne.\n:::\n\n:::tip[Faster]\nTwo.\n:::\n\n:::warning\nThree.\n:::\n\n:::danger\nFour.\n:::\n\n> [!NOTE]\n> Five.\n\n" +
			"!!! info \"Six\"\n    Seven.\n\n- [x] done\n- [ ] to do\n\nTerm\n: What it means.\n\n| a | b |\n| - | - |\n| 1 | `a-very-long-word-that-no-phone-is-wide-enough-to-show-in-one-line-of-a-table` |\n\nA note.[^1]\n\n[^1]: Below.\n",
	}))
	for range 3 {
		get(t, s, "/search?q=flux+capacitor")
	}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	if _, page := get(t, s, "/docs/runbooks"); strings.Contains(page, "On this page") || !strings.Contains(page, "In this section") {
		t.Error("a page without sections has a list of them, or a folder none of its pages")
	}
	judgePages(t, ctx, srv.URL, []string{"/docs/runbooks/all", "/docs/runbooks", "/docs/a%20b/%C3%9Cn%C3%AF", "/codes/502", "/codes/acme-PAY-1042", "/search?q=gateway", "/-/status", "/misses"})
}

// judgePages holds each page to axe's rules in both themes, on a phone and on a
// desk, to a quiet console and to its window.
func judgePages(t *testing.T, ctx context.Context, url string, paths []string) {
	for _, width := range []int64{390, 1280} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			judge := axe(t)
			tab(t, ctx, chromedp.EmulateViewport(width, 800), chromedp.ActionFunc(func(ctx context.Context) error {
				for _, path := range paths {
					if err := chromedp.Run(ctx, scheme("light"), chromedp.Navigate(url+path)); err != nil {
						return fmt.Errorf("%s: %w", path, err)
					}
					ok := fits(t, ctx, path)
					violations, err := judge(ctx, everyRule)
					if err != nil {
						return fmt.Errorf("%s: %w", path, err)
					}
					if err := chromedp.Run(ctx, scheme("dark")); err != nil {
						return err
					}
					dark, err := judge(ctx, colorRules) // the dark theme changes nothing but colors
					if err != nil {
						return fmt.Errorf("%s, dark: %w", path, err)
					}
					for _, v := range append(violations, dark...) {
						ok = false
						t.Errorf("%s: %s", path, v)
					}
					if !ok {
						screenshot(t, ctx, path)
					}
				}
				return nil
			}))
		})
	}
}

// fits reports whether the page has one h1 and is no wider than its window.
func fits(t *testing.T, ctx context.Context, path string) bool {
	t.Helper()
	var wide, headings int
	var culprit string
	err := chromedp.Run(ctx,
		chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &wide),
		chromedp.Evaluate(`document.querySelectorAll("h1").length`, &headings),
		chromedp.Evaluate(`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && e.checkVisibility()).slice(0, 3).map(e => e.tagName + "." + e.className).join(", ")`, &culprit))
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	if wide > 0 {
		t.Errorf("%s is %d px wider than the window: %s", path, wide, culprit)
	}
	if headings != 1 {
		t.Errorf("%s has %d h1", path, headings)
	}
	return err == nil && wide <= 0 && headings == 1
}

// Small windows, large zoom, large type: 320 px is also 1280 px at 400 %, and
// 640 px is 1280 px at 200 %.
func TestPagesReflow(t *testing.T) {
	ctx := startBrowser(t)
	srv := httptest.NewServer(reader(t))
	t.Cleanup(srv.Close)
	for _, tt := range []struct {
		name  string
		width int64
		font  int64 // px of the root
	}{{"320 px", 320, 16}, {"200 % zoom", 640, 16}, {"doubled root font", 1280, 32}, {"doubled root font on a phone", 390, 32}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			large := chromedp.ActionFunc(func(ctx context.Context) error {
				return page.SetFontSizes(&page.FontSizes{Standard: tt.font, Fixed: tt.font}).Do(ctx)
			})
			tab(t, ctx, chromedp.EmulateViewport(tt.width, 800), large, chromedp.ActionFunc(func(ctx context.Context) error {
				for _, path := range pageKinds {
					if err := chromedp.Run(ctx, chromedp.Navigate(srv.URL+path)); err != nil {
						return fmt.Errorf("%s: %w", path, err)
					}
					if !fits(t, ctx, path) {
						screenshot(t, ctx, path)
					}
				}
				return nil
			}))
		})
	}
}

// Error pages are pages too; only the console says that they are errors.
func TestErrorPagesAreAccessible(t *testing.T) {
	ctx := startBrowser(t)
	srv := httptest.NewServer(reader(t))
	defer srv.Close()
	judge := axe(t)
	ctx, cancel := chromedp.NewContext(ctx)
	defer cancel()
	for _, path := range brokenPages {
		var violations []string
		err := chromedp.Run(ctx, chromedp.EmulateViewport(390, 800), chromedp.Navigate(srv.URL+path), chromedp.ActionFunc(func(ctx context.Context) (err error) {
			violations, err = judge(ctx, everyRule)
			return err
		}))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, v := range violations {
			t.Errorf("%s: %s", path, v)
		}
		if !fits(t, ctx, path) || len(violations) > 0 {
			screenshot(t, ctx, path)
		}
	}
}

// With forced colours the current class and the chosen tab still differ from the
// others, by their border.
func TestForcedColors(t *testing.T) {
	ctx := startBrowser(t)
	srv := httptest.NewServer(reader(t))
	defer srv.Close()
	forced := emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}})
	border := func(selector string) string {
		return `parseFloat(getComputedStyle(document.querySelector("` + selector + `")).borderTopWidth)`
	}
	tab(t, ctx, chromedp.EmulateViewport(1280, 800), forced, chromedp.Navigate(srv.URL+"/codes/502"),
		expect(border(".thumb [aria-current]")+" > "+border(".thumb a:not([aria-current])")),
		expect(border("[role=tab][aria-selected=true]")+" > "+border("[role=tab][aria-selected=false]")),
		expect(border(".hops .lit")+" > "+border(".hops li:not(.lit)")))
}
