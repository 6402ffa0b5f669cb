package server

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// The names and roles that people with a screen reader, and tests, rely on.
func TestCodePagesKeepTheAccessibleContract(t *testing.T) {
	t.Parallel()
	s := reader(t)
	snap, release := s.library.Acquire()
	defer release()
	for _, code := range slices.Backward(snap.Catalog.Codes) { // the budget's test renders them from the other end
		doc, err := html.Parse(fetchPage(t, s, code.Path).Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []struct {
			tag  string
			attr map[string]string
		}{
			{"main", map[string]string{"id": "main", "tabindex": "-1"}}, {"nav", map[string]string{"aria-label": "Main"}},
			{"form", map[string]string{"role": "search"}}, {"a", map[string]string{"class": "skip", "href": "#main"}},
			{"nav", map[string]string{"aria-label": "Previous and next code"}},
		} {
			if find(doc, want.tag, want.attr) == nil {
				t.Errorf("%s: no %s %v", code.ID, want.tag, want.attr)
			}
		}
		ids := map[string]bool{}
		headings := 0
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if id := attr(n, "id"); id != "" {
				if ids[id] {
					t.Errorf("%s: id %q stands twice", code.ID, id)
				}
				ids[id] = true
			}
			if n.Data == "h1" {
				headings++
				if got := text(n); got != code.Title {
					t.Errorf("%s: h1 = %q, want %q", code.ID, got, code.Title)
				}
			}
			if attr(n, "style") != "" {
				t.Errorf("%s: inline style", code.ID)
			}
			if n.Data == "img" && attr(n, "alt") == "" {
				t.Errorf("%s: picture without alt", code.ID)
			}
			if n.Data == "pre" && attr(n, "tabindex") != "0" {
				t.Errorf("%s: a scrolling block that the keyboard cannot reach", code.ID)
			}
		}
		if headings != 1 {
			t.Errorf("%s: %d h1", code.ID, headings)
		}
		for n := range doc.Descendants() {
			if href := attr(n, "href"); n.Data == "a" && strings.HasPrefix(href, "#") && !ids[href[1:]] {
				t.Errorf("%s: link to %s, which is not there", code.ID, href)
			}
		}
		if class := code.Category.Slug; class == "success" || class == "redirection" || class == "informational" {
			if h := find(doc, "p", map[string]string{"class": "verdict"}); h == nil || strings.Contains(strings.ToLower(text(h)), " error") {
				t.Errorf("%s: a %s has no verdict, or is called an error", code.ID, class)
			}
		}
		if code.Previous != nil && find(doc, "a", map[string]string{"rel": "prev", "href": code.Previous.Path}) == nil {
			t.Errorf("%s: no link to the previous code", code.ID)
		}
	}
}

// find returns the first element that has all of want, or nil.
func find(doc *html.Node, tag string, want map[string]string) *html.Node {
next:
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != tag {
			continue
		}
		for key, value := range want {
			if attr(n, key) != value {
				continue next
			}
		}
		return n
	}
	return nil
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
