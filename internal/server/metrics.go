package server

import (
	"net/http"
	"regexp"
	"strconv"
	"sync/atomic"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"siteerror/internal/library"
)

// metrics are what /metrics tells. What a request counts is looked up when its
// route is registered, so that counting does not allocate.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	searches prometheus.Histogram
	// fruitless are searches without a result.
	fruitless prometheus.Counter
	routes    map[string]*routeMetrics // complete once the routes are registered

	other, short, mock, mcp *routeMetrics // what is no route of Gin's
}

// routeMetrics are those of one route.
type routeMetrics struct {
	name     string
	requests *prometheus.CounterVec
	seconds  prometheus.Observer
	byStatus [600]atomic.Pointer[prometheus.Counter]
}

func newMetrics(reg *prometheus.Registry, s *Server) *metrics {
	buckets := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}
	m := &metrics{
		requests:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "siteerror_http_requests_total", Help: "Requests answered, by route and status."}, []string{"route", "status"}),
		seconds:   prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "siteerror_http_request_seconds", Help: "Time to answer a request, by route.", Buckets: buckets}, []string{"route"}),
		searches:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "siteerror_search_seconds", Help: "Time to search the index.", Buckets: buckets}),
		fruitless: prometheus.NewCounter(prometheus.CounterOpts{Name: "siteerror_searches_without_result_total", Help: "Searches that found nothing."}),
		routes:    map[string]*routeMetrics{},
	}
	m.other, m.short, m.mock, m.mcp = m.route("other"), m.route("/:code"), m.route("/status/:code"), m.route("/mcp")
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	builds := func(result string, count func(library.Builds) uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "siteerror_content_builds_total", Help: "Builds of content and index, the first included, by result.",
			ConstLabels: prometheus.Labels{"result": result}}, func() float64 { return float64(count(s.library.Builds())) })
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
		gauge("siteerror_content_faults", "Problems of docs that are served all the same, such as broken links.", func() float64 {
			snap, release := s.library.Acquire()
			defer release()
			return float64(len(snap.Catalog.Faults))
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
		builds("published", func(b library.Builds) uint64 { return b.Published }), builds("failed", func(b library.Builds) uint64 { return b.Failed }),
		gauge("siteerror_content_build_seconds", "How long the last build of content and index took.", func() float64 { return s.library.Builds().Took.Seconds() }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "siteerror_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": s.cfg.Version}}, func() float64 { return 1 }),
	)
	return m
}

// route returns the metrics of a route. Its parameters are written as in
// OpenAPI: /codes/{id}.
func (m *metrics) route(path string) *routeMetrics {
	if r, ok := m.routes[path]; ok {
		return r
	}
	name := pathParameter.ReplaceAllString(path, "{$1}")
	r := &routeMetrics{name: name, requests: m.requests, seconds: m.seconds.WithLabelValues(name)}
	m.routes[path] = r
	return r
}

var pathParameter = regexp.MustCompile(`[:*](\w+)`)

// count counts an answer. Safe for concurrent use.
func (r *routeMetrics) count(status int) {
	if status < 100 || status >= len(r.byStatus) {
		status = 0
	}
	slot := &r.byStatus[status]
	c := slot.Load()
	if c == nil {
		made := r.requests.WithLabelValues(r.name, strconv.Itoa(status))
		c = &made
		slot.Store(c)
	}
	(*c).Inc()
}

// count has a request counted under a route.
func count(c *gin.Context, route *routeMetrics) {
	if w, ok := c.Writer.(interface{ Unwrap() http.ResponseWriter }); ok {
		if rec, ok := w.Unwrap().(*recorder); ok {
			rec.route = route
		}
	}
}
