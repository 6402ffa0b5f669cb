package index

import "strings"

// constantTable finds pages by their names in code, where a query is nothing else:
// in any case with what qualifies it (http.StatusGone, :gone), else as it is
// spelled, and not where that is a code's own spelling (HTTP.sys's BadRequest).
type constantTable map[string][]uint32

func newConstantTable(docs []Document) constantTable {
	t := make(constantTable)
	codes := make(map[string]bool)
	for i := range docs {
		if docs[i].Code != "" { // few are about one
			codes[docs[i].Code] = true
		}
	}
	for i := range docs {
		for _, name := range docs[i].Constants {
			t.add(strings.ToLower(name), uint32(i))
			if at := strings.LastIndexAny(name, ".:"); at > 0 && at+1 < len(name) && !codes[name[at+1:]] {
				t.add(name[at+1:], uint32(i))
			}
		}
	}
	return t
}

func (t constantTable) add(name string, page uint32) {
	if pages := t[name]; len(pages) == 0 || pages[len(pages)-1] != page {
		t[name] = append(pages, page)
	}
}

// find returns the pages whose constant text is.
func (t constantTable) find(text string) []uint32 {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, ".:") {
		text = strings.ToLower(text)
	}
	return t[text]
}
