package diagnose

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// checkReport asks for what every report promises, whatever was pasted.
func checkReport(t *testing.T, r *Report) {
	t.Helper()
	if !utf8.ValidString(r.Text) {
		t.Error("the text is not UTF-8")
	}
	at := 0
	for _, m := range r.Marks {
		if m.Start < at || m.End <= m.Start || m.End > len(r.Text) || m.Finding >= len(r.Findings) {
			t.Fatalf("mark %+v after %d in %d bytes, %d findings", m, at, len(r.Text), len(r.Findings))
		}
		at = m.End
	}
	for _, f := range r.Findings {
		if f.ID == "" || f.Why == "" || f.Count < 1 || f.Where == "" || f.NextChecks == nil {
			t.Errorf("a finding lacks something: %+v", f)
		}
		if !slices.Contains([]string{Certain, Likely, Possible}, f.Confidence) {
			t.Errorf("confidence %q", f.Confidence)
		}
		for _, ev := range f.Evidence {
			if ev.Start < 0 || ev.End > len(r.Text) || ev.Line < 1 || !strings.HasPrefix(r.Text[ev.Start:ev.End], strings.TrimSuffix(ev.Text, "…")) {
				t.Errorf("evidence %+v is not a quotation", ev)
			}
		}
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

func seeds(f *testing.F) []string {
	var out []string
	for _, x := range readJSONL[struct{ Paste string }](f, "testdata/excerpts.jsonl") {
		out = append(out, x.Paste)
	}
	return append(out,
		`{"log":{"entries":[{"response":{"status":502,"headers":[{"name":"Server","value":"nginx"}],"content":{"text":"<html>"},"_error":"net::ERR_FAILED"}}]}}`,
		`{"type":"about:blank","title":"Not Found","status":404,"detail":"no such order"}`,
		"HTTP/2 504\nproxy-status: \"a b\";error=dns_timeout;details=\"x\\\"y\", c\ncache-status: d;hit;fwd-status=504\n\n<title>504</title>",
		"#Fields: date time sc-status\n2024-01-01 00:00:00 500\n", "\x1b[31mred\x1b[0m 502", "\xff\xfe\x00")
}

// FuzzDiagnose never panics, and its reports keep their promises.
func FuzzDiagnose(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add([]byte(s))
	}
	e := newTestEngine(f)
	f.Fuzz(func(t *testing.T, paste []byte) {
		checkReport(t, e.Diagnose(context.Background(), paste))
		LooksLikeEvidence(string(paste))
	})
}

// FuzzRecords gives every parser of log lines anything: fields stay inside their line, and the parser that
// keeps all fields agrees about the status with the one that keeps what counting needs.
func FuzzRecords(f *testing.F) {
	for _, s := range seeds(f) {
		for line := range strings.SplitSeq(s, "\n") {
			f.Add([]byte(line))
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var statuses []int
		for _, full := range []bool{true, false} {
			p := newParser(full)
			var r record
			if p.parse(line, &r) != lineRecord {
				statuses = append(statuses, -1)
				continue
			}
			statuses = append(statuses, r.status)
			for _, fd := range append(slices.Clone(r.fields), r.path, r.upstream) {
				if fd.start < 0 || fd.end < fd.start || fd.end > len(r.line) {
					t.Fatalf("%s: field %+v of a line of %d bytes", r.format.name, fd, len(r.line))
				}
			}
			if r.status < 0 || r.status > 999 {
				t.Errorf("%s: status %d", r.format.name, r.status)
			}
		}
		if statuses[0] != statuses[1] {
			t.Errorf("status %d with all fields, %d without", statuses[0], statuses[1])
		}
	})
}

// FuzzSummarize counts every line once.
func FuzzSummarize(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	e := newTestEngine(f)
	f.Fuzz(func(t *testing.T, log string) {
		s, err := e.Summarize(context.Background(), strings.NewReader(log), SummaryOptions{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		var counted int64
		for _, c := range s.Formats {
			counted += c.Count
		}
		if counted+s.Unread > s.Lines || s.Bytes != int64(len(log)) || s.Errors > s.Lines {
			t.Errorf("%d lines, %d entries, %d unread, %d errors, %d bytes of %d", s.Lines, counted, s.Unread, s.Errors, s.Bytes, len(log))
		}
		if s.Story == "" {
			t.Error("no story")
		}
	})
}

type jsonNothing struct{}

func (jsonNothing) scalar(parent, key []byte, start, end int, kind jsonKind) {}

// FuzzJSON reads every value that encoding/json reads.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,2.5e3,{"b":null}],"c\"d":"\\","e":true}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := scanJSON(b, jsonNothing{})
		if n > len(b) {
			t.Fatalf("ends at %d of %d", n, len(b))
		}
		trimmed := strings.TrimSpace(string(b))
		if trimmed != "" && (trimmed[0] == '{' || trimmed[0] == '[') && json.Valid(b) && n < 0 && strings.Count(trimmed, "[")+strings.Count(trimmed, "{") <= maxJSONDepth {
			t.Errorf("valid JSON was not read: %q", b)
		}
	})
}

// FuzzStructuredFields reads any Proxy-Status or Cache-Status.
func FuzzStructuredFields(f *testing.F) {
	f.Add(`"a b"; error=dns_timeout; details="x\"y", c;hit;ttl=-5`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range parseList(s) {
			if m.name == "" {
				t.Errorf("a member without a name in %q", s)
			}
		}
	})
}

// FuzzPrefilter compares the prefiltered rules with trying every rule on every line.
func FuzzPrefilter(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	e := newTestEngine(f)
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > window || strings.ContainsRune(line, '\n') || strings.ContainsAny(line, "\u017f\u212a") {
			t.Skip()
		}
		tried := make(map[*rule]bool)
		e.lines.candidates(line, func(r *rule, pos int) { tried[r] = true })
		for _, r := range e.rules {
			if r.re != nil && !tried[r] && r.re.MatchString(line) {
				t.Errorf("rule %s (%s) matches and was held back", r.ID, r.Pattern)
			}
		}
	})
}
