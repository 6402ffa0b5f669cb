package server

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	cdbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var (
	desk  = chromedp.EmulateViewport(1280, 800)
	phone = chromedp.EmulateViewport(390, 844)
)

// key presses a key where the focus is. The protocol types a character even
// where the page has used the key, so those that the page uses are sent alone.
func key(name string) chromedp.Action {
	return js(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "` + name + `", bubbles: true, cancelable: true }))`)
}

// ready is when the page's script has run.
var ready = expect(`document.querySelector("#ui-q").getAttribute("role") === "combobox"`)

// painted waits until everything is loaded and the page has been painted as it then stands.
var painted = chromedp.Tasks{
	expect(`document.readyState === "complete"`),
	js(`window.painted = false; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => { window.painted = true })))`), expect(`window.painted`),
}

// steady loads a page and holds that nothing in it moves meanwhile. On a busy
// machine a browser may paint half a page, which moves whatever the page does; so
// one of five loads has to be steady.
func steady(load, loaded chromedp.Action) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		var shift float64
		for range 5 {
			if err := chromedp.Run(ctx, load, ready,
				js(`window.shift = 0; new PerformanceObserver(l => { for (const e of l.getEntries()) window.shift += e.value }).observe({ type: "layout-shift", buffered: true })`),
				loaded, painted, chromedp.Evaluate("window.shift", &shift), chromedp.Navigate("about:blank")); err != nil {
				return err
			}
			if shift <= .02 {
				return nil
			}
		}
		return fmt.Errorf("the page moves by %.3f while it is loaded", shift)
	})
}

func journeys(t *testing.T) (open func(path string) chromedp.Action, run func(name string, actions ...chromedp.Action)) {
	ctx := startBrowser(t)
	srv := httptest.NewServer(reader(t))
	t.Cleanup(srv.Close)
	open = func(path string) chromedp.Action { return chromedp.Navigate(srv.URL + path) }
	run = func(name string, actions ...chromedp.Action) {
		// Every journey begins with a browser that remembers nothing.
		forget := storage.ClearDataForOrigin(srv.URL, "local_storage")
		t.Run(name, func(t *testing.T) { tab(t, ctx, append([]chromedp.Action{forget}, actions...)...) })
	}
	return open, run
}

const (
	selected = `document.querySelector("[role=option][aria-selected=true]")`
	chosen   = `document.querySelector(".tabs:not(.inner) > [role=tablist] [role=tab][aria-selected=true]").textContent`
)

func TestPalette(t *testing.T) {
	open, run := journeys(t)
	type q = string
	typed := func(text q) chromedp.Action { return chromedp.SendKeys("#ui-q", text) }
	run("slash, an exact code, Enter", desk, open("/"), ready, key("/"), expect(`document.activeElement.id === "ui-q"`),
		typed("502"), expect(selected+`?.textContent.includes("Bad Gateway")`),
		expect(`document.querySelector("#ui-q").getAttribute("aria-expanded") === "true"`),
		expect(`document.querySelector("#ui-q").getAttribute("aria-activedescendant") === `+selected+`.id`),
		expect(`/^\d+ results?$/.test(document.querySelector("#ui-status").textContent)`), accessible(t),
		key("Enter"), expect(`location.pathname === "/codes/502"`))
	run("from a deep page by Ctrl+K, a vendor's id", desk, open("/blog/who-sent-this-502"), ready,
		js(`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true, cancelable: true }))`),
		expect(`document.activeElement.id === "ui-q"`), typed("cf 520"), expect(selected+`?.textContent.includes("520")`),
		key("Enter"), expect(`location.pathname === "/codes/cloudflare-520"`))
	run("a comparison is preselected", desk, open("/"), ready, key("/"), typed("401 vs 403"), expect(selected+`?.textContent === "Compare 401 and 403"`),
		key("Enter"), expect(`location.pathname === "/compare/401-vs-403"`))
	run("words preselect nothing; Escape closes; Enter searches", desk, open("/"), ready, key("/"), typed("bad gateway"),
		expect(`document.querySelectorAll("[role=option]").length > 2 && document.querySelector("[role=option] mark")`), expect("!"+selected),
		chromedp.KeyEvent(kb.Escape), expect(`!document.querySelector("[role=listbox]") && document.querySelector("#ui-q").value === "bad gateway"`),
		chromedp.KeyEvent(kb.Enter), expect(`location.pathname === "/search" && new URLSearchParams(location.search).get("q") === "bad gateway"`))
	run("arrows wrap around", desk, open("/"), ready, key("/"), typed("timeout"), expect(`document.querySelectorAll("[role=option]").length > 2`),
		key("ArrowUp"), expect(`[...document.querySelectorAll("[role=option]")].at(-1).ariaSelected === "true"`),
		key("ArrowDown"), expect(`document.querySelector("[role=option]").ariaSelected === "true"`))
	run("a pasted log line is understood", desk, open("/"), ready, key("/"),
		typed("connect() failed (111: Connection refused) while connecting to upstream"),
		expect(`document.querySelector(".palette .group")?.textContent === "Understood"`), expect(selected+`?.textContent.includes("502")`),
		js(`[...document.querySelectorAll("[role=option]")].at(-1).click()`),
		expect(`location.pathname === "/diagnose" && document.querySelector(".findings a").textContent.includes("502")`))
	run("recent searches and often asked codes before anything is typed", desk, open("/"), ready, key("/"), typed("504"), expect(selected),
		key("Enter"), expect(`location.pathname === "/codes/504"`), ready, key("/"),
		expect(`[...document.querySelectorAll(".palette .group")].map(g => g.textContent).join() === "Recent searches,Often asked"`),
		expect(`document.querySelector("[role=option]").textContent === "504"`), accessible(t))
	run("nothing found has its own words", desk, open("/"), ready, key("/"), typed("zzzzqqqq"), expect(`document.querySelector(".palette")?.textContent.startsWith("No results for")`))
	run("a slash in a field stays a character; the shortcut can be switched off", desk, open("/"), ready,
		chromedp.SendKeys("#ui-home-q", "a/b"), expect(`document.querySelector("#ui-home-q").value === "a/b"`),
		js(`document.querySelector("#ui-slash").click()`), open("/codes"), ready, js(`document.body.focus()`), key("/"), expect(`document.activeElement.id !== "ui-q"`))
}

func TestSearchPage(t *testing.T) {
	open, run := journeys(t)
	count := `document.querySelector(".count").textContent`
	run("filter by facet and go back", desk, open("/search?q=timeout"), ready,
		js(`window.before = `+count+`; window.same = true`),
		chromedp.Click(`//a[contains(., "Server error (")]`, chromedp.BySearch),
		expect(`location.search.includes("category=server-error") && location.search.includes("q=timeout") && window.same`),
		expect(`document.querySelector(".filters a[aria-current=true]")?.textContent.startsWith("Server error") && `+count+` !== window.before`),
		expect(`document.querySelector(".chips.active").textContent.includes("Remove Category: Server error")`),
		expect(`document.activeElement.textContent.startsWith("Server error")`),
		js(`history.back()`), expect(`!location.search.includes("category") && `+count+` === window.before && window.same`),
		js(`history.forward()`), expect(`location.search.includes("category=server-error") && document.querySelector(".chips.active")`))
	run("filters are a sheet on a phone", phone, open("/search?q=timeout"), ready, expect(`!document.querySelector(".panel").checkVisibility()`),
		chromedp.Click(".filters > summary"), expect(`document.querySelector("dialog.drawer[open] .panel").checkVisibility()`), accessible(t),
		chromedp.Click(`//dialog//a[contains(., "Server error (")]`, chromedp.BySearch),
		expect(`location.search.includes("category=server-error") && document.querySelector("dialog.drawer a[aria-current=true]")`),
		chromedp.KeyEvent(kb.Escape), expect(`!document.querySelector("dialog") && document.querySelector(".filters > summary").textContent.includes("(1)")`),
		expect(`document.activeElement === document.querySelector(".filters > summary")`))
	run("a filter to blame is offered for removal", desk, open("/search?q=teapot&category=redirection"), expect(`document.querySelector("main").textContent.includes("Nothing matches with these filters")`),
		chromedp.Click(`//li/a[.="Remove Category: Redirection"]`, chromedp.BySearch), expect(`!location.search.includes("category")`))
}

