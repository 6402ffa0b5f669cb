package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"siteerror/internal/catalog"
	"siteerror/internal/feed"
	"siteerror/internal/library"
)

// Content types of files for machines.
const (
	typeHTML     = "text/html; charset=utf-8"
	typeText     = "text/plain; charset=utf-8"
	typeMarkdown = "text/markdown; charset=utf-8"
	typeXML      = "application/xml; charset=utf-8"
	typeAtom     = "application/atom+xml; charset=utf-8"
	typeJSON     = "application/json"
)

// once serves what depends on the snapshot alone: made when first asked for,
// kept with the snapshot.
func (s *Server) once(c *gin.Context, snap *library.Snapshot, f format, make func() (*representation, error)) error {
	pages := s.pagesOf(snap)
	path := c.Request.URL.Path
	if rep := pages.get(f, path); rep != nil {
		rep.serve(c.Writer, c.Request)
		return nil
	}
	rep, err := make()
	if err != nil {
		return err
	}
	pages.put(f, path, rep).serve(c.Writer, c.Request)
	return nil
}

// file is a representation of bytes.
func file(contentType string, body []byte) func() (*representation, error) {
	return func() (*representation, error) { return newRepresentation(contentType, body), nil }
}

// serveHealth serves GET /healthz: the process is alive.
func (s *Server) serveHealth(c *gin.Context, _ *library.Snapshot) error { return s.plain(c, "ok\n") }

// serveReady serves GET /readyz: there is a snapshot, since nothing is served
// before the first one.
func (s *Server) serveReady(c *gin.Context, snap *library.Snapshot) error {
	return s.plain(c, "ready "+snap.Generation+"\n")
}

func (s *Server) plain(c *gin.Context, text string) error {
	h := c.Writer.Header()
	h.Set("Content-Type", typeText)
	h["Cache-Control"] = cacheNever
	h.Set("Content-Length", strconv.Itoa(len(text)))
	c.Writer.WriteHeader(http.StatusOK)
	if c.Request.Method != http.MethodHead {
		_, err := c.Writer.WriteString(text)
		return err
	}
	return nil
}

func (s *Server) serveMetrics() gin.HandlerFunc {
	h := promhttp.HandlerFor(s.cfg.Registry, promhttp.HandlerOpts{DisableCompression: true})
	return func(c *gin.Context) {
		c.Writer.Header()["Cache-Control"] = cacheNever
		h.ServeHTTP(c.Writer, c.Request)
	}
}

func (s *Server) serveRobots(c *gin.Context, snap *library.Snapshot) error {
	return s.once(c, snap, formatText, file(typeText, feed.Robots(s.siteOf(snap))))
}

func (s *Server) serveSitemap(c *gin.Context, snap *library.Snapshot) error {
	return s.once(c, snap, formatHTML, func() (*representation, error) {
		return newRepresentation(typeXML, feed.Sitemap(snap.Catalog, s.siteOf(snap), 0)), nil
	})
}

// serveSitemapPart serves /sitemap-2.xml, where there is more than one part.
func (s *Server) serveSitemapPart(c *gin.Context, snap *library.Snapshot, part string) error {
	n, err := strconv.Atoi(part)
	if err != nil || n < 1 {
		return notFound("There is no sitemap %q.", part)
	}
	body := feed.Sitemap(snap.Catalog, s.siteOf(snap), n)
	if body == nil {
		return notFound("There is no sitemap %d.", n)
	}
	return s.once(c, snap, formatHTML, file(typeXML, body))
}

func (s *Server) serveOpenSearch(c *gin.Context, snap *library.Snapshot) error {
	return s.once(c, snap, formatHTML, func() (*representation, error) {
		return newRepresentation("application/opensearchdescription+xml", feed.OpenSearch(s.siteOf(snap))), nil
	})
}

