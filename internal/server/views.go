package server

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/feed"
	"siteerror/internal/library"
	"siteerror/web"
)

// pageOnce serves a page that depends on the snapshot alone.
func pageOnce[T any](s *Server, c *gin.Context, snap *library.Snapshot, view web.View[T], data func() T) error {
	return s.once(c, snap, formatHTML, func() (*representation, error) { return render(s, view, data()) })
}

// pageNow serves a page that depends on the request.
func pageNow[T any](s *Server, c *gin.Context, status int, view web.View[T], data T) error {
	rep, err := render(s, view, data)
	if err != nil {
		return err
	}
	rep.status, rep.live = status, true
	rep.serve(c.Writer, c.Request)
	return nil
}

// privatePage is a page made of what somebody sent: a paste, an address, a request.
func privatePage[T any](s *Server, c *gin.Context, status int, view web.View[T], data T) error {
	rep, err := render(s, view, data)
	if err != nil {
		return err
	}
	rep.status, rep.private = status, true
	rep.serve(c.Writer, c.Request)
	return nil
}

func render[T any](s *Server, view web.View[T], data T) (*representation, error) {
	var b bytes.Buffer
	if err := view.Render(&b, data); err != nil {
		return nil, err
	}
	rep := newRepresentation(typeHTML, b.Bytes())
	rep.policy = s.policy
	return rep, nil
}

func (s *Server) showHome(c *gin.Context, snap *library.Snapshot) error {
	if d := snap.Catalog.Home(); d != nil {
		return s.docPage(c, snap, d)
	}
	return pageOnce(s, c, snap, s.views.Home, func() web.HomePage { return s.viewsOf(snap).NewHome(snap.Catalog, s.liveExamples(c, snap)) })
}

func (s *Server) showCodes(c *gin.Context, snap *library.Snapshot) error {
	return pageOnce(s, c, snap, s.views.Codes, func() web.CodesPage { return s.viewsOf(snap).NewCodes(snap.Catalog) })
}

// codeHTML is a code's page; the words of q are marked in it.
func (s *Server) codeHTML(snap *library.Snapshot, code *catalog.Code, q string) ([]byte, error) {
	var b bytes.Buffer
	if err := s.views.Code.Render(&b, s.viewsOf(snap).NewCode(snap.Catalog, code)); err != nil {
		return nil, err
	}
	if q != "" && len(q) <= maxQuery {
		return web.MarkWords(b.Bytes(), q), nil
	}
	return b.Bytes(), nil
}

func (s *Server) chooserHTML(snap *library.Snapshot, word string, codes []*catalog.Code) ([]byte, error) {
	var b bytes.Buffer
	err := s.views.Chooser.Render(&b, s.viewsOf(snap).NewChooser(word, codes))
	return b.Bytes(), err
}

// showCategory serves a category. A vendor's slug here leads to the vendor.
func (s *Server) showCategory(c *gin.Context, snap *library.Snapshot) error {
	slug, asMarkdown := trimMarkdown(c.Param("slug"))
	cat, err := snap.Catalog.Category(slug)
	if err != nil {
		if v, verr := snap.Catalog.Vendor(slug); verr == nil {
			path := v.Path
			if asMarkdown {
				path += ".md"
			}
			s.redirect(c, http.StatusPermanentRedirect, path)
			return nil
		}
		return err
	}
	if asMarkdown {
		return s.markdownTwin(c, snap, func() string { return feed.ListMarkdown(cat.Taxonomy, s.siteOf(snap)) })
	}
	return pageOnce(s, c, snap, s.views.List, func() web.ListPage { return s.viewsOf(snap).NewCategory(cat) })
}

func (s *Server) showVendor(c *gin.Context, snap *library.Snapshot) error {
	slug, asMarkdown := trimMarkdown(c.Param("slug"))
	v, err := snap.Catalog.Vendor(slug)
	if err != nil {
		return err
	}
	if asMarkdown {
		return s.markdownTwin(c, snap, func() string { return feed.ListMarkdown(v.Taxonomy, s.siteOf(snap)) })
	}
	return pageOnce(s, c, snap, s.views.List, func() web.ListPage { return s.viewsOf(snap).NewVendor(snap.Catalog, v) })
}

// showComparePicker serves GET /compare. With codes it leads to their comparison.
func (s *Server) showComparePicker(c *gin.Context, snap *library.Snapshot) error {
	if c.Request.URL.RawQuery == "" {
		return pageOnce(s, c, snap, s.views.ComparePicker, func() web.ComparePickerPage { return s.viewsOf(snap).NewComparePicker(snap.Catalog) })
	}
	var ids []string
	for _, id := range c.QueryArray("codes") {
		for _, one := range splitIDs(id) {
			ids = append(ids, s.meant(snap.Catalog, one))
		}
	}
	if len(ids) < 2 {
		p := s.viewsOf(snap).NewComparePicker(snap.Catalog)
		if len(ids) == 1 {
			p.First = ids[0]
		}
		return pageNow(s, c, http.StatusOK, s.views.ComparePicker, p)
	}
	cmp, err := snap.Catalog.Compare(ids)
	if err != nil {
		return err
	}
	s.redirect(c, http.StatusPermanentRedirect, cmp.Path)
	return nil
}

