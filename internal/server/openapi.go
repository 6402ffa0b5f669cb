package server

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/jsonschema-go/jsonschema"

	"siteerror/internal/checker"
	"siteerror/internal/diagnose"
	"siteerror/internal/library"
)

// operation is one entry of the API's description. Its response type is the one
// that the handler encodes, so the two cannot part.
type operation struct {
	method, path string
	id, summary  string
	params       []parameter
	body         *requestBody
	response     any   // a zero value of what a 200 holds
	errors       []int // statuses of problem documents
}

// statuses are what the operation may answer with, in order.
func (op operation) statuses() []int {
	all := append([]int{http.StatusOK}, op.errors...)
	all = append(all, http.StatusMethodNotAllowed, http.StatusTooManyRequests, http.StatusInternalServerError)
	slices.Sort(all)
	return all
}

type parameter struct {
	name, in, description string
	required, repeatable  bool
	min, max              int // of a number; no number if both are 0
}

type requestBody struct {
	contentType string
	schema      any
	description string
}

type apiCheckRequest struct {
	URL    string `json:"url" jsonschema:"an http or https URL"`
	Method string `json:"method,omitempty" jsonschema:"GET, HEAD or OPTIONS; GET if left out"`
}

// apiCheckReport is a check with the diagnosis of where it ended.
type apiCheckReport struct {
	*checker.Report
	Diagnosis []diagnose.Finding `json:"diagnosis"`
}

// operations are the whole API.
func operations() []operation {
	filters := []parameter{
		{name: "q", in: "query", description: "Words, a number, a symptom or a pasted log line; at most 8 KiB."},
		{name: "kind", in: "query", description: "code, post or doc.", repeatable: true},
		{name: "category", in: "query", description: "Slug of a category.", repeatable: true},
		{name: "vendor", in: "query", description: "Slug of a vendor.", repeatable: true},
		{name: "tag", in: "query", description: "Tag of posts and docs.", repeatable: true},
		{name: "limit", in: "query", description: "Hits at most; 10 if left out.", min: 1, max: maxLimit},
		{name: "offset", in: "query", description: "Hits to pass over.", min: 0, max: maxOffset},
	}
	return []operation{
		{method: "get", path: "/api/v1/search", id: "search", summary: "Search codes, posts and docs", params: filters, response: apiSearch{}, errors: []int{400, 414}},
		{method: "get", path: "/api/v1/suggest", id: "suggest", summary: "Suggest pages while somebody types", params: filters[:1], response: apiSuggest{}, errors: []int{414}},
		{method: "get", path: "/api/v1/codes", id: "listCodes", summary: "List codes", response: apiCodes{}, errors: []int{400}, params: []parameter{
			{name: "category", in: "query", description: "Slug of a category."}, {name: "vendor", in: "query", description: "Slug of a vendor."}}},
		{method: "get", path: "/api/v1/codes/{id}", id: "getCode", summary: "One code with everything on its page", response: apiCode{}, errors: []int{404},
			params: []parameter{{name: "id", in: "path", description: "Id of a code: 502, nginx-499. A vendor's rendering, nginx-502, redirects.", required: true}}},
		{method: "get", path: "/api/v1/compare", id: "compareCodes", summary: "Two to four codes, point by point", response: apiComparison{}, errors: []int{400, 404},
			params: []parameter{{name: "ids", in: "query", description: "Ids separated by commas: 401,403.", required: true}}},
		{method: "get", path: "/api/v1/categories", id: "listCategories", summary: "List categories", response: apiCategories{}},
		{method: "get", path: "/api/v1/vendors", id: "listVendors", summary: "List vendors", response: apiVendors{}},
		{method: "get", path: "/api/v1/posts", id: "listPosts", summary: "List blog posts, newest first", response: apiPosts{}},
		{method: "get", path: missesAPIPath, id: "listMisses", summary: "Searches that led nowhere, for the operator alone", response: apiMisses{}, errors: []int{401, 403, 404}},
		{method: "post", path: "/api/v1/check", id: "checkURL", summary: "Fetch a public URL hop by hop", response: apiCheckReport{}, errors: []int{400, 403, 404, 413, 415, 422, 503},
			body: &requestBody{"application/json", apiCheckRequest{}, "What to check."}},
		{method: "post", path: "/api/v1/diagnose", id: "diagnose", summary: "Say which hop produced an error", response: diagnose.Report{}, errors: []int{400, 403, 413, 415},
			body: &requestBody{"text/plain", nil, "Log lines, response headers, curl -v output or an error page; at most 2 MiB. Nothing is kept."}},
		{method: "post", path: "/api/v1/play", id: "play", summary: "Send a request to the mock and see both sides of the wire", response: apiPlay{}, errors: []int{400, 403, 413, 415},
			body: &requestBody{"application/json", apiPlayRequest{}, "The request to send."}},
	}
}

