package web

import (
	"fmt"
	"html/template"
	"strconv"

	"siteerror/internal/catalog"
)

// RoundLength is how many questions a round of the quiz has.
const RoundLength = 10

// QuizPage is a question, the judgement of an answer, or the end of a round.
type QuizPage struct {
	Frame
	Seed     uint64
	Length   int
	Number   int // of the question, from 1
	Done     int // questions answered
	Question Question
	Options  []Option
	Judged   bool // the question has been answered
	Right    bool // and rightly
	Answers  string
	Score    int
	Review   []Reviewed // once all are answered and judged
	NextSeed uint64
}

// Option is an answer that can be chosen.
type Option struct {
	Value   int
	Text    string
	Checked bool
	Mark    string // after the judgement: "right", "wrong" or ""
}

// Question is one question with its answers, one of them right.
type Question struct {
	Kind    string
	Text    string
	Code    template.HTML // a log line or response, or ""
	Source  string        // the same as text
	Options []string
	Mono    bool // the options are lines of a response
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

// NewQuiz makes the page of a round after the answers given so far, one digit
// each; judge says that the last of them is to be judged before the next
// question.
func (v *Views) NewQuiz(c *catalog.Catalog, seed uint64, answers string, judge bool) QuizPage {
	p := QuizPage{
		Frame: v.frame("Quiz", "Ten questions about HTTP status codes: name them, pick the right one, find the hop that spoke.", "/quiz"),
		Seed:  seed, NextSeed: (seed + 1) & 0xffffffff,
	}
	p.Scripts = []string{"quiz.js"}
	p.Markdown = fmt.Sprintf("/quiz.md?seed=%d", seed)
	round := Round(c, seed)
	p.Length = len(round)
	answers = answers[:min(len(answers), len(round))]
	p.Answers, p.Done = answers, len(answers)
	var given []Reviewed
	for i := range answers {
		given = append(given, Reviewed{round[i], int(answers[i] - '0')})
		if given[i].Correct() {
			p.Score++
		}
	}
	if p.Done == p.Length && !judge { // first the last answer, then the round
		p.Review = given
	}
	switch {
	case judge && p.Done > 0:
		last := given[p.Done-1]
		p.Number, p.Question, p.Judged, p.Right = p.Done, last.Question, true, last.Correct()
		p.options(last.Chosen)
	case p.Done < p.Length:
		p.Number, p.Question = p.Done+1, round[p.Done]
		p.options(-1)
	}
	return p
}

// options lists the question's answers; chosen is -1 before one is.
func (p *QuizPage) options(chosen int) {
	for i, text := range p.Question.Options {
		o := Option{Value: i, Text: text, Checked: i == chosen}
		if chosen >= 0 && i == p.Question.Right {
			o.Mark = "right"
		} else if i == chosen {
			o.Mark = "wrong"
		}
		p.Options = append(p.Options, o)
	}
}

// Last reports whether the question is the round's last.
func (p QuizPage) Last() bool { return p.Number == p.Length }

// Progress is "3 of 10".
func (p QuizPage) Progress() string { return strconv.Itoa(p.Number) + " of " + strconv.Itoa(p.Length) }

// ScoreLine is the result of a round.
func (p QuizPage) ScoreLine() string { return fmt.Sprintf("%d of %d right", p.Score, p.Length) }
