package server

import (
	"bytes"
	"fmt"
	"html/template"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/diagnose"
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
	rep.status = status
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
	return pageOnce(s, c, snap, s.views.Home, func() web.HomePage { return s.views.NewHome(snap.Catalog) })
}

func (s *Server) showCodes(c *gin.Context, snap *library.Snapshot) error {
	return pageOnce(s, c, snap, s.views.Codes, func() web.CodesPage { return s.views.NewCodes(snap.Catalog) })
}

// codeHTML is a code's page; the words of q are marked in it.
func (s *Server) codeHTML(snap *library.Snapshot, code *catalog.Code, q string) ([]byte, error) {
	var b bytes.Buffer
	if err := s.views.Code.Render(&b, s.views.NewCode(snap.Catalog, code)); err != nil {
		return nil, err
	}
	if q != "" && len(q) <= maxQuery {
		return web.MarkWords(b.Bytes(), q), nil
	}
	return b.Bytes(), nil
}

func (s *Server) chooserHTML(_ *library.Snapshot, word string, codes []*catalog.Code) ([]byte, error) {
	var b bytes.Buffer
	err := s.views.Chooser.Render(&b, s.views.NewChooser(word, codes))
	return b.Bytes(), err
}

// showCategory serves a category. A vendor's slug here leads to the vendor.
func (s *Server) showCategory(c *gin.Context, snap *library.Snapshot) error {
	slug := c.Param("slug")
	cat, err := snap.Catalog.Category(slug)
	if err != nil {
		if v, verr := snap.Catalog.Vendor(slug); verr == nil {
			s.redirect(c, http.StatusPermanentRedirect, v.Path)
			return nil
		}
		return err
	}
	return pageOnce(s, c, snap, s.views.List, func() web.ListPage { return s.views.NewCategory(cat) })
}

func (s *Server) showVendor(c *gin.Context, snap *library.Snapshot) error {
	v, err := snap.Catalog.Vendor(c.Param("slug"))
	if err != nil {
		return err
	}
	return pageOnce(s, c, snap, s.views.List, func() web.ListPage { return s.views.NewVendor(v) })
}

