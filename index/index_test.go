package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// library is a small library with what makes this field's searches hard: names that share words, codes that share numbers,
// a vendor's own codes and its renderings of standard ones.
func library() []Document {
	return []Document{
		{ID: "200", Kind: "code", Title: "OK", Code: "200", Category: "success", Vendor: "ietf", Summary: "The request succeeded.", Popularity: 9},
		{ID: "202", Kind: "code", Title: "Accepted", Code: "202", Category: "success", Vendor: "ietf", Popularity: 6,
			Summary:  "The request was taken in, the work is not done yet.",
			Symptoms: []string{"request queued for background processing", "job accepted but not finished"},
			Sections: []Section{{Anchor: "what-it-means", Title: "What it means", Text: "You drop your coat and get a ticket. The work waits in a queue until a worker has time."}}},
		{ID: "204", Kind: "code", Title: "No Content", Code: "204", Category: "success", Vendor: "ietf", Summary: "It worked and there is nothing to send.", Popularity: 6},
		{ID: "301", Kind: "code", Title: "Moved Permanently", Code: "301", Category: "redirection", Vendor: "ietf", Summary: "The address has changed for good.", Popularity: 8,
			Symptoms: []string{"page keeps redirecting forever"}, Signatures: []string{"net::ERR_TOO_MANY_REDIRECTS"}},
		{ID: "302", Kind: "code", Title: "Found", Code: "302", Category: "redirection", Vendor: "ietf", Summary: "Look elsewhere for now.", Popularity: 8},
		{ID: "304", Kind: "code", Title: "Not Modified", Code: "304", Category: "redirection", Vendor: "ietf", Summary: "Your copy is still good.", Popularity: 7},
		{ID: "404", Kind: "code", Title: "Not Found", Code: "404", Category: "client-error", Vendor: "ietf", Summary: "There is nothing at this address.", Popularity: 10,
			Constants: []string{"http.StatusNotFound", "HttpStatus.NOT_FOUND", ":not_found"}},
		{ID: "408", Kind: "code", Title: "Request Timeout", Code: "408", Category: "client-error", Vendor: "ietf", Summary: "The client took too long.", Popularity: 6},
		{ID: "429", Kind: "code", Title: "Too Many Requests", Code: "429", Category: "client-error", Vendor: "ietf", Summary: "Slow down.", Popularity: 9,
			Tags: []string{"limits"}, Signatures: []string{"X-RateLimit-Remaining: 0", "Retry-After: 120"}, Symptoms: []string{"rate limited by the api"}},
		{ID: "502", Kind: "code", Title: "Bad Gateway", Code: "502", Category: "server-error", Vendor: "ietf", Summary: "A proxy got no usable answer.", Popularity: 10,
			Constants:  []string{"http.StatusBadGateway", "HttpStatus.BAD_GATEWAY", ":bad_gateway"},
			Signatures: []string{"upstream prematurely closed connection while reading response header from upstream"},
			Sections: []Section{
				{Anchor: "why", Title: "Why it happens", Text: "The application crashed. See upstream_response_time <in the log> & compare."},
				{Anchor: "nginx", Title: "NGINX", Text: "NGINX writes the reason to its error log.", AliasID: "nginx-502"},
			}},
		{ID: "503", Kind: "code", Title: "Service Unavailable", Code: "503", Category: "server-error", Vendor: "ietf", Summary: "Not now.", Popularity: 9, Tags: []string{"limits"}},
		{ID: "504", Kind: "code", Title: "Gateway Timeout", Code: "504", Category: "server-error", Vendor: "ietf", Summary: "A proxy waited too long.", Popularity: 9,
			Symptoms: []string{"server not responding in time"}},
		{ID: "nginx-499", Kind: "code", Title: "Client Closed Request", Code: "499", Category: "client-error", Vendor: "nginx", VendorName: "NGINX", Popularity: 7,
			Summary: "The client left before NGINX could answer.", Symptoms: []string{"proxy_ignore_client_abort on"}},
		{ID: "azure-appgw-499", Kind: "code", Title: "Client closed the connection", Code: "499", Category: "client-error", Vendor: "azure-appgw", VendorName: "Azure Application Gateway", Popularity: 2},
		{ID: "iis-404.13", Kind: "code", Title: "Content Length Too Large", Code: "404.13", Category: "client-error", Vendor: "iis", VendorName: "IIS", Status: 404, Popularity: 5,
			Signatures: []string{"0x80070005"}},
		{ID: "heroku-H12", Kind: "code", Title: "Request timeout", Code: "H12", Category: "server-error", Vendor: "heroku", VendorName: "Heroku", Status: 503, Popularity: 6,
			Signatures: []string{`at=error code=H12 desc="Request timeout"`}},
		{ID: "gcp-lb-failed", Kind: "code", Title: "Failed", Code: "0", Category: "server-error", Vendor: "gcp-lb", VendorName: "Google"},
		{ID: "envoy-UH", Kind: "code", Title: "No healthy upstream", Code: "UH", Category: "server-error", Vendor: "envoy", VendorName: "Envoy", Status: 503},
		{ID: "haproxy-SC", Kind: "code", Title: "Server refused the connection", Code: "SC", Category: "server-error", Vendor: "haproxy", VendorName: "HAProxy", Status: 503},
		{ID: "haproxy-sC-lower", Kind: "code", Title: "Time-out while connecting to the server", Code: "sC", Category: "server-error", Vendor: "haproxy", VendorName: "HAProxy", Status: 503},
		{ID: "cloudflare-1020", Kind: "code", Title: "Access denied", Code: "1020", Category: "client-error", Vendor: "cloudflare", VendorName: "Cloudflare", Status: 403, Popularity: 6},
		{ID: "vercel-too-many-forks", Kind: "code", Title: "Too many forks", Code: "TOO_MANY_FORKS", Category: "server-error", Vendor: "vercel", VendorName: "Vercel", Status: 508},
		{ID: "who-sent-this", Kind: "post", Title: "Who sent this 502?", Summary: "Read the Server field first.", Tags: []string{"proxies"},
			Sections: []Section{{Text: "A bad gateway is a messenger. Ask the proxy."}}},
		{ID: "guide", Kind: "doc", Title: "Hosting guide", Sections: []Section{{Anchor: "limits", Title: "Limits", Text: "Behind a gateway, set X-Forwarded-For."}}},
	}
}

