package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"siteerror/content"
	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/library"
)

// corpus is a set of pages with what people ask of it.
type corpus struct {
	name     string
	dir      string // of its Markdown files; empty for the shipped library
	docs     []index.Document
	config   index.Config
	markdown int64    // bytes of its files
	queries  []string // as they are typed
	prefixes []string // as they are half typed
	words    []string // that misspelt queries are made of, three each
}

// shipped is the library that the binary has inside, asked what people asked in public threads.
func shipped() (*corpus, error) {
	c := &corpus{name: "shipped"}
	if err := c.load(content.FS); err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join("..", "library", "testdata", "judged.jsonl"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var judged struct{ Q string }
		if err := json.Unmarshal(lines.Bytes(), &judged); err != nil {
			return nil, err
		}
		c.queries = append(c.queries, judged.Q)
	}
	return c, lines.Err()
}

// tree is a folder of anybody's Markdown, asked for words of its own pages.
func tree(name, dir string) (*corpus, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	c := &corpus{name: name, dir: dir}
	if err := c.load(root.FS()); err != nil {
		return nil, err
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		d := &c.docs[rnd.IntN(len(c.docs))]
		words := longWords(d.Title)
		if len(d.Sections) > 0 {
			text := d.Sections[rnd.IntN(len(d.Sections))].Text
			words = append(words, longWords(text[:min(600, len(text))])...)
		}
		if len(words) < 3 {
			continue
		}
		rnd.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		c.queries = append(c.queries, strings.Join(words[:1+rnd.IntN(min(len(words), 4))], " "))
	}
	return c, nil
}

// load reads the pages of a file system as the server does.
func (c *corpus) load(tree fs.FS) error {
	cat, err := catalog.Load(context.Background(), []catalog.Source{{Name: c.name, FS: tree}}, catalog.Options{})
	if err != nil {
		return err
	}
	c.docs = library.Documents(cat)
	c.config = index.Config{Synonyms: cat.Synonyms.Groups, VendorWords: cat.Synonyms.Vendors}
	err = fs.WalkDir(tree, ".", func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(e.Name(), ".md") {
			return err
		}
		info, err := e.Info()
		if err == nil {
			c.markdown += info.Size()
		}
		return err
	})
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 400 {
		title := strings.ToLower(c.docs[rnd.IntN(len(c.docs))].Title)
		if runes := []rune(title); len(runes) > 0 {
			c.prefixes = append(c.prefixes, string(runes[:1+rnd.IntN(min(len(runes), 24))]))
		}
		c.words = append(c.words, longWords(title)...)
	}
	return err
}

// longWords are the words of a text that one can misspell.
func longWords(text string) []string {
	var words []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(w) >= 5 && len(w) <= 20 {
			words = append(words, w)
		}
	}
	return words
}

// misspelt returns n queries of two words, one with a letter too many; another seed misspells other words, so that nothing
// that was remembered helps.
func (c *corpus) misspelt(n int, seed uint64) []string {
	rnd := rand.New(rand.NewPCG(seed, 7))
	queries := make([]string, n)
	for i := range queries {
		wrong, right := []rune(c.words[rnd.IntN(len(c.words))]), c.words[rnd.IntN(len(c.words))]
		at := 1 + rnd.IntN(len(wrong)-1)
		queries[i] = string(wrong[:at]) + string('a'+rune(rnd.IntN(26))) + string(wrong[at:]) + " " + right
	}
	return queries
}

// synthetic writes n pages of about 6 KB to dir, whose words are as unevenly common as in real text, for those who have no tree
// of their own at hand.
func synthetic(dir string, n int) error {
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
	copy(vocabulary, strings.Fields("server request gateway timeout upstream header connection limit proxy client error status response"))
	text := func(words int) string {
		var b strings.Builder
		for i := range words {
			b.WriteString(vocabulary[zipf.Uint64()])
			b.WriteString([]string{" ", " ", " ", " ", " ", ", ", ". ", "\n"}[i%8])
		}
		return strings.TrimSpace(b.String())
	}
	for i := range n {
		var b strings.Builder
		fmt.Fprintf(&b, "---\ntitle: %s\ntags: [%s, %s]\n---\n\n", strings.ReplaceAll(text(4), "\n", " "), vocabulary[i%40], vocabulary[100+i%7])
		for range 6 {
			fmt.Fprintf(&b, "## %s\n\n%s\n\n", strings.ReplaceAll(text(3), "\n", " "), text(160))
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("page-%d.md", i)), []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}
