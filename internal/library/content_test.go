package library

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"siteerror/content"
	"siteerror/index"
	"siteerror/internal/catalog"
	"siteerror/internal/diagnose"
)

// shipped is the shipped library, for the tests that hold it to the facts.
var shipped = sync.OnceValues(func() (*Library, error) {
	return Open(context.Background(), Config{
		Sources: func() ([]catalog.Source, func(), error) {
			return []catalog.Source{{Name: "shipped", FS: content.FS}}, func() {}, nil
		},
		Log: slog.New(slog.DiscardHandler),
	})
})

func shippedSnapshot(t *testing.T) *Snapshot {
	t.Helper()
	l, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	s, release := l.Acquire()
	t.Cleanup(release)
	return s
}

// table reads a file of facts: tab-separated, one header line.
func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	header := strings.Split(lines[0], "\t")
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range strings.Split(line, "\t") {
			row[header[i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

func TestEveryRegisteredCodeHasItsPage(t *testing.T) {
	c := shippedSnapshot(t).Catalog
	for _, row := range table(t, "iana.tsv") {
		code, err := c.Code(row["code"])
		if err != nil {
			t.Error(err)
			continue
		}
		if code.Name != row["phrase"] {
			t.Errorf("%s is called %q, the registry says %q", code.ID, code.Name, row["phrase"])
		}
		if code.Category.Slug != row["class"] {
			t.Errorf("%s is a %s, want %s", code.ID, code.Category.Slug, row["class"])
		}
		if want := row["cacheable_by_default"] == "yes"; code.Semantics.Cacheable != want {
			t.Errorf("%s: cacheable = %v, want %v", code.ID, code.Semantics.Cacheable, want)
		}
		if code.Reference.URL != row["reference_url"] {
			t.Errorf("%s refers to %s, want %s", code.ID, code.Reference.URL, row["reference_url"])
		}
	}
}

// Vendors' rows: a registered code is a section of the standard page, the others
// have pages of their own. No row is without one.
func TestVendorsCodes(t *testing.T) {
	c := shippedSnapshot(t).Catalog
	rows := table(t, "vendors.tsv")
	pages, sections := 0, 0
	for _, row := range rows {
		registered, err := c.Code(row["code"])
		if err == nil && row["id"] == row["vendor"]+"-"+row["code"] {
			if r, err := c.Rendering(row["id"]); err != nil || r.Code != registered {
				t.Errorf("%s is no section of %s: write it under “As vendors send it” of codes/%s.md", row["id"], registered.ID, registered.ID)
			}
			sections++
			continue
		}
		code, err := c.Code(row["id"])
		if err != nil {
			t.Errorf("%s (%s) has no page: write codes/%s/%s.md", row["id"], row["name"], row["vendor"], row["id"])
			continue
		}
		if code.Vendor.Slug != row["vendor"] {
			t.Errorf("%s is a page of %s, want %s", row["id"], code.Vendor.Slug, row["vendor"])
		}
		pages++
	}
	t.Logf("%d rows: %d pages, %d sections of standard pages", len(rows), pages, sections)
}

func TestQuotationsAreExact(t *testing.T) {
	c := shippedSnapshot(t).Catalog
	n := 0
	for _, row := range table(t, "rfc_quotes.tsv") {
		code, err := c.Code(row["code"])
		if err != nil {
			t.Error(err)
			continue
		}
		n++
		if !strings.Contains(plain(code.Quote), plain(row["quote"])) {
			t.Errorf("%s quotes\n%s\nwant\n%s", code.ID, plain(code.Quote), plain(row["quote"]))
		}
	}
	t.Logf("%d quotations verified", n)
}

// plain folds spaces, and the quotation marks and links of Markdown's typography.
func plain(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("“", `"`, "”", `"`, "’", "'", "`", "", `\`, "").Replace(s)), " ")
}

func TestRequiredHeaders(t *testing.T) {
	c := shippedSnapshot(t).Catalog
	for _, want := range []struct{ code, header string }{
		{"101", "Upgrade"}, {"401", "WWW-Authenticate"}, {"405", "Allow"}, {"407", "Proxy-Authenticate"}, {"426", "Upgrade"},
	} {
		code, err := c.Code(want.code)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(code.Semantics.RequiredHeaders, want.header) {
			t.Errorf("%s requires %v, not %s", want.code, code.Semantics.RequiredHeaders, want.header)
		}
	}
	for _, id := range []string{"429", "503"} {
		code, _ := c.Code(id)
		if slices.Contains(code.Semantics.RequiredHeaders, "Retry-After") {
			t.Errorf("Retry-After is MAY on %s, not required", id)
		}
	}
}

// A snippet that returns a code sends what the code must have, and no body where
// there may be none. With 101 a framework's own upgrade adds the fields, and a
// page's own snippets leave them to a function; `make test-snippets` sees them sent.
func TestSnippetsKeepTheRules(t *testing.T) {
	c := shippedSnapshot(t).Catalog
	count := 0
	for _, code := range c.Codes {
		for _, s := range code.Snippets() {
			count++
			if s.Purpose != "return" {
				continue
			}
			for _, h := range code.Semantics.RequiredHeaders {
				if code.Number != 101 && !own(code, s) && !strings.Contains(strings.ToLower(s.Code), strings.ToLower(h)) {
					t.Errorf("%s in %s lacks %s:\n%s", code.ID, s.Framework, h, s.Code)
				}
			}
			if code.Semantics.Body == "no" && code.Example != nil && code.Example.Body != "" {
				t.Errorf("%s: %s sends a body", code.ID, s.Framework)
			}
			if code.Semantics.OnWire == "never" {
				t.Errorf("%s is only logged, and %s returns it", code.ID, s.Framework)
			}
			if strings.Contains(s.Code, "<no value>") || strings.Contains(s.Code, "{{") {
				t.Errorf("%s in %s: %s", code.ID, s.Framework, s.Code)
			}
		}
	}
	t.Logf("%d snippets", count)
	accepted, _ := c.Code("202")
	if n := len(accepted.Snippets()); n < 20 {
		t.Errorf("202 has %d snippets", n)
	}
}

// own reports whether a snippet stands in its page's section "Code".
func own(code *catalog.Code, s catalog.Snippet) bool {
	for _, section := range code.Sections() {
		for _, b := range section.Blocks {
			if section.Anchor == "code" && b.Code == s.Code {
				return true
			}
		}
	}
	return false
}

func TestLinesAreUnique(t *testing.T) {
	c := shippedSnapshot(t).Catalog
	seen := map[string]string{}
	check := func(id, line string) {
		if other := seen[line]; other != "" {
			t.Errorf("%s and %s say the same: %q", id, other, line)
		}
		seen[line] = id
	}
	for _, code := range c.Codes {
		check(code.ID, code.Verdict)
	}
	for _, p := range c.Posts {
		check(p.ID, p.Summary)
	}
	for _, g := range c.Guides {
		check(g.Path, g.Verdict)
	}
}

// Sentences that others get wrong.
func TestWhatOthersGetWrong(t *testing.T) {
	c := shippedSnapshot(t).Catalog
	code := func(id string) *catalog.Code {
		t.Helper()
		p, err := c.Code(id)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for id, name := range map[string]string{"413": "Content Too Large", "422": "Unprocessable Content", "418": "(Unused)"} {
		if got := code(id).Name; got != name {
			t.Errorf("%s is called %q, want %q", id, got, name)
		}
	}
	if !slices.Contains(code("413").Aliases, "Payload Too Large") || !slices.Contains(code("422").Aliases, "Unprocessable Entity") {
		t.Error("former names must be aliases")
	}
	for _, id := range []string{"302", "307", "421"} {
		if code(id).Semantics.Cacheable {
			t.Errorf("%s is not cacheable by default", id)
		}
	}
	for _, id := range []string{"nginx-494", "nginx-495", "nginx-496", "nginx-497"} {
		if got := code(id).Number; got != 400 {
			t.Errorf("%s travels as %d, want 400", id, got)
		}
	}
	for _, id := range []string{"nginx-499", "nginx-444", "aws-elb-460"} {
		if got := code(id).Semantics.OnWire; got != "never" {
			t.Errorf("%s: on_wire %q, want never", id, got)
		}
	}
	for id, want := range map[string]int{
		"iis-404.13":  404, // an upload limit
		"heroku-H12":  503, // a timeout
		"haproxy-SC":  503, // a refused connection, where NGINX says 502
		"envoy-UF":    503,
		"nginx-497":   400,
		"heroku-H10":  503,
		"envoy-UT":    504,
		"haproxy-SQ":  503,
		"aws-elb-561": 561,
	} {
		if p, err := c.Code(id); err == nil && p.Number != want {
			t.Errorf("%s travels as %d, want %d", id, p.Number, want)
		}
	}
	if headers := code("429").Semantics.RequiredHeaders; len(headers) != 0 {
		t.Errorf("429 requires %v: Retry-After is a MAY (RFC 6585, 4)", headers)
	}
	// What the sections about vendors must say, and what they must not.
	for _, tt := range []struct{ id, must, mustNot string }{
		{"nginx-503", "limit_req", "limit_req.{0,40}answers 429"},
		{"nginx-502", "upstream", ""},
		{"aws-elb-503", "target", ""},
		{"iis-503", "HTTPERR", ""},
		{"haproxy-503", "refused", ""},
	} {
		r, err := c.Rendering(tt.id)
		if err != nil {
			t.Errorf("%s: %v", tt.id, err)
			continue
		}
		text := string(r.Section.HTML())
		if !strings.Contains(text, tt.must) {
			t.Errorf("%s does not speak of %q", tt.id, tt.must)
		}
		if tt.mustNot != "" && regexp.MustCompile(tt.mustNot).MatchString(text) {
			t.Errorf("%s says %q", tt.id, tt.mustNot)
		}
	}
}

// The signatures of the pages compile, and an example of each is found again.
func TestSignaturesAreFound(t *testing.T) {
	s := shippedSnapshot(t)
	engine, err := s.Diagnoser()
	if err != nil {
		t.Fatal(err)
	}
	report := engine.Diagnose(context.Background(), []byte("connect() failed (111: Connection refused) while connecting to upstream"))
	if len(report.Findings) == 0 || report.Findings[0].ID != "502" || report.Findings[0].Emitter != "proxy" {
		t.Errorf("findings = %+v", report.Findings)
	}
	if !diagnose.LooksLikeEvidence("2026/11/22 03:14:07 [error] 31#31: *812 connect() failed") {
		t.Error("an error log line is no evidence?")
	}
}

type judged struct {
	Q      string         `json:"q"`
	Kind   string         `json:"kind"`
	Grades map[string]int `json:"grades"`
}

// Queries from public logs and threads, judged by what their authors needed: those that the ranking was tuned on, and those
// that were written when it was done. The floors keep what has been reached, less a little; the log has the figures. A query
// whose pages are not written yet does not count.
func TestRelevance(t *testing.T) {
	t.Run("tuned on", func(t *testing.T) {
		relevance(t, "testdata/judged.jsonl", figures{first: 0.93, three: 0.98, mrr: 0.955, ndcg: 0.945})
	})
	t.Run("held out", func(t *testing.T) {
		relevance(t, "testdata/held.jsonl", figures{first: 0.91, three: 0.965, mrr: 0.94, ndcg: 0.93})
	})
}

// figures are what a set of judged queries comes to.
type figures struct{ first, three, mrr, ndcg float64 }

func relevance(t *testing.T, file string, floor figures) {
	s := shippedSnapshot(t)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var sum figures
	n, skipped := 0.0, 0
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var j judged
		if err := json.Unmarshal(sc.Bytes(), &j); err != nil {
			t.Fatal(err)
		}
		if !writable(s.Catalog, j) {
			skipped++
			continue
		}
		res, err := s.Index.Search(context.Background(), index.Request{Text: j.Q, Kinds: []string{"code"}, Limit: 10})
		if err != nil {
			t.Fatalf("%q: %v", j.Q, err)
		}
		n++
		rank, dcg := 0, 0.0
		var got []string
		for i, h := range res.Hits {
			got = append(got, h.ID)
			g := j.Grades[h.ID]
			if g >= 3 && rank == 0 {
				rank = i + 1
			}
			dcg += (math.Exp2(float64(g)) - 1) / math.Log2(float64(i+2))
		}
		if len(res.Hits) == 0 {
			t.Errorf("%q finds nothing", j.Q)
		}
		if rank == 1 {
			sum.first++
		}
		if rank >= 1 && rank <= 3 {
			sum.three++
		} else {
			t.Logf("rank %d for %.90q (%s): want %v, got %v", rank, j.Q, j.Kind, j.Grades, got[:min(3, len(got))])
		}
		if rank > 0 {
			sum.mrr += 1 / float64(rank)
		}
		sum.ndcg += dcg / ideal(j.Grades)
	}
	t.Logf("%.0f queries (%d wait for their pages): success@1 %.3f, success@3 %.3f, MRR@10 %.3f, nDCG@10 %.3f", n, skipped, sum.first/n, sum.three/n, sum.mrr/n, sum.ndcg/n)
	for _, m := range []struct {
		name      string
		got, want float64
	}{{"success@1", sum.first / n, floor.first}, {"success@3", sum.three / n, floor.three}, {"MRR@10", sum.mrr / n, floor.mrr}, {"nDCG@10", sum.ndcg / n, floor.ndcg}} {
		if m.got < m.want {
			t.Errorf("%s = %.3f, below %.3f", m.name, m.got, m.want)
		}
	}
}

// writable reports whether a page that a query needs exists.
func writable(c *catalog.Catalog, j judged) bool {
	for id, g := range j.Grades {
		if _, err := c.Code(id); err == nil && g >= 3 {
			return true
		}
	}
	return false
}

func ideal(grades map[string]int) float64 {
	var gs []int
	for _, g := range grades {
		gs = append(gs, g)
	}
	slices.SortFunc(gs, func(a, b int) int { return b - a })
	sum := 0.0
	for i, g := range gs[:min(10, len(gs))] {
		sum += (math.Exp2(float64(g)) - 1) / math.Log2(float64(i+2))
	}
	return sum
}
