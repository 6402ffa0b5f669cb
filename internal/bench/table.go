package main

import (
	"fmt"
	"os"
	"text/tabwriter"
)

// print prints what each engine costs, and the goals.
func (f figures) print(c *corpus) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "µs of CPU, minimum / median / maximum\t")
	for _, b := range builders {
		fmt.Fprintf(w, "%s\t", b.name)
	}
	fmt.Fprintln(w)
	for _, row := range []struct{ name, figure string }{
		{"search, ten hits, snippets, facets", "search"}, {"the same, p50", "p50"}, {"the same, p99", "p99"},
		{"a misspelt word, p50", "misspelt"}, {"suggest, p50", "suggest p50"}, {"suggest, p99", "suggest p99"}, {"build", "build"},
	} {
		fmt.Fprintf(w, "%s\t", row.name)
		for _, b := range builders {
			s := f[b.name+" "+row.figure].sorted()
			fmt.Fprintf(w, "%.0f / %.0f / %.0f\t", s[0], s[len(s)/2], s[len(s)-1])
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()

	fmt.Println()
	w = tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "goal\twhat\tmust\taim\tmin\tmedian\tmax\t")
	us := func(name string) rounds { return f["siteerror "+name] }
	row := func(goal, what string, must, aim float64, atLeast bool, r rounds) {
		if len(r) == 0 {
			fmt.Fprintf(w, "%s\t%s\t\t\t\tnot measured\t\t\n", goal, what)
			return
		}
		sign, verdict := "≤", "missed"
		s := r.sorted()
		m := s[len(s)/2]
		if atLeast {
			sign = "≥"
		}
		meets := func(limit float64) bool { return atLeast && m >= limit || !atLeast && m <= limit }
		switch {
		case meets(aim):
			verdict = "aim reached"
		case meets(must):
			verdict = "met"
		}
		fmt.Fprintf(w, "%s\t%s\t%s %g\t%s %g\t%.3g\t%.3g\t%.3g\t%s\n", goal, what, sign, must, sign, aim, s[0], m, s[len(s)-1], verdict)
	}
	row("1", "times as fast as Bleve's facets and highlighter", 5, 15, true, f["Bleve search"].over(us("search")))
	row("1", "times as fast as FTS5", 7, 20, true, f["FTS5 search"].over(us("search")))
	row("2", "ms of the server's CPU for a search over HTTP", 1.0, 0.35, false, us("http").over(thousand(us("http"))))
	row("3", "p99 over p50", 4, 3, false, us("p99").over(us("p50")))
	row("4", "suggest, p99, of FTS5's prefix search", 1.0/5, 1.0/50, false, us("suggest p99").over(f["FTS5 suggest p99"]))
	row("5", "a misspelt word, p50, of Bleve's fuzziness 1", 1.0/2, 1.0/4, false, us("misspelt").over(f["Bleve misspelt"]))
	row("6", "build, of Bleve's", 0.5, 0.26, false, us("build").over(f["Bleve build"]))
	if c.dir == "" {
		row("10", "a page, of NGINX with gzip_static", 1.85, 1.65, false, us("page").over(f["nginx page"]))
	}
	row("12", "index on disk, of the Markdown", 0.20, 0.15, false, us("size").over(rounds{float64(c.markdown)}))
	_ = w.Flush()
}

// thousand is as many times a thousand, by which microseconds become milliseconds.
func thousand(like rounds) rounds {
	r := make(rounds, len(like))
	for i := range r {
		r[i] = 1000
	}
	return r
}