func TestCodePage(t *testing.T) {
	open, run := journeys(t)
	run("what matters stands above the fold", desk, open("/codes/502"), ready,
		expect(`[".numeral", ".name", ".verdict", ".facts", ".example pre", ".hops", ".roles"].every(s => document.querySelector(s).getBoundingClientRect().bottom <= 800)`))
	run("on a phone the answer does", phone, open("/codes/502"), ready,
		expect(`[".numeral", ".name", ".verdict", ".facts"].every(s => document.querySelector(s).getBoundingClientRect().bottom <= 844)`))
	run("a language tab is kept", desk, open("/codes/404"), ready, chromedp.Click(`//button[@role="tab" and .="Python"]`, chromedp.BySearch),
		expect(chosen+` === "Python"`), chromedp.Click(`//button[@role="tab" and .="Flask"]`, chromedp.BySearch),
		expect(`document.querySelector("[role=tabpanel]:not([hidden]) .inner [role=tabpanel]:not([hidden])").dataset.tab === "Flask"`),
		open("/codes/500"), ready, expect(chosen+` === "Python"`),
		expect(`document.querySelector("[role=tabpanel]:not([hidden]) .inner [role=tab][aria-selected=true]").textContent === "Flask"`),
		js(`document.querySelector(".tabs:not(.inner) > [role=tablist] [aria-selected=true]").focus()`),
		chromedp.KeyEvent(kb.End), js(`window.last = `+chosen), chromedp.KeyEvent(kb.Home), expect(chosen+` !== window.last`),
		chromedp.KeyEvent(kb.ArrowLeft), expect(chosen+` === window.last && document.activeElement.textContent === window.last`))
	run("tabs take their place without moving the page", desk, open("/codes/404"), chromedp.Click(`//button[@role="tab" and .="Python"]`, chromedp.BySearch),
		steady(open("/codes/500#code"), expect(chosen+` === "Python"`)))
	run("copy", desk, grant(cdbrowser.PermissionTypeClipboardReadWrite), open("/codes/202"), ready, chromedp.Click(".example .copy"),
		expect(`document.querySelector(".example .copy").textContent === "Copied" && document.querySelector("#ui-status").textContent === "Copied"`),
		js(`navigator.clipboard.readText().then(t => { window.copied = t })`), expect(`window.copied === document.querySelector(".example pre code").textContent`))
	run("copy as Markdown", desk, grant(cdbrowser.PermissionTypeClipboardReadWrite), open("/codes/202"), ready, js(`document.querySelector(".copymd").click()`),
		expect(`document.querySelector(".copymd").textContent === "Copied"`),
		js(`navigator.clipboard.readText().then(t => { window.copied = t })`), expect(`window.copied?.startsWith("# 202 Accepted")`))
	run("previous and next", desk, open("/codes/202"), ready, chromedp.Click("a[rel=next]"), expect(`location.pathname === "/codes/203"`), ready,
		chromedp.Click("a[rel=prev]"), expect(`location.pathname === "/codes/202"`))
}

