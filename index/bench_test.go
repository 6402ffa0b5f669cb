package index

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// corpus returns n pages of about 6 KB whose words are as unevenly common as in real text.
func corpus(n int) []Document {
	rnd := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rnd, 1.1, 4, 20_000)
	vocabulary := make([]string, 20_001)
	for i := range vocabulary {
		word := make([]byte, 3+i%8)
		for j := range word {
			word[j] = 'a' + byte(rnd.IntN(26))
		}
		vocabulary[i] = string(word)
	}
	copy(vocabulary, []string{"server", "request", "gateway", "timeout", "upstream", "header", "connection", "limit", "proxy", "client"})
	text := func(words int) string {
		var b strings.Builder
		for i := range words {
			b.WriteString(vocabulary[zipf.Uint64()])
			b.WriteString([]string{" ", " ", " ", " ", " ", ", ", ". ", "\n"}[i%8])
		}
		return b.String()
	}
	docs := make([]Document, n)
	for i := range docs {
		docs[i] = Document{ID: fmt.Sprintf("docs/%d", i), Kind: "doc", Title: text(4), Tags: []string{vocabulary[i%40], vocabulary[100+i%7]}}
		for s := range 6 {
			docs[i].Sections = append(docs[i].Sections, Section{Anchor: fmt.Sprint(s), Title: text(3), Text: text(160)})
		}
	}
	return append(docs, library()...)
}

var benchQueries = []string{
	"bad gateway", "request timeout upstream", "server closed connection while reading header", "proxy limit", "nginx 502",
	"client request header limit connection server", "gateway", "too many requests",
}

func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{300, 3_000, 30_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x := build(b, corpus(n), libraryConfig())
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				search(b, x, Request{Text: benchQueries[i%len(benchQueries)]})
				i++
			}
		})
	}
}

// BenchmarkSearchMisspelt searches words that no page has, each time others, so that nothing is remembered.
func BenchmarkSearchMisspelt(b *testing.B) {
	x := build(b, corpus(3_000), libraryConfig())
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		search(b, x, Request{Text: fmt.Sprintf("gatewy timeuot%c%c", 'a'+i%26, 'a'+i/26%26)})
		i++
	}
}

func BenchmarkSearchPaste(b *testing.B) {
	x := build(b, corpus(3_000), libraryConfig())
	line := `2025/10/10 13:55:36 [error] 404#404: *204 upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.4, server: example.com, request: "GET /api HTTP/1.1"` + "\n"
	paste := strings.Repeat(line, maxQueryBytes/len(line))
	b.SetBytes(int64(len(paste)))
	for b.Loop() {
		search(b, x, Request{Text: paste})
	}
}

func BenchmarkSuggest(b *testing.B) {
	for _, n := range []int{300, 30_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x := build(b, corpus(n), libraryConfig())
			texts := []string{"b", "ba", "bad g", "gateway ti", "50", "404", "nginx 4", "s", "requests too", "up"}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := x.Suggest(context.Background(), texts[i%len(texts)], 8); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	docs := corpus(1_000)
	size := 0
	for i := range docs {
		for _, s := range docs[i].Sections {
			size += len(s.Text)
		}
	}
	for _, where := range []string{"memory", "disk"} {
		b.Run(where, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				cfg := libraryConfig()
				if where == "disk" {
					cfg.Dir = b.TempDir()
				}
				x, err := Build(context.Background(), docs, cfg)
				if err != nil {
					b.Fatal(err)
				}
				if err := x.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	docs := corpus(3_000)
	cfg := libraryConfig()
	cfg.Dir = b.TempDir()
	x, err := Build(context.Background(), docs, cfg)
	if err != nil {
		b.Fatal(err)
	}
	x.Close()
	b.ReportAllocs()
	for b.Loop() {
		x, err := Open(context.Background(), docs, cfg)
		if err != nil {
			b.Fatal(err)
		}
		x.Close()
	}
}