func libraryConfig() Config {
	return Config{
		Synonyms: [][]string{
			{"throttled", "rate limited", "rate limiting"},
			{"timeout", "timed out", "time out"},
		},
		VendorWords: map[string][]string{"azure-appgw": {"azure", "appgw", "application gateway"}, "varnish": {"varnish"}},
	}
}

func build(tb testing.TB, docs []Document, cfg Config) *Index {
	tb.Helper()
	x, err := Build(context.Background(), docs, cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := x.Close(); err != nil {
			tb.Error(err)
		}
	})
	return x
}

func search(tb testing.TB, x *Index, r Request) *Result {
	tb.Helper()
	result, err := x.Search(context.Background(), r)
	if err != nil {
		tb.Fatalf("Search(%q): %v", r.Text, err)
	}
	return result
}

func ids(r *Result) []string {
	var all []string
	for _, h := range r.Hits {
		all = append(all, h.ID)
	}
	return all
}

func TestSearchFindsThePage(t *testing.T) {
	x := build(t, library(), libraryConfig())
	tests := []struct {
		name, query, want string
	}{
		{"name", "bad gateway", "502"},
		{"function word", "not found", "404"},
		{"function words", "too many requests", "429"},
		{"no", "no content", "204"},
		{"number", "404", "404"},
		{"number and name", "502 bad gateway", "502"},
		{"stem", "queued", "202"},
		{"stem of the text", "redirecting", "301"},
		{"split word", "gateway time out", "504"},
		{"hyphen", "gateway time-out", "504"},
		{"joined words", "badgateway", "502"},
		{"synonym", "throttled", "429"},
		{"substatus", "404.13", "iis-404.13"},
		{"substatus as two fields", "iis 404 13", "iis-404.13"},
		{"hexadecimal", "0x80070005", "iis-404.13"},
		{"vendor's code", "H12", "heroku-H12"},
		{"code and the status it travels as", "503 UH envoy", "envoy-UH"},
		{"code of words and its status", "508: LOOP Code: TOO_MANY_FORKS", "vercel-too-many-forks"},
		{"errno", "recv() failed (404: broken) while waiting for the bad gateway", "502"},
		{"name among complaints", "since yesterday I keep getting request timeout, any ideas?", "408"},
		{"symptom as a whole", "Server not responding in time!", "504"},
		{"several vowels wrong", "service unavaleable", "503"},
		{"id", "nginx-499", "nginx-499"},
		{"constant whole", "http.StatusBadGateway", "502"},
		{"constant by part", "StatusNotFound", "404"},
		{"constant in another spelling", "NOT_FOUND", "404"},
		{"field name", "X-Forwarded-For", "guide"},
		{"variable", "upstream_response_time", "502"},
		{"error name", "ERR_TOO_MANY_REDIRECTS", "301"},
		{"error name in words", "too many redirects", "301"},
		{"status line", "HTTP/1.1 502", "502"},
		{"status field", "status=499", "nginx-499"},
		{"error code", "error code: 1020", "cloudflare-1020"},
		{"header", "X-RateLimit-Remaining: 0", "429"},
		{"directive", "proxy_ignore_client_abort on;", "nginx-499"},
		{"missing letter", "bad gatway", "502"},
		{"exchanged letters", "bad gaetway", "502"},
		{"misspelt vendor", "ngnix 499", "nginx-499"},
		{"vendor's word", "azure 499", "azure-appgw-499"},
		{"the more popular vendor", "499", "nginx-499"},
		{"half a word", "too many req", "429"},
		{"a name that others contain", "found", "302"},
		{"letters as a code", "envoy UH", "envoy-UH"},
		{"letters in another case", "haproxy sC", "haproxy-sC-lower"},
		{"three digits behind a letter", "npm ERR! code E429", "429"},
		{"status before another number", "heroku status=503 bytes=204", "503"},
		{"a digit is hardly a code", "X-RateLimit-Remaining: 0", "429"},
		{"quantity", "client took 502 ms to send the request", "408"},
		{"access log line", `203.0.113.9 - - [10/Oct/2025:13:55:36 +0000] "GET /404/200 HTTP/1.1" 502 157 "https://example.com/" "Mozilla/5.0 (X11) Chrome/504.0"`, "502"},
		{"error log line", `2025/10/10 13:55:36 [error] 404#404: *204 upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.4, server: example.com, request: "GET /api HTTP/1.1"`, "502"},
		{"router's log line", `heroku[router]: at=error code=H12 desc="Request timeout" method=GET path="/" request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 connect=1ms service=30001ms status=503 bytes=0`, "heroku-H12"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := search(t, x, Request{Text: tt.query})
			if got := ids(r); len(got) == 0 || got[0] != tt.want {
				t.Errorf("%q finds %v, want %s first", tt.query, got, tt.want)
			}
		})
	}
}

