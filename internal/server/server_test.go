package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"siteerror/content"
	"siteerror/internal/catalog"
	"siteerror/internal/checker"
	"siteerror/internal/library"
)

// shipped is the shipped library, loaded once for all tests.
var shipped = sync.OnceValues(func() (*library.Library, error) {
	return library.Open(context.Background(), library.Config{
		Sources: func() ([]catalog.Source, func(), error) {
			return []catalog.Source{{Name: "shipped", FS: content.FS}}, func() {}, nil
		},
		Log: slog.New(slog.DiscardHandler),
	})
})

// readOnly is a server of the shipped library as it comes.
var readOnly = sync.OnceValues(func() (*Server, error) {
	lib, err := shipped()
	if err != nil {
		return nil, err
	}
	return New(Config{Library: lib, Checker: checker.New(checker.Config{}), Log: slog.New(slog.DiscardHandler)})
})

// reader is the one server of all tests that only read: a page is rendered once,
// whichever test is the first to ask for it.
func reader(t testing.TB) *Server {
	t.Helper()
	s, err := readOnly()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newServer is a server of the shipped library for one test, which may change
// what it is made of.
func newServer(t testing.TB, change func(*Config)) *Server {
	t.Helper()
	lib, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Library: lib, Checker: checker.New(checker.Config{}), Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// exchange is a request and what must come of it.
type exchange struct {
	method, path string            // GET if empty
	header       map[string]string // of the request
	body         string
	status       int
	want         map[string]string // regular expressions for response fields; "" means absent
	contains     string            // in the body
}

const (
	browser  = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	tag      = `^(W/)?"[0-9a-z-]+"$`
	problemT = `^application/problem\+json$`
)

// exchanges hold the server to the contract and to RFC 9110.
var exchanges = []exchange{
	// Pages, and what they negotiate on.
	{path: "/", status: 200, want: map[string]string{"Content-Type": "^text/html", "Etag": tag, "Vary": "Accept-Encoding", "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "X-Request-Id": "^[0-9a-f]{16}$"}, contains: "<h1>"},
	{path: "/", status: 200, want: map[string]string{"Content-Security-Policy": `default-src 'none'.*script-src 'self' 'sha256-.*frame-ancestors 'none'`, "Set-Cookie": "", "Server": "", "Referrer-Policy": ".", "Cross-Origin-Opener-Policy": "same-origin"}},
	{path: "/codes", status: 200, contains: "Client error"},
	{path: "/codes/202", header: map[string]string{"Accept": browser}, status: 200, want: map[string]string{"Content-Type": "^text/html", "Vary": "Accept, Accept-Encoding", "Link": `rel="alternate"; type="text/markdown"`}, contains: `<span class="name">Accepted</span>`},
	{path: "/codes/202", header: map[string]string{"Accept": "application/json"}, status: 200, want: map[string]string{"Content-Type": "^application/json"}, contains: `"id":"202"`},
	{path: "/codes/202", header: map[string]string{"Accept": "text/markdown"}, status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "# 202 Accepted"},
	{path: "/codes/202", header: map[string]string{"Accept": "*/*"}, status: 200, want: map[string]string{"Content-Type": "^text/plain"}, contains: "202 Accepted"},
	{path: "/codes/202", status: 200, want: map[string]string{"Content-Type": "^text/plain"}},
	{path: "/codes/202", header: map[string]string{"Accept": "text/html;q=0.5, application/json"}, status: 200, want: map[string]string{"Content-Type": "^application/json"}},
	{path: "/codes/202", header: map[string]string{"Accept": "text/html;q=0, text/markdown;q=0.1"}, status: 200, want: map[string]string{"Content-Type": "^text/markdown"}},
	{path: "/codes/202", header: map[string]string{"Accept": "image/png"}, status: 406, want: map[string]string{"Vary": "Accept, Accept-Encoding"}, contains: "text/html, application/json"},
	{path: "/codes/202", header: map[string]string{"Accept": ""}, status: 200, want: map[string]string{"Content-Type": "^text/plain"}},
	{path: "/codes/202?format=json", header: map[string]string{"Accept": browser}, status: 200, want: map[string]string{"Content-Type": "^application/json"}},
	{path: "/codes/202?format=pdf", header: map[string]string{"Accept": browser}, status: 400, contains: "html, json, md, text"},
	{path: "/codes/202?q=queue", header: map[string]string{"Accept": browser}, status: 200, contains: "<mark>queue</mark>"},
	{path: "/codes/202?color=1", status: 200, contains: "\x1b["},
	{path: "/codes/202.md", header: map[string]string{"Accept": browser}, status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "## Sources"},
	{path: "/codes/NGINX-499", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": "^/codes/nginx-499$"}},
	{path: "/codes/nginx-502", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": "^/codes/502#nginx$"}},
	// Social cards.
	{path: "/cards/home.png", status: 200, want: map[string]string{"Content-Type": "^image/png$", "Etag": tag, "Cross-Origin-Resource-Policy": "cross-origin"}},
	{path: "/cards/codes/nginx-499.png", status: 200, want: map[string]string{"Content-Type": "^image/png$"}},
	{path: "/cards/blog/who-sent-this-502.png", status: 200, want: map[string]string{"Content-Type": "^image/png$"}},
	{path: "/cards/compare/401-vs-403.png", status: 200, want: map[string]string{"Content-Type": "^image/png$"}},
	{path: "/cards/codes/799.png", status: 404},
	{path: "/cards/codes/NGINX-499.png", status: 404},
	{path: "/cards/codes/502", status: 404},
	{path: "/codes/502", header: map[string]string{"Accept": browser}, status: 200, contains: `<meta property="og:image" content="/cards/codes/502.png">`},
	{path: "/codes/799", header: map[string]string{"Accept": browser}, status: 404, want: map[string]string{"Content-Type": "^text/html"}, contains: "Search for it"},
	// Short links.
	{path: "/502", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": "^/codes/502$", "Vary": "Accept"}},
	{path: "/502", status: 200, want: map[string]string{"Content-Type": "^text/plain", "Vary": "Accept"}, contains: "502 Bad Gateway"},
	{path: "/404.13", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": "^/codes/iis-404.13$"}},
	{path: "/499", header: map[string]string{"Accept": browser}, status: 300, want: map[string]string{"Content-Type": "^text/html"}, contains: "Cloudflare"},
	{path: "/499", header: map[string]string{"Accept": "application/json"}, status: 300, contains: `"nginx-499"`},
	{path: "/499.md", header: map[string]string{"Accept": browser}, status: 300, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "/codes/nginx-499"},
	{path: "/299", header: map[string]string{"Accept": browser}, status: 404, contains: "x00 of its class"},
	{path: "/299", header: map[string]string{"Accept": "application/json"}, status: 404, want: map[string]string{"Content-Type": problemT}},
	{path: "/nginx-499", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": "^/codes/nginx-499$"}},
	// Taxonomies, comparison, blog, docs.
	{path: "/categories/server-error", status: 200, contains: "502"},
	{path: "/categories/nginx", status: 308, want: map[string]string{"Location": "^/vendors/nginx$"}},
	{path: "/categories/nope", status: 404},
	{path: "/categories/server-error.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "- [502 Bad Gateway](http://localhost:8080/codes/502): "},
	{path: "/vendors/nginx.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "/codes/nginx-499): "},
	{path: "/categories/nginx.md", status: 308, want: map[string]string{"Location": `^/vendors/nginx\.md$`}},
	{path: "/vendors/nginx", status: 200, contains: "499"},
	{path: "/compare", status: 200, contains: "First code"},
	{path: "/compare?codes=403&codes=401", status: 308, want: map[string]string{"Location": "^/compare/401-vs-403$"}},
	{path: "/compare/403-vs-401", status: 308, want: map[string]string{"Location": "^/compare/401-vs-403$"}},
	{path: "/compare/401-vs-403", status: 200, contains: "Who has to act"},
	{path: "/compare/401-vs-403.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "- Choose [401 Unauthorized]("},
	{path: "/compare/403-vs-401.md", status: 308, want: map[string]string{"Location": `^/compare/401-vs-403\.md$`}},
	{path: "/codes.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "- [404 Not Found]("},
	{path: "/index.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "- [Server error](http://localhost:8080/categories/server-error.md)"},
	{path: "/compare.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "- [401 Unauthorized or 403 Forbidden](http://localhost:8080/compare/401-vs-403.md): "},
	{path: "/docs.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "/docs/hosting.md)"},
	{path: "/api.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "## GET /api/v1/search\n"},
	{path: "/diagnose.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "http://localhost:8080/api/v1/diagnose\n"},
	{path: "/playground.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "curl -i 'http://localhost:8080/status/503?"},
	{path: "/checker.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "/api/v1/check\n"},
	{path: "/quiz.md", status: 303, want: map[string]string{"Location": `^/quiz\.md\?seed=\d+$`, "Cache-Control": "no-store"}},
	{path: "/quiz.md?seed=7", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "\n## Answers\n\n1. "},
	{path: "/search.md?q=bad+gateway", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "- [502 Bad Gateway](http://localhost:8080/codes/502): "},
	{path: "/search.md?q=x&vendor=ngnix", status: 400},
	{path: "/quiz?seed=7", status: 200, contains: `<link rel="alternate" type="text/markdown" href="/quiz.md?seed=7">`},
	{path: "/blog.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "/blog/who-sent-this-502"},
	{path: "/blog/tags/api.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}, contains: "# Posts about api"},
	{path: "/api/v1/search?q=a;b", status: 200, contains: `"query":"a;b"`},
	{path: "/api/v1/search?q=100%", status: 200, contains: `"query":"100%"`},
	{path: "/compare/200-vs-502-vs-404-vs-301", status: 308, want: map[string]string{"Location": "^/compare/200-vs-301-vs-404-vs-502$"}},
	{path: "/compare/1-vs-2-vs-3-vs-4-vs-5", status: 400, contains: "two to four"},
	{path: "/compare/401-vs-998", status: 404},
	{path: "/blog", status: 200, contains: "min"},
	{path: "/blog/who-sent-this-502", status: 200, contains: "On this page"},
	{path: "/blog/who-sent-this-502.md", status: 200, want: map[string]string{"Content-Type": "^text/markdown"}},
	{path: "/blog/tags/nginx", status: 200, contains: "Posts about nginx"},
	{path: "/blog/tags/nope", status: 404},
	{path: "/blog/feed.xml", status: 200, want: map[string]string{"Content-Type": "^application/atom"}, contains: "<feed"},
	{path: "/docs", status: 200, contains: "Host it yourself"},
	{path: "/docs/hosting", status: 200, contains: "Start it"},
	// Search.
	{path: "/search?q=queued", status: 200, contains: "results for “queued”"},
	{path: "/search?q=bad+gateway&kind=code&category=server-error", status: 200, contains: "Remove Category: Server error"},
	{path: "/search?q=x&category=sever-error", header: map[string]string{"Accept": browser}, status: 400, contains: "client-error"},
	{path: "/search?q=x&page=0", header: map[string]string{"Accept": browser}, status: 400},
	{path: "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E", status: 200, contains: "&lt;script&gt;"},
	{path: `/search?q="unclosed+-+(*:?~^`, status: 200},
	// The API.
	{path: "/api/v1/search?q=queued", status: 200, want: map[string]string{"Content-Type": "^application/json$", "Etag": tag, "Access-Control-Allow-Origin": `^\*$`}, contains: `"did_you_mean":null`},
	{path: "/api/v1/search?q=502&kind=post", status: 200, contains: `"code":"","category":"","vendor":""`},
	{path: "/api/v1/search?q=timeout&limit=2", status: 200, want: map[string]string{"Link": `offset=2.*rel="next"`}},
	{path: "/api/v1/search?q=x&limit=101", status: 400, want: map[string]string{"Content-Type": problemT, "Access-Control-Allow-Origin": `^\*$`}, contains: `"type":"/codes/400"`},
	{path: "/api/v1/search?q=x&offset=-1", status: 400, want: map[string]string{"Content-Type": problemT}},
	{path: "/api/v1/search?q=x&vendor=ngnix", status: 400, contains: "nginx"},
	{path: "/api/v1/suggest?q=5", status: 200, contains: `"suggestions":[{`},
	{path: "/api/v1/suggest?q=", status: 200, contains: `"query":""`},
	{path: "/api/v1/codes?category=redirection&vendor=ietf", status: 200, contains: `"total":9`},
	{path: "/api/v1/codes?vendor=nope", status: 400},
	{path: "/api/v1/codes/401", status: 200, contains: `"required_headers":["WWW-Authenticate"]`},
	{path: "/api/v1/codes/nginx-502", status: 308, want: map[string]string{"Location": "^/api/v1/codes/502$"}},
	{path: "/api/v1/codes/404.13", status: 308, want: map[string]string{"Location": `^/api/v1/codes/iis-404\.13$`}},
	{path: "/api/v1/codes/499", status: 404, want: map[string]string{"Content-Type": problemT}, contains: "several vendors use 499: write nginx-499, cloudflare-499"},
	{path: "/codes/404.13", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": `^/codes/iis-404\.13$`}},
	{path: "/codes/499", header: map[string]string{"Accept": browser}, status: 404, contains: "several vendors use 499: write nginx-499, cloudflare-499"},
	{path: "/codes/NGINX-499.md", status: 308, want: map[string]string{"Location": `^/codes/nginx-499\.md$`}},
	{path: "/api/v1/compare?ids=404.13,404", status: 200, contains: `"id":"iis-404.13"`},
	{path: "/api/v1/compare?ids=401&ids=403", status: 200, contains: `"points":[`},
	{path: "/api/v1/compare?ids=401,403,401", status: 200, contains: `"points":[`},
	{path: "/api/v1/compare?ids=401,401", status: 400, want: map[string]string{"Content-Type": problemT}, contains: "401 and 401 name one page"},
	{path: "/api/v1/compare?ids=499,502", status: 404, want: map[string]string{"Content-Type": problemT}, contains: "write nginx-499, cloudflare-499"},
	{path: "/api/v1/codes/799", status: 404, want: map[string]string{"Content-Type": problemT}, contains: `"status":404`},
	{path: "/api/v1/compare?ids=401,403", status: 200, contains: `"points":[`},
	{path: "/api/v1/compare?ids=401", status: 400},
	{path: "/api/v1/categories", status: 200, contains: `"slug":"success"`},
	{path: "/api/v1/vendors", status: 200, contains: `"slug":"nginx"`},
	{path: "/api/v1/posts", status: 200, contains: `"minutes":`},
	{path: "/api/v1/nope", status: 404, want: map[string]string{"Content-Type": problemT}, contains: `"instance":"`},
	{method: "POST", path: "/api/v1/search", status: 405, want: map[string]string{"Content-Type": problemT, "Allow": "GET"}},
	{method: "POST", path: "/api/v1/diagnose", header: map[string]string{"Content-Type": "text/plain"}, body: "connect() failed (111: Connection refused) while connecting to upstream", status: 200, want: map[string]string{"Cache-Control": "no-store", "Access-Control-Allow-Origin": ""}, contains: `"findings":[{"id":"502"`},
	{method: "POST", path: "/api/v1/diagnose", header: map[string]string{"Content-Type": "text/plain", "Sec-Fetch-Site": "cross-site"}, body: "x", status: 403, want: map[string]string{"Content-Type": problemT}},
	{method: "POST", path: "/api/v1/diagnose", body: "", status: 400},
	{method: "POST", path: "/api/v1/diagnose", header: map[string]string{"Content-Type": "text/plain"}, body: strings.Repeat("x", maxDiagnoseBody+1), status: 413},
	{method: "POST", path: "/api/v1/check", header: map[string]string{"Content-Type": "text/plain"}, body: "{}", status: 415, want: map[string]string{"Accept": "application/json"}},
	{method: "POST", path: "/api/v1/check", header: map[string]string{"Content-Type": "application/json"}, body: `{"url":"http://127.0.0.1/"}`, status: 422, want: map[string]string{"Content-Type": problemT}},
	{method: "POST", path: "/api/v1/check", header: map[string]string{"Content-Type": "application/json"}, body: `{"url":"::"}`, status: 400},
	{method: "POST", path: "/api/v1/check", header: map[string]string{"Content-Type": "application/json", "Origin": "https://evil.example"}, body: `{"url":"http://127.0.0.1/"}`, status: 403},
	// Tools.
	{path: "/cheatsheet", status: 200, contains: "Not Found"},
	{path: "/cheatsheet.csv", status: 200, want: map[string]string{"Content-Type": "^text/csv"}, contains: "id,code,name"},
	{path: "/cheatsheet.json?vendor=nginx", status: 200, contains: `"nginx-499"`},
	{path: "/quiz", status: 303, want: map[string]string{"Location": `^/quiz\?seed=\d+$`, "Cache-Control": "no-store"}},
	{path: "/quiz?seed=7", status: 200, contains: "1 of 10"},
	{path: "/quiz?seed=7&answers=9", status: 400},
	{path: "/quiz?seed=7&answers=012301230&answer=1", status: 200, contains: ">See the whole round</a>"},
	{path: "/quiz?seed=7&answers=0123012301", status: 200, contains: `<ol class="review">`},
	{path: "/playground", status: 200, contains: `value="/status/200"`},
	{path: "/playground?path=/status/103&send=1", status: 200, want: map[string]string{"Cache-Control": "no-store"}, contains: "HTTP/1.1 103 Early Hints\nLink:"},
	{path: "/playground?path=/status/302&send=1", status: 200, contains: "302 Found in "},
	{path: "/playground?path=/status/444&send=1", status: 200, contains: "closed before a byte"},
	{path: "/playground?path=/status/200&method=PURGE&headers=X-Trace:+7&send=1", status: 200, contains: "-X &#39;PURGE&#39;"},
	{path: "/playground?path=/codes&send=1", status: 400, contains: "must begin with /status/"},
	{path: "/playground?path=/status/200&headers=nonsense&send=1", status: 400, contains: "not of the form"},
	{method: "POST", path: "/api/v1/play", header: map[string]string{"Content-Type": "application/json"}, body: `{"path":"/status/429"}`, status: 200, want: map[string]string{"Cache-Control": "no-store", "Access-Control-Allow-Origin": ""}, contains: `Retry-After`},
	{method: "POST", path: "/api/v1/play", header: map[string]string{"Content-Type": "application/json"}, body: `{"path":"/status/200","headers":{"Host":"evil.example"}}`, status: 400, want: map[string]string{"Content-Type": problemT}, contains: "belongs to the connection"},
	{method: "POST", path: "/api/v1/play", header: map[string]string{"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, body: `{"path":"/status/200"}`, status: 403},
	{method: "POST", path: "/api/v1/play", header: map[string]string{"Content-Type": "text/plain"}, body: "{}", status: 415},
	{path: "/search?q=curl:+(52)+Empty+reply+from+server", status: 200, contains: "Diagnose this text"},
	{path: "/checker?url=http://example.com/", status: 200, contains: `value="http://example.com/"`},
	{path: "/diagnose", status: 200, contains: "textarea"},
	{method: "POST", path: "/diagnose", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, body: "paste=curl%3A+(52)+Empty+reply+from+server", status: 200, want: map[string]string{"Cache-Control": "no-store"}, contains: "<mark>"},
	{path: "/status/429", status: 429, want: map[string]string{"Retry-After": ".", "Cache-Control": "no-store", "Content-Security-Policy": "sandbox"}},
	{method: "BREW", path: "/status/204", status: 204},
	{path: "/status/999", status: 400, want: map[string]string{"Content-Type": problemT}},
	// Machines.
	{path: "/healthz", status: 200, want: map[string]string{"Cache-Control": "no-store"}, contains: "ok"},
	{path: "/readyz", status: 200},
	{path: "/metrics", status: 200, contains: "process_resident_memory_bytes"},
	{path: "/robots.txt", status: 200, contains: "Sitemap: http://localhost"},
	{path: "/sitemap.xml", status: 200, contains: "/codes/502</loc>"},
	{path: "/opensearch.xml", status: 200, contains: "{searchTerms}"},
	{path: "/suggest?q=bad", status: 200, want: map[string]string{"Content-Type": `^application/x-suggestions\+json$`}, contains: `["bad",[`},
	{path: "/llms.txt", status: 200, contains: "# siteerror"},
	{path: "/openapi.json", status: 200, contains: `"openapi": "3.1.0"`},
	{path: "/api", status: 200, contains: "/openapi.json"},
	// Methods.
	{method: "HEAD", path: "/codes/202", header: map[string]string{"Accept": browser}, status: 200, want: map[string]string{"Content-Length": `^\d+$`, "Etag": tag}},
	{method: "DELETE", path: "/codes/202", status: 405, want: map[string]string{"Allow": "GET"}},
	{method: "OPTIONS", path: "/codes/202", status: 204, want: map[string]string{"Allow": "OPTIONS"}},
	{method: "OPTIONS", path: "/api/v1/search", header: map[string]string{"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}, status: 204, want: map[string]string{"Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Origin": `^\*$`}},
	{method: "PROPFIND", path: "/codes", status: 405, want: map[string]string{"Allow": "GET"}},
	{method: "TRACE", path: "/", status: 405},
	{path: "/mcp", status: 405, want: map[string]string{"Content-Type": problemT, "Allow": "^POST, OPTIONS$"}},
	{method: "DELETE", path: "/mcp", status: 405, want: map[string]string{"Content-Type": problemT, "Allow": "^POST, OPTIONS$"}},
	{method: "POST", path: "/mcp", body: "{}", status: 415, want: map[string]string{"Content-Type": problemT}, contains: "application/json"},
	{method: "POST", path: "/mcp", header: map[string]string{"Content-Type": "application/json"}, body: "{}", status: 400, want: map[string]string{"Content-Type": problemT}, contains: "text/event-stream"},
	{method: "POST", path: "/mcp", header: map[string]string{"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}, body: "{", status: 400, want: map[string]string{"Content-Type": problemT}},
	{method: "POST", path: "/mcp", header: map[string]string{"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "Origin": "https://evil.example"}, body: "{}", status: 403, want: map[string]string{"Content-Type": problemT}},
	{method: "OPTIONS", path: "/mcp", status: 204, want: map[string]string{"Allow": "^POST, OPTIONS$"}},
	{method: "BREW", path: "/nope", status: 404},
	{method: "BREW", path: "/502", status: 405, want: map[string]string{"Allow": "GET"}},
	// Odd paths never leave the site and never loop.
	{path: "/codes/", status: 308, want: map[string]string{"Location": "^/codes$"}},
	{path: "/vendors/", status: 404},
	{path: "/categories/", status: 404},
	{path: "/blog/tags/", status: 404},
	{path: "/api/v1/", status: 404, want: map[string]string{"Content-Type": problemT, "Location": ""}},
	{path: "/nowhere/at/all/", status: 404, want: map[string]string{"Location": ""}},
	{path: "/502/", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": "^/502$"}},
	{path: "/codes/202/", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": "^/codes/202$"}},
	{path: "//evil.example/", status: 404, want: map[string]string{"Location": ""}},
	{path: "//evil.example/%2f..", status: 404, want: map[string]string{"Location": ""}},
	{path: "/%5cevil.example/", status: 404, want: map[string]string{"Location": ""}},
	{path: "/codes/..%2f..%2fetc%2fpasswd", header: map[string]string{"Accept": browser}, status: 404, want: map[string]string{"Location": ""}},
	{path: "/codes/%ff/", header: map[string]string{"Accept": browser}, status: 404, want: map[string]string{"Location": ""}},
	{path: "/codes/%3fa%23b%25/", header: map[string]string{"Accept": browser}, status: 404, want: map[string]string{"Location": ""}},
	{path: "/codes/?q=\xe9\\", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": `^/codes\?q=%E9%5C$`}},
	{path: "/codes/nginx-502.md", header: map[string]string{"Accept": browser}, status: 308, want: map[string]string{"Location": `^/codes/502\.md$`}},
	{path: "/codes/../codes/202", header: map[string]string{"Accept": browser}, status: 404},
	{path: "/" + strings.Repeat("x", maxURI), status: 414, contains: "URI Too Long\n"},
	{path: "/api/v1/search?q=" + strings.Repeat("x", maxURI), status: 414, want: map[string]string{"Content-Type": problemT, "Access-Control-Allow-Origin": `^\*$`}},
	{path: "/assets/nope.css", status: 404},
	// Codings.
	{path: "/codes/202", header: map[string]string{"Accept": browser, "Accept-Encoding": "gzip"}, status: 200, want: map[string]string{"Content-Encoding": "^gzip$", "Etag": `-gzip"$`}},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "Accept-Encoding": "gzip;q=0.5, br"}, status: 200, want: map[string]string{"Content-Encoding": "^br$"}},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "Accept-Encoding": "br;q=0, gzip;q=0, zstd"}, status: 200, want: map[string]string{"Content-Encoding": "^zstd$"}},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "Accept-Encoding": "*;q=0.1"}, status: 200, want: map[string]string{"Content-Encoding": "^br$"}},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "Accept-Encoding": "identity"}, status: 200, want: map[string]string{"Content-Encoding": ""}},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "Accept-Encoding": "identity;q=0"}, status: 406, want: map[string]string{"Vary": "Accept-Encoding"}, contains: "gzip, br and zstd"},
	{path: "/api/v1/suggest?q=5", header: map[string]string{"Accept-Encoding": "*;q=0, gzip"}, status: 200, want: map[string]string{"Content-Encoding": "^gzip$"}},
	{path: "/sw.js", status: 200, want: map[string]string{"Content-Type": "^text/javascript", "Cache-Control": "no-cache", "Content-Security-Policy": "connect-src 'self'"}, contains: `"/cheatsheet"`},
	{path: "/manifest.webmanifest", status: 200, want: map[string]string{"Content-Type": `^application/manifest\+json$`}, contains: `"start_url": "/"`},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "Accept-Encoding": "identity;q=0, gzip"}, status: 200, want: map[string]string{"Content-Encoding": "^gzip$"}},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "Accept-Encoding": "gzip;q=nonsense"}, status: 200, want: map[string]string{"Content-Encoding": ""}},
	// Preconditions.
	{path: "/codes/202", header: map[string]string{"Accept": browser, "If-None-Match": "*"}, status: 304, want: map[string]string{"Etag": tag, "Vary": ".", "Cache-Control": ".", "Content-Length": "", "Content-Type": ""}},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "If-None-Match": `"other", W/"x"`}, status: 200},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "If-Match": `"other"`}, status: 412},
	{path: "/codes/202", header: map[string]string{"Accept": browser, "If-Match": "*"}, status: 200},
}

func do(s http.Handler, e exchange) *httptest.ResponseRecorder {
	method := e.method
	if method == "" {
		method = http.MethodGet
	}
	r := httptest.NewRequest(method, "http://localhost:8080/", strings.NewReader(e.body))
	r.RequestURI = e.path
	path, query, _ := strings.Cut(e.path, "?")
	r.URL.Path, r.URL.RawQuery = unescape(path), query
	if strings.Contains(path, "%") {
		r.URL.RawPath = path
	}
	for k, v := range e.header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func unescape(path string) string {
	return strings.NewReplacer("%2f", "/", "%5c", `\`, "%ff", "\xff", "%3f", "?", "%23", "#", "%25", "%").Replace(path)
}

func TestExchanges(t *testing.T) {
	s := reader(t)
	t.Logf("%d exchanges", len(exchanges))
	for _, e := range exchanges {
		name := e.method + " " + e.path
		if len(name) > 80 {
			name = name[:80]
		}
		t.Run(name, func(t *testing.T) {
			w := do(s, e)
			if w.Code != e.status {
				t.Fatalf("status = %d, want %d; body: %.300s", w.Code, e.status, w.Body)
			}
			for field, pattern := range e.want {
				got := w.Header().Get(field)
				if pattern == "" && got != "" || pattern != "" && !regexp.MustCompile(pattern).MatchString(got) {
					t.Errorf("%s = %q, want %q", field, got, pattern)
				}
			}
			if !strings.Contains(w.Body.String(), e.contains) {
				t.Errorf("body lacks %q: %.600s", e.contains, w.Body)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Error("no nosniff")
			}
			if ct := w.Header().Get("Content-Type"); strings.HasPrefix(ct, "application/problem+json") && e.path != "/status/429" { // the mock plays an example
				var p problem
				if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || p.Title == "" || p.Detail == "" || p.Instance == "" {
					t.Errorf("problem = %+v, %v", p, err)
				}
			}
		})
	}
}

// A target without a path is the first page; to CONNECT it is another host, and
// this is no proxy (RFC 9110 §9.3.6, RFC 9112 §3.2).
func TestTargetWithoutAPath(t *testing.T) {
	s := reader(t)
	for method, want := range map[string]int{"GET": 200, "CONNECT": 405, "POST": 405} {
		r := httptest.NewRequest(http.MethodGet, "http://evil.example/", nil)
		r.Method, r.URL.Path, r.RequestURI = method, "", "http://evil.example"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want || want == 405 && w.Header().Get("Allow") == "" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

// HEAD is GET without the body: the same status and the same fields.
func TestHeadEqualsGet(t *testing.T) {
	s := reader(t)
	for _, e := range exchanges {
		if e.method != "" || strings.HasPrefix(e.path, "/quiz") || strings.HasPrefix(e.path, "/metrics") || strings.HasPrefix(e.path, "/status") {
			continue
		}
		get := do(s, e)
		e.method = http.MethodHead
		head := do(s, e)
		if head.Body.Len() > 0 {
			t.Errorf("HEAD %s has a body", e.path)
		}
		if head.Code != get.Code {
			t.Errorf("HEAD %s = %d, GET = %d", e.path, head.Code, get.Code)
		}
		timed := strings.HasPrefix(e.path, "/api/v1/search") || strings.Contains(e.path, "send=1") // says how long it took
		for _, field := range []string{"Etag", "Vary", "Content-Type", "Content-Length", "Content-Encoding", "Location", "Cache-Control"} {
			if h, g := head.Header().Get(field), get.Header().Get(field); h != g && !(timed && field == "Content-Length") {
				t.Errorf("%s: HEAD has %s %q, GET %q", e.path, field, h, g)
			}
		}
	}
}

// A validator that was given out brings a 304, and one of another coding does not.
func TestRevalidation(t *testing.T) {
	s := reader(t)
	for _, path := range []string{"/", "/codes/502", "/search?q=timeout", "/api/v1/codes", "/api/v1/search?q=timeout", "/blog/feed.xml", "/openapi.json"} {
		e := exchange{path: path, header: map[string]string{"Accept": browser, "Accept-Encoding": "gzip"}}
		etag := do(s, e).Header().Get("Etag")
		e.header["If-None-Match"] = `"x", ` + etag
		if w := do(s, e); w.Code != http.StatusNotModified || w.Body.Len() > 0 || w.Header().Get("Etag") != etag {
			t.Errorf("%s with its own validator: %d, etag %q", path, w.Code, w.Header().Get("Etag"))
		}
		e.header["Accept-Encoding"] = "identity"
		if w := do(s, e); w.Code != http.StatusOK && strings.Contains(etag, "-gzip") {
			t.Errorf("%s with the validator of another coding: %d", path, w.Code)
		}
	}
}

func TestAssets(t *testing.T) {
	s := reader(t)
	page := do(s, exchange{path: "/"}).Body.String()
	for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		w := do(s, exchange{path: m[1]})
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %q", m[1], w.Code, w.Header().Get("Cache-Control"))
		}
		coded := do(s, exchange{path: m[1], header: map[string]string{"Accept-Encoding": "br"}})
		if h := coded.Header(); strings.HasSuffix(m[1], ".css") && h.Get("Content-Encoding") != "br" || h.Get("Content-Length") != strconv.Itoa(coded.Body.Len()) || h.Get("Accept-Ranges") != "bytes" {
			t.Errorf("%s: %d bytes of br with %v", m[1], coded.Body.Len(), h)
		}
		same := do(s, exchange{path: m[1], header: map[string]string{"Accept-Encoding": "br", "If-None-Match": coded.Header().Get("Etag")}})
		if same.Code != http.StatusNotModified || same.Header().Get("Content-Length") != "" {
			t.Errorf("%s: its own validator gives %d", m[1], same.Code)
		}
		part := do(s, exchange{path: m[1], header: map[string]string{"Range": "bytes=0-9", "Accept-Encoding": "gzip"}})
		if part.Code != http.StatusPartialContent || part.Body.Len() != 10 || part.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: a range gives %d with %d bytes", m[1], part.Code, part.Body.Len())
		}
		if whole := do(s, exchange{path: m[1], header: map[string]string{"Range": "lines=0-9"}}); whole.Code != http.StatusOK || whole.Body.Len() != w.Body.Len() {
			t.Errorf("%s: a range in an unknown unit gives %d with %d bytes", m[1], whole.Code, whole.Body.Len())
		}
	}
}

// Below a path, every link of every kind of page stays below it, and leads somewhere.
func TestBasePath(t *testing.T) {
	t.Parallel()
	lib, err := library.Open(context.Background(), library.Config{
		Sources: func() ([]catalog.Source, func(), error) {
			return []catalog.Source{{FS: content.FS}}, func() {}, nil
		},
		Options: catalog.Options{BasePath: "/help"}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer lib.Close()
	s := newServer(t, func(c *Config) { c.Library, c.BasePath, c.BaseURL = lib, "/help", "https://intra.example/help" })
	link := regexp.MustCompile(`(?:href|src|action)="([^"#]+)`)
	seen := map[string]bool{}
	for _, page := range []string{"/help/", "/help/codes/502", "/help/blog/who-sent-this-502", "/help/compare/401-vs-403", "/help/search?q=timeout", "/help/docs", "/help/nope", "/help/cheatsheet"} {
		w := do(s, exchange{path: page, header: map[string]string{"Accept": browser}})
		for _, m := range link.FindAllStringSubmatch(w.Body.String(), -1) {
			href := strings.ReplaceAll(m[1], "&amp;", "&")
			if strings.HasPrefix(href, "http") || seen[href] {
				continue
			}
			seen[href] = true
			if !strings.HasPrefix(href, "/help/") && href != "/help" {
				t.Errorf("%s links to %q, outside the base path", page, href)
				continue
			}
			// As plain text where there is one: whether it is there is all that is asked.
			if got := do(s, exchange{path: href, header: map[string]string{"Accept": "*/*"}}); got.Code >= 400 {
				t.Errorf("%s links to %q, which answers %d", page, href, got.Code)
			}
		}
	}
	if w := do(s, exchange{path: "/codes/502"}); w.Code != 404 {
		t.Errorf("outside the base path: %d", w.Code)
	}
	if loc := do(s, exchange{path: "/help/502", header: map[string]string{"Accept": browser}}).Header().Get("Location"); loc != "/help/codes/502" {
		t.Errorf("Location = %q", loc)
	}
}

// Browsers are asked to come by TLS alone only where the operator wants it and the server speaks it.
func TestHSTS(t *testing.T) {
	for _, tt := range []struct {
		tls  bool
		days int
		want string
	}{{true, 30, "max-age=2592000"}, {true, 0, ""}, {false, 30, ""}} {
		s := newServer(t, func(c *Config) { c.TLS, c.HSTS = tt.tls, tt.days })
		for _, path := range []string{"/", "/nope", "/status/503", "/api/v1/codes/404"} {
			if got := do(s, exchange{path: path}).Header().Get("Strict-Transport-Security"); got != tt.want {
				t.Errorf("TLS %v, %d days, %s: %q, want %q", tt.tls, tt.days, path, got, tt.want)
			}
		}
	}
}

func TestTerminalPagesFitEightyColumns(t *testing.T) {
	s := reader(t)
	snap, release := s.library.Acquire()
	defer release()
	paths := []string{"/499"}
	for _, code := range snap.Catalog.Codes {
		paths = append(paths, code.Path)
	}
	for _, path := range paths {
		body := do(s, exchange{path: path, header: map[string]string{"Accept": "*/*"}}).Body.String()
		for line := range strings.Lines(body) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 && strings.Contains(strings.TrimSpace(line), " ") && !strings.HasPrefix(line, "    ") {
				t.Errorf("%s: %d columns: %q", path, n, line)
			}
		}
	}
}

// A reload while people read: no request fails, and no answer mixes versions.
func TestReloadUnderLoad(t *testing.T) {
	t.Parallel()
	lib, err := library.Open(context.Background(), library.Config{
		Sources: func() ([]catalog.Source, func(), error) {
			return []catalog.Source{{FS: content.FS}}, func() {}, nil
		},
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer lib.Close()
	s := newServer(t, func(c *Config) { c.Library = lib })
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for _, path := range []string{"/api/v1/search?q=timeout", "/codes/502", "/search?q=bad+gateway"} {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if w := do(s, exchange{path: path, header: map[string]string{"Accept": browser}}); w.Code != 200 {
					t.Errorf("%s: %d during a reload", path, w.Code)
					return
				}
			}
		})
	}
	for range 2 {
		if err := lib.Reload(context.Background()); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}

// Interim responses and closed connections need a real connection.
func TestMockOverTheWire(t *testing.T) {
	srv := httptest.NewServer(reader(t))
	defer srv.Close()
	raw := func(request string) string {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
		_, _ = io.WriteString(conn, request)
		b, err := io.ReadAll(conn)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%q: the server does not close the connection", request)
		}
		return string(b)
	}
	tests := []struct{ path, want string }{
		{"/status/103", "HTTP/1.1 103 Early Hints\r\n"},
		{"/status/413", "HTTP/1.1 413 Content Too Large\r\n"},
		{"/status/401", "Www-Authenticate: "},
		{"/status/405", "Allow: "},
	}
	for _, tt := range tests {
		if got := raw("GET " + tt.path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); !strings.Contains(got, tt.want) && !strings.Contains(strings.ToLower(got), strings.ToLower(tt.want)) {
			t.Errorf("%s: %q lacks %q", tt.path, got, tt.want)
		}
	}
	if got := raw("GET /status/444 HTTP/1.1\r\nHost: x\r\n\r\n"); got != "" {
		t.Errorf("444 sent %q", got)
	}
}

// A panic in a handler is a 500 that tells nothing but the request id.
func TestPanicTellsNothing(t *testing.T) {
	var log bytes.Buffer
	s := newServer(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	s.get("/api/v1/panic", func(*gin.Context) { panic("secret detail") })
	w := do(s, exchange{path: "/api/v1/panic"})
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(log.String(), "secret detail") {
		t.Errorf("%d %s; log: %s", w.Code, w.Body, log.String())
	}
}

// What people paste stays out of the log.
func TestAccessLogHoldsNoQuery(t *testing.T) {
	var log bytes.Buffer
	secret := exchange{path: "/search?q=hunter2", header: map[string]string{
		"Authorization": "Bearer hunter3", "Cookie": "s=hunter4", "Referer": "https://intra.example/x?token=hunter5", "User-Agent": "ua \"\x1b[2J",
	}}
	for name, access := range map[string]func(Access){
		`path=/search proto=HTTP/1.1 status=200`:            LogAccess(slog.New(slog.NewTextHandler(&log, nil))),
		`"GET /search HTTP/1.1" 200 `:                       CombinedAccess(&log),
		`"https://intra.example/x" "ua \x22\x1B[2J"` + "\n": CombinedAccess(&log),
	} {
		log.Reset()
		do(newServer(t, func(c *Config) { c.Access = access }), secret)
		if got := log.String(); !strings.Contains(got, name) || strings.Contains(got, "hunter") || strings.Contains(got, "\x1b") {
			t.Errorf("want %s; log: %s", name, got)
		}
	}
}

// A search tells how long it took; what comes back to revalidate it is the hits alone.
func TestSearchTellsItsTime(t *testing.T) {
	s := reader(t)
	for _, text := range []string{"bad gateway", `"took_ms":0,"took_ms":0,`} {
		path := "/api/v1/search?q=" + url.QueryEscape(text)
		w := do(s, exchange{path: path})
		var out struct {
			Query  string
			TookMS float64 `json:"took_ms"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Query != text || out.TookMS <= 0 {
			t.Errorf("%s: %v, %+v", text, err, out)
		}
		if again := do(s, exchange{path: path, header: map[string]string{"If-None-Match": w.Header().Get("Etag")}}); again.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", text, again.Code)
		}
	}
}

func BenchmarkPageHit(b *testing.B) {
	s := newServer(b, nil)
	r := httptest.NewRequest("GET", "/codes/502", nil)
	r.Header.Set("Accept", browser)
	r.Header.Set("Accept-Encoding", "br")
	w := &discard{header: http.Header{}}
	s.ServeHTTP(w, r)
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(w, r)
	}
}

func BenchmarkAPISearch(b *testing.B) {
	s := newServer(b, nil)
	r := httptest.NewRequest("GET", "/api/v1/search?q=upstream+timed+out", nil)
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(w, r)
	}
}

// discard is a ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// Nobody is more than two clicks from a code: home, a list, the code.
func TestEveryCodeWithinTwoClicks(t *testing.T) {
	s := reader(t)
	link := regexp.MustCompile(`href="(/[^"#?]*)`)
	linked := func(path string) []string {
		var out []string
		for _, m := range link.FindAllStringSubmatch(do(s, exchange{path: path, header: map[string]string{"Accept": browser}}).Body.String(), -1) {
			out = append(out, m[1])
		}
		return out
	}
	near := map[string]bool{}
	asked := map[string]bool{}
	for _, list := range linked("/") {
		if asked[list] || strings.HasPrefix(list, "/assets/") || list == "/" {
			continue
		}
		asked[list], near[list] = true, true
		for _, path := range linked(list) {
			near[path] = true
		}
	}
	snap, release := s.library.Acquire()
	defer release()
	for _, code := range snap.Catalog.Codes {
		if !near[code.Path] {
			t.Errorf("%s is more than two clicks from home", code.Path)
		}
	}
	t.Logf("%d lists, %d codes", len(asked), len(snap.Catalog.Codes))
}
