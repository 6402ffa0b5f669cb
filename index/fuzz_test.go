package index

import (
	"context"
	"html"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{`bad "gateway`, `"a b" -nginx code:5xx vendor:nginx`, "code:404.13", "\xff-", `"GET / HTTP/1.1" 502 0 "-"`, "::1 12:00:00"} {
		f.Add(s)
	}
	clean := newCleaner()
	yes := func(facetID, string) bool { return true }
	f.Fuzz(func(t *testing.T, text string) {
		q := parseQuery(text, clean, yes, func(string) bool { return true })
		if !utf8.ValidString(q.Text) {
			t.Errorf("the text %q is not UTF-8", q.Text)
		}
		if len(q.Phrases) > maxQueryPhrases || len(q.Not) > maxQueryNots {
			t.Errorf("%d phrases, %d words to keep out", len(q.Phrases), len(q.Not))
		}
	})
}

// FuzzTokens checks that each token's place lies in the text and holds letters or digits.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{"StatusBadGateway", "404.13", "can't", "can’t stop", "İstanbul", "a-b_c.d", "日本", "HTTPs", "e\u0301a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip()
		}
		for _, tok := range newAnalyzer().tokens(nil, text) {
			if tok.start < 0 || tok.start >= tok.end || tok.end > len(text) || !utf8.ValidString(text[tok.start:tok.end]) {
				t.Fatalf("token %+v of %q", tok, text)
			}
		}
	})
}

// FuzzFragment checks that a snippet without its marks and escapes stands in the text.
func FuzzFragment(f *testing.F) {
	f.Add("bad gateway", "A proxy got a <bad> gateway & gave up. Another sentence.\nAnd a line.")
	f.Add("time out", "it timed out; the time-out was 30 s")
	f.Add("é", "caf\u00e9 e\u0301t\u00e9")
	f.Fuzz(func(t *testing.T, query, text string) {
		if !utf8.ValidString(text) {
			t.Skip()
		}
		x, err := Build(context.Background(), []Document{{ID: "a", Kind: "doc", Title: "query", Sections: []Section{{Text: text}}}}, libraryConfig())
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		r, err := x.Search(context.Background(), Request{Text: query + " query"})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Hits {
			checkSnippet(t, h.Snippet, text)
		}
	})
}

func checkSnippet(t *testing.T, snippet, text string) {
	t.Helper()
	if !utf8.ValidString(snippet) {
		t.Errorf("snippet %q is not UTF-8", snippet)
	}
	bare := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(snippet)
	if strings.ContainsAny(bare, "<>\"") {
		t.Errorf("snippet %q is not escaped", snippet)
	}
	if !strings.Contains(text, html.UnescapeString(bare)) {
		t.Errorf("snippet %q does not stand in %q", snippet, text)
	}
}

func FuzzSearch(f *testing.F) {
	x, err := Build(context.Background(), library(), libraryConfig())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { x.Close() })
	for _, s := range []string{"bad gateway", "502 5xx 404.13", `"x y" -z`, "nginx-502", "code:5xx gatway", "\x00", "0 0 0", strings.Repeat("a b ", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := x.Search(context.Background(), Request{Text: text, Explain: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Hits {
			if math.IsNaN(h.Score) || math.IsInf(h.Score, 0) || h.Score < 0 {
				t.Errorf("score %v", h.Score)
			}
		}
		if r.Total < len(r.Hits) {
			t.Errorf("%d hits of %d", len(r.Hits), r.Total)
		}
		if _, err := x.Suggest(context.Background(), text, 8); err != nil {
			t.Fatal(err)
		}
	})
}
