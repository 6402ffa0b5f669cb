//go:build snippets

package snippets

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A site answers each client's snippet with the status of its page: again and
// again, or, where the client is asked to wait, once, and with 200 from then on.
type site struct {
	url string

	mu    sync.Mutex
	asked map[string][]time.Time // by path
}

// landed is what a redirect leads to.
const landed = "you have landed"

// again is what the second request gets where the first had to wait.
const again = "the second try was answered"

func newSite(t *testing.T, all []*snippet) *site {
	st := &site{asked: map[string][]time.Time{}}
	mux := http.NewServeMux()
	for _, s := range all {
		mux.HandleFunc(s.path(), func(w http.ResponseWriter, r *http.Request) { st.answer(w, s) })
	}
	mux.HandleFunc("/landed", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, landed) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	st.url = server.URL
	return st
}

func (st *site) answer(w http.ResponseWriter, s *snippet) {
	st.mu.Lock()
	st.asked[s.path()] = append(st.asked[s.path()], time.Now())
	times := len(st.asked[s.path()])
	st.mu.Unlock()
	if waits(s) && times > 1 {
		fmt.Fprintln(w, again)
		return
	}
	for _, h := range s.code.PlayedHeaders() {
		switch h.Name {
		case "Location":
			h.Value = "/landed"
		case "Retry-After":
			continue
		}
		w.Header().Add(h.Name, h.Value)
	}
	if waits(s) {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(s.code.Number)
	fmt.Fprintln(w, bodyOf(s))
}

// bodyOf is what the site sends for a snippet's status.
func bodyOf(s *snippet) string { return "the body of " + s.id }

// waits reports whether a snippet is there to try again.
func waits(s *snippet) bool { return strings.Contains(s.text, "Retry-After") }

// judge tells what is wrong with what a client did and printed.
func (st *site) judge(s *snippet) []string {
	st.mu.Lock()
	defer st.mu.Unlock()
	asked := st.asked[s.path()]
	n := s.code.Number
	switch {
	case len(asked) == 0:
		return []string{"it sent no request; it printed " + s.out}
	case waits(s):
		if len(asked) != 2 {
			return []string{fmt.Sprintf("it sent %d requests, not two; it printed %s", len(asked), s.out)}
		}
		if d := asked[1].Sub(asked[0]); d < 900*time.Millisecond {
			return []string{fmt.Sprintf("it waited %v, and Retry-After said 1 s", d)}
		}
		if !strings.Contains(s.out, again) {
			return []string{fmt.Sprintf("it printed %q, not the second answer", s.out)}
		}
	case slices.Contains([]int{301, 302, 303, 307, 308}, n):
		if !strings.Contains(s.out, "landed") {
			return []string{fmt.Sprintf("it printed %q, not where it was led", s.out)}
		}
	case n == 204 || n == 205 || n == 304:
		if !strings.Contains(s.out, fmt.Sprint(n)) {
			return []string{fmt.Sprintf("it printed %q, nothing of %d", s.out, n)}
		}
	case !strings.Contains(s.out, bodyOf(s)) && !strings.Contains(s.out, fmt.Sprint(n)):
		return []string{fmt.Sprintf("it printed %q, neither the status nor the body", s.out)}
	}
	return nil
}

// mark stands on a line of its own before what each snippet prints, with its id.
const mark = "@@@ "

// spread gives each snippet what stands below its mark in a harness's output.
func spread(t *testing.T, all []*snippet, out string) {
	t.Helper()
	by := map[string]string{}
	for _, part := range strings.Split("\n"+out, "\n"+mark)[1:] {
		id, text, _ := strings.Cut(part, "\n")
		by[id] = text
	}
	for _, s := range all {
		text, ok := by[s.id]
		if !ok {
			t.Errorf("%s was not run; the run printed\n%s", s.id, tail(out))
		}
		s.out = text
	}
}

func runCurl(t *testing.T, dir string, all []*snippet) {
	for _, s := range all {
		// its exit status is that of its last command, and may well say that the answer was an error
		s.out, _ = try(t.TempDir(), "bash", "-c", s.text)
	}
}