// openAPI is the API's description, OpenAPI 3.1, made of the types that the
// handlers encode.
func (s *Server) openAPI() ([]byte, error) {
	schemas := map[string]any{}
	ref := func(v any) (map[string]any, error) {
		t := reflect.TypeOf(v)
		name := strings.TrimPrefix(t.Name(), "api")
		if _, ok := schemas[name]; !ok {
			schema, err := jsonschema.ForType(t, &jsonschema.ForOptions{IgnoreInvalidTypes: true, TypeSchemas: map[reflect.Type]*jsonschema.Schema{
				reflect.TypeFor[time.Time](): {Type: "string", Format: "date-time"},
			}})
			if err != nil {
				return nil, err
			}
			schemas[name] = schema
		}
		return map[string]any{"$ref": "#/components/schemas/" + name}, nil
	}
	problemRef, err := ref(problem{})
	if err != nil {
		return nil, err
	}
	paths := map[string]map[string]any{}
	for _, op := range operations() {
		ok, err := ref(op.response)
		if err != nil {
			return nil, err
		}
		responses := map[string]any{"200": map[string]any{
			"description": "Done.", "content": map[string]any{typeJSON: map[string]any{"schema": ok}},
		}}
		for _, status := range op.statuses()[1:] {
			responses[strconv.Itoa(status)] = map[string]any{
				"description": title(status) + ".", "content": map[string]any{"application/problem+json": map[string]any{"schema": problemRef}},
			}
		}
		if op.id == "getCode" {
			responses["308"] = map[string]any{"description": "A vendor's rendering of a registered code, or a number that one vendor alone uses: the code itself."}
		}
		if op.method == "get" {
			responses["304"] = map[string]any{"description": "What If-None-Match names is current."}
		}
		entry := map[string]any{"operationId": op.id, "summary": op.summary, "responses": responses}
		if len(op.params) > 0 {
			entry["parameters"] = parameters(op.params)
		}
		if op.body != nil {
			schema := map[string]any{"type": "string"}
			if op.body.schema != nil {
				if schema, err = ref(op.body.schema); err != nil {
					return nil, err
				}
			}
			entry["requestBody"] = map[string]any{
				"required": true, "description": op.body.description, "content": map[string]any{op.body.contentType: map[string]any{"schema": schema}},
			}
		}
		if paths[op.path] == nil {
			paths[op.path] = map[string]any{}
		}
		paths[op.path][op.method] = entry
	}
	return json.MarshalIndent(map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": s.site.Title, "version": "1", "description": "HTTP status codes: search, pages as data, comparison, diagnosis. Reading is open to every origin; errors are problem documents (RFC 9457).",
			"license": map[string]any{"name": "MIT", "identifier": "MIT"},
		},
		"servers":    []any{map[string]any{"url": s.site.URL}},
		"paths":      paths,
		"components": map[string]any{"schemas": schemas},
	}, "", " ")
}

func parameters(ps []parameter) []any {
	var out []any
	for _, p := range ps {
		schema := map[string]any{"type": "string"}
		if p.max > 0 {
			schema = map[string]any{"type": "integer", "minimum": p.min, "maximum": p.max}
		}
		entry := map[string]any{"name": p.name, "in": p.in, "description": p.description, "required": p.required, "schema": schema}
		if p.repeatable {
			entry["schema"] = map[string]any{"type": "array", "items": schema}
			entry["style"], entry["explode"] = "form", true
		}
		out = append(out, entry)
	}
	return out
}

// serveOpenAPI serves GET /openapi.json.
func (s *Server) serveOpenAPI(c *gin.Context, snap *library.Snapshot) error {
	return s.once(c, snap, formatJSON, func() (*representation, error) {
		body, err := s.openAPI()
		if err != nil {
			return nil, err
		}
		return newRepresentation(typeJSON, body), nil
	})
}

// marshal encodes v as the API does.
func marshal(v any) ([]byte, error) { return json.Marshal(v) }