// serveSuggest serves GET /suggest for the address bar, in the form of the
// OpenSearch suggestions extension: [query, [completions], [descriptions], [urls]].
func (s *Server) serveSuggest(c *gin.Context, snap *library.Snapshot) error {
	text := c.Query("q")
	found, err := snap.Index.Suggest(c.Request.Context(), text, suggestions)
	if err != nil {
		return err
	}
	titles, lines, urls := []string{}, []string{}, []string{}
	for _, f := range found {
		if page, _ := snap.Page(f.ID); page != nil {
			titles, lines, urls = append(titles, page.Title), append(lines, page.Summary), append(urls, s.site.URL+page.Path)
		}
	}
	body, err := json.Marshal([]any{text, titles, lines, urls})
	if err != nil {
		return err
	}
	newRepresentation("application/x-suggestions+json", body).serve(c.Writer, c.Request)
	return nil
}

// serveFeed serves the Atom feed of all posts, or of a tag's.
func (s *Server) serveFeed(c *gin.Context, snap *library.Snapshot) error {
	posts, title := snap.Catalog.Posts, s.siteOf(snap).Title
	if tag := c.Param("tag"); tag != "" {
		if posts = snap.Catalog.PostsByTag(tag); len(posts) == 0 {
			return notFound("No post has the tag %q.", tag)
		}
		title += ": " + tag
	}
	path := c.Request.URL.Path
	return s.once(c, snap, formatHTML, func() (*representation, error) {
		return newRepresentation(typeAtom, feed.Atom(posts, s.siteOf(snap), title, path)), nil
	})
}

func (s *Server) serveLLMs(c *gin.Context, snap *library.Snapshot) error {
	return s.once(c, snap, formatText, func() (*representation, error) {
		return newRepresentation(typeText, feed.LLMs(snap.Catalog, s.siteOf(snap))), nil
	})
}

func (s *Server) serveLLMsFull(c *gin.Context, snap *library.Snapshot) error {
	return s.once(c, snap, formatText, func() (*representation, error) {
		return newRepresentation(typeText, feed.LLMsFull(snap.Catalog, s.siteOf(snap))), nil
	})
}

// serveAsset serves styles, scripts and pictures under their hashed names.
func (s *Server) serveAsset(c *gin.Context, snap *library.Snapshot) error {
	rep, ok := s.assets[c.Request.URL.Path]
	if theme := s.themeOf(snap); !ok && theme != nil && c.Request.URL.Path == s.viewsOf(snap).ThemePath() {
		rep, ok = theme, true
	}
	if !ok {
		return notFound("There is no file %s.", c.Request.URL.Path)
	}
	rep.serveFile(c.Writer, c.Request)
	return nil
}

// serveServiceWorker serves GET /sw.js. Browsers ask for it again on their own;
// it must never come from a cache for longer than that takes.
func (s *Server) serveServiceWorker(c *gin.Context, snap *library.Snapshot) error {
	return s.once(c, snap, formatText, func() (*representation, error) {
		body, err := s.views.ServiceWorker()
		if err != nil {
			return nil, err
		}
		rep := newRepresentation("text/javascript; charset=utf-8", body)
		// A worker fetches under its own policy.
		rep.policy = []string{"default-src 'none'; connect-src 'self'; frame-ancestors 'none'"}
		return rep, nil
	})
}

func (s *Server) serveManifest(c *gin.Context, snap *library.Snapshot) error {
	return s.once(c, snap, formatText, func() (*representation, error) {
		body, err := s.views.Manifest()
		if err != nil {
			return nil, err
		}
		return newRepresentation("application/manifest+json", body), nil
	})
}

// markdownTwin serves a page's Markdown, at its address with ".md" added.
func (s *Server) markdownTwin(c *gin.Context, snap *library.Snapshot, text func() string) error {
	return s.once(c, snap, formatMarkdown, func() (*representation, error) {
		return newRepresentation(typeMarkdown, []byte(text())), nil
	})
}

// markdownNow serves Markdown that is not kept: there are more comparisons than one wants to keep.
func (s *Server) markdownNow(c *gin.Context, text string) error {
	rep := newRepresentation(typeMarkdown, []byte(text))
	rep.live = true
	rep.serve(c.Writer, c.Request)
	return nil
}

// alternate names a page's Markdown twin (RFC 8288).
func (s *Server) alternate(p catalog.Page) http.Header {
	return http.Header{"Link": {"<" + s.absolute(p.Path) + `.md>; rel="alternate"; type="text/markdown"`}}
}

func trimMarkdown(id string) (string, bool) { return strings.CutSuffix(id, ".md") }
