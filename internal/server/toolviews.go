package server

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/internal/catalog"
	"siteerror/internal/library"
	"siteerror/web"
)

func (s *Server) showCheatSheet(c *gin.Context, snap *library.Snapshot) error {
	category, vendor, err := sheetFilters(c, snap)
	if err != nil {
		return err
	}
	if category == "" && vendor == "" {
		return pageOnce(s, c, snap, s.views.CheatSheet, func() web.CheatSheetPage { return s.viewsOf(snap).NewCheatSheet(snap.Catalog, "", "") })
	}
	return pageNow(s, c, 0, s.views.CheatSheet, s.viewsOf(snap).NewCheatSheet(snap.Catalog, category, vendor))
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
	seed, err := quizSeed(c)
	if err != nil {
		return err
	}
	if seed == nil {
		s.redirectOnce(c, "/quiz?seed="+strconv.FormatUint(uint64(rand.Uint32()), 10))
		return nil
	}
	q := c.Request.URL.Query()
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
	return pageNow(s, c, 0, s.views.Quiz, s.viewsOf(snap).NewQuiz(snap.Catalog, *seed, answers, check))
}

// quizSeed is the round that is asked for; nil: any.
func quizSeed(c *gin.Context) (*uint64, error) {
	text := c.Query("seed")
	if text == "" {
		return nil, nil
	}
	seed, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return nil, badRequest("Parameter seed is %q: it must be a whole number.", text)
	}
	return &seed, nil
}

// redirectOnce leads on with a 303 that nobody may keep.
func (s *Server) redirectOnce(c *gin.Context, path string) {
	h := c.Writer.Header()
	h.Set("Location", s.cfg.BasePath+path)
	h["Cache-Control"] = cacheNever
	c.Writer.WriteHeader(http.StatusSeeOther)
	c.Writer.WriteHeaderNow()
}

// apiExamples are what the API's page sends where nothing else is entered: a
// path, and for POST a body.
var apiExamples = map[string][2]string{
	"search":         {"/api/v1/search?q=bad+gateway&limit=3"},
	"suggest":        {"/api/v1/suggest?q=bad+ga"},
	"listCodes":      {"/api/v1/codes?category=redirection"},
	"getCode":        {"/api/v1/codes/404"},
	"compareCodes":   {"/api/v1/compare?ids=401,403"},
	"listCategories": {"/api/v1/categories"},
	"listVendors":    {"/api/v1/vendors"},
	"listPosts":      {"/api/v1/posts"},
	"checkURL":       {"/api/v1/check", `{"url": "https://example.com/"}`},
	"diagnose":       {"/api/v1/diagnose", "curl: (52) Empty reply from server"},
	"play":           {"/api/v1/play", `{"method": "GET", "path": "/status/503?header.Retry-After=5"}`},
}

func (s *Server) showAPI(c *gin.Context, snap *library.Snapshot) error {
	return pageOnce(s, c, snap, s.views.API, func() web.APIPage {
		var ops []web.APIOperation
		for _, op := range operations() {
			example := apiExamples[op.id]
			entry := web.APIOperation{Method: strings.ToUpper(op.method), Path: op.path, Summary: op.summary, Example: example[0], Body: example[1]}
			for _, prm := range op.params {
				entry.Params = append(entry.Params, web.APIParam{Name: prm.name, In: prm.in, Description: prm.description, Required: prm.required})
			}
			if op.body != nil {
				entry.BodyType = op.body.contentType
				entry.Params = append(entry.Params, web.APIParam{Name: "body", In: "body", Description: op.body.contentType + ": " + op.body.description, Required: true})
			}
			for _, status := range op.statuses() {
				entry.Answers = append(entry.Answers, web.APIAnswer{Status: status, Title: title(status), Known: len(snap.Catalog.ByNumber(strconv.Itoa(status))) > 0})
			}
			ops = append(ops, entry)
		}
		return s.viewsOf(snap).NewAPI(ops)
	})
}
