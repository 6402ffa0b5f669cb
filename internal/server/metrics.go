package server

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are what /metrics tells. Counters by status are looked up once and
// then kept, so that counting a request does not allocate.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  prometheus.Histogram
	searches prometheus.Counter
	// fruitless are searches without a result.
	fruitless prometheus.Counter
	byStatus  [600]atomic.Pointer[prometheus.Counter]
}

func newMetrics(reg *prometheus.Registry, s *Server) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "siteerror_http_requests_total", Help: "Requests answered, by status."}, []string{"status"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "siteerror_http_request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}}),
		searches:  prometheus.NewCounter(prometheus.CounterOpts{Name: "siteerror_searches_total", Help: "Searches run."}),
		fruitless: prometheus.NewCounter(prometheus.CounterOpts{Name: "siteerror_searches_without_result_total", Help: "Searches that found nothing."}),
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	reg.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, m.seconds, m.searches, m.fruitless,
		gauge("siteerror_content_pages", "Pages served.", func() float64 {
			snap, release := s.library.Acquire()
			defer release()
			return float64(len(snap.Catalog.Codes) + len(snap.Catalog.Posts) + len(snap.Catalog.Docs))
		}),
		gauge("siteerror_content_problems", "Problems of files that were left out.", func() float64 {
			snap, release := s.library.Acquire()
			defer release()
			return float64(len(snap.Catalog.Skipped))
		}),
		gauge("siteerror_content_built_timestamp_seconds", "When the served content was published.", func() float64 {
			snap, release := s.library.Acquire()
			defer release()
			return float64(snap.Built.Unix())
		}),
		gauge("siteerror_reload_failed", "1 if the last reload failed and older content is served.", func() float64 {
			if s.library.Err() != nil {
				return 1
			}
			return 0
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "siteerror_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": s.cfg.Version}}, func() float64 { return 1 }),
	)
	return m
}

func (m *metrics) count(status int, took time.Duration) {
	if status < 100 || status >= len(m.byStatus) {
		status = 0
	}
	slot := &m.byStatus[status]
	c := slot.Load()
	if c == nil {
		made := m.requests.WithLabelValues(strconv.Itoa(status))
		c = &made
		slot.Store(c)
	}
	(*c).Inc()
	m.seconds.Observe(took.Seconds())
}

// finish counts and, if asked, logs a request. It never logs a query, a body or
// a header: people paste secrets.
func (s *Server) finish(w *recorder, r *http.Request, start time.Time) {
	took := s.cfg.Now().Sub(start)
	if w.status != 0 { // else it went past the ResponseWriter, and was counted there
		s.metrics.count(w.status, took)
	}
	if s.cfg.AccessLog {
		s.log.Info("request", "request", requestID(w), "method", r.Method, "path", r.URL.Path, "status", w.status, "bytes", w.bytes, "ms", float64(took.Microseconds())/1000)
	}
}
