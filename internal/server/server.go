// Package server answers HTTP: pages, the JSON API, machine files and tools, on
// one immutable snapshot per request. It alone uses Gin.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"siteerror/internal/card"
	"siteerror/internal/checker"
	"siteerror/internal/feed"
	"siteerror/internal/gate"
	"siteerror/internal/library"
	"siteerror/internal/limit"
	"siteerror/internal/mcp"
	"siteerror/internal/misses"
	"siteerror/internal/mock"
	"siteerror/web"
)

// Config is what a Server works with.
type Config struct {
	Library *library.Library
	Checker *checker.Checker // nil: the tool is off
	Log     *slog.Logger
	// BaseURL is the site's address as its readers know it, without a slash at
	// the end: "https://intra.example/help". Empty: links are relative to the host.
	BaseURL string
	// BasePath is the path of BaseURL, "/help", or "".
	BasePath string
	// Addr is where the server listens; feeds need an absolute address, and make
	// one of it where BaseURL is empty.
	Addr          string
	TLS           bool         // the server speaks it itself
	HSTS          int          // days that browsers remember to come by TLS alone, where the server speaks it; below 1: they are not asked to
	Title         string       // of the site; "siteerror" if empty
	Version       string       // shown in the footer and in /metrics, never in a header
	Gate          *gate.Gate   // who is asking, and who may; nil: everybody, and no proxy is believed
	Access        func(Access) // told of every request answered; nil: nobody
	Misses        *misses.Log  // counts searches that lead nowhere; nil: none are counted
	APIRate       int          // requests to the API a minute and client; below 1: no limit
	SpareLoopback bool         // clients on this machine are not limited
	OperatorToken string       // the password of the operator's page; empty: only this machine sees it
	Registry      *prometheus.Registry
	Live          bool             // pages reload themselves when the content changes
	Now           func() time.Time // nil: time.Now
}

// Server is the whole site as an http.Handler. It is safe for concurrent use.
type Server struct {
	Shapes
	cfg     Config
	library *library.Library
	log     *slog.Logger
	views   *web.Views
	cards   *card.Drawer
	engine  *gin.Engine
	assets  map[string]*representation
	metrics *metrics
	ids     idSource
	policy  []string // Content-Security-Policy of pages
	hsts    []string // Strict-Transport-Security; nil: none
	mock    *mock.Handler
	mcp     http.Handler
	guard   *http.CrossOriginProtection

	apiLimit   *limit.Limiter
	ratePolicy []string // RateLimit-Policy
	site       feed.Site
}

// New returns a Server. The error is a mistake in the configuration or in a
// template.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Registry == nil {
		cfg.Registry = prometheus.NewRegistry()
	}
	site := siteOf(cfg)
	views, err := web.New(web.Config{
		SiteURL: site.URL, BasePath: cfg.BasePath, BaseURL: cfg.BaseURL, Title: cfg.Title, Version: cfg.Version, CheckerOff: cfg.Checker == nil,
	})
	if err != nil {
		return nil, err
	}
	s := &Server{Shapes: Shapes{Base: cfg.BasePath}, site: site, cfg: cfg, library: cfg.Library, log: cfg.Log, views: views, assets: map[string]*representation{}}
	if cfg.BaseURL != "" {
		s.Base = cfg.BaseURL
	}
	s.policy = []string{"default-src 'none'; style-src 'self'; script-src 'self' " + views.ScriptHash() +
		"; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; font-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"}
	for _, a := range views.Assets() {
		rep := newRepresentation(a.ContentType, a.Body)
		rep.cacheControl = cacheForever
		if cfg.Gate.Closed() {
			rep.cacheControl = cacheForeverPrivate
		}
		s.assets[a.Path] = rep
	}
	if cfg.TLS && cfg.HSTS > 0 {
		s.hsts = []string{"max-age=" + strconv.Itoa(cfg.HSTS*24*60*60)} // RFC 6797 §6.1; other hosts of the domain are not ours to speak for
	}
	s.metrics = newMetrics(cfg.Registry, s)
	s.mock = s.newMock()
	if s.cards, err = card.New(); err != nil {
		return nil, err
	}
	s.guard = http.NewCrossOriginProtection()
	s.apiLimit = limit.New(cfg.APIRate, cfg.Now)
	s.ratePolicy = []string{`"api";q=` + strconv.Itoa(cfg.APIRate) + ";w=60"}
	s.mcp = mcp.New(mcp.Config{Library: cfg.Library, Checker: cfg.Checker, Site: s.site, BaseURL: cfg.BaseURL, Version: cfg.Version, Log: cfg.Log, Problem: s.writeProblem})
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false
	e.RedirectFixedPath = false
	e.RemoveExtraSlash = false
	e.ContextWithFallback = true
	if err := e.SetTrustedProxies(nil); err != nil { // the gate knows who is asking
		return nil, err
	}
	s.engine = e
	s.routes()
	return s, nil
}

// Wait returns when the answers that were written past net/http are out, which
// http.Server.Shutdown does not wait for, or when ctx is done.
func (s *Server) Wait(ctx context.Context) error { return s.mock.Wait(ctx) }

// siteOf is the site as feeds name it. Requests have no say in it.
func siteOf(cfg Config) feed.Site {
	site := feed.Site{Title: cfg.Title, URL: cfg.BaseURL}
	if site.Title == "" {
		site.Title = "siteerror"
	}
	if site.URL == "" {
		_, port, err := net.SplitHostPort(cfg.Addr)
		if err != nil {
			port = "8080"
		}
		scheme := "http"
		if cfg.TLS {
			scheme = "https"
		}
		site.URL = scheme + "://localhost:" + port + cfg.BasePath
	}
	return site
}

// redirect leads to a path of this site. The path begins with exactly one slash,
// so that it can never name another host.
func (s *Server) redirect(c *gin.Context, status int, path string) {
	path = s.cfg.BasePath + "/" + strings.TrimLeft(asURI(path), `/\`)
	text := http.StatusText(status) + ": " + path + "\n"
	h := c.Writer.Header()
	h.Set("Location", path)
	h["Cache-Control"] = cacheRevalidate
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	c.Writer.WriteHeader(status)
	if c.Request.Method != http.MethodHead {
		_, _ = c.Writer.WriteString(text)
	}
	c.Writer.WriteHeaderNow()
}

// asURI is s with what a URI cannot hold percent-encoded, such as the bytes
// beyond ASCII that a request's path or query brought.
func asURI(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
