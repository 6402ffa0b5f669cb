package library

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"siteerror/content"
)

// filler are words that carry nothing, or that talk down to a reader who has the problem right now.
var filler = regexp.MustCompile(`(?i)\b(please note|it is (important|worth) (to note|noting)|needless to say|obviously|utili[sz]e[sd]?|leverag(e[sd]?|ing)|seamless(ly)?|delve|basically|in today's|this status code (indicates|means)|a wide (range|variety) of)\b`)

// What a reader reads: no front matter, blocks of code, quotations and tables.
var (
	frontMatter = regexp.MustCompile(`(?s)^---\n.*?\n---\n`)
	fenced      = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	quoted      = regexp.MustCompile(`(?m)^(>|\||#).*$`)
	inlineCode  = regexp.MustCompile("`[^`\n]*`")
	linkTarget  = regexp.MustCompile(`\]\([^)]*\)`)
	wordPattern = regexp.MustCompile(`[A-Za-z][A-Za-z'’]*`)
	sentenceEnd = regexp.MustCompile(`[.!?](\s|$)|\n\s*\n|\n\s*[-*] `)
)

func prose(file string) string {
	s := frontMatter.ReplaceAllString(file, "")
	for _, re := range []*regexp.Regexp{fenced, quoted} {
		s = re.ReplaceAllString(s, "\n")
	}
	return linkTarget.ReplaceAllString(inlineCode.ReplaceAllString(s, "code"), "]")
}

// grade is the Flesch-Kincaid grade level of a text: years of school that it asks for (Kincaid et al., 1975).
func grade(text string) (level float64, words int) {
	sentences, syllables := len(sentenceEnd.FindAllString(text, -1)), 0
	all := wordPattern.FindAllString(text, -1)
	for _, w := range all {
		syllables += syllablesIn(strings.ToLower(w))
	}
	if len(all) == 0 {
		return 0, 0
	}
	n := float64(len(all))
	return 0.39*n/float64(max(1, sentences)) + 11.8*float64(syllables)/n - 15.59, len(all)
}

// syllablesIn counts groups of vowels, less a silent e: right for most English words, and alike for all texts.
func syllablesIn(w string) int {
	n, before := 0, false
	for _, r := range w {
		vowel := strings.ContainsRune("aeiouy", r)
		if vowel && !before {
			n++
		}
		before = vowel
	}
	if strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le") && n > 1 {
		n--
	}
	return max(1, n)
}

// Plain words, said once: no filler, and no page that asks for more than a high school's reading.
func TestProseIsPlain(t *testing.T) {
	const highest = 12.0
	total, pages := 0.0, 0
	err := fs.WalkDir(content.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") || strings.HasPrefix(path, "archetypes/") {
			return err
		}
		file, err := fs.ReadFile(content.FS, path)
		if err != nil {
			return err
		}
		text := prose(string(file))
		for _, f := range filler.FindAllString(text, -1) {
			t.Errorf("content/%s: %q says nothing: leave it out", path, f)
		}
		level, words := grade(text)
		if words < 60 {
			return nil
		}
		if level > highest {
			t.Errorf("content/%s: reading grade %.1f, at most %.0f: shorter sentences and plainer words", path, level, highest)
		}
		total += level
		pages++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d pages, mean reading grade %.1f", pages, total/float64(pages))
}
