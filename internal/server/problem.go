package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"siteerror/internal/catalog"
)

// problem is an error body as RFC 9457 has it.
type problem struct {
	Type     string `json:"type"` // the page of the status code, here
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"` // the request id
}

// requestError is an error whose status and detail the client may know.
type requestError struct {
	status int
	detail string
	header http.Header
}

func (e *requestError) Error() string { return e.detail }

// badRequest is a 400 that names the cause.
func badRequest(format string, args ...any) error {
	return &requestError{status: http.StatusBadRequest, detail: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) error {
	return &requestError{status: http.StatusNotFound, detail: fmt.Sprintf(format, args...)}
}

// statusOf is the one place where an error becomes an HTTP status and a text
// for the client. Anything unforeseen is a 500 that tells nothing.
func statusOf(err error) (status int, detail string) {
	var re *requestError
	switch {
	case errors.As(err, &re):
		return re.status, re.detail
	case errors.Is(err, catalog.ErrNotFound):
		return http.StatusNotFound, err.Error()
	case errors.Is(err, catalog.ErrTooMany):
		return http.StatusBadRequest, err.Error()
	}
	return http.StatusInternalServerError, "Something went wrong here. The log has the details under the request id."
}

// title is the current name of a status: RFC 9110 renamed some that net/http
// still has in their old form.
func title(status int) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "Content Too Large"
	case http.StatusUnprocessableEntity:
		return "Unprocessable Content"
	case http.StatusRequestURITooLong:
		return "URI Too Long"
	case http.StatusRequestedRangeNotSatisfiable:
		return "Range Not Satisfiable"
	}
	if t := http.StatusText(status); t != "" {
		return t
	}
	return "Error"
}

// writeProblem answers with problem+json. HEAD gets the fields alone.
func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	body, err := json.Marshal(problem{
		Type: s.absolute("/codes/" + strconv.Itoa(status)), Title: title(status), Status: status, Detail: detail, Instance: requestID(w),
	})
	if err != nil { // strings and a number: cannot fail
		panic(err)
	}
	h := w.Header()
	h["Content-Type"] = []string{"application/problem+json"}
	h["Cache-Control"] = cacheNever
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

func requestID(w http.ResponseWriter) string { return w.Header().Get("X-Request-Id") }
