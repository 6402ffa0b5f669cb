package diagnose

import (
	"cmp"
	"slices"
	"time"
)

// series counts entries and errors over time in a fixed number of buckets, whose width doubles whenever
// the log turns out to be longer than they reach.
type series struct {
	width       int64 // seconds, a power of two
	base        int64 // start of the first bucket
	used        int
	first, last int64
	total       [seriesBuckets]uint32
	errors      [seriesBuckets]uint32
	begun       bool
}

const (
	seriesBuckets = 1024
	// A time this far from the first one is a broken clock or a broken line, not this log.
	maxSpan = 400 * 24 * 3600
)

func (s *series) add(t int64, errors bool) {
	n := uint32(0)
	if errors {
		n = 1
	}
	if !s.begun {
		s.begun, s.width, s.base, s.first, s.last = true, 1, t, t, t
	}
	if t-s.first > maxSpan || s.last-t > maxSpan {
		return
	}
	s.first, s.last = min(s.first, t), max(s.last, t)
	s.put(t, 1, n)
}

func (s *series) put(t int64, total, errors uint32) {
	for {
		i := t - s.base
		if i < 0 {
			i = -((-i + s.width - 1) / s.width)
		} else {
			i /= s.width
		}
		switch {
		case i >= seriesBuckets:
			s.coarsen()
		case i < 0 && s.used-int(i) > seriesBuckets:
			s.coarsen()
		case i < 0:
			k := int(-i)
			copy(s.total[k:], s.total[:s.used])
			copy(s.errors[k:], s.errors[:s.used])
			clear(s.total[:k])
			clear(s.errors[:k])
			s.base -= int64(k) * s.width
			s.used += k
		default:
			s.total[i] += total
			s.errors[i] += errors
			s.used = max(s.used, int(i)+1)
			return
		}
	}
}

// coarsen doubles the width.
func (s *series) coarsen() {
	w := s.width * 2
	shift := 0
	if m := s.base % w; m != 0 {
		if m < 0 {
			m += w
		}
		shift = int(m / s.width)
		s.base -= m
	}
	total, errors := s.total, s.errors
	clear(s.total[:])
	clear(s.errors[:])
	used := 0
	for i := range s.used {
		j := (i + shift) / 2
		if j >= seriesBuckets {
			break
		}
		s.total[j] += total[i]
		s.errors[j] += errors[i]
		used = j + 1
	}
	s.used, s.width = used, w
}

// merge adds what o counted.
func (s *series) merge(o *series) {
	if !o.begun {
		return
	}
	if !s.begun {
		*s = *o
		return
	}
	for s.width < o.width {
		s.coarsen()
	}
	s.first, s.last = min(s.first, o.first), max(s.last, o.last)
	for i := range o.used {
		if o.total[i] > 0 {
			s.put(o.base+int64(i)*o.width, o.total[i], o.errors[i])
		}
	}
}

// Burst is a stretch of time with far more errors than the rest of the log.
type Burst struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Errors int64     `json:"errors"`
	// Share is the part of all errors that fell into it, 0 to 1.
	Share float64 `json:"share"`
}

// minBurst is how many errors make a burst worth telling.
const minBurst = 8

// bursts returns stretches whose errors are at least four times the log's mean, the largest first.
func (s *series) bursts(n int) []Burst {
	var all int64
	for i := range s.used {
		all += int64(s.errors[i])
	}
	if s.used < 4 || all < minBurst {
		return nil
	}
	mean := float64(all) / float64(s.used)
	high := func(i int) bool { return float64(s.errors[i]) >= max(4*mean, 2) }
	var out []Burst
	for i := 0; i < s.used; i++ {
		if !high(i) {
			continue
		}
		j, sum := i, int64(0)
		for k := i; k < s.used && k <= j+2; k++ { // a gap of one bucket does not end a burst
			if high(k) {
				j = k
			}
		}
		for k := i; k <= j; k++ {
			sum += int64(s.errors[k])
		}
		if sum >= minBurst {
			out = append(out, Burst{
				From:   time.Unix(s.base+int64(i)*s.width, 0).UTC(),
				To:     time.Unix(s.base+int64(j+1)*s.width, 0).UTC(),
				Errors: sum, Share: float64(sum) / float64(all),
			})
		}
		i = j
	}
	slices.SortStableFunc(out, func(a, b Burst) int { return cmp.Compare(b.Errors, a.Errors) })
	return out[:min(n, len(out))]
}
