package server

import (
	"sync"

	"siteerror/internal/library"
)

// pages are the responses made of one snapshot, by form and path. Only paths of
// pages that exist get in, so their number is bounded by the content.
type pages struct {
	mu     sync.RWMutex
	byPath [formats]map[string]*representation
}

type pagesKey struct{}

// pagesOf returns the snapshot's pages.
func pagesOf(snap *library.Snapshot) *pages {
	return snap.Memo(pagesKey{}, func() any {
		p := &pages{}
		for i := range p.byPath {
			p.byPath[i] = map[string]*representation{}
		}
		return p
	}).(*pages)
}

func (p *pages) get(f format, path string) *representation {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.byPath[f][path]
}

// put keeps rep, unless another request was quicker, and returns the one kept.
func (p *pages) put(f format, path string, rep *representation) *representation {
	p.mu.Lock()
	defer p.mu.Unlock()
	if kept, ok := p.byPath[f][path]; ok {
		return kept
	}
	p.byPath[f][path] = rep
	return rep
}