// showComparePicker serves GET /compare. With codes it leads to their comparison.
func (s *Server) showComparePicker(c *gin.Context, snap *library.Snapshot) error {
	if c.Request.URL.RawQuery == "" {
		return pageOnce(s, c, snap, s.views.ComparePicker, func() web.ComparePickerPage { return s.views.NewComparePicker(snap.Catalog) })
	}
	var ids []string
	for _, id := range c.QueryArray("codes") {
		for _, one := range splitIDs(id) {
			ids = append(ids, s.meant(snap.Catalog, one))
		}
	}
	if len(ids) < 2 {
		p := s.views.NewComparePicker(snap.Catalog)
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
	ids := strings.Split(c.Param("ids"), "-vs-")
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
	if cmp.Path != c.Request.URL.Path {
		s.redirect(c, http.StatusPermanentRedirect, cmp.Path)
		return nil
	}
	if cmp.Guide == nil { // there are more pairs than one wants to keep
		return pageNow(s, c, 0, s.views.Compare, s.views.NewCompare(snap.Catalog, cmp))
	}
	return pageOnce(s, c, snap, s.views.Compare, func() web.ComparePage { return s.views.NewCompare(snap.Catalog, cmp) })
}

func (s *Server) showBlog(c *gin.Context, snap *library.Snapshot) error {
	return pageOnce(s, c, snap, s.views.Blog, func() web.BlogPage { return s.views.NewBlog(snap.Catalog) })
}

func (s *Server) showTag(c *gin.Context, snap *library.Snapshot) error {
	tag := c.Param("tag")
	posts := snap.Catalog.PostsByTag(tag)
	if len(posts) == 0 {
		return notFound("No post has the tag %q.", tag)
	}
	return pageOnce(s, c, snap, s.views.Blog, func() web.BlogPage { return s.views.NewTag(snap.Catalog, tag, posts) })
}

func (s *Server) showPost(c *gin.Context, snap *library.Snapshot) error {
	slug, asMarkdown := trimMarkdown(c.Param("slug"))
	post, err := snap.Catalog.Post(slug)
	if err != nil {
		return err
	}
	if asMarkdown {
		return s.markdownTwin(c, snap, func() string { return feed.PageMarkdown(post.Page, s.site) })
	}
	return pageOnce(s, c, snap, s.views.Post, func() web.PostPage { return s.views.NewPost(post) })
}

func (s *Server) showDocs(c *gin.Context, snap *library.Snapshot) error {
	if d, err := snap.Catalog.Doc(""); err == nil {
		return pageOnce(s, c, snap, s.views.Doc, func() web.DocPage { return s.views.NewDoc(d) })
	}
	return pageOnce(s, c, snap, s.views.Docs, func() web.DocsPage { return s.views.NewDocs(snap.Catalog) })
}

func (s *Server) showDoc(c *gin.Context, snap *library.Snapshot) error {
	path, asMarkdown := trimMarkdown(strings.TrimPrefix(c.Param("path"), "/"))
	if path == "" {
		s.redirect(c, http.StatusPermanentRedirect, "/docs")
		return nil
	}
	d, err := snap.Catalog.Doc(strings.TrimSuffix(path, "/"))
	if err != nil {
		return err
	}
	if strings.HasSuffix(path, "/") {
		s.redirect(c, http.StatusPermanentRedirect, d.Path)
		return nil
	}
	if asMarkdown {
		return s.markdownTwin(c, snap, func() string { return feed.PageMarkdown(d.Page, s.site) })
	}
	return pageOnce(s, c, snap, s.views.Doc, func() web.DocPage { return s.views.NewDoc(d) })
}

const hitsPerPage = 20

// showSearch serves GET /search: results with facets, as a form and links.
func (s *Server) showSearch(c *gin.Context, snap *library.Snapshot) error {
	q := c.Request.URL.Query()
	page, err := intParam(q, "page", 1, 1, maxOffset/hitsPerPage)
	if err != nil {
		return err
	}
	req, err := searchRequest(q, snap)
	if err != nil {
		return err
	}
	req.Limit, req.Offset = hitsPerPage, (page-1)*hitsPerPage
	res, err := snap.Index.Search(c.Request.Context(), req)
	if err != nil {
		return err
	}
	s.metrics.searches.Inc()
	p := s.views.NewSearch(req.Text, res.Total)
	p.Hits = s.hits(snap, res.Hits)
	p.Page, p.Pages = page, (res.Total+hitsPerPage-1)/hitsPerPage
	at := func(change func(url.Values)) string { return searchPath(q, change) }
	if page > 1 {
		p.Previous = at(func(q url.Values) { q.Set("page", strconv.Itoa(page-1)) })
	}
	if page < p.Pages {
		p.Next = at(func(q url.Values) { q.Set("page", strconv.Itoa(page+1)) })
	}
	for _, f := range []struct {
		name, title string
		counts      []index.Count
	}{{"kind", "Kind", res.Facets.Kind}, {"category", "Category", byClass(snap.Catalog, res.Facets.Category)}, {"vendor", "Vendor", res.Facets.Vendor}, {"tag", "Tag", res.Facets.Tag}} {
		facet := web.Facet{Title: f.title}
		for _, n := range f.counts {
			v := web.FacetValue{Label: facetLabel(snap.Catalog, f.name, n.Value), Count: n.Count, Active: slices.Contains(q[f.name], n.Value)}
			v.Path = at(func(q url.Values) { toggle(q, f.name, n.Value) })
			facet.Values = append(facet.Values, v)
		}
		for _, value := range q[f.name] {
			if value == "" {
				continue
			}
			label := facetLabel(snap.Catalog, f.name, value)
			p.Chips = append(p.Chips, web.Link{Label: f.title + ": " + label, Path: at(func(q url.Values) { toggle(q, f.name, value) })})
			p.Hidden = append(p.Hidden, web.Field{Name: f.name, Value: value})
		}
		if len(facet.Values) > 0 {
			p.Facets = append(p.Facets, facet)
		}
	}
	if res.DidYouMean != "" {
		p.DidYouMean = web.Link{Label: res.DidYouMean, Path: at(func(q url.Values) { q.Set("q", res.DidYouMean) })}
	}
	p.Evidence = diagnose.LooksLikeEvidence(req.Text)
	if res.Total == 0 {
		for _, code := range snap.Catalog.Popular(4) {
			p.Popular = append(p.Popular, web.Link{Label: code.Title, Path: code.Path})
		}
	}
	return pageNow(s, c, 0, s.views.Search, p)
}

// searchPath is the search page's address after a change; a change of anything
// but the page goes back to the first one.
func searchPath(q url.Values, change func(url.Values)) string {
	q = cloneValues(q)
	q.Del("page")
	change(q)
	return "/search?" + q.Encode()
}

// toggle adds a value to a parameter, or removes it.
func toggle(q url.Values, name, value string) {
	if i := slices.Index(q[name], value); i >= 0 {
		q[name] = slices.Delete(q[name], i, i+1)
		return
	}
	q.Add(name, value)
}

func facetLabel(c *catalog.Catalog, facet, value string) string {
	switch facet {
	case "kind":
		return map[string]string{"code": "Code", "post": "Post", "doc": "Doc"}[value]
	case "category":
		if v, err := c.Category(value); err == nil {
			return v.Title
		}
	case "vendor":
		if v, err := c.Vendor(value); err == nil {
			return v.Title
		}
	}
	return value
}

// hits are results as pages show them.
func (s *Server) hits(snap *library.Snapshot, found []index.Hit) []web.Hit {
	var hits []web.Hit
	for _, h := range found {
		page, code := snap.Page(h.ID)
		if page == nil {
			continue
		}
		hit := web.Hit{Title: page.Title, Path: page.Path, Kind: string(page.Kind), Snippet: template.HTML(h.Snippet)} // #nosec G203: the index escapes it
		if code != nil {
			hit.Number, hit.Title, hit.Color = code.Code, code.Name, code.Category.Color
			if code.Vendor.Slug != "ietf" {
				hit.Vendor = code.Vendor.Title
			}
		}
		if h.Section.Anchor != "" {
			hit.Path += "#" + h.Section.Anchor
			hit.Section = h.Section.Title
		}
		if hit.Snippet == "" {
			hit.Snippet = template.HTML(template.HTMLEscapeString(page.Summary)) // #nosec G203: escaped
		}
		hits = append(hits, hit)
	}
	return hits
}

func (s *Server) showCheatSheet(c *gin.Context, snap *library.Snapshot) error {
	category, vendor, err := sheetFilters(c, snap)
	if err != nil {
		return err
	}
	if category == "" && vendor == "" {
		return pageOnce(s, c, snap, s.views.CheatSheet, func() web.CheatSheetPage { return s.views.NewCheatSheet(snap.Catalog, "", "") })
	}
	return pageNow(s, c, 0, s.views.CheatSheet, s.views.NewCheatSheet(snap.Catalog, category, vendor))
}

func sheetFilters(c *gin.Context, snap *library.Snapshot) (category, vendor string, err error) {
	category, vendor = c.Query("category"), c.Query("vendor")
	if _, err := snap.Catalog.Category(category); category != "" && err != nil {
		return "", "", badRequest("Unknown category %q. Known: %s.", category, strings.Join(slugs(snap.Catalog.Categories), ", "))
	}
	if _, err := snap.Catalog.Vendor(vendor); vendor != "" && err != nil {
		return "", "", badRequest("Unknown vendor %q. Known: %s.", vendor, strings.Join(slugs(snap.Catalog.Vendors), ", "))
	}
	return category, vendor, nil
}

// serveCheatSheet serves the sheet as Markdown, CSV and JSON.
func (s *Server) serveCheatSheet(c *gin.Context, snap *library.Snapshot) error {
	category, vendor, err := sheetFilters(c, snap)
	if err != nil {
		return err
	}
	groups := web.CheatSheet(snap.Catalog, category, vendor)
	var codes []*catalog.Code
	for _, g := range groups {
		codes = append(codes, g.Codes...)
	}
	var rep *representation
	switch path := c.Request.URL.Path; {
	case strings.HasSuffix(path, ".json"):
		body, err := marshal(apiCodes{Total: len(codes), Codes: s.codeRefs(codes)})
		if err != nil {
			return err
		}
		rep = newRepresentation(typeJSON, body)
	case strings.HasSuffix(path, ".csv"):
		rep = newRepresentation("text/csv; charset=utf-8; header=present", web.SheetCSV(codes))
	default:
		rep = newRepresentation(typeMarkdown, web.SheetMarkdown(groups))
	}
	rep.serve(c.Writer, c.Request)
	return nil
}

// showQuiz serves GET /quiz: a form without JavaScript, whose state is all in
// the address.
func (s *Server) showQuiz(c *gin.Context, snap *library.Snapshot) error {
	q := c.Request.URL.Query()
	seed, err := strconv.ParseUint(q.Get("seed"), 10, 32)
	if err != nil {
		if q.Get("seed") != "" {
			return badRequest("Parameter seed is %q: it must be a whole number.", q.Get("seed"))
		}
		seed = uint64(rand.Uint32())
		c.Writer.Header()["Cache-Control"] = cacheNever
		s.redirectOnce(c, "/quiz?seed="+strconv.FormatUint(seed, 10))
		return nil
	}
	answers := q.Get("answers")
	if strings.Trim(answers, "0123") != "" || len(answers) > web.RoundLength {
		return badRequest("Parameter answers holds a digit from 0 to 3 for each question.")
	}
	check := false
	if a := q.Get("answer"); a != "" {
		if len(a) != 1 || a[0] < '0' || a[0] > '3' {
			return badRequest("Parameter answer is %q: it must be a digit from 0 to 3.", a)
		}
		answers, check = answers+a, true
	}
	return pageNow(s, c, 0, s.views.Quiz, s.views.NewQuiz(snap.Catalog, seed, answers, check))
}

// redirectOnce leads on with a 303 that nobody may keep.
func (s *Server) redirectOnce(c *gin.Context, path string) {
	h := c.Writer.Header()
	h.Set("Location", s.cfg.BasePath+path)
	h["Cache-Control"] = cacheNever
	c.Writer.WriteHeader(http.StatusSeeOther)
	c.Writer.WriteHeaderNow()
}

func (s *Server) showPlayground(c *gin.Context, snap *library.Snapshot) error {
	method, target := c.DefaultQuery("method", "GET"), c.DefaultQuery("path", "/status/200")
	return pageNow(s, c, 0, s.views.Playground, s.views.NewPlayground(snap.Catalog, method, target))
}

func (s *Server) showAPI(c *gin.Context, snap *library.Snapshot) error {
	return pageOnce(s, c, snap, s.views.API, func() web.APIPage {
		examples := map[string]string{
			"search": "/api/v1/search?q=bad+gateway&limit=3", "suggest": "/api/v1/suggest?q=bad+ga", "listCodes": "/api/v1/codes?category=redirection", "getCode": "/api/v1/codes/404",
			"compareCodes": "/api/v1/compare?ids=401,403", "listCategories": "/api/v1/categories", "listVendors": "/api/v1/vendors", "listPosts": "/api/v1/posts",
		}
		var ops []web.APIOperation
		for _, op := range operations() {
			entry := web.APIOperation{Method: strings.ToUpper(op.method), Path: op.path, Summary: op.summary, Example: examples[op.id]}
			for _, prm := range op.params {
				entry.Params = append(entry.Params, web.APIParam{Name: prm.name, In: prm.in, Description: prm.description, Required: prm.required})
			}
			if op.body != nil {
				entry.Params = append(entry.Params, web.APIParam{Name: "body", In: "body", Description: op.body.contentType + ": " + op.body.description, Required: true})
			}
			ops = append(ops, entry)
		}
		return s.views.NewAPI(ops)
	})
}

// failPage answers a page's request with an error, in the form the client reads.
func (s *Server) failPage(c *gin.Context, snap *library.Snapshot, err error) {
	status, detail := statusOf(err)
	f, ok := chooseFormat(c.Request.Header["Accept"])
	if ok && f == formatJSON {
		s.writeProblem(c.Writer, c.Request, status, detail)
		return
	}
	if !ok || f != formatHTML || snap == nil {
		s.problemOrText(c.Writer, c.Request, status, detail)
		return
	}
	p := s.views.NewError(status, title(status), detail, requestID(c.Writer))
	if status == http.StatusNotFound {
		p.Words = pathWords(c.Request.URL.Path)
		if res, err := snap.Index.Search(c.Request.Context(), index.Request{Text: p.Words, Limit: 5}); err == nil && p.Words != "" {
			p.Hits = s.hits(snap, res.Hits)
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

// showDiagnose serves the empty form.
func (s *Server) showDiagnose(c *gin.Context, snap *library.Snapshot) error {
	return pageOnce(s, c, snap, s.views.Diagnose, func() web.DiagnosePage { return s.views.NewDiagnose() })
}

// postDiagnose answers the form.
func (s *Server) postDiagnose(c *gin.Context, snap *library.Snapshot) error {
	if err := s.ownSite(c.Request); err != nil {
		return err
	}
	body, err := readBody(c, 3*maxDiagnoseBody) // a form escapes what is pasted
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return badRequest("The form could not be read.")
	}
	paste := form.Get("paste")
	p := s.views.NewDiagnose()
	p.Asked = true
	switch {
	case len(paste) > maxDiagnoseBody:
		return &requestError{status: http.StatusRequestEntityTooLarge, detail: "The paste is larger than 2 MiB."}
	case strings.TrimSpace(paste) == "":
		p.Detail = "Nothing was pasted."
		return pageNow(s, c, http.StatusBadRequest, s.views.Diagnose, p)
	}
	report, err := s.diagnose(c, snap, []byte(paste))
	if err != nil {
		return err
	}
	s.fillDiagnosis(c, snap, &p, report)
	return s.privatePage(c, func() (*representation, error) { return render(s, s.views.Diagnose, p) })
}

func (s *Server) fillDiagnosis(c *gin.Context, snap *library.Snapshot, p *web.DiagnosePage, report *diagnose.Report) {
	p.Paste = report.Text
	marks := make([]web.Mark, len(report.Marks))
	for i, m := range report.Marks {
		marks[i] = web.Mark{Start: m.Start, End: m.End}
	}
	p.Marked = web.MarkText(report.Text, marks)
	p.Findings = s.findings(snap, report.Findings)
	for _, u := range report.CannotTell {
		p.Unknown = append(p.Unknown, unknownLine(u))
	}
	p.Lines = fmt.Sprintf("%d lines read, %d of them told nothing.", report.Lines, report.Unread)
	if len(report.Findings) == 0 && report.SearchText != "" {
		if res, err := snap.Index.Search(c.Request.Context(), index.Request{Text: report.SearchText, Limit: 5}); err == nil {
			p.Nearest = s.hits(snap, res.Hits)
		}
	}
}

// privatePage serves what was made of a paste: nobody may keep it.
func (s *Server) privatePage(c *gin.Context, make func() (*representation, error)) error {
	rep, err := make()
	if err != nil {
		return err
	}
	rep.status, rep.cacheControl = http.StatusOK, cacheNever
	rep.serve(c.Writer, c.Request)
	return nil
}

var hopNames = map[string]string{
	"client": "the client", "cdn": "the CDN", "load-balancer": "the load balancer", "proxy": "the proxy", "app-server": "the app server", "app": "the application",
}

func (s *Server) findings(snap *library.Snapshot, found []diagnose.Finding) []web.Finding {
	var out []web.Finding
	for i := range found {
		f := &found[i]
		w := web.Finding{Title: f.Title, Path: findingPath(snap.Catalog, f), Hop: hopNames[f.Emitter], Confidence: f.Confidence, Why: f.Why, Next: f.NextChecks}
		if w.Hop == "" {
			w.Hop = "cannot tell"
		}
		if v, err := snap.Catalog.Vendor(f.Vendor); err == nil {
			w.Vendor = v.Title
		}
		for _, e := range f.Evidence {
			w.Evidence = append(w.Evidence, web.Evidence{Text: e.Text, Says: e.Says})
		}
		for _, r := range f.OtherReadings {
			if _, path, err := snap.Catalog.Find(r.ID); err == nil {
				w.Other = append(w.Other, web.Link{Label: r.Title, Path: path})
			}
		}
		out = append(out, w)
	}
	return out
}
