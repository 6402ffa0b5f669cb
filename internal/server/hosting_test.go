package server

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"siteerror/content"
	"siteerror/internal/catalog"
	"siteerror/internal/checker"
	"siteerror/internal/library"
)

const acmeCode = `---
code: PAY-1042
name: Gateway Asleep
vendor: acme
category: payments
status: 503
verdict: The payments gateway has gone to sleep and must be woken by hand.
popularity: 8
depth: short
semantics: {registration: vendor, actor: [operator], emitters: [app], on_wire: always, retry: after, body: optional}
symptoms: [checkout hangs at three in the morning]
signatures:
  - {where: error-log, pattern: 'PAYGW-SLEEP unit=\d+', example: 'PAYGW-SLEEP unit=7', says: The gateway reported that it sleeps.}
related: [{id: "503", relation: broader, why: It says nothing of payments.}]
sources: [{title: Runbook, url: "https://wiki.example/pay"}]
reviewed: 2026-11-22
---

## What it means

Nobody has paid for an hour.

## Why it happens

- The nightly job was late.

## Prove it

- Ask the unit for its state.

## How to fix it

### If you run the server

Wake it.

- Press the button.
`

// acme is what a platform team drops beside the shipped library.
func acme(files map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, text := range map[string]string{
		"siteerror.yaml": `title: Acme Help
accent: "#8a1c4b"
logo: img/logo.svg
edit: https://git.example/docs/edit/main/{path}
footer: [{title: Acme, links: [{title: Imprint, url: /docs/imprint}]}]
vendors:
  acme: {title: Acme, hop: app, color: "#8a1c4b", words: [acme pay], about: Our own codes.}
categories:
  payments: {title: Payments, order: 60, color: "#0b5d3b"}
`,
		"codes/acme-PAY-1042.md": acmeCode,
		"codes/502-at-acme.md":   "---\nextends: \"502\"\nby: Acme\nsymptoms: [checkout says bad gateway]\nsignatures:\n  - {where: error-log, pattern: 'EDGE-77 lost', says: Our edge lost the gateway.}\n---\n\n## At Acme: check the payments gateway first\n\nCall the zebra desk. See [the code](/codes/acme-PAY-1042).\n\n## Why it happens\n\n- The tunnel was rebuilt.\n",
		"docs/imprint.md":        "# Imprint\n\nUs, and [PAY-1042](/PAY-1042). ![door](../img/door.png) [sheet](../files/sheet.zip) [notes](../files/notes.html)\n",
		"docs/a b/Ünï.md":        "# Spaced\n\n[up](../imprint.md)\n",
		"docs/bad.md":            "\xff",
		"docs/dead.md":           "[x](nowhere.md)\n",
		"img/logo.svg":           "<svg xmlns='http://www.w3.org/2000/svg'/>",
		"img/door.png":           "\x89PNG\r\n\x1a\n0123456789",
		"img/unused.png":         "nobody links here",
		"files/sheet.zip":        "PK",
		"files/notes.html":       "<script>alert(1)</script>",
		".env":                   "SECRET=1",
	} {
		m[name] = &fstest.MapFile{Data: []byte(text), ModTime: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// hosting serves the shipped library and trees.
func hosting(t *testing.T, cfg Config, trees ...fs.FS) *Server {
	t.Helper()
	sources := []catalog.Source{{Name: "shipped", FS: content.FS, Builtin: true}}
	for _, tree := range trees {
		sources = append(sources, catalog.Source{Name: "acme", Dir: "/srv/acme", FS: tree})
	}
	return serving(t, cfg, sources...)
}

func serving(t *testing.T, cfg Config, sources ...catalog.Source) *Server {
	t.Helper()
	lib, err := library.Open(context.Background(), library.Config{
		Sources: func() ([]catalog.Source, func(), error) { return sources, func() {}, nil },
		Options: catalog.Options{BasePath: cfg.BasePath},
		Log:     slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lib.Close)
	cfg.Library, cfg.Checker, cfg.Log = lib, checker.New(checker.Config{}), slog.New(slog.DiscardHandler)
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, s *Server, path string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", browser)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

// A code of one's own gets everything that shipped codes have, and what is added
// to a shipped page is shown and found there.
func TestOwnCodes(t *testing.T) {
	s := hosting(t, Config{}, acme(nil))
	for path, want := range map[string]string{
		"/codes/acme-PAY-1042":                      "Gateway Asleep",
		"/codes/acme-pay-1042.md":                   "Nobody has paid",
		"/vendors/acme":                             "Our own codes.",
		"/categories/payments":                      "Gateway Asleep",
		"/cheatsheet":                               "PAY-1042",
		"/compare/503-vs-acme-PAY-1042":             "payments gateway has gone to sleep",
		"/api/v1/codes/acme-PAY-1042":               `"vendor":"acme"`,
		"/api/v1/search?q=zebra":                    `"anchor":"x-502-at-acme-at-acme-check-the-payments-gateway-first"`,
		"/api/v1/search?q=paygw-sleep+unit%3D3":     `"id":"acme-PAY-1042"`,
		"/api/v1/search?q=gateway&vendor=acme":      `"value":"acme"`,
		"/api/v1/search?q=asleep&category=payments": `"total":1`,
		"/search?q=pay-1042":                        "Gateway Asleep",
		"/codes/502":                                `<span class="tag">Acme</span>`,
		"/codes/502.md":                             "zebra desk",
		"/api/v1/codes/502":                         "zebra desk",
	} {
		resp, body := get(t, s, path)
		if resp.StatusCode == http.StatusPermanentRedirect {
			resp, body = get(t, s, resp.Header.Get("Location"))
		}
		if resp.StatusCode != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d, no %q", path, resp.StatusCode, want)
		}
	}
	if resp, _ := get(t, s, "/pay-1042"); resp.Header.Get("Location") != "/codes/acme-PAY-1042" {
		t.Errorf("short link leads to %q", resp.Header.Get("Location"))
	}
	for line, want := range map[string]string{"app: PAYGW-SLEEP unit=12": "acme-PAY-1042", "EDGE-77 lost": "502"} {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/diagnose", strings.NewReader(line))
		r.Header.Set("Content-Type", "text/plain")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), `"id":"`+want+`"`) {
			t.Errorf("diagnosis of %q: %s, want %s", line, w.Body, want)
		}
	}
	// In its place: the meaning's section holds what no heading claims, the causes hold theirs.
	_, page := get(t, s, "/codes/502")
	meaning, causes, prove := strings.Index(page, "zebra desk"), strings.Index(page, "The tunnel was rebuilt"), strings.Index(page, `id="fix"`)
	if why := strings.Index(page, `id="causes"`); meaning < 0 || meaning > why || causes < why || causes > prove {
		t.Errorf("added at %d and %d, with the causes at %d and the fix at %d", meaning, causes, why, prove)
	}
}

func TestSiteSettings(t *testing.T) {
	s := hosting(t, Config{BasePath: "/help", BaseURL: "https://intra.example/help"}, acme(nil))
	_, page := get(t, s, "/help/docs/imprint")
	for _, want := range []string{"· Acme Help</title>", `<img src="/help/docs/img/logo.svg"`, `href="https://git.example/docs/edit/main/docs/imprint.md"`,
		`href="/help/docs/imprint">Imprint</a>`, `<a href="/help/docs" aria-current="true">Docs</a>`, `<a href="/help/codes/acme-PAY-1042">PAY-1042</a>`, `src="/help/docs/img/door.png"`, `href="/help/docs/files/sheet.zip"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	_, rest, _ := strings.Cut(page, `href="/help/assets/theme.`)
	hash, _, _ := strings.Cut(rest, `"`)
	resp, css := get(t, s, "/help/assets/theme."+hash)
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/css") || !strings.Contains(css, ".v-acme{") || !strings.Contains(css, ".x-payments{") {
		t.Errorf("theme: %d %v\n%s", resp.StatusCode, resp.Header, css)
	}
	if _, shipped := get(t, s, "/help/codes/404"); strings.Contains(shipped, "git.example") {
		t.Error("a shipped page is not edited in their repository")
	}
	if _, spaced := get(t, s, "/help/docs/a%20b/%C3%9Cn%C3%AF"); !strings.Contains(spaced, `href="/help/docs/imprint"`) {
		t.Error("a path with spaces and letters of its own is not served")
	}
}

// Files beside the pages are served when a page wants them, and never run.
func TestFilesBesidePages(t *testing.T) {
	s := hosting(t, Config{}, acme(nil))
	for path, want := range map[string]struct {
		status            int
		kind, disposition string
	}{
		"/docs/img/door.png":      {200, "image/png", ""},
		"/docs/img/logo.svg":      {200, "image/svg+xml", ""},
		"/docs/files/sheet.zip":   {200, "application/zip", "attachment; filename*=UTF-8''sheet.zip"},
		"/docs/files/notes.html":  {200, "text/plain; charset=utf-8", ""},
		"/docs/img/unused.png":    {404, "", ""},
		"/docs/.env":              {404, "", ""},
		"/docs/siteerror.yaml":    {404, "", ""},
		"/docs/../siteerror.yaml": {404, "", ""},
	} {
		resp, _ := get(t, s, path)
		h := resp.Header
		if resp.StatusCode != want.status {
			t.Errorf("%s: %d, want %d", path, resp.StatusCode, want.status)
			continue
		}
		if want.status == 200 && (h.Get("Content-Type") != want.kind || h.Get("Content-Disposition") != want.disposition ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Etag") == "") {
			t.Errorf("%s: %v", path, h)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/docs/img/door.png", nil)
	r.Header.Set("Range", "bytes=8-11")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusPartialContent || w.Body.String() != "0123" {
		t.Errorf("a part: %d %q", w.Code, w.Body)
	}
}

func TestStatusPage(t *testing.T) {
	tree := acme(nil).(fstest.MapFS)
	s := hosting(t, Config{}, tree)
	_, page := get(t, s, "/-/status")
	for _, want := range []string{"docs/bad.md:1: not UTF-8", "docs/dead.md:1: link"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on the status page", want)
		}
	}
	tree["codes/x.md"] = &fstest.MapFile{Data: []byte("---\ncode: x\n---\n")}
	if err := s.library.Reload(context.Background()); err == nil {
		t.Fatal("a bad code was published")
	}
	resp, page := get(t, s, "/-/status?format=json")
	if resp.StatusCode != 200 || !strings.Contains(page, `"failed":["codes/x.md:1: front matter: `) || strings.Contains(page, "/srv/acme") {
		t.Errorf("after a failed reload: %d %s", resp.StatusCode, page)
	}
	if _, metrics := get(t, s, "/metrics"); !strings.Contains(metrics, "siteerror_reload_failed 1") || !strings.Contains(metrics, "siteerror_content_problems 1") || !strings.Contains(metrics, "siteerror_content_faults 1") {
		t.Error("the metrics do not tell of it")
	}
}

// A narrowed library, or none, leaves no link that leads nowhere.
func TestNarrowedLibrary(t *testing.T) {
	for name, c := range map[string]struct {
		site  string
		posts bool
	}{
		"vendors": {"library: {vendors: [ietf, nginx], posts: false, docs: false}\n", false},
		"classes": {"library: {categories: [redirection], without: [\"305\"]}\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := hosting(t, Config{}, fstest.MapFS{"siteerror.yaml": {Data: []byte(c.site)}})
			if n := deadLinks(t, s); n > 0 {
				t.Errorf("%d links lead nowhere", n)
			}
			if resp, _ := get(t, s, "/codes/iis-404.13"); name == "vendors" && resp.StatusCode != 404 {
				t.Errorf("iis-404.13: %d", resp.StatusCode)
			}
			_, page := get(t, s, "/diagnose")
			checkFrame(t, page, true, c.posts)
		})
	}
}

// checkFrame holds a page's header and footer to what there is.
func checkFrame(t *testing.T, page string, codes, posts bool) {
	t.Helper()
	for text, want := range map[string]struct {
		there bool
		times int
	}{"Codes": {codes, 1}, "All codes": {codes, 1}, "Cheat sheet": {codes, 2}, "Blog": {posts, 2}, "Feed": {posts, 1}, "Diagnose": {true, 2}} {
		if got := strings.Count(page, ">"+text+"</a>"); got > 0 != want.there || want.there && got != want.times {
			t.Errorf("the page leads to %s %d times", text, got)
		}
	}
}

func TestNoLibrary(t *testing.T) {
	s := serving(t, Config{}, catalog.Source{Name: "acme", FS: fstest.MapFS{"a.md": {Data: []byte("# A\n")}}})
	_, page := get(t, s, "/docs/a")
	checkFrame(t, page, false, false)
}

// deadLinks follows every link below the pages of the site map.
func deadLinks(t *testing.T, s *Server) int {
	_, sitemap := get(t, s, "/sitemap.xml")
	paths := []string{"/", "/codes", "/compare", "/blog", "/docs", "/cheatsheet", "/api"}
	for part := range strings.SplitSeq(sitemap, "<loc>") {
		if loc, _, ok := strings.Cut(part, "</loc>"); ok {
			if path, ok := strings.CutPrefix(loc, s.site.URL); ok {
				paths = append(paths, path)
			}
		}
	}
	known := map[string]int{}
	status := func(path string) int {
		if _, ok := known[path]; !ok {
			resp, _ := get(t, s, path)
			known[path] = resp.StatusCode
		}
		return known[path]
	}
	dead := 0
	for _, from := range paths {
		_, page := get(t, s, from)
		for part := range strings.SplitSeq(page, ` href="`) {
			to, _, ok := strings.Cut(part, `"`)
			to, _, _ = strings.Cut(to, "#")
			if !ok || !strings.HasPrefix(to, "/") || strings.ContainsAny(to, "?&") || strings.HasPrefix(to, "/compare/") {
				continue
			}
			if code := status(to); code >= 400 {
				if dead++; dead < 10 {
					t.Logf("%s links to %s: %d", from, to, code)
				}
			}
		}
	}
	return dead
}

// A doc is found by the name of its file and by the addresses it had, and what
// readers of Markdown get of it needs nothing of ours.
func TestDocsByOtherNames(t *testing.T) {
	s := hosting(t, Config{BasePath: "/help"}, acme(map[string]string{
		"guide/README.md": "---\naliases: [/old/guide/]\n---\n# Guide\n\n[[Door Keys]] and [[nowhere]]; on [!INCLUDE [x](part.md)], see [!INCLUDE [more](two.md)]\n\n`[[code]]`\n",
		"guide/part.md":   "the third floor\n",
		"guide/two.md":    "One.\n\nTwo.\n",
		"door-keys.md":    "# Door keys\n",
	}))
	for from, to := range map[string]string{
		"/docs/guide/README":    "/help/docs/guide",
		"/docs/guide/README.md": "/help/docs/guide.md",
		"/docs/Guide":           "/help/docs/guide",
		"/docs/old/guide":       "/help/docs/guide",
		"/docs/door-keys.html":  "/help/docs/door-keys",
		"/docs/codes/502-at-x":  "",
		"/docs/nothing":         "",
	} {
		w := do(s, exchange{path: "/help" + from})
		if got := w.Header().Get("Location"); got != to || (to != "") != (w.Code == http.StatusPermanentRedirect) {
			t.Errorf("%s: %d, to %q, want %q", from, w.Code, got, to)
		}
	}
	text := do(s, exchange{path: "/help/docs/guide.md"}).Body.String()
	for _, want := range []string{"/help/docs/door-keys) and nowhere; on the third floor, see [more](", "/help/docs/guide/two)", "`[[code]]`"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "include:") || strings.Contains(text, "wiki:") {
		t.Errorf("our own links:\n%s", text)
	}
}
