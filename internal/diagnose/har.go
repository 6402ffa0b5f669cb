package diagnose

import (
	"encoding/json"
	"strconv"
	"strings"
)

// harFile is what a HAR file (HTTP Archive 1.2) holds of its responses.
type harFile struct {
	Log struct {
		Entries []struct {
			Request struct {
				URL string `json:"url"`
			} `json:"request"`
			Response struct {
				Status     int    `json:"status"`
				StatusText string `json:"statusText"`
				Headers    []struct {
					Name  string `json:"name"`
					Value string `json:"value"`
				} `json:"headers"`
				Content struct {
					Text     string `json:"text"`
					Encoding string `json:"encoding"`
				} `json:"content"`
				Error string `json:"_error"` // Chromium
			} `json:"response"`
		} `json:"entries"`
	} `json:"log"`
}

// maxHAREntries bounds how many responses of a HAR file are looked at one by one.
const maxHAREntries = 2000

// harResponse is one response of a HAR file, as if it had been pasted by itself: text is made up
// from the file's parts, and find says where a piece of it stands in the file.
type harResponse struct {
	text string
	at   int // where to look for its pieces in the file
	resp response
}

// readHAR takes a HAR file apart; ok is false when it is none.
func readHAR(doc string) (out []harResponse, ok bool) {
	var f harFile
	if err := json.Unmarshal([]byte(doc), &f); err != nil {
		return nil, false
	}
	at := 0
	for i, entry := range f.Log.Entries {
		if i >= maxHAREntries {
			break
		}
		if j := strings.Index(doc[at:], `"response"`); j >= 0 {
			at += j
		}
		r := entry.Response
		h := harResponse{at: at}
		var b strings.Builder
		if r.Status > 0 {
			b.WriteString("HTTP/1.1 " + strconv.Itoa(r.Status) + " " + r.StatusText)
			h.resp.status, h.resp.reason = r.Status, r.StatusText
			h.resp.line = span{0, b.Len()}
			b.WriteByte('\n')
		}
		for _, hd := range r.Headers {
			start := b.Len()
			b.WriteString(hd.Name + ": " + hd.Value)
			h.resp.headers = append(h.resp.headers, header{strings.ToLower(hd.Name), hd.Value, span{start, b.Len()}})
			b.WriteByte('\n')
		}
		if r.Error != "" {
			h.resp.failure = r.Error
		}
		if r.Content.Text != "" && r.Content.Encoding == "" && r.Status >= 400 {
			b.WriteByte('\n')
			start := b.Len()
			b.WriteString(r.Content.Text)
			h.resp.body = span{start, b.Len()}
		}
		h.text = b.String()
		out = append(out, h)
		at += len(`"response"`)
	}
	return out, len(f.Log.Entries) > 0
}

// place finds a piece of the made-up text in the file, or the entry's "status".
func (h *harResponse) place(doc string, piece string) span {
	rest := doc[h.at:]
	if name, value, ok := strings.Cut(piece, ": "); ok && !strings.HasPrefix(piece, "HTTP/") {
		if i := strings.Index(rest, quoteJSON(value)); i >= 0 {
			return span{h.at + i + 1, h.at + i + len(quoteJSON(value)) - 1}
		}
		if i := strings.Index(rest, quoteJSON(name)); i >= 0 {
			return span{h.at + i + 1, h.at + i + 1 + len(name)}
		}
	}
	if i := strings.Index(rest, `"status"`); i >= 0 {
		end := i + indexAnyOr(rest[i:], ",}\n")
		return span{h.at + i, h.at + end}
	}
	return span{h.at, h.at + len(`"response"`)}
}

func quoteJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `"` + s + `"`
	}
	return string(b)
}
