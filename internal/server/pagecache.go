package server

import (
	"sync"

	"siteerror/internal/library"
)

// maxKept is how many bytes of responses are kept. Each may be kept in several
// codings as well; the shipped library's pages all get in.
const maxKept = 64 << 20

// pages are the responses made of one snapshot, by form and path. Only paths of
// pages that exist get in; of a large tree, as many as there is room for.
type pages struct {
	mu     sync.RWMutex
	byPath [formats]map[string]*representation
	bytes  int
}

// pagesKey names the server: two may share a snapshot, below different paths.
type pagesKey struct{ *Server }

// pagesOf returns the snapshot's pages.
func (s *Server) pagesOf(snap *library.Snapshot) *pages {
	return snap.Memo(pagesKey{s}, func() any {
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
	p.bytes += len(rep.body)
	for form := range p.byPath { // whichever come: what is asked for often is soon back
		for old, r := range p.byPath[form] {
			if p.bytes <= maxKept {
				return rep
			}
			if r != rep {
				delete(p.byPath[form], old)
				p.bytes -= len(r.body)
			}
		}
	}
	return rep
}
