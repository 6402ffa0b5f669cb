package web

import (
	"fmt"
	"html/template"
	"math/rand/v2"
	"slices"
	"strconv"

	"siteerror/internal/catalog"
)

// RoundLength is how many questions a round of the quiz has.
const RoundLength = 10

// QuizPage is a question, the feedback on one, or the end of a round.
type QuizPage struct {
	Frame
	Seed     uint64
	Number   int // of the question, from 1
	Question Question
	Answers  string // given so far, one digit a question
	Chosen   int    // of this question; -1 before it is answered
	Score    int
	Review   []Reviewed // at the end
	Length   int
	NextSeed uint64
}

// Question is one question with its answers, one of them right.
type Question struct {
	Kind    string
	Text    string
	Code    template.HTML // a log line or response, or ""
	Options []string
	Right   int
	Why     string
	Path    string // of the page that explains it
	Link    string
}

// Reviewed is a question with what was answered.
type Reviewed struct {
	Question
	Chosen int
}

// Correct reports whether the answer was the right one.
func (r Reviewed) Correct() bool { return r.Chosen == r.Right }

// Round makes the questions of a seed, the same ones each time for the same
// catalog.
func Round(c *catalog.Catalog, seed uint64) []Question {
	rng := rand.New(rand.NewPCG(seed, 0x5173e44))
	var pool []*catalog.Code
	for _, code := range c.Codes {
		if code.Popularity >= 4 && code.Vendor.Slug == "ietf" {
			pool = append(pool, code)
		}
	}
	if len(pool) < 8 {
		return nil
	}
	kinds := []func(*rand.Rand, *catalog.Catalog, []*catalog.Code) (Question, bool){nameTheCode, pickForSituation, whichHeader, whoLogged, whichOfTwo}
	var round []Question
	asked := map[string]bool{}
	for tries := 0; len(round) < RoundLength && tries < 400; tries++ {
		q, ok := kinds[(len(round)+tries)%len(kinds)](rng, c, pool)
		if ok && !asked[q.Text+q.Path] {
			asked[q.Text+q.Path] = true
			round = append(round, q)
		}
	}
	return round
}

// choose shuffles the right answer among wrong ones, which must differ from it
// and from each other.
func choose(rng *rand.Rand, right string, wrong []string) (options []string, at int, ok bool) {
	slices.Sort(wrong)
	wrong = slices.Compact(wrong)
	wrong = slices.DeleteFunc(wrong, func(w string) bool { return w == right || w == "" })
	rng.Shuffle(len(wrong), func(i, j int) { wrong[i], wrong[j] = wrong[j], wrong[i] })
	if len(wrong) > 3 {
		wrong = wrong[:3]
	}
	if len(wrong) == 0 {
		return nil, 0, false
	}
	options = append([]string{right}, wrong...)
	rng.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
	return options, slices.Index(options, right), true
}

// neighbours are codes somebody could take for code: related ones, then those of
// its class.
func neighbours(code *catalog.Code, pool []*catalog.Code) []*catalog.Code {
	var near []*catalog.Code
	for _, r := range code.Related {
		if r.Code.Vendor.Slug == "ietf" && r.Code != code {
			near = append(near, r.Code)
		}
	}
	for _, other := range pool {
		if len(near) < 6 && other != code && other.Category == code.Category && !slices.Contains(near, other) {
			near = append(near, other)
		}
	}
	return near
}

func titles(codes []*catalog.Code) []string {
	var ts []string
	for _, c := range codes {
		ts = append(ts, c.Title)
	}
	return ts
}

func nameTheCode(rng *rand.Rand, _ *catalog.Catalog, pool []*catalog.Code) (Question, bool) {
	code := pool[rng.IntN(len(pool))]
	var wrong []string
	for _, n := range neighbours(code, pool) {
		wrong = append(wrong, n.Name)
	}
	options, right, ok := choose(rng, code.Name, wrong)
	return Question{Kind: "Name the code", Text: "What is " + code.Code + " called?", Options: options, Right: right, Why: code.Verdict, Path: code.Path, Link: code.Title}, ok
}

func pickForSituation(rng *rand.Rand, _ *catalog.Catalog, pool []*catalog.Code) (Question, bool) {
	code := pool[rng.IntN(len(pool))]
	if len(code.Symptoms) == 0 {
		return Question{}, false
	}
	options, right, ok := choose(rng, code.Title, titles(neighbours(code, pool)))
	return Question{Kind: "Pick the code", Text: "Which code fits: “" + code.Symptoms[rng.IntN(len(code.Symptoms))] + "”?", Options: options, Right: right, Why: code.Verdict, Path: code.Path, Link: code.Title}, ok
}

