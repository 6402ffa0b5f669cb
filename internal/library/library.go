// Package library keeps the one current Snapshot of catalog and index: it builds
// the next one aside, swaps it in whole, and closes the old one when its last
// reader is gone.
package library

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"siteerror/index"
	"siteerror/internal/catalog"
)

// Snapshot is one version of everything that answers depend on. It never
// changes; a request keeps one from its beginning to its end.
type Snapshot struct {
	Catalog    *catalog.Catalog
	Index      *index.Index
	Generation string    // names the content version
	Built      time.Time // when it was published

	done func()   // lets go of the trees
	memo sync.Map // see Memo
	refs int      // guarded by Library.mu; 1 while current
}

// Memo returns what make made of this snapshot for key when it was first asked.
// It is for values that depend on the snapshot alone, such as a rendered page.
// Two callers may make the value at the same time; both get the same one.
func (s *Snapshot) Memo(key any, make func() any) any {
	if v, ok := s.memo.Load(key); ok {
		return v
	}
	v, _ := s.memo.LoadOrStore(key, make())
	return v
}

// Config is what a Library is built from.
type Config struct {
	// Sources opens the content trees, later ones winning. It is called for
	// every build, so that a folder that was swapped is found again. done is
	// called when nothing needs the trees any more: a snapshot keeps them open for
	// the pictures in them.
	Sources func() (sources []catalog.Source, done func(), err error)
	Options catalog.Options
	Cache   string // folder for the index, "" for none: it then lives in memory
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
}

// Library hands out the current Snapshot. It is safe for concurrent use.
type Library struct {
	cfg Config

	reload sync.Mutex // one build at a time
	mu     sync.Mutex
	cur    *Snapshot
	failed error // of the last build; nil if it was published
	builds Builds

	tidying  sync.WaitGroup
	closed   chan struct{}
	mappings catalog.Mappings
}

// Open builds the first snapshot. The error is markdown.Problems where content
// is at fault.
func Open(ctx context.Context, cfg Config) (*Library, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	l := &Library{cfg: cfg, closed: make(chan struct{})}
	if err := l.Reload(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// Acquire returns the current snapshot and a func that gives it back, to be
// called once.
func (l *Library) Acquire() (s *Snapshot, release func()) {
	s = l.acquire()
	return s, func() { l.Release(s) }
}

// Hold is Acquire for callers that mind the allocation of a func: they call
// Release themselves.
func (l *Library) Hold() *Snapshot { return l.acquire() }

func (l *Library) acquire() *Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cur.refs++
	return l.cur
}

// Release gives back what Hold returned.
func (l *Library) Release(s *Snapshot) {
	l.mu.Lock()
	s.refs--
	last := s.refs == 0
	l.mu.Unlock()
	if last {
		s.done()
		if err := s.Index.Close(); err != nil {
			l.cfg.Log.Error("closing an old index", "generation", s.Generation, "err", err)
		}
	}
}

// Reload builds a snapshot of the content as it is now and publishes it. If the
// build fails, the current snapshot stays and the error is returned. Calls are
// done one after the other.
func (l *Library) Reload(ctx context.Context) error {
	l.reload.Lock()
	defer l.reload.Unlock()
	start := l.cfg.Now()
	next, err := l.build(ctx)
	l.mu.Lock()
	l.failed = err
	l.builds.Took = l.cfg.Now().Sub(start)
	if err != nil {
		l.builds.Failed++
	} else {
		l.builds.Published++
	}
	old := l.cur
	if err == nil {
		l.cur = next
	}
	l.mu.Unlock()
	if err == nil && old != nil {
		l.Release(old)
	}
	l.tidying.Go(l.tidy)
	return err
}

// TidyAfter is how long after a build its memory is given back: those who waited
// for it are answered first.
const TidyAfter = time.Second

// tidy gives back what a build used, which is several times the memory of what it
// leaves behind.
func (l *Library) tidy() {
	select {
	case <-time.After(TidyAfter):
		debug.FreeOSMemory()
	case <-l.closed:
	}
}

// Builds counts how often content was built since the start.
type Builds struct {
	Published, Failed uint64
	Took              time.Duration // the last one, published or not
}

// Builds returns the counts so far.
func (l *Library) Builds() Builds {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.builds
}

// Err returns why the last build was not published, or nil.
func (l *Library) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// Close gives the current snapshot back. Requests that hold it may finish.
func (l *Library) Close() {
	l.mu.Lock()
	s := l.cur
	l.mu.Unlock()
	l.Release(s)
	close(l.closed)
	l.tidying.Wait()
}

// loggedProblems is how many files that were left out are logged one by one.
const loggedProblems = 20

func (l *Library) build(ctx context.Context) (*Snapshot, error) {
	start := l.cfg.Now()
	sources, done, err := l.cfg.Sources()
	if err != nil {
		return nil, err
	}
	published := false
	defer func() {
		if !published {
			done()
		}
	}()
	opts := l.cfg.Options
	opts.Cache = l.cfg.Cache
	opts.Mappings = &l.mappings
	if opts.Keep {
		l.mu.Lock()
		if l.cur != nil {
			opts.Previous = l.cur.Catalog
		}
		l.mu.Unlock()
	}
	cat, err := catalog.Load(ctx, sources, opts)
	if err != nil {
		return nil, err
	}
	loaded := l.cfg.Now()
	if cat.CacheFault != nil {
		l.cfg.Log.Warn("the cache cannot be written; everything works without it", "err", cat.CacheFault)
	}
	docs := Documents(cat)
	cfg := index.Config{Synonyms: cat.Synonyms.Groups, VendorWords: vendorWords(cat), Dir: l.cfg.Cache, Content: contentName(cat, opts.Program)}
	x, err := index.Build(ctx, docs, cfg)
	if err != nil && cfg.Dir != "" && ctx.Err() == nil { // a full or read-only disk
		l.cfg.Log.Warn("the cache cannot be used; everything works without it", "err", err)
		cfg.Dir = ""
		x, err = index.Build(ctx, docs, cfg)
	}
	if err != nil {
		return nil, fmt.Errorf("building the index: %w", err)
	}
	l.mappings.Rest()
	s := &Snapshot{Catalog: cat, Index: x, Generation: cat.Hash, Built: l.cfg.Now(), refs: 1, done: done}
	published = true
	l.cfg.Log.Info("content is ready", "generation", s.Generation, "codes", len(cat.Codes), "posts", len(cat.Posts), "docs", len(cat.Docs),
		"left_out", len(cat.Skipped), "faults", len(cat.Faults), "load_ms", loaded.Sub(start).Milliseconds(), "index_ms", s.Built.Sub(loaded).Milliseconds())
	for i, p := range cat.Skipped {
		if i == loggedProblems {
			l.cfg.Log.Warn("more was left out; the status page lists all", "more", len(cat.Skipped)-i)
			break
		}
		l.cfg.Log.Warn("left out", "problem", p.Error())
	}
	return s, nil
}

// contentName names all that Documents are made of: the files, the program that reads them, and the settings, which may come
// without a file of the content.
func contentName(c *catalog.Catalog, program string) string {
	site, _ := json.Marshal(c.Site) // texts, numbers and lists of them: it cannot fail
	return catalog.ParseVersion + " " + program + " " + c.Hash + " " + string(site)
}
