package server

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/internal/library"
)

// routes is the table of contents of the site. /status/ and /mcp are plain
// handlers that ServeHTTP calls itself: they answer methods Gin does not know.
func (s *Server) routes() {
	page := func(path string, h handler) { s.get(path, s.page(h)) }
	result := func(path string, h handler) { // a page that searches lead to
		page(path, func(c *gin.Context, snap *library.Snapshot) error {
			if c.Request.URL.RawQuery != "" { // reading the query allocates
				s.opened(c)
			}
			return h(c, snap)
		})
	}
	api := func(path string, h handler) { s.get(path, s.api(h)) }

	page("/", s.showHome)
	page("/codes", s.showCodes)
	result("/codes/:id", s.showCode)
	page("/categories/:slug", s.showCategory)
	page("/vendors/:slug", s.showVendor)
	page("/compare", s.showComparePicker)
	page("/compare/:ids", s.showCompare)
	page("/blog", s.showBlog)
	result("/blog/:slug", s.showPost)
	page("/blog/tags/:tag", s.showTag)
	page("/docs", s.showDocs)
	result("/docs/*path", s.showDoc)
	page("/search", s.showSearch)
	page(missesPath, s.showMisses)

	page("/cheatsheet", s.showCheatSheet)
	page("/cheatsheet.csv", s.serveCheatSheet)
	page("/cheatsheet.json", s.serveCheatSheet)
	page("/quiz", s.showQuiz)
	page("/playground", s.showPlayground)
	page("/diagnose", s.showDiagnose)
	page("/checker", s.showChecker)
	s.twins(page)
	s.handle(http.MethodPost, "/diagnose", s.page(s.postDiagnose))
	s.handle(http.MethodPost, "/checker", s.page(s.postChecker))

	api("/api/v1/search", s.apiSearch)
	api("/api/v1/suggest", s.apiSuggest)
	api("/api/v1/codes", s.apiCodes)
	api("/api/v1/codes/:id", s.apiCode)
	api("/api/v1/compare", s.apiCompare)
	api("/api/v1/categories", s.apiCategories)
	api("/api/v1/vendors", s.apiVendors)
	api("/api/v1/posts", s.apiPosts)
	api(missesAPIPath, s.apiMisses)
	s.handle(http.MethodPost, "/api/v1/check", s.api(s.apiCheck))
	s.handle(http.MethodPost, "/api/v1/diagnose", s.api(s.apiDiagnose))
	s.handle(http.MethodPost, "/api/v1/play", s.api(s.apiPlay))

	page("/openapi.json", s.serveOpenAPI)
	page("/api", s.showAPI)
	page("/healthz", s.serveHealth)
	page("/readyz", s.serveReady)
	page("/-/status", s.showStatus)
	s.get("/metrics", s.serveMetrics())
	page("/robots.txt", s.serveRobots)
	page("/sitemap.xml", s.serveSitemap)
	page("/opensearch.xml", s.serveOpenSearch)
	page("/suggest", s.serveSuggest)
	page("/blog/feed.xml", s.serveFeed)
	page("/blog/tags/:tag/feed.xml", s.serveFeed)
	page("/llms.txt", s.serveLLMs)
	page("/llms-full.txt", s.serveLLMsFull)
	page("/assets/*path", s.serveAsset)
	page("/cards/*path", s.serveCard)
	page("/favicon.ico", s.serveAsset)
	page("/sw.js", s.serveServiceWorker)
	page("/manifest.webmanifest", s.serveManifest)

	s.engine.NoRoute(s.page(s.noRoute))
	s.engine.NoMethod(s.noMethod)
}

// get registers a path for GET and HEAD, which net/http answers alike.
func (s *Server) get(path string, h gin.HandlerFunc) {
	s.handle(http.MethodGet, path, h)
	s.handle(http.MethodHead, path, h)
}

// handle registers a path whose requests are counted under it.
func (s *Server) handle(method, path string, h gin.HandlerFunc) {
	route := s.metrics.route(path)
	s.engine.Handle(method, path, func(c *gin.Context) {
		count(c, route)
		h(c)
	})
}

// noRoute answers what nothing is registered for: short links, which as a route
// would make the router look back on every other path. One slash too many at the
// end is forgiven.
func (s *Server) noRoute(c *gin.Context, snap *library.Snapshot) error {
	path := c.Request.URL.Path
	if word := strings.TrimPrefix(path, "/"); word != "" && !strings.Contains(word, "/") {
		switch c.Request.Method {
		case http.MethodGet, http.MethodHead:
			count(c, s.metrics.short)
			return s.showShort(c, snap, word)
		}
		if len(snap.Catalog.ByNumber(word)) > 0 {
			c.Writer.Header().Set("Allow", "GET, HEAD")
			s.noMethod(c)
			return nil
		}
	}
	if trimmed := strings.TrimRight(path, "/"); trimmed != path && plainPath(trimmed) && (c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead) && s.exists(c.Request, trimmed) {
		trimmed = (&url.URL{Path: trimmed}).EscapedPath()
		if q := c.Request.URL.RawQuery; q != "" {
			trimmed += "?" + q
		}
		s.redirect(c, http.StatusPermanentRedirect, trimmed)
		return nil
	}
	err := notFound("There is no page at %s.", path)
	if strings.HasPrefix(path, apiPrefix) {
		s.failAPI(c, snap, err)
		return nil
	}
	return err
}

// exists reports whether there is something at a path, by asking for it: one slash
// too many must not lead from one 404 to another.
func (s *Server) exists(r *http.Request, path string) bool {
	r = withPath(r, path)
	r.Method, r.URL.RawQuery = http.MethodHead, ""
	w := &answered{header: http.Header{}}
	s.engine.ServeHTTP(w, r)
	return w.status != http.StatusNotFound
}

// answered notes the status of an answer to nobody.
type answered struct {
	header http.Header
	status int
}

func (w *answered) Header() http.Header         { return w.header }
func (w *answered) Write(b []byte) (int, error) { return len(b), nil }
func (w *answered) WriteHeader(status int)      { w.status = status }

// plainPath reports whether a path is safe to redirect to: it names this host
// and nothing in it resolves to something else.
func plainPath(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.Contains(path, "//") && !strings.Contains(path, `\`) && !strings.Contains(path, "/.") &&
		strings.IndexFunc(path, func(r rune) bool { return r < 0x21 || r == 0x7f }) < 0
}

// noMethod answers a known path with another method. Gin has set Allow.
func (s *Server) noMethod(c *gin.Context) {
	h := c.Writer.Header()
	allow := h.Get("Allow")
	if !strings.Contains(allow, http.MethodOptions) {
		allow += ", " + http.MethodOptions
	}
	h.Set("Allow", allow)
	if c.Request.Method == http.MethodOptions {
		if readOnlyAPI(c.Request) && c.GetHeader("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, HEAD")
			h.Set("Access-Control-Allow-Headers", "Accept, If-None-Match")
			h.Set("Access-Control-Max-Age", "86400")
		}
		c.Writer.WriteHeader(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
		return
	}
	s.problemOrText(c.Writer, c.Request, http.StatusMethodNotAllowed, "This address answers "+allow+".")
	c.Writer.WriteHeaderNow()
}
