package server

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/diagnose"
	"siteerror/internal/library"
	"siteerror/web"
)

const hitsPerPage = 20

// minMessage is the length in bytes from which words may be a message of a log, cut out of its
// line, and not something to search for.
const minMessage = 32

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
	start := time.Now()
	res, err := snap.Index.Search(c.Request.Context(), req)
	if err != nil {
		return err
	}
	s.metrics.searches.Observe(time.Since(start).Seconds())
	if page == 1 && !filtered(q) {
		s.searched(req.Text, res.Total)
	}
	p := s.viewsOf(snap).NewSearch(req.Text, res.Total)
	p.Hits = s.hits(snap, req.Text, res.Hits)
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
			facet.Fold()
			p.Facets = append(p.Facets, facet)
		}
	}
	if res.DidYouMean != "" {
		p.DidYouMean = web.Link{Label: res.DidYouMean, Path: at(func(q url.Values) { q.Set("q", res.DidYouMean) })}
	}
	if p.Evidence = diagnose.LooksLikeEvidence(req.Text); p.Evidence || len(req.Text) >= minMessage {
		report, err := s.diagnose(c, snap, []byte(req.Text))
		if err != nil {
			return err
		}
		if len(report.Findings) > 0 && (p.Evidence || report.Findings[0].Confidence != "possible") {
			p.Evidence = true
			p.Findings = s.findings(snap, report.Findings[:1])
		}
	}
	if res.Total == 0 {
		p.Popular = snap.Catalog.Popular(4)
	}
	return pageNow(s, c, 0, s.views.Search, p)
}

// filtered reports whether facets narrow a search.
func filtered(q url.Values) bool {
	return q.Get("kind")+q.Get("category")+q.Get("vendor")+q.Get("tag") != ""
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

// hits are results as pages show them, each with an address that tells what it was found by.
func (s *Server) hits(snap *library.Snapshot, text string, found []index.Hit) []web.Hit {
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
				hit.Vendor, hit.VendorColor = code.Vendor.Title, web.VendorClass(code.Vendor)
			}
		}
		hit.Path = asked(page.Path, h.Section.Anchor, text)
		if h.Section.Anchor != "" {
			hit.Section = h.Section.Title
		}
		if hit.Snippet == "" {
			hit.Snippet = template.HTML(template.HTMLEscapeString(page.Summary)) // #nosec G203: escaped
		}
		hits = append(hits, hit)
	}
	return hits
}
