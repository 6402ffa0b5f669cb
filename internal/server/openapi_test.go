package server

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

// describedBy is the validator of what s serves as its description.
func describedBy(t *testing.T, s *Server) validator.Validator {
	t.Helper()
	doc, err := libopenapi.NewDocument(do(s, exchange{path: "/openapi.json"}).Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, problems := v.ValidateDocument(); !ok {
		for _, p := range problems {
			t.Errorf("the description itself: %s: %s", p.Message, p.Reason)
		}
	}
	return v
}

// Every route of the API is described, and nothing else is.
func TestEveryRouteIsDescribed(t *testing.T) {
	s := reader(t)
	described := map[string]bool{}
	for _, op := range operations() {
		described[strings.ToUpper(op.method)+" "+op.path] = true
	}
	param := regexp.MustCompile(`:(\w+)`)
	n := 0
	for _, r := range s.engine.Routes() {
		if !strings.HasPrefix(r.Path, apiPrefix) || r.Method == http.MethodHead {
			continue
		}
		n++
		key := r.Method + " " + param.ReplaceAllString(r.Path, "{$1}")
		if !described[key] {
			t.Errorf("%s is not described", key)
		}
		delete(described, key)
	}
	for key := range described {
		t.Errorf("%s is described and not served", key)
	}
	t.Logf("%d routes", n)
}

// What the API answers, to every exchange of the table, for every code and every comparison of its
// related codes, is what the description says.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	s := reader(t)
	v := describedBy(t, s)
	asked := exchanges
	snap, release := s.library.Acquire()
	for _, code := range snap.Catalog.Codes {
		asked = append(asked, exchange{path: "/api/v1/codes/" + code.ID})
		if len(code.Related) > 0 {
			asked = append(asked, exchange{path: "/api/v1/compare?ids=" + code.ID + "," + code.Related[0].ID})
		}
	}
	release()
	for _, q := range []string{"bad+gateway", "queued", "zzzzqqqq", "502+vs+504", "timeot", "a"} {
		asked = append(asked, exchange{path: "/api/v1/search?q=" + q}, exchange{path: "/api/v1/suggest?q=" + q})
	}
	validated := map[int]int{}
	for _, e := range asked {
		if !strings.HasPrefix(e.path, apiPrefix+"v1/") || e.header["Accept-Encoding"] != "" {
			continue
		}
		w := do(s, e)
		if w.Code == http.StatusNotFound && e.status == http.StatusNotFound && !strings.HasPrefix(e.path, apiPrefix+"v1/codes/") || w.Code == http.StatusNoContent || w.Code == http.StatusMethodNotAllowed {
			continue // no such route or method: nothing describes it
		}
		validated[w.Code]++
		method := e.method
		if method == "" {
			method = http.MethodGet
		}
		if method == http.MethodHead {
			continue // the fields of GET, held by TestHeadEqualsGet
		}
		req := httptest.NewRequest(method, "http://localhost:8080"+e.path, strings.NewReader(e.body))
		for name, value := range e.header {
			req.Header.Set(name, value)
		}
		if ok, problems := v.ValidateHttpResponse(req, w.Result()); !ok {
			for _, p := range problems {
				t.Errorf("%s %.80s: %d: %s: %s", method, e.path, w.Code, p.Message, p.Reason)
			}
		}
		if w.Code != http.StatusOK {
			continue
		}
		req.Body = http.NoBody
		if e.body != "" {
			req = httptest.NewRequest(method, "http://localhost:8080"+e.path, strings.NewReader(e.body))
			for name, value := range e.header {
				req.Header.Set(name, value)
			}
		}
		if ok, problems := v.ValidateHttpRequest(req); !ok {
			for _, p := range problems {
				t.Errorf("%s %.80s was answered, but the description forbids it: %s: %s", method, e.path, p.Message, p.Reason)
			}
		}
	}
	t.Logf("responses validated, by status: %v", validated)
	for _, status := range []int{200, 400, 403, 404, 413, 415, 422} {
		if validated[status] == 0 {
			t.Errorf("no response with status %d was validated", status)
		}
	}
}

// A client who asks too often is told how long to wait, and may then go on.
func TestAPIRate(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	s := newServer(t, func(cfg *Config) { cfg.APIRate = 2; cfg.Now = func() time.Time { return now } })
	v := describedBy(t, s)
	ask := func() *httptest.ResponseRecorder { return do(s, exchange{path: "/api/v1/vendors"}) }
	for _, left := range []string{`"api";r=1;t=30`, `"api";r=0;t=60`} {
		if w := ask(); w.Code != http.StatusOK || w.Header().Get("RateLimit") != left || w.Header().Get("RateLimit-Policy") != `"api";q=2;w=60` {
			t.Fatalf("%d, RateLimit %q, want %q; policy %q", w.Code, w.Header().Get("RateLimit"), left, w.Header().Get("RateLimit-Policy"))
		}
	}
	w := ask()
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "30" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("the third: %d, %v", w.Code, w.Header())
	}
	if ok, problems := v.ValidateHttpResponse(httptest.NewRequest("GET", "http://localhost:8080/api/v1/vendors", nil), w.Result()); !ok {
		t.Errorf("429 is not as described: %v", problems)
	}
	if w := do(s, exchange{path: "/codes/429"}); w.Code != http.StatusOK {
		t.Errorf("pages are not the API: %d", w.Code)
	}
	now = now.Add(30 * time.Second)
	if w := ask(); w.Code != http.StatusOK {
		t.Errorf("after waiting as told: %d", w.Code)
	}
}