func TestQueryLanguage(t *testing.T) {
	x := build(t, library(), libraryConfig())
	tests := []struct {
		name, query string
		want        []string // all hits, in any order
	}{
		{"code", "code:502", []string{"502"}},
		{"class", "code:5xx vendor:ietf", []string{"502", "503", "504"}},
		{"class of what travels", "code:50x vendor:heroku", []string{"heroku-H12"}},
		{"two codes", "code:404.13 code:H12", []string{"iis-404.13", "heroku-H12"}},
		{"vendor", "vendor:nginx", []string{"nginx-499"}},
		{"two values of a facet", "vendor:nginx vendor:heroku", []string{"nginx-499", "heroku-H12"}},
		{"two facets", "category:client-error vendor:iis", []string{"iis-404.13"}},
		{"kind and words", "gateway kind:post", []string{"who-sent-this"}},
		{"tag", "tag:limits", []string{"429", "503"}},
		{"not", "499 -azure", []string{"nginx-499"}},
		{"phrase", `"bad gateway" kind:post`, []string{"who-sent-this"}},
		{"phrase in order", `"timeout request"`, []string{"408", "heroku-H12"}}, // on no page, so it is words
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ids(search(t, x, Request{Text: tt.query}))
			for _, id := range tt.want {
				if !slices.Contains(got, id) {
					t.Errorf("%q finds %v, want %s among them", tt.query, got, id)
				}
			}
			if tt.name != "phrase in order" && len(got) != len(tt.want) {
				t.Errorf("%q finds %v, want %v", tt.query, got, tt.want)
			}
		})
	}
}

