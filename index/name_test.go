package index

import (
	"slices"
	"testing"
)

// What is written of names is found again: whole, announced, and in the middle of a text.
func TestNamesAreFound(t *testing.T) {
	docs := []Document{
		{Title: "Not Found", Code: "404", Aliases: []string{"Missing", "Not Found Here"}, Symptoms: []string{"page is gone", "gone"}},
		{Title: "Not Found", Code: "410", Aliases: []string{"Gone"}},
		{Title: "Not Found Either"}, // no code
		{Title: "Notable Find", Code: "999"},
	}
	a := newAnalyzer()
	names, err := decodeNames(encodeNames(a, docs), len(docs))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]uint32{
		"not found": {0, 1}, "404 Not Found": {0, 1}, "missing": {0}, "page is gone": {0}, "gone": {0, 1}, "not": nil, "not found either": nil, "": nil,
	} {
		if got := names.whole(nameKey(a.tokens(nil, text))); !slices.Equal(got, want) {
			t.Errorf("%q is the name of %v, want %v", text, got, want)
		}
	}
	for term, want := range map[string][]uint32{"gone": {0, 1}, "miss": {0}, "page": nil, "not": nil} {
		if got := names.announced(term); !slices.Equal(got, want) {
			t.Errorf("%q announced is the name of %v, want %v", term, got, want)
		}
	}
	type place struct{ from, to int }
	for text, want := range map[string][]place{
		"it was not found here again":   {{2, 5}}, // the longest
		"not found, a notable find":     {{0, 2}, {3, 5}},
		"gone, missing or page is gone": nil, // one word, and a symptom
		"not foundation":                nil,
	} {
		var got []place
		names.each(a.tokens(nil, text), func(_ []uint32, from, to int) { got = append(got, place{from, to}) })
		if !slices.Equal(got, want) {
			t.Errorf("%q has names at %v, want %v", text, got, want)
		}
	}
}

// FuzzNames reads what was never written so: it must end, and name no page that is not there.
func FuzzNames(f *testing.F) {
	f.Add(encodeNames(newAnalyzer(), library()))
	f.Fuzz(func(t *testing.T, data []byte) {
		const pages = 30
		names, err := decodeNames(data, pages)
		if err != nil {
			return
		}
		for _, page := range names.pages {
			if page >= pages {
				t.Fatalf("page %d", page)
			}
		}
		names.each(newAnalyzer().tokens(nil, "bad gateway timeout"), func([]uint32, int, int) {})
	})
}
