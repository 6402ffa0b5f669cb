package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// MaxCompared is how many codes one comparison holds.
const MaxCompared = 4

// ErrTooMany is returned for a comparison of more than MaxCompared codes, or of
// fewer than two different ones.
var ErrTooMany = errors.New("a comparison holds two to four different codes")

// Comparison is two to four codes, aligned point by point.
type Comparison struct {
	Codes  []*Code // in canonical order
	Path   string  // "/compare/401-vs-403"
	Guide  *Guide  // what somebody wrote about the pair; nil where nobody did
	Points []Point
}

// Point is one row of a comparison.
type Point struct {
	Key   string // "retry"
	Label string // "Retry?"
	Cells []Cell // one for each code
	Same  bool   // all cells say the same
}

// Cell is what one code has to say on a point.
type Cell struct {
	Code  *Code
	Text  string          // plain or Markdown, as the API gives it
	HTML  template.HTML   // one block
	Items []template.HTML // where the point is a list
}

// Compare aligns the codes that these ids mean. A vendor's rendering stands for
// its registered code. The error wraps ErrNotFound or ErrTooMany.
func (c *Catalog) Compare(ids []string) (*Comparison, error) {
	var codes []*Code
	for _, id := range ids {
		code, err := c.Meant(id)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if len(codes) == 1 && len(ids) > 1 {
		return nil, fmt.Errorf("%s name one page, %s: %w", strings.Join(ids, " and "), codes[0].ID, ErrTooMany)
	}
	if len(ids) > MaxCompared || len(codes) < 2 {
		return nil, fmt.Errorf("comparing %s: %w", strings.Join(ids, ", "), ErrTooMany)
	}
	sortCanonical(codes)
	return &Comparison{Codes: codes, Path: comparePath(codes), Guide: c.guides[comparePath(codes)], Points: c.points(codes)}, nil
}

// sortCanonical orders codes as their comparison's path has them: by code,
// registered ones before a vendor's.
func sortCanonical(codes []*Code) {
	slices.SortFunc(codes, func(a, b *Code) int {
		return cmp.Or(naturalCompare(a.Code, b.Code), cmp.Compare(a.Vendor.Order, b.Vendor.Order), cmp.Compare(a.ID, b.ID))
	})
}

func comparePath(codes []*Code) string {
	ids := make([]string, len(codes))
	for i, c := range codes {
		ids[i] = c.ID
	}
	return "/compare/" + strings.Join(ids, "-vs-")
}

func (c *Catalog) points(codes []*Code) []Point {
	var points []Point
	text := func(key, label string, value func(*Code) string) {
		p := Point{Key: key, Label: label, Same: true}
		for i, code := range codes {
			v := value(code)
			p.Cells = append(p.Cells, Cell{Code: code, Text: v, HTML: c.Inline(v)})
			p.Same = p.Same && (i == 0 || v == p.Cells[0].Text)
		}
		points = append(points, p)
	}
	text("meaning", "In one line", func(c *Code) string { return c.Verdict })
	text("category", "Class", func(c *Code) string { return c.Category.Title })
	text("vendor", "Who defines it", func(c *Code) string { return c.Vendor.Title })
	text("actor", "Who has to act", func(c *Code) string { return c.Semantics.ActorWords() })
	text("emitters", "Who sends it", func(c *Code) string { return c.Semantics.EmitterWords() })
	text("retry", "Retry?", func(c *Code) string { return c.Semantics.RetryWords() })
	text("cacheable", "Cacheable by default?", func(c *Code) string { return yesNo(c.Semantics.Cacheable) })
	text("body", "Body", func(c *Code) string {
		return map[string]string{"yes": "Yes", "no": "None allowed", "optional": "Optional"}[c.Semantics.Body]
	})
	text("required_headers", "Required headers", func(c *Code) string { return orNone(codeSpans(c.Semantics.RequiredHeaders)) })
	text("usual_headers", "Usual headers", func(c *Code) string { return orNone(codeSpans(c.Semantics.UsualHeaders)) })
	text("method_change", "Method change", func(c *Code) string {
		if c.Semantics.MethodChange == "" {
			return "Not a redirect"
		}
		return c.Semantics.MethodChange
	})
	causes := Point{Key: "causes", Label: "Why it happens"}
	for _, code := range codes {
		cell := Cell{Code: code, Text: strings.Join(code.Causes, "\n")}
		for _, cause := range code.Causes {
			cell.Items = append(cell.Items, c.Inline(cause))
		}
		causes.Cells = append(causes.Cells, cell)
	}
	points = append(points, causes)
	text("reference", "Defined in", func(c *Code) string {
		if c.Reference.URL == "" {
			return "No standard"
		}
		return "[" + c.Reference.Title + "](" + c.Reference.URL + ")"
	})
	return points
}

func codeSpans(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + n + "`"
	}
	return strings.Join(quoted, ", ")
}

func orNone(s string) string {
	if s == "" {
		return "None"
	}
	return s
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// ActorWords says who has to act, for people.
func (s Semantics) ActorWords() string {
	if len(s.Actor) == 0 {
		return "Nobody"
	}
	return capitalize(join(inOrder(s.Actor, actors)))
}

// EmitterWords says which hops can produce the code, for people.
func (s Semantics) EmitterWords() string {
	words := map[string]string{"client": "the client", "cdn": "a CDN", "load-balancer": "a load balancer", "proxy": "a proxy", "app-server": "the app server", "app": "the application"}
	var named []string
	for _, e := range inOrder(s.Emitters, emitters) {
		named = append(named, words[e])
	}
	return capitalize(join(named))
}

// RetryWords says whether to send the request again, for people.
func (s Semantics) RetryWords() string {
	return map[string]string{
		"no": "No", "yes": "Yes", "after": "Yes, after the wait that was asked for", "conditional": "Only if it is safe to repeat, or after a change",
	}[s.Retry]
}

// inOrder are the words in the order of all, so that two codes that say the same
// say it alike.
func inOrder(words, all []string) []string {
	var out []string
	for _, w := range all {
		if slices.Contains(words, w) {
			out = append(out, w)
		}
	}
	return out
}

func join(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func capitalize(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