func TestNothingIsASyntaxError(t *testing.T) {
	x := build(t, library(), libraryConfig())
	for _, query := range []string{
		`bad "gateway`, `"`, `""`, `"" bad gateway`, "-", "--", "- gateway", "code:", "code:nonsense gateway", "vendor:nobody gateway", ":::", "gateway~2", "gate*", "/gate.*/",
		"gateway^5", "(bad OR", "+bad -gateway", "title:gateway", "\x00gateway", "gateway\xff", "[a TO z]", `\`, strings.Repeat("gateway ", 5000), strings.Repeat("a", 9000),
		strings.Repeat(`"`, 9000), strings.Repeat("code:5xx ", 900), strings.Repeat("-gateway ", 900), "日本語 gateway", "e\u0301 gateway",
	} {
		r := search(t, x, Request{Text: query})
		if strings.Contains(query, "gateway") && !strings.Contains(query, "-gateway") && r.Total == 0 {
			t.Errorf("%.40q finds nothing, want the word gateway searched", query)
		}
	}
}

func TestEmptyQueryListsByPopularityThenID(t *testing.T) {
	x := build(t, library(), libraryConfig())
	r := search(t, x, Request{Kinds: []string{"code"}, Categories: []string{"server-error"}})
	if want := []string{"502", "503", "504", "heroku-H12", "envoy-UH", "gcp-lb-failed", "haproxy-SC", "haproxy-sC-lower", "vercel-too-many-forks"}; !slices.Equal(ids(r), want) {
		t.Errorf("hits are %v, want %v", ids(r), want)
	}
	for _, text := range []string{"???", "2025-01-02T03:04:05Z 192.0.2.1\n"} {
		if r := search(t, x, Request{Text: text}); r.Total != 0 {
			t.Errorf("%q, where no word tells anything, finds %v", text, ids(r))
		}
	}
}

func TestPaging(t *testing.T) {
	x := build(t, library(), libraryConfig())
	all := ids(search(t, x, Request{Text: "request gateway", Limit: 100}))
	if len(all) < 4 {
		t.Fatalf("only %v to page through", all)
	}
	var paged []string
	for offset := 0; offset < len(all)+2; offset += 2 {
		r := search(t, x, Request{Text: "request gateway", Limit: 2, Offset: offset})
		if r.Total != len(all) {
			t.Errorf("at offset %d the total is %d, want %d", offset, r.Total, len(all))
		}
		paged = append(paged, ids(r)...)
	}
	if !slices.Equal(paged, all) {
		t.Errorf("pages add up to %v, want %v", paged, all)
	}
}

func TestVendorsRenderingIsTheSection(t *testing.T) {
	x := build(t, library(), libraryConfig())
	for _, query := range []string{"nginx 502", "nginx-502", "502 from nginx", "bad gateway nginx"} {
		r := search(t, x, Request{Text: query})
		if len(r.Hits) == 0 || r.Hits[0].ID != "502" || r.Hits[0].Section.AliasID != "nginx-502" || r.Hits[0].Section.Anchor != "nginx" {
			t.Errorf("%q: first hit is %+v, want page 502 with NGINX's section", query, r.Hits)
		}
	}
	r := search(t, x, Request{Text: "502"})
	if r.Hits[0].Section.AliasID != "" {
		t.Errorf("502 without a vendor leads to %q", r.Hits[0].Section.AliasID)
	}
}

func TestFacets(t *testing.T) {
	x := build(t, library(), libraryConfig())
	count := func(counts []Count, value string) int {
		for _, c := range counts {
			if c.Value == value {
				return c.Count
			}
		}
		return -1
	}
	all := search(t, x, Request{Text: "request"})
	client := search(t, x, Request{Text: "request", Categories: []string{"client-error"}})
	if got, want := count(client.Facets.Category, "success"), count(all.Facets.Category, "success"); got != want {
		t.Errorf("with client-error chosen, success counts %d, want %d as before: choosing it as well adds them", got, want)
	}
	if got := count(client.Facets.Vendor, "heroku"); got != -1 {
		t.Errorf("heroku counts %d under client-error, want it left out", got)
	}
	if got, want := count(client.Facets.Category, "client-error"), client.Total; got != want {
		t.Errorf("client-error counts %d, total is %d", got, want)
	}
	both := search(t, x, Request{Text: "request", Categories: []string{"client-error", "server-error"}})
	if want := count(all.Facets.Category, "client-error") + count(all.Facets.Category, "server-error"); both.Total != want {
		t.Errorf("two values of a facet find %d, want the sum %d", both.Total, want)
	}
	none := search(t, x, Request{Text: "gateway", Tags: []string{"limits"}})
	if got := count(none.Facets.Tag, "limits"); got == -1 {
		t.Error("a chosen value without pages is left out of its facet")
	}
	phrase := search(t, x, Request{Text: `"bad gateway"`, Kinds: []string{"post"}})
	if got := count(phrase.Facets.Kind, "code"); phrase.Total != 1 || got != 1 {
		t.Errorf("a phrase finds %d posts and counts %d codes beside them, want 1 and 1", phrase.Total, got)
	}
	if r := search(t, x, Request{Text: "gateway", Vendors: []string{"nobody"}}); r.Total != 0 {
		t.Errorf("an unknown vendor finds %v", ids(r))
	}
	if got, want := x.Values("kind"), []string{"code", "doc", "post"}; !slices.Equal(got, want) {
		t.Errorf("Values(kind) = %v, want %v", got, want)
	}
	if x.Values("color") != nil {
		t.Error("an unknown facet has values")
	}
}

