package diagnose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"
)

// Summary is what a log of any length tells. It marshals to JSON; the caller fills the URLs.
type Summary struct {
	// Lines counts lines with something on them; Unread those that are no entry of a log this package
	// knows and match no rule. Bytes is what was read.
	Lines  int64 `json:"lines"`
	Unread int64 `json:"unread_lines"`
	Bytes  int64 `json:"bytes"`
	// UnreadSamples are the beginnings of a few unread lines, masked.
	UnreadSamples []string `json:"unread_samples,omitempty"`
	// Formats counts entries by the kind of log.
	Formats []Counted `json:"formats"`
	// First and Last are the earliest and latest time of an entry, nil when none has one.
	First *time.Time `json:"first"`
	Last  *time.Time `json:"last"`
	// Errors counts entries that went wrong: a status of 400 or more, none at all, or a reason that the
	// log itself gives.
	Errors int64 `json:"errors"`
	// Cases are code and hop with their counts, the errors first, most frequent first.
	Cases []Case `json:"cases"`
	// Paths and Upstreams are the most frequent among the errors, with ids in paths folded to {id}.
	Paths     []Place `json:"paths"`
	Upstreams []Place `json:"upstreams"`
	Bursts    []Burst `json:"bursts,omitempty"`
	// Story tells it in at most three sentences.
	Story      string    `json:"story"`
	CannotTell []Unknown `json:"cannot_tell,omitempty"`
	// Approximate says that there were more different cases, paths or upstreams than are counted one by
	// one, so that the rarer of those shown may be too high.
	Approximate bool `json:"approximate,omitempty"`
}

// Counted is a name and how often it came.
type Counted struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// Case is one answer of one hop, and how often it came.
type Case struct {
	ID         string   `json:"id"`
	AliasID    string   `json:"alias_id,omitempty"`
	URL        string   `json:"url"`
	Title      string   `json:"title"`
	Status     int      `json:"status"` // 0: none was sent, or the log has none
	Vendor     string   `json:"vendor"`
	Emitter    string   `json:"emitter"`
	Confidence string   `json:"confidence"`
	Why        string   `json:"why"`
	Count      int64    `json:"count"`
	Example    string   `json:"example"` // one such line, masked
	NextChecks []string `json:"next_checks"`

	unknown []Unknown
	error   bool
}

// Place is a path or an upstream and how many errors of a status it had.
type Place struct {
	Name   string `json:"name"`
	Status int    `json:"status"`
	Count  int64  `json:"count"`
}

// SummaryOptions choose how much is kept. The zero value is good.
type SummaryOptions struct {
	// Top is how many paths, upstreams and cases are returned at most; 0 means 10 (cases: twice that).
	Top int
	// Workers read in parallel; 0 means as many as there are processors.
	Workers int
}

const (
	chunkSize = 1 << 20
	maxCases  = 2048 // distinct cases a worker tells apart; further ones are counted by status alone
	maxPlaces = 512
	maxSample = 4 << 10
)

// Summarize reads a log to its end, in constant memory whatever its length, and counts which code came from
// which hop, path and upstream. The error is the reader's, or ctx's; the summary of what was read by
// then comes with it.
func (e *Engine) Summarize(ctx context.Context, r io.Reader, opts SummaryOptions) (*Summary, error) {
	if opts.Top <= 0 {
		opts.Top = 10
	}
	if opts.Workers <= 0 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	chunks := make(chan *chunk, opts.Workers)
	pool := sync.Pool{New: func() any { return &chunk{buf: make([]byte, 0, chunkSize)} }}
	tallies := make([]*tally, opts.Workers)
	var workers sync.WaitGroup
	for i := range tallies {
		t := newTally(e)
		tallies[i] = t
		workers.Go(func() {
			for c := range chunks {
				if ctx.Err() == nil {
					t.chunk(c)
				}
				pool.Put(c)
			}
		})
	}
	total, overlong, err := feed(ctx, r, &pool, chunks)
	close(chunks)
	workers.Wait()
	sum := tallies[0]
	for _, t := range tallies[1:] {
		sum.merge(t)
	}
	sum.lines += overlong
	sum.unread += overlong
	s := sum.summary(opts)
	s.Bytes = total
	return s, err
}

// chunk is a piece of the log that ends with a line, and the #Fields line in force where it begins.
type chunk struct {
	buf     []byte
	columns []byte
}

// feed cuts what it reads into chunks. A line longer than a chunk is no log line: it is skipped and counted.
func feed(ctx context.Context, r io.Reader, pool *sync.Pool, chunks chan<- *chunk) (total, overlong int64, err error) {
	var carry, columns []byte
	skipping := false
	for {
		if err := ctx.Err(); err != nil {
			return total, overlong, err
		}
		c := pool.Get().(*chunk)
		c.buf = append(c.buf[:0], carry...)
		c.columns = columns
		n, rerr := io.ReadFull(r, c.buf[len(c.buf):cap(c.buf)])
		total += int64(n)
		c.buf = c.buf[:len(c.buf)+n]
		done := rerr != nil
		if errors.Is(rerr, io.EOF) || errors.Is(rerr, io.ErrUnexpectedEOF) {
			rerr = nil
		}
		if skipping {
			i := bytes.IndexByte(c.buf, '\n')
			if i < 0 {
				i = len(c.buf) - 1
			} else {
				skipping = false
			}
			c.buf = append(c.buf[:0], c.buf[i+1:]...)
		}
		end := len(c.buf)
		if !done {
			if end = bytes.LastIndexByte(c.buf, '\n') + 1; end == 0 && len(c.buf) == cap(c.buf) {
				overlong++
				skipping = true
				c.buf = c.buf[:0]
			}
		}
		carry = append(carry[:0], c.buf[end:]...)
		c.buf = c.buf[:end]
		if fields := lastFields(c.buf); fields != nil {
			columns = fields
		}
		if len(c.buf) > 0 {
			chunks <- c
		} else {
			pool.Put(c)
		}
		if done {
			if rerr != nil {
				rerr = fmt.Errorf("reading the log: %w", rerr)
			}
			return total, overlong, rerr
		}
	}
}

// lastFields finds the last #Fields line of a chunk, for the chunks that follow.
func lastFields(buf []byte) []byte {
	i := -1
	for from := 0; ; { // forwards: a search for the rare # is faster than one from the end
		j := bytes.Index(buf[from:], []byte("#Fields:"))
		if j < 0 {
			break
		}
		if from += j; from == 0 || buf[from-1] == '\n' {
			i = from
		}
		from++
	}
	if i < 0 {
		return nil
	}
	end := bytes.IndexByte(buf[i:], '\n')
	if end < 0 {
		end = len(buf) - i
	}
	return bytes.Clone(buf[i : i+end])
}
