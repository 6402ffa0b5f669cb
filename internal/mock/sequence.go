package mock

import (
	"container/list"
	"sync"
	"time"
)

const (
	maxSequences = 1000             // kept at once; the one longest unused makes room
	sequenceTTL  = 10 * time.Minute // since its last use; after it a sequence starts anew
)

// sequences counts the requests of each sequence. Safe for concurrent use.
type sequences struct {
	clock func() time.Time

	mu    sync.Mutex
	byKey map[string]*list.Element // of *sequence
	used  *list.List               // most recently used first
}

type sequence struct {
	key  string
	next uint64
	last time.Time
}

func newSequences(clock func() time.Time) *sequences {
	return &sequences{clock: clock, byKey: map[string]*list.Element{}, used: list.New()}
}

// next returns 0 for the first request with key, then 1, 2, …
func (s *sequences) next(key string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	for back := s.used.Back(); back != nil && now.Sub(back.Value.(*sequence).last) > sequenceTTL; back = s.used.Back() {
		s.remove(back)
	}
	e, ok := s.byKey[key]
	if !ok {
		if s.used.Len() >= maxSequences {
			s.remove(s.used.Back())
		}
		e = s.used.PushFront(&sequence{key: key})
		s.byKey[key] = e
	}
	s.used.MoveToFront(e)
	seq := e.Value.(*sequence)
	seq.last = now
	seq.next++
	return seq.next - 1
}

func (s *sequences) remove(e *list.Element) {
	delete(s.byKey, e.Value.(*sequence).key)
	s.used.Remove(e)
}