// grant lets the page use what a reader would have been asked for.
func grant(p cdbrowser.PermissionType) chromedp.Action {
	return cdbrowser.GrantPermissions([]cdbrowser.PermissionType{p})
}

func TestFrame(t *testing.T) {
	open, run := journeys(t)
	dark := `getComputedStyle(document.body).backgroundColor === "rgb(23, 25, 28)"`
	flip := js(`document.querySelector(".theme").click()`)
	run("the theme follows the system, flips and stays", desk, scheme("light"), open("/"), ready, expect("!("+dark+")"), scheme("dark"), expect(dark), scheme("light"),
		flip, expect(dark), open("/codes/202"), expect(dark), expect(`document.querySelector(".theme").getAttribute("aria-label") === "Theme: dark"`),
		flip, expect("!("+dark+")"), scheme("dark"), expect("!("+dark+")"))
	run("menu on a phone", phone, open("/"), ready, expect(`document.querySelector("#ui-nav").checkVisibility() === false`),
		chromedp.Click(".menu"), expect(`document.querySelector("#ui-nav").checkVisibility() && document.querySelector(".menu").getAttribute("aria-expanded") === "true"`), accessible(t),
		chromedp.KeyEvent(kb.Escape), expect(`!document.querySelector("#ui-nav").checkVisibility() && document.activeElement.className.includes("menu")`))
	run("skip link", desk, open("/codes/202"), ready, chromedp.KeyEvent(kb.Tab), expect(`document.activeElement.textContent === "Skip to content"`),
		chromedp.KeyEvent(kb.Enter), expect(`document.activeElement.id === "main"`))
	run("a long list is narrowed", desk, open("/codes"), ready, chromedp.SendKeys("#ui-narrow", "gateway"),
		expect(`[...document.querySelectorAll(".grid li")].filter(li => li.checkVisibility()).every(li => /gateway/i.test(li.textContent))`),
		expect(`/^\d+ codes?$/.test(document.querySelector("#ui-status").textContent)`))
}

