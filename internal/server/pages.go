package server

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/internal/catalog"
	"siteerror/internal/feed"
	"siteerror/internal/library"
	"siteerror/internal/terminal"
)

// formatOf decides in which form a page is wanted: by ?format=, else by Accept.
func formatOf(c *gin.Context) (format, error) {
	if c.Request.URL.RawQuery != "" { // reading the query allocates
		if name := c.Query("format"); name != "" {
			f, ok := formatNames[name]
			if !ok {
				return 0, badRequest("Unknown format %q. Known: html, json, md, text.", name)
			}
			return f, nil
		}
	}
	f, ok := chooseFormat(c.Request.Header["Accept"])
	if !ok {
		return 0, &requestError{status: http.StatusNotAcceptable, detail: "This page can be had as text/html, application/json, text/markdown and text/plain."}
	}
	return f, nil
}

// showCode serves GET /codes/:id in the form that is wanted.
func (s *Server) showCode(c *gin.Context, snap *library.Snapshot) error {
	id, asMarkdown := trimMarkdown(c.Param("id"))
	code, err := snap.Catalog.Code(id)
	if err != nil {
		if r, rerr := snap.Catalog.Rendering(id); rerr == nil {
			path := r.Path
			if asMarkdown {
				path, _, _ = strings.Cut(path, "#")
				path += ".md"
			}
			s.redirect(c, http.StatusPermanentRedirect, path)
			return nil
		}
		if code, err = snap.Catalog.Meant(id); err != nil {
			return err
		}
	}
	if code.ID != id { // compared without case; one address for one page
		path := code.Path
		if asMarkdown {
			path += ".md"
		}
		s.redirect(c, http.StatusPermanentRedirect, path)
		return nil
	}
	if asMarkdown {
		return s.markdownTwin(c, snap, func() string { return feed.CodeMarkdown(code, s.siteOf(snap)) })
	}
	f, err := formatOf(c)
	if err != nil {
		return err
	}
	if c.Request.URL.RawQuery != "" && (f == formatHTML && c.Query("q") != "" || f == formatText && c.Query("color") == "1") {
		rep, err := s.codeRepresentation(c, snap, code, f) // for this request alone
		if err != nil {
			return err
		}
		rep.serve(c.Writer, c.Request)
		return nil
	}
	pages := s.pagesOf(snap)
	rep := pages.get(f, code.ID)
	if rep == nil {
		if rep, err = s.codeRepresentation(c, snap, code, f); err != nil {
			return err
		}
		rep = pages.put(f, code.ID, rep)
	}
	rep.serve(c.Writer, c.Request)
	return nil
}

// codeRepresentation makes a code's page in one form.
func (s *Server) codeRepresentation(c *gin.Context, snap *library.Snapshot, code *catalog.Code, f format) (*representation, error) {
	var rep *representation
	switch f {
	case formatJSON:
		body, err := marshal(s.codeJSON(code))
		if err != nil {
			return nil, err
		}
		rep = newRepresentation(typeJSON, body)
	case formatMarkdown:
		rep = newRepresentation(typeMarkdown, []byte(feed.CodeMarkdown(code, s.siteOf(snap))))
	case formatText:
		var b strings.Builder
		p := terminal.Printer{W: &b, Color: c.Query("color") == "1"}
		p.Code(snap.Catalog, code)
		rep = newRepresentation(typeText, []byte(b.String()))
	default:
		body, err := s.codeHTML(snap, code, c.Query("q"))
		if err != nil {
			return nil, err
		}
		rep = newRepresentation(typeHTML, body)
		rep.policy = s.policy
		rep.extra = s.alternate(code.Page)
	}
	rep.vary = varyAcceptEncoding
	return rep, nil
}

// showShort serves GET /{code}, the short link. One page: HTML is a redirect to
// it, other forms are the page itself. Several vendors: a chooser. A number
// without a page: what its class says.
func (s *Server) showShort(c *gin.Context, snap *library.Snapshot, word string) error {
	word, asMarkdown := trimMarkdown(word)
	if part, ok := strings.CutPrefix(word, "sitemap-"); ok && strings.HasSuffix(part, ".xml") {
		return s.serveSitemapPart(c, snap, strings.TrimSuffix(part, ".xml"))
	}
	codes := snap.Catalog.ByNumber(word)
	if len(codes) == 0 {
		if code, path, err := snap.Catalog.Find(word); err == nil {
			if strings.Contains(path, "#") {
				s.redirect(c, http.StatusPermanentRedirect, path)
				return nil
			}
			codes = []*catalog.Code{code}
		}
	}
	switch {
	case len(codes) == 0:
		return s.noSuchCode(c, snap, word)
	case len(codes) == 1 && asMarkdown:
		s.redirect(c, http.StatusPermanentRedirect, codes[0].Path+".md")
		return nil
	}
	if asMarkdown { // several
		return s.chooser(c, snap, word, codes, formatMarkdown)
	}
	f, err := formatOf(c)
	if err != nil {
		return err
	}
	c.Writer.Header()["Vary"] = varyAcceptEncoding
	if len(codes) > 1 {
		return s.chooser(c, snap, word, codes, f)
	}
	if f == formatHTML {
		path := codes[0].Path
		if q := c.Request.URL.RawQuery; q != "" {
			path += "?" + q
		}
		s.redirect(c, http.StatusPermanentRedirect, path)
		return nil
	}
	c.Params = append(c.Params[:0], gin.Param{Key: "id", Value: codes[0].ID})
	return s.showCode(c, snap)
}

// chooser answers 300 where several vendors use a number (RFC 9110 §15.4.1).
func (s *Server) chooser(c *gin.Context, snap *library.Snapshot, word string, codes []*catalog.Code, f format) error {
	var rep *representation
	switch f {
	case formatJSON:
		body, err := marshal(apiCodes{Total: len(codes), Codes: s.codeRefs(codes)})
		if err != nil {
			return err
		}
		rep = newRepresentation(typeJSON, body)
	case formatText, formatMarkdown:
		var b strings.Builder
		p := terminal.Printer{W: &b}
		p.Choice(word, codes, func(code *catalog.Code) string { return s.absolute(code.Path) })
		rep = newRepresentation(map[format]string{formatText: typeText, formatMarkdown: typeMarkdown}[f], []byte(b.String()))
	default:
		body, err := s.chooserHTML(snap, word, codes)
		if err != nil {
			return err
		}
		rep = newRepresentation(typeHTML, body)
		rep.policy = s.policy
	}
	rep.status = http.StatusMultipleChoices
	rep.vary = varyAcceptEncoding
	rep.serve(c.Writer, c.Request)
	return nil
}

// noSuchCode is the 404 of a short link. For a number it says what every client
// may assume: that an unknown code means what its class's x00 means (RFC 9110 §15).
func (s *Server) noSuchCode(c *gin.Context, snap *library.Snapshot, word string) error {
	n, err := strconv.Atoi(word)
	if err != nil || n < 100 || n > 599 || len(word) != 3 {
		return notFound("There is no page at /%s.", word)
	}
	class := snap.Catalog.ByNumber(word[:1] + "00")
	var near []string
	for _, code := range snap.Catalog.NearestCodes(n, 4) {
		near = append(near, code.Title)
	}
	detail := "No code " + word + " is registered, and no vendor's is known here."
	if len(class) == 1 {
		detail += " A client treats it as " + class[0].Title + ", the x00 of its class (RFC 9110 §15)."
	}
	return notFound("%s Nearest: %s.", detail, strings.Join(near, ", "))
}