func TestDidYouMean(t *testing.T) {
	x := build(t, library(), libraryConfig())
	tests := []struct{ name, query, want string }{
		{"one word", "bad gatway", "bad gateway"},
		{"case and signs stay around it", "HTTP: Gatway?", "HTTP: gateway?"},
		{"operators stay", `gatway kind:post -nginx`, `gateway kind:post -nginx`},
		{"nothing to correct", "bad gateway", ""},
		{"numbers are never corrected", "5022", ""},
		{"a known word is not replaced by a commoner one", "coat", ""},
		{"nothing like it", "xylophone", ""},
		{"written as one", "badgateway", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := search(t, x, Request{Text: tt.query}).DidYouMean; got != tt.want {
				t.Errorf("%q: did you mean %q, want %q", tt.query, got, tt.want)
			}
		})
	}
}

func TestNumbersAreNotFuzzy(t *testing.T) {
	x := build(t, library(), libraryConfig())
	for _, h := range search(t, x, Request{Text: "505"}).Hits {
		t.Errorf("505 finds %s", h.ID)
	}
}

func TestSuggest(t *testing.T) {
	x := build(t, library(), libraryConfig())
	tests := []struct{ name, text, want string }{
		{"first letter", "b", "502"},
		{"word begun", "gatew", "504"},
		{"last word begun", "gateway ti", "504"},
		{"words in any order", "requests too", "429"},
		{"code", "404", "404"},
		{"code begun", "40", "404"},
		{"substatus", "404.1", "iis-404.13"},
		{"vendor's code", "h1", "heroku-H12"},
		{"id", "nginx-4", "nginx-499"},
		{"vendor and code", "azure 499", "azure-appgw-499"},
		{"what people call a vendor", "appgw cl", "azure-appgw-499"},
		{"stop word", "the bad ga", "502"},
		{"words of a name before those of a code", "too m", "429"},
		{"code of words begun", "TOO_MANY_F", "vercel-too-many-forks"},
		{"vendor and a word of its code", "vercel t", "vercel-too-many-forks"},
		{"code and name", "502 bad", "502"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := x.Suggest(context.Background(), tt.text, 0)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" && (len(got) == 0 || got[0].ID != tt.want) {
				t.Errorf("%q suggests %+v, want %s first", tt.text, got, tt.want)
			}
			if len(got) > 8 {
				t.Errorf("%d suggestions, want at most 8", len(got))
			}
		})
	}
	rendering, err := x.Suggest(context.Background(), "nginx 502", 1)
	if err != nil || len(rendering) != 1 || rendering[0].ID != "502" || rendering[0].Section.Anchor != "nginx" {
		t.Errorf("nginx 502 suggests %+v, %v, want NGINX's section of 502", rendering, err)
	}
	for _, text := range []string{"", " ", "?", "\xff", strings.Repeat("x", 5000)} {
		if got, err := x.Suggest(context.Background(), text, 8); err != nil || len(got) != 0 {
			t.Errorf("%.20q suggests %v, %v", text, got, err)
		}
	}
}

func TestExplanationAddsUp(t *testing.T) {
	x := build(t, library(), libraryConfig())
	for _, query := range []string{"bad gateway", "nginx 499", "throttled", "gatway", "404 13", "crashed compare", ""} {
		for _, h := range search(t, x, Request{Text: query, Explain: true}).Hits {
			if h.Explain == nil {
				t.Fatalf("%q: no explanation", query)
			}
			e := h.Explain
			product := e.Value
			if len(e.Parts) > 0 {
				product = 1
				for _, part := range e.Parts {
					product *= part.Value
				}
			}
			if diff := product - h.Score; diff > 0.01 || diff < -0.01 {
				t.Errorf("%q, %s: the explanation comes to %.3f, the score is %.3f\n%s", query, h.ID, product, h.Score, e)
			}
		}
	}
}