func TestComparison(t *testing.T) {
	open, run := journeys(t)
	first := `document.querySelector(".compare thead th .num").textContent`
	run("pick two", desk, open("/compare"), ready, chromedp.SendKeys("#ui-a", "403"), chromedp.SendKeys("#ui-b", "401"), chromedp.Submit("#ui-b"),
		expect(`location.pathname === "/compare/401-vs-403" && document.querySelector("h1").textContent === "401 vs 403"`))
	run("the picker suggests what the server knows", desk, open("/compare"), ready, chromedp.SendKeys("#ui-a", "iis 404.13"),
		expect(`document.querySelector("#ui-codes option[value='iis-404.13']")`))
	run("swap, fold, add, remove", desk, open("/compare/401-vs-403"), ready, expect(first+` === "401"`), chromedp.Click(".swap"), expect(first+` === "403" && document.querySelector("#ui-cmp-0").value === "403"`),
		chromedp.Click(".fold"), expect(`!document.querySelector(".equal").checkVisibility() && document.querySelector(".fold").getAttribute("aria-expanded") === "false"`), accessible(t),
		chromedp.SendKeys("#ui-cmp-add", "404"), chromedp.Submit("#ui-cmp-add"), expect(`location.pathname === "/compare/401-vs-403-vs-404"`), ready,
		chromedp.Click(`//a[contains(., "Remove") and contains(., "403")]`, chromedp.BySearch), expect(`location.pathname === "/compare/401-vs-404"`))
	run("aligned on a phone", phone, open("/compare/401-vs-403"), ready,
		expect(`[...document.querySelectorAll(".compare tbody tr")].every(r => r.cells[1].getBoundingClientRect().top === r.cells[2].getBoundingClientRect().top)`))
}

func TestQuiz(t *testing.T) {
	open, run := journeys(t)
	steps := []chromedp.Action{desk, open("/quiz?seed=7"), ready}
	for i := range 10 {
		steps = append(steps, expect(fmt.Sprintf(`document.querySelector(".quizbar").textContent.includes("%d of 10")`, i+1)),
			expect(`document.querySelector(".quiz button")`), key("1"), expect(`document.activeElement.type === "radio" && document.activeElement.checked`),
			chromedp.KeyEvent(kb.Enter), expect(`/Correct|Not quite/.test(document.querySelector(".feedback")?.textContent)`),
			expect(`document.activeElement.classList.contains("button")`))
		if i == 0 {
			steps = append(steps, accessible(t), expect(`/Correct|Not quite/.test(document.querySelector("#ui-status").textContent)`))
		}
		if i < 9 {
			steps = append(steps, chromedp.KeyEvent(kb.Enter))
		}
	}
	steps = append(steps, expect(`!document.querySelector(".review")`), expect(`/1 round, best \d/.test(document.querySelector("#ui-score").textContent)`),
		js(`location.reload()`), ready, expect(`/1 round,/.test(document.querySelector("#ui-score").textContent)`),
		expect(`document.activeElement.id === "ui-next"`), chromedp.KeyEvent(kb.Enter),
		expect(`document.querySelectorAll(".review > li").length === 10`), expect(`document.activeElement.id === "ui-again"`))
	run("a round by keyboard alone, remembered", steps...)
}

