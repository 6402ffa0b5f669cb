package server

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/internal/catalog"
	"siteerror/internal/feed"
	"siteerror/internal/library"
	"siteerror/internal/markdown"
	"siteerror/web"
)

type (
	viewsKey struct{ *Server } // servers may share a snapshot, below different paths
	themeKey struct{}
)

// viewsOf are the views with the settings that a snapshot holds.
func (s *Server) viewsOf(snap *library.Snapshot) *web.Views {
	if snap == nil {
		return s.views
	}
	return snap.Memo(viewsKey{s}, func() any { return s.views.For(snap.Catalog, s.cfg.Live) }).(*web.Views)
}

// siteOf is the site as feeds name it, with the title that a snapshot holds.
func (s *Server) siteOf(snap *library.Snapshot) feed.Site {
	site := s.site
	if title := snap.Catalog.Site.Title; title != "" {
		site.Title = title
	}
	return site
}

// themeOf is the style sheet of a snapshot's colors, or nil.
func (s *Server) themeOf(snap *library.Snapshot) *representation {
	return snap.Memo(themeKey{}, func() any {
		a := web.Theme(snap.Catalog)
		if a.Body == nil {
			return (*representation)(nil)
		}
		rep := newRepresentation(a.ContentType, a.Body)
		rep.cacheControl = cacheForever
		if s.cfg.Gate.Closed() {
			rep.cacheControl = cacheForeverPrivate
		}
		return rep
	}).(*representation)
}

// showDocs serves GET /docs: the docs' own first page, or a list.
func (s *Server) showDocs(c *gin.Context, snap *library.Snapshot) error {
	if d, err := snap.Catalog.Doc(""); err == nil {
		return s.docPage(c, snap, d)
	}
	if n := part(c); n > 1 {
		return pageNow(s, c, 0, s.views.Docs, s.viewsOf(snap).NewDocs(snap.Catalog, n))
	}
	return pageOnce(s, c, snap, s.views.Docs, func() web.DocsPage { return s.viewsOf(snap).NewDocs(snap.Catalog, 1) })
}

// showDoc serves GET /docs/*path: a page, a folder of pages, or a file that a
// page shows.
func (s *Server) showDoc(c *gin.Context, snap *library.Snapshot) error {
	whole := strings.TrimPrefix(c.Param("path"), "/")
	name, asMarkdown := trimMarkdown(whole)
	if name == "" {
		s.redirect(c, http.StatusPermanentRedirect, "/docs")
		return nil
	}
	d, err := snap.Catalog.Doc(strings.TrimSuffix(name, "/"))
	if err != nil {
		if a, aerr := snap.Catalog.Asset(whole); aerr == nil {
			return s.docFile(c, a)
		}
		if to := snap.Catalog.DocAt(strings.TrimSuffix(name, "/")); to != "" {
			if asMarkdown {
				to += ".md"
			}
			s.redirect(c, http.StatusPermanentRedirect, to)
			return nil
		}
		return err
	}
	if strings.HasSuffix(name, "/") {
		s.redirect(c, http.StatusPermanentRedirect, d.Path)
		return nil
	}
	if asMarkdown {
		if d.Folder {
			return s.markdownTwin(c, snap, func() string { return feed.DocsMarkdown(d.Children, s.siteOf(snap), d.Title, d.Path) })
		}
		return s.markdownTwin(c, snap, func() string { return feed.PageMarkdown(d.Page, s.siteOf(snap)) })
	}
	return s.docPage(c, snap, d)
}

func (s *Server) docPage(c *gin.Context, snap *library.Snapshot, d *catalog.Doc) error {
	if n := part(c); n > 1 {
		return pageNow(s, c, 0, s.views.Doc, s.viewsOf(snap).NewDoc(snap.Catalog, d, n))
	}
	return pageOnce(s, c, snap, s.views.Doc, func() web.DocPage { return s.viewsOf(snap).NewDoc(snap.Catalog, d, 1) })
}

// part is which part of a list is asked for, from 1.
func part(c *gin.Context) int {
	if c.Request.URL.RawQuery == "" { // reading the query allocates
		return 1
	}
	n, _ := strconv.Atoi(c.Query("page"))
	return max(n, 1)
}

// sandbox keeps whatever is in a file of somebody's tree from running: a picture
// in SVG may hold script.
var sandbox = []string{"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; sandbox"}

// docFile serves a file from beside the pages, ranges and all.
func (s *Server) docFile(c *gin.Context, a *catalog.Asset) error {
	f, err := a.Open()
	if err != nil {
		return notFound("The file %s is no longer there.", a.Path)
	}
	defer f.Close()
	content, ok := f.(io.ReadSeeker)
	info, err := f.Stat()
	if err != nil || !ok {
		return errors.Join(errors.New("not a file that can be served: "+a.Path), err)
	}
	h := c.Writer.Header()
	h["Content-Type"] = []string{a.ContentType}
	h["Content-Security-Policy"] = sandbox
	h["Cache-Control"] = cacheRevalidate
	h.Set("Etag", `"`+strconv.FormatInt(info.Size(), 36)+"-"+strconv.FormatInt(info.ModTime().UnixNano(), 36)+`"`)
	if a.Download {
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(path.Base(a.Path)))
	}
	http.ServeContent(c.Writer, knownRange(c.Request), "", info.ModTime(), content)
	return nil
}

// showStatus serves GET /-/status: what became of the content files, for their
// authors. ?format=json gives it whole.
func (s *Server) showStatus(c *gin.Context, snap *library.Snapshot) error {
	cat := snap.Catalog
	lines := func(ps markdown.Problems, n int) []string {
		out := []string{}
		for _, p := range ps[:min(n, len(ps))] {
			out = append(out, cat.Relative(p).Error())
		}
		return out
	}
	var failed []string
	if err := s.library.Err(); err != nil {
		var ps markdown.Problems
		if failed = []string{"The content could not be read; the log says why."}; errors.As(err, &ps) {
			failed = lines(ps, len(ps))
		}
	}
	f, err := formatOf(c)
	if err != nil {
		return err
	}
	var rep *representation
	if f == formatJSON {
		body, err := marshal(map[string]any{
			"generation": snap.Generation, "built": snap.Built.UTC(), "codes": len(cat.Codes), "posts": len(cat.Posts), "docs": len(cat.Docs),
			"failed": failed, "left_out": lines(cat.Skipped, len(cat.Skipped)), "faults": lines(cat.Faults, len(cat.Faults)),
		})
		if err != nil {
			return err
		}
		rep = newRepresentation(typeJSON, body)
	} else {
		p := s.viewsOf(snap).NewStatus()
		p.Generation, p.Built = snap.Generation, snap.Built.UTC().Format("2 January 2006 15:04:05 MST")
		p.Codes, p.Posts, p.Docs = len(cat.Codes), len(cat.Posts), len(cat.Docs)
		p.Failed, p.AllLeftOut, p.AllFaults = failed, len(cat.Skipped), len(cat.Faults)
		p.LeftOut, p.Faults = lines(cat.Skipped, web.ShownProblems), lines(cat.Faults, web.ShownProblems)
		if rep, err = render(s, s.views.Status, p); err != nil {
			return err
		}
	}
	rep.live, rep.cacheControl, rep.vary = true, cacheNever, varyAcceptEncoding
	rep.serve(c.Writer, c.Request)
	return nil
}
