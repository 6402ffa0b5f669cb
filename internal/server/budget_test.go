package server

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Budgets in bytes as a browser gets them, for a phone on a slow network.
const (
	budgetHTML   = 20 << 10
	budgetCSS    = 12 << 10
	budgetJS     = 16 << 10 // of the file that every page has
	budgetToolJS = 8 << 10  // of those that a page has besides
	budgetFiles  = 5        // requests of a page, its own included
)

func fetchPage(t *testing.T, s *Server, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", browser)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d", path, w.Code)
	}
	return w
}

// sent is how many bytes of a page go to a browser.
func sent(s *Server, path string) int {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", browser)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Body.Len()
}

// Every page of the sitemap and every kind of page answers and keeps the budget,
// and its title and description are its own.
func TestPagesKeepTheBudget(t *testing.T) {
	t.Parallel()
	s := reader(t)
	locs := regexp.MustCompile(`<loc>[a-z]+://[^/]+([^<]*)</loc>`).FindAllStringSubmatch(fetchPage(t, s, "/sitemap.xml").Body.String(), -1)
	if len(locs) < 100 {
		t.Fatalf("the sitemap has %d addresses", len(locs))
	}
	paths := append([]string{}, pageKinds...)
	for _, m := range locs {
		if m[1] != "/quiz" { // leads to a round
			paths = append(paths, m[1])
		}
	}
	titles, descriptions, seen := map[string]string{}, map[string]string{}, map[string]bool{}
	largest, at := 0, ""
	for _, path := range paths {
		if seen[path] {
			continue
		}
		seen[path] = true
		body := fetchPage(t, s, path).Body.Bytes()
		size := sent(s, path)
		if size > budgetHTML {
			t.Errorf("%s is %d bytes of HTML, %d too many", path, size, size-budgetHTML)
		}
		if size > largest {
			largest, at = size, path
		}
		doc, err := html.Parse(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		page := headOf(doc)
		if !page.noindex && !strings.Contains(path, "?") { // parameters name another view of a page
			if other, ok := titles[page.title]; ok {
				t.Errorf("%s and %s have the title %q", path, other, page.title)
			}
			if other, ok := descriptions[page.description]; ok {
				t.Errorf("%s and %s have the description %q", path, other, page.description)
			}
			titles[page.title], descriptions[page.description] = path, path
		}
		if len(page.description) < 30 {
			t.Errorf("%s: the description is %q", path, page.description)
		}
		if n := 1 + len(page.files); n > budgetFiles {
			t.Errorf("%s needs %d requests: %q", path, n, page.files)
		}
	}
	t.Logf("%d pages, the largest is %s with %d bytes", len(seen), at, largest)
}

func TestAssetsKeepTheBudget(t *testing.T) {
	s := reader(t)
	tools := 0
	for path := range s.assets {
		size := sent(s, path)
		switch {
		case strings.HasSuffix(path, ".css") && size > budgetCSS:
			t.Errorf("%s: %d bytes", path, size)
		case strings.Contains(path, "/site.") && strings.HasSuffix(path, ".js") && size > budgetJS:
			t.Errorf("%s: %d bytes", path, size)
		case strings.HasSuffix(path, ".js") && !strings.Contains(path, "/site."):
			tools = max(tools, size)
		}
		t.Logf("%s: %d bytes", path, size)
	}
	if tools > budgetToolJS {
		t.Errorf("a tool's script has %d bytes", tools)
	}
}

// head is what a page's head says.
type head struct {
	title, description string
	noindex            bool
	files              []string // that a browser fetches to show the page
}

func headOf(doc *html.Node) head {
	var h head
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		a := map[string]string{}
		for _, attr := range n.Attr {
			a[attr.Key] = attr.Val
		}
		switch {
		case n.Data == "title" && n.FirstChild != nil && n.Parent.Data == "head":
			h.title = n.FirstChild.Data
		case n.Data == "meta" && a["name"] == "description":
			h.description = a["content"]
		case n.Data == "meta" && a["name"] == "robots":
			h.noindex = strings.Contains(a["content"], "noindex")
		case n.Data == "link" && (a["rel"] == "stylesheet" || a["rel"] == "icon" || a["rel"] == "manifest"):
			h.files = append(h.files, a["href"])
		case (n.Data == "script" || n.Data == "img") && a["src"] != "":
			h.files = append(h.files, a["src"])
		}
	}
	return h
}