func whichHeader(rng *rand.Rand, _ *catalog.Catalog, pool []*catalog.Code) (Question, bool) {
	code := pool[rng.IntN(len(pool))]
	if len(code.Semantics.RequiredHeaders) == 0 {
		return Question{}, false
	}
	must := code.Semantics.RequiredHeaders[0]
	var wrong []string
	for _, other := range pool {
		for _, h := range other.Semantics.RequiredHeaders {
			if !slices.Contains(code.Semantics.RequiredHeaders, h) && !slices.Contains(code.Semantics.UsualHeaders, h) {
				wrong = append(wrong, h)
			}
		}
	}
	options, right, ok := choose(rng, must, append(wrong, "Retry-After", "Location", "Last-Modified"))
	if slices.Contains(code.Semantics.UsualHeaders, "Retry-After") || slices.Contains(code.Semantics.UsualHeaders, "Location") {
		return Question{}, false
	}
	return Question{Kind: "Spot the header", Text: "Which header must a " + code.Title + " response carry?", Options: options, Right: right,
		Why: code.Reference.Title + " requires " + must + ".", Path: code.Path, Link: code.Title}, ok
}

func whoLogged(rng *rand.Rand, c *catalog.Catalog, _ []*catalog.Code) (Question, bool) {
	code := c.Codes[rng.IntN(len(c.Codes))]
	if len(code.Signatures) == 0 {
		return Question{}, false
	}
	s := code.Signatures[rng.IntN(len(code.Signatures))]
	if s.Where != "error-log" && s.Where != "access-log" || s.Example == "" && s.Pattern == "" {
		return Question{}, false
	}
	slug := s.Vendor
	if slug == "" {
		slug = code.Vendor.Slug
	}
	vendor, err := c.Vendor(slug)
	if err != nil || slug == "ietf" {
		return Question{}, false
	}
	line := s.Example
	if line == "" {
		line = s.Pattern
	}
	var wrong []string
	for _, v := range c.Vendors {
		if v.Slug != "ietf" && v.Hop == vendor.Hop {
			wrong = append(wrong, v.Title)
		}
	}
	options, right, ok := choose(rng, vendor.Title, wrong)
	return Question{Kind: "Which hop wrote this?", Text: "Who writes this line?", Code: c.CodeBlock(line, "text"), Options: options, Right: right, Why: s.Says, Path: code.Path, Link: code.Title}, ok
}

func whichOfTwo(rng *rand.Rand, c *catalog.Catalog, _ []*catalog.Code) (Question, bool) {
	if len(c.Guides) == 0 {
		return Question{}, false
	}
	g := c.Guides[rng.IntN(len(c.Guides))]
	i := rng.IntN(2)
	when := g.Choose[g.Codes[i].ID]
	if when == "" {
		return Question{}, false
	}
	options := []string{g.Codes[0].Title, g.Codes[1].Title}
	return Question{Kind: "Which of two?", Text: "Which one do you choose " + c.PlainText(when) + "?", Options: options, Right: i, Why: g.Verdict, Path: g.Path, Link: g.Codes[0].ID + " vs " + g.Codes[1].ID}, true
}

// NewQuiz makes the page of a round after the answers given so far; check says
// that the last of them is to be judged before the next question.
func (v *Views) NewQuiz(c *catalog.Catalog, seed uint64, answers string, check bool) QuizPage {
	p := QuizPage{Frame: v.frame("Quiz", "Ten questions about HTTP status codes: name them, pick the right one, find the hop that spoke.", "/quiz"), Seed: seed, Chosen: -1, NextSeed: seed + 1}
	p.Scripts = []string{"quiz.js"}
	round := Round(c, seed)
	p.Length = len(round)
	if len(answers) > len(round) {
		answers = answers[:len(round)]
	}
	p.Answers = answers
	for i := range answers {
		chosen := int(answers[i] - '0')
		if chosen == round[i].Right {
			p.Score++
		}
		p.Review = append(p.Review, Reviewed{round[i], chosen})
	}
	switch n := len(answers); {
	case check && n > 0:
		last := p.Review[n-1]
		p.Number, p.Question, p.Chosen, p.Review = n, last.Question, last.Chosen, nil
	case n < len(round):
		p.Number, p.Question, p.Review = n+1, round[n], nil
	}
	return p
}

// Progress is "3 of 10".
func (p QuizPage) Progress() string { return strconv.Itoa(p.Number) + " of " + strconv.Itoa(p.Length) }

// ScoreLine is the result of a round.
func (p QuizPage) ScoreLine() string { return fmt.Sprintf("%d of %d right", p.Score, p.Length) }