func TestTools(t *testing.T) {
	open, run := journeys(t)
	run("playground", desk, open("/playground?path=/status/202"), ready, chromedp.Click("#ui-play button"), expect(`/^202 .*in \d+ ms$/.test(document.querySelector("#ui-tool-status").textContent)`))
	run("diagnose", desk, open("/diagnose"), ready, chromedp.SendKeys("#ui-paste", "curl: (52) Empty reply from server"), chromedp.Click(`//button[.="Diagnose"]`, chromedp.BySearch),
		expect(`document.querySelector(".findings a")?.getAttribute("href").startsWith("/codes/")`), accessible(t))
}

func TestWithoutJavaScript(t *testing.T) {
	open, run := journeys(t)
	off := emulation.SetScriptExecutionDisabled(true)
	var title, panels, score, hits string
	run("search, read", desk, off, open("/"), chromedp.SendKeys("#ui-home-q", "queued"), chromedp.Submit("#ui-home-q"),
		chromedp.WaitVisible(".hits"), chromedp.Click(".hits a"), chromedp.WaitVisible(".codepage h1"), chromedp.Text("h1", &title), chromedp.Text(".tabs", &panels))
	if !strings.Contains(title, "202") {
		t.Errorf("h1 = %q, want 202 Accepted", title)
	}
	if !strings.Contains(panels, "FastAPI") || !strings.Contains(panels, "Express") {
		t.Error("without JavaScript every language's code must be readable")
	}
	run("facets, on a phone", phone, off, open("/search?q=timeout"), chromedp.Click(`//a[contains(., "Server error (")]`, chromedp.BySearch),
		chromedp.WaitVisible(".chips.active"), chromedp.Text(".count", &hits))
	if !strings.Contains(hits, "results for") {
		t.Errorf("count = %q", hits)
	}
	steps := []chromedp.Action{desk, off, open("/quiz?seed=7")}
	for range 10 {
		steps = append(steps, chromedp.WaitVisible(".quiz button"), chromedp.Click(".quiz .row input"), chromedp.Click(".quiz button"), chromedp.WaitVisible(".feedback"), chromedp.Click("#ui-next"))
	}
	run("a round of the quiz", append(steps, chromedp.WaitVisible(".review"), chromedp.Text("#ui-end", &score))...)
	if !strings.HasSuffix(score, "of 10 right") {
		t.Errorf("score = %q", score)
	}
}

// Below a base path, and behind another name than the site's own, every step
// stays below it.
func TestBelowABasePath(t *testing.T) {
	ctx := startBrowser(t)
	srv := httptest.NewServer(newServer(t, func(c *Config) { c.BaseURL, c.BasePath = "https://intra.example/help", "/help" }))
	defer srv.Close()
	tab(t, ctx, desk, chromedp.Navigate(srv.URL+"/help/"), ready, key("/"), chromedp.SendKeys("#ui-q", "502"), expect(selected+`?.textContent.includes("Bad Gateway")`),
		key("Enter"), expect(`location.pathname === "/help/codes/502"`), ready,
		chromedp.Click(`//button[@role="tab" and .="Go"]`, chromedp.BySearch), expect(chosen+` === "Go"`),
		chromedp.Navigate(srv.URL+"/help/search?q=timeout"), ready, chromedp.Click(`//a[contains(., "Server error (")]`, chromedp.BySearch),
		expect(`location.pathname === "/help/search" && location.search.includes("category=server-error")`),
		chromedp.Navigate(srv.URL+"/help/compare"), chromedp.SendKeys("#ui-a", "403"), chromedp.SendKeys("#ui-b", "401"), chromedp.Submit("#ui-b"),
		expect(`location.pathname === "/help/compare/401-vs-403"`))
}
