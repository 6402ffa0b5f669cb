package index

import (
	"strings"
	"testing"
)

func TestFragments(t *testing.T) {
	long := strings.Repeat("Nothing to see in this sentence, which is here to be skipped over. ", 20)
	docs := []Document{{
		ID: "guide", Kind: "doc", Title: "Guide", Summary: "How to host it.",
		Sections: []Section{
			{Anchor: "a", Title: "First", Text: long},
			{Anchor: "b", Title: "Proxies", Text: long + "Set the X-Forwarded-For field <here> & there. " + long},
			{Anchor: "c", Title: "Waiting", Text: long + "A request that timed out is sent again. The requests queue up.\nOn a new line: redirecting. " + long},
		},
	}}
	x := build(t, docs, libraryConfig())
	tests := []struct{ name, query, anchor, want string }{
		{"whole identifier", "x-forwarded-for", "b", "Set the <mark>X-Forwarded-For</mark> field &lt;here&gt; &amp; there."},
		{"part of an identifier", "forwarded", "b", "Set the X-<mark>Forwarded</mark>-For field &lt;here&gt; &amp; there."},
		{"other endings", "queued", "c", "The requests <mark>queue</mark> up."},
		{"a synonym of several words", "timeout", "c", "A request that <mark>timed out</mark> is sent again."},
		{"the line it stands in", "redirects", "c", "On a new line: <mark>redirecting</mark>."},
		{"most of the query", "requests sent again", "c", "A <mark>request</mark> that timed out is <mark>sent</mark> <mark>again</mark>. The <mark>requests</mark> queue up."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := search(t, x, Request{Text: tt.query})
			if len(r.Hits) != 1 {
				t.Fatalf("%q finds %d pages", tt.query, len(r.Hits))
			}
			h := r.Hits[0]
			if h.Section.Anchor != tt.anchor || !strings.HasPrefix(h.Snippet, tt.want) {
				t.Errorf("%q is shown in section %q as\n%s\nwant section %q and\n%s", tt.query, h.Section.Anchor, h.Snippet, tt.anchor, tt.want)
			}
			if len(h.Snippet) > fragmentLength*2 {
				t.Errorf("the fragment is %d bytes long", len(h.Snippet))
			}
			if h.Section.Text != "" {
				t.Error("the hit repeats its section's text")
			}
		})
	}
}

func TestTitleNeedsNoSection(t *testing.T) {
	x := build(t, library(), libraryConfig())
	h := search(t, x, Request{Text: "bad gateway"}).Hits[0]
	if h.ID != "502" || h.Section != (Section{}) || h.Snippet != "A proxy got no usable answer." {
		t.Errorf("the hit is %+v, want page 502 as a whole with its verdict", h)
	}
	h = search(t, x, Request{Text: "job accepted but not finished"}).Hits[0]
	if want := "<mark>job</mark> <mark>accepted</mark> but <mark>not</mark> <mark>finished</mark>"; h.Snippet != want {
		t.Errorf("the snippet is %s, want the symptom %s", h.Snippet, want)
	}
}
