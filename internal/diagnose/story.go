package diagnose

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// story tells a summary in at most three sentences: how much went wrong and when, who answered, and
// where to look.
func (s *Summary) story() string {
	entries := int64(0)
	for _, f := range s.Formats {
		entries += f.Count
	}
	if entries == 0 {
		return fmt.Sprintf("None of the %s lines is an entry of a log known here, and no rule knows a message in them.", thousands(s.Lines))
	}
	var b strings.Builder
	b.WriteString(thousands(entries) + " entries")
	if s.First != nil && s.Last != nil {
		b.WriteString(" from " + moment(*s.First, time.Time{}) + " to " + moment(*s.Last, *s.First) + " UTC")
	}
	if s.Errors == 0 {
		b.WriteString(": none of them an error.")
		return b.String()
	}
	fmt.Fprintf(&b, ": %s errors (%s)", thousands(s.Errors), percent(s.Errors, entries))
	if s.Unread > 0 {
		fmt.Fprintf(&b, ", and %s lines could not be read", thousands(s.Unread))
	}
	b.WriteString(". ")
	if len(s.Cases) == 0 || !s.Cases[0].error {
		return strings.TrimSpace(b.String())
	}
	top := s.Cases[0]
	name := top.ID
	if top.AliasID != "" {
		name = top.AliasID
	}
	if name == "" {
		name = "entries without a status"
	}
	if top.Emitter == "" {
		fmt.Fprintf(&b, "%s of them are %s, and the log does not say which hop made it", portion(top.Count, s.Errors), name)
		if len(top.unknown) > 0 {
			b.WriteString(" (" + top.unknown[0].SettledBy + " would)")
		}
		b.WriteString(". ")
	} else {
		why, _, _ := strings.Cut(top.Why, ". ")
		fmt.Fprintf(&b, "%s of them are %s, %s: %s. ", portion(top.Count, s.Errors), name, emitterName(top.Emitter), lowerFirst(strings.TrimSuffix(why, ".")))
	}
	b.WriteString(s.whereAndWhen(top))
	return strings.TrimSpace(b.String())
}

// whereAndWhen is the third sentence: the place and the time that stand out, and the next step.
func (s *Summary) whereAndWhen(top Case) string {
	var parts []string
	if p, ok := standsOut(s.Paths, s.Errors); ok {
		parts = append(parts, fmt.Sprintf("%s is the path of %s", p.Name, percent(p.Count, s.Errors)))
	}
	if u, ok := standsOut(s.Upstreams, s.Errors); ok {
		parts = append(parts, fmt.Sprintf("%s the upstream of %s", u.Name, percent(u.Count, s.Errors)))
	}
	if len(s.Bursts) > 0 && s.Bursts[0].Share >= 0.2 {
		p := s.Bursts[0]
		parts = append(parts, fmt.Sprintf("%.0f %% fell between %s and %s", 100*p.Share, moment(p.From, *s.First), moment(p.To, *s.First)))
	}
	next := ""
	if len(top.NextChecks) > 0 {
		next = "look next at " + top.NextChecks[0]
	}
	switch {
	case len(parts) == 0 && next == "":
		return ""
	case len(parts) == 0:
		return upperFirst(next) + "."
	case next == "":
		return upperFirst(join(parts)) + "."
	}
	return upperFirst(join(parts)) + "; " + next + "."
}

// standsOut returns the first place when it has a share worth naming.
func standsOut(places []Place, errors int64) (Place, bool) {
	if len(places) == 0 || places[0].Count*5 < errors || places[0].Count < 3 {
		return Place{}, false
	}
	return places[0], true
}

func join(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// moment writes a time, without the date where it is that of the other.
func moment(t, other time.Time) string {
	if t.Format(time.DateOnly) == other.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}

func percent(n, of int64) string {
	if of == 0 {
		return "0 %"
	}
	p := 100 * float64(n) / float64(of)
	if p < 10 && n != of {
		return strconv.FormatFloat(p, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}

func portion(n, of int64) string {
	if n == of {
		return "All"
	}
	return percent(n, of)
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// lowerFirst lowers a sentence's first letter where it is no name.
func lowerFirst(s string) string {
	first, _, _ := strings.Cut(s, " ")
	switch first {
	case "The", "No", "A", "An", "Of", "Its", "Substatus", "These":
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
