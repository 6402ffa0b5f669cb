package main

import (
	"sync"
	"testing"
)

// theLibrary is the shipped library, read once for all benchmarks.
var theLibrary = sync.OnceValues(shipped)

// engines runs a benchmark with each engine over the shipped library.
func engines(b *testing.B, run func(b *testing.B, c *corpus, e engine)) {
	c, err := theLibrary()
	if err != nil {
		b.Fatal(err)
	}
	for _, make := range builders {
		b.Run(make.name, func(b *testing.B) {
			e, err := make.build(c, b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			defer e.close()
			b.ReportAllocs()
			run(b, c, e)
		})
	}
}

func ask(b *testing.B, texts []string, do func(string) (int, error)) {
	i := 0
	for b.Loop() {
		if _, err := do(texts[i%len(texts)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkSearch(b *testing.B) {
	engines(b, func(b *testing.B, c *corpus, e engine) { ask(b, c.queries, e.search) })
}

func BenchmarkSearchMisspelt(b *testing.B) {
	engines(b, func(b *testing.B, c *corpus, e engine) { ask(b, c.misspelt(10_000, 1), e.fuzzy) })
}

func BenchmarkSuggest(b *testing.B) {
	engines(b, func(b *testing.B, c *corpus, e engine) { ask(b, c.prefixes, e.suggest) })
}

func BenchmarkBuild(b *testing.B) {
	c, err := theLibrary()
	if err != nil {
		b.Fatal(err)
	}
	for _, make := range builders {
		b.Run(make.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(c.markdown)
			for b.Loop() {
				e, err := make.build(c, b.TempDir())
				if err != nil {
					b.Fatal(err)
				}
				if err := e.close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
