// Package misses counts the searches that led nowhere: that found nothing, or whose results nobody opened. What is counted is
// the text of short plain queries and the day, never who asked; see Plain for what is kept of a text.
package misses

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// maxQueries bounds how many queries are told apart. When there are more, those are forgotten that were missed least.
const maxQueries = 1000

// Log counts. The zero value is not usable; a nil Log counts nothing. It is safe for concurrent use.
type Log struct {
	now    func() time.Time
	file   string // where Save keeps it, "" for nowhere
	saving sync.Mutex

	mu       sync.Mutex
	changed  bool // since the last Save
	since    time.Time
	searches int
	queries  map[string]*Query
}

// Query is what is known of one text that was searched for.
type Query struct {
	Text     string `json:"text"` // as Plain has it
	Searches int    `json:"searches"`
	Opened   int    `json:"opened"`  // results that were opened
	Results  int    `json:"results"` // that the last search found
	Last     string `json:"last"`    // the day of the last search, 2026-11-22
}

// Missed is how many of the searches led nowhere. A search may open several results, so that it is a lower bound.
func (q *Query) Missed() int { return max(0, q.Searches-q.Opened) }

// Summary is what the operator is shown.
type Summary struct {
	Since    time.Time // when counting began
	Searches int       // since then, those of texts that are not kept included
	Missed   []Query   // most missed first; those without a result before others
}

// New returns an empty Log.
func New(now func() time.Time) *Log {
	return &Log{now: now, since: now(), queries: make(map[string]*Query)}
}

// Searched counts a search and how many results it found.
func (l *Log) Searched(text string, results int) {
	if l == nil {
		return
	}
	plain := Plain(text)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.searches++
	l.changed = true
	if plain == "" {
		return
	}
	q := l.queries[plain]
	if q == nil {
		if len(l.queries) >= maxQueries {
			l.forget()
		}
		q = &Query{Text: plain}
		l.queries[plain] = q
	}
	q.Searches++
	q.Results = results
	q.Last = l.now().UTC().Format(time.DateOnly)
}

// Opened counts that somebody opened a result of a search. A text that was not searched for counts nothing.
func (l *Log) Opened(text string) {
	if l == nil {
		return
	}
	plain := Plain(text)
	l.mu.Lock()
	defer l.mu.Unlock()
	if q := l.queries[plain]; q != nil {
		q.Opened++
		l.changed = true
	}
}

// forget drops the query that would be missed least.
func (l *Log) forget() {
	var least *Query
	for _, q := range l.queries {
		if least == nil || cmp.Or(cmp.Compare(q.Missed(), least.Missed()), cmp.Compare(q.Last, least.Last), cmp.Compare(q.Text, least.Text)) < 0 {
			least = q
		}
	}
	delete(l.queries, least.Text)
}

// Summary returns the n most missed queries.
func (l *Log) Summary(n int) Summary {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Summary{Since: l.since, Searches: l.searches}
	for _, q := range l.queries {
		if q.Missed() > 0 {
			s.Missed = append(s.Missed, *q)
		}
	}
	slices.SortFunc(s.Missed, func(a, b Query) int {
		return cmp.Or(cmp.Compare(b.Missed(), a.Missed()), cmp.Compare(min(a.Results, 1), min(b.Results, 1)), cmp.Compare(b.Last, a.Last), cmp.Compare(a.Text, b.Text))
	})
	s.Missed = s.Missed[:min(n, len(s.Missed))]
	return s
}