// meant is the id that somebody meant who typed a bare number: "499" is the
// first vendor's that has it.
func (s *Server) meant(c *catalog.Catalog, word string) string {
	if _, _, err := c.Find(word); err == nil {
		return word
	}
	if pages := c.ByNumber(word); len(pages) > 0 {
		return pages[0].ID
	}
	return word
}

// showCompare serves GET /compare/a-vs-b. There is one address for a comparison:
// other orders lead to it.
func (s *Server) showCompare(c *gin.Context, snap *library.Snapshot) error {
	path, asMarkdown := trimMarkdown(c.Param("ids"))
	ids := strings.Split(path, "-vs-")
	if len(ids) > catalog.MaxCompared {
		return badRequest("A comparison holds two to four codes; this address names %d.", len(ids))
	}
	for i := range ids {
		ids[i] = s.meant(snap.Catalog, ids[i])
	}
	cmp, err := snap.Catalog.Compare(ids)
	if err != nil {
		return err
	}
	want := cmp.Path
	if asMarkdown {
		want += ".md"
	}
	if want != c.Request.URL.Path {
		s.redirect(c, http.StatusPermanentRedirect, want)
		return nil
	}
	if asMarkdown {
		return s.markdownNow(c, feed.CompareMarkdown(cmp, s.siteOf(snap)))
	}
	if cmp.Guide == nil { // there are more pairs than one wants to keep
		return pageNow(s, c, 0, s.views.Compare, s.viewsOf(snap).NewCompare(snap.Catalog, cmp))
	}
	return pageOnce(s, c, snap, s.views.Compare, func() web.ComparePage { return s.viewsOf(snap).NewCompare(snap.Catalog, cmp) })
}

func (s *Server) showBlog(c *gin.Context, snap *library.Snapshot) error {
	return pageOnce(s, c, snap, s.views.Blog, func() web.BlogPage { return s.viewsOf(snap).NewBlog(snap.Catalog) })
}

func (s *Server) showTag(c *gin.Context, snap *library.Snapshot) error {
	tag, asMarkdown := trimMarkdown(c.Param("tag"))
	posts := snap.Catalog.PostsByTag(tag)
	if len(posts) == 0 {
		return notFound("No post has the tag %q.", tag)
	}
	if asMarkdown {
		return s.markdownTwin(c, snap, func() string { return feed.PostsMarkdown(posts, s.siteOf(snap), "Posts about "+tag, "/blog/tags/"+tag) })
	}
	return pageOnce(s, c, snap, s.views.Blog, func() web.BlogPage { return s.viewsOf(snap).NewTag(snap.Catalog, tag, posts) })
}

func (s *Server) showPost(c *gin.Context, snap *library.Snapshot) error {
	slug, asMarkdown := trimMarkdown(c.Param("slug"))
	post, err := snap.Catalog.Post(slug)
	if err != nil {
		return err
	}
	if asMarkdown {
		return s.markdownTwin(c, snap, func() string { return feed.PageMarkdown(post.Page, s.siteOf(snap)) })
	}
	return pageOnce(s, c, snap, s.views.Post, func() web.PostPage { return s.viewsOf(snap).NewPost(snap.Catalog, post) })
}

// failPage answers a page's request with an error, in the form the client reads.
func (s *Server) failPage(c *gin.Context, snap *library.Snapshot, err error) {
	status, detail := statusOf(err)
	c.Writer.Header()["Vary"] = varyAcceptEncoding
	f, ok := chooseFormat(c.Request.Header["Accept"])
	if ok && f == formatJSON {
		s.writeProblem(c.Writer, c.Request, status, detail)
		return
	}
	if !ok || f != formatHTML || snap == nil {
		s.problemOrText(c.Writer, c.Request, status, detail)
		return
	}
	p := s.viewsOf(snap).NewError(status, title(status), detail, requestID(c.Writer))
	if status == http.StatusNotFound {
		p.Words = pathWords(c.Request.URL.Path)
		if res, err := snap.Index.Search(c.Request.Context(), index.Request{Text: p.Words, Limit: 5}); err == nil && p.Words != "" {
			p.Hits = s.hits(snap, "", res.Hits)
		}
		if n, err := strconv.Atoi(strings.Trim(c.Request.URL.Path, "/")); err == nil {
			p.Near = snap.Catalog.NearestCodes(n, 4)
		}
	}
	var b bytes.Buffer
	if rerr := s.views.Error.Render(&b, p); rerr != nil {
		s.log.Error("rendering an error page", "request", requestID(c.Writer), "err", rerr)
		s.problemOrText(c.Writer, c.Request, status, detail)
		return
	}
	rep := newRepresentation(typeHTML, b.Bytes())
	rep.status, rep.policy, rep.cacheControl, rep.vary = status, s.policy, cacheNever, varyAcceptEncoding
	rep.serve(c.Writer, c.Request)
}

// pathWords are the words of a path, for a search.
func pathWords(path string) string {
	words := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("/-_.+%", r) })
	text := strings.Join(slices.DeleteFunc(words, func(w string) bool {
		return slices.Contains([]string{"codes", "blog", "docs", "html", "md", "vendors", "categories", "compare"}, w)
	}), " ")
	return text[:min(len(text), 200)]
}