func TestSameDocumentsSameAnswers(t *testing.T) {
	first, second := build(t, library(), libraryConfig()), build(t, library(), libraryConfig())
	for _, query := range []string{"request", "gateway timeout", "nginx 499", ""} {
		a, b := search(t, first, Request{Text: query}), search(t, second, Request{Text: query})
		if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", b) {
			t.Errorf("%q: two builds answer differently:\n%+v\n%+v", query, a, b)
		}
	}
}

func TestDuplicateIDs(t *testing.T) {
	_, err := Build(context.Background(), []Document{{ID: "a"}, {ID: "a"}}, Config{})
	if err == nil || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("two documents of one id: %v", err)
	}
}

func TestNoDocuments(t *testing.T) {
	x := build(t, nil, Config{})
	if r := search(t, x, Request{Text: "gateway"}); r.Total != 0 {
		t.Errorf("an empty index finds %v", ids(r))
	}
	if got, err := x.Suggest(context.Background(), "g", 8); err != nil || len(got) > 0 {
		t.Errorf("an empty index suggests %v, %v", got, err)
	}
}

func TestCanceled(t *testing.T) {
	x := build(t, library(), libraryConfig())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := x.Search(ctx, Request{Text: "gateway"}); err == nil {
		t.Error("Search ignores a canceled context")
	}
	if _, err := Build(ctx, library(), Config{}); err == nil {
		t.Error("Build ignores a canceled context")
	}
}

