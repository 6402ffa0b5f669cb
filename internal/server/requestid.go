package server

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
)

// idSource hands out random request ids of 16 hex digits, as ready header
// values. It makes them by the block, so that an id costs no allocation of its own.
type idSource struct {
	mu   sync.Mutex
	left [][]string
}

const idBlock = 256

func (s *idSource) next() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.left) == 0 {
		var raw [idBlock * 8]byte
		_, _ = rand.Read(raw[:]) // never fails (crypto/rand)
		all := hex.EncodeToString(raw[:])
		ids := make([]string, idBlock)
		s.left = make([][]string, idBlock)
		for i := range ids {
			ids[i] = all[i*16 : i*16+16]
			s.left[i] = ids[i : i+1 : i+1]
		}
	}
	id := s.left[len(s.left)-1]
	s.left = s.left[:len(s.left)-1]
	return id
}