// A long page that has both words is a better answer than short pages with one of them.
func TestLongPageWithAllWords(t *testing.T) {
	prose := strings.Repeat("Plain prose about many other things in the office and elsewhere. ", 300)
	docs := []Document{{ID: "docs/handbook", Kind: "doc", Title: "Handbook",
		Sections: []Section{{Text: prose + "A zebra stands there. " + prose + "It is at the desk."}}}}
	for i := range 6 {
		docs = append(docs,
			Document{ID: fmt.Sprintf("docs/animal-%d", i), Kind: "doc", Title: "Animals", Sections: []Section{{Text: "The zebra is an animal of Africa."}}},
			Document{ID: fmt.Sprintf("docs/chair-%d", i), Kind: "doc", Title: "Chairs", Sections: []Section{{Text: "The desk is made of oak."}}})
	}
	x, err := Build(context.Background(), docs, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	res, err := x.Search(context.Background(), Request{Text: "zebra desk"})
	if err != nil {
		t.Fatal(err)
	}
	if res.Hits[0].ID != "docs/handbook" {
		t.Errorf("first is %s", res.Hits[0].ID)
	}
}

// A page that says a rare word once, in what a team has added to its end, is the answer to a query of that word and common
// ones, although other pages are called the common ones, are popular, or say them often.
func TestRareWordWithCommonOnes(t *testing.T) {
	prose := strings.Repeat("Plain prose about many other things in the office and elsewhere. ", 100)
	long := func(id, kind, code, text string) Document {
		return Document{ID: id, Kind: kind, Title: "Long Page", Code: code, Vendor: "acme", VendorName: "Acme",
			Sections: []Section{{Text: prose}, {Anchor: "ours", Text: text}}}
	}
	docs := []Document{
		long("acme-1", "code", "1", "Call the zebra desk first. The pelican keeps the gateway timeout of every upstream."),
		long("acme-2", "code", "2", "The okapi desk is closed."),
		long("docs/on-call", "doc", "", "The okapi desk is closed, and the heron reads the timeout."),
	}
	for i := range 300 {
		docs = append(docs, Document{ID: fmt.Sprint("docs/", i), Kind: "doc", Title: "Chairs", Sections: []Section{{Text: "Chairs are made of oak."}}})
	}
	for i := range 10 {
		docs = append(docs,
			Document{ID: fmt.Sprint("desk-", i), Kind: "code", Code: fmt.Sprint(500 + i), Title: "Information Desk", Popularity: 10,
				Sections: []Section{{Text: "A desk, a second desk and a third desk."}}},
			Document{ID: fmt.Sprint("timeout-", i), Kind: "code", Code: fmt.Sprint(600 + i), Title: "Upstream Gateway Timeout", Popularity: 10,
				Symptoms: []string{"gateway timeout", "upstream timeout"}, Sections: []Section{{Text: "A gateway waits."}}})
	}
	x := build(t, docs, Config{})
	for query, want := range map[string][]string{
		"zebra desk":                       {"acme-1"},
		"desk zebra":                       {"acme-1"},
		"pelican timeout":                  {"acme-1"},
		"pelican gateway timeout":          {"acme-1"},
		"pelican upstream gateway timeout": {"acme-1"},
		"heron timeout":                    {"docs/on-call"},
		"okapi desk":                       {"acme-2", "docs/on-call"},
	} {
		got := ids(search(t, x, Request{Text: query}))
		first := slices.Sorted(slices.Values(got[:min(len(want), len(got))]))
		if !slices.Equal(first, want) {
			t.Errorf("%q finds %v, want %v first", query, got, want)
		}
	}
}

// What people do to codes and words on the way from a page or a log into the search box.
func TestWordsAsTheyAreTyped(t *testing.T) {
	docs := []Document{
		{ID: "acme-PAY-1042", Kind: "code", Title: "Gateway Asleep", Code: "PAY-1042", Vendor: "acme", VendorName: "Acme", Status: 503},
		{ID: "cloudflare-1042", Kind: "code", Title: "Worker Fetched Another Worker", Code: "1042", Vendor: "cloudflare", VendorName: "Cloudflare"},
		{ID: "500", Kind: "code", Title: "Internal Server Error", Code: "500", Vendor: "ietf", Popularity: 10},
		{ID: "503", Kind: "code", Title: "Service Unavailable", Code: "503", Vendor: "ietf", Summary: "The site is under maintenance.", Popularity: 9},
		{ID: "200", Kind: "code", Title: "OK", Code: "200", Vendor: "ietf", Popularity: 9},
		{ID: "aws-elb-460", Kind: "code", Title: "HTTP 460", Code: "460", Vendor: "aws-elb", VendorName: "AWS ELB"},
		{ID: "502", Kind: "code", Title: "Bad Gateway", Code: "502", Vendor: "ietf", Popularity: 9},
		{ID: "haproxy-SH", Kind: "code", Title: "Server Closed Before Headers", Code: "SH", Vendor: "haproxy", VendorName: "HAProxy", Status: 502},
		{ID: "204", Kind: "code", Title: "No Content", Code: "204", Vendor: "ietf"},
		{ID: "docs/policies", Kind: "doc", Title: "about_Execution_Policies", Sections: []Section{{Text: "Execution policies decide which scripts run."}}},
		{ID: "docs/set", Kind: "doc", Title: "Set-ExecutionPolicy", Summary: "Sets an execution policy; execution policies and a policy more.",
			Sections: []Section{{Text: "The execution policy of execution policies: a policy, the policies, inter alia."}}},
	}
	x, err := Build(context.Background(), docs, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for text, want := range map[string]string{
		"pay 1042":                 "acme-PAY-1042",
		"acme pay 1042":            "acme-PAY-1042",
		"cloudflare 1042":          "cloudflare-1042",
		"interal server error":     "500",
		"about execution policies": "docs/policies",
		`https 2026-03-14T09:12:33.123456Z app/prod/50dc6c495c0c9188 203.0.113.5:51022 10.0.3.11:8080 0.001 0.004 -1 502 - 460 204 "GET https://www.example.com:443/ HTTP/1.1"`: "502",
		`fe be/srv1 0/0/1/-1/12 502 204 - - SH-- 4/4/0/0/0 0/0 "GET /api HTTP/1.1"`:                                                                                             "haproxy-SH",
	} {
		res, err := x.Search(context.Background(), Request{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Hits) == 0 || res.Hits[0].ID != want {
			var got []string
			for _, h := range res.Hits {
				got = append(got, h.ID)
			}
			t.Errorf("%q finds %v, want %s first", text, got, want)
		}
	}
	for _, text := range []string{"interal server error", "internal server error", "execution policies", "topup"} {
		res, err := x.Search(context.Background(), Request{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]string{"interal server error": "internal server error"}[text]; res.DidYouMean != want {
			t.Errorf("%q: did you mean %q, want %q", text, res.DidYouMean, want)
		}
	}
}
