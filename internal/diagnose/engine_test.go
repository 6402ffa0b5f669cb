package diagnose

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// testLibrary stands for the library's pages: the standard codes and the vendors' own, from
// testdata/pages.tsv (id, vendor, code, title).
type testLibrary struct {
	standard map[int]string
	vendor   map[string]bool
}

func loadLibrary(t testing.TB) testLibrary {
	t.Helper()
	lib := testLibrary{make(map[int]string), make(map[string]bool)}
	for _, line := range readLines(t, "testdata/pages.tsv") {
		f := strings.Split(line, "\t")
		if f[1] == "" {
			n, _ := strconv.Atoi(f[2])
			lib.standard[n] = f[3]
		} else {
			lib.vendor[strings.ToLower(f[0])] = true
		}
	}
	return lib
}

func (l testLibrary) config() Config {
	return Config{
		Known: func(code int) (string, string, bool) {
			title, ok := l.standard[code]
			return strconv.Itoa(code), title, ok
		},
		VendorPage: func(vendor, code string) (string, bool) {
			id := vendor + "-" + code
			return id, l.vendor[strings.ToLower(id)]
		},
	}
}

func readLines(t testing.TB, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []string
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		if line := s.Text(); line != "" && !strings.HasPrefix(line, "//") {
			lines = append(lines, line)
		}
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return lines
}

func readJSONL[T any](t testing.TB, name string) []T {
	t.Helper()
	var out []T
	for i, line := range readLines(t, name) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%s:%d: %v", name, i+1, err)
		}
		out = append(out, v)
	}
	return out
}

// newTestEngine is compiled from rules as the library's pages will carry them.
func newTestEngine(t testing.TB) *Engine {
	t.Helper()
	e, err := Compile(readJSONL[Rule](t, "testdata/rules.jsonl"), loadLibrary(t).config())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func diagnose(e *Engine, paste string) *Report {
	return e.Diagnose(context.Background(), []byte(paste))
}

// pointsTo reports whether a finding is one of the wanted pages; a rendering counts as its standard page.
func (f *Finding) pointsTo(want []string) bool {
	return slices.Contains(want, f.ID) || f.AliasID != "" && slices.Contains(want, f.AliasID)
}

func firstID(r *Report) string {
	if len(r.Findings) == 0 {
		return "nothing"
	}
	f := r.Findings[0]
	return strings.Trim(f.ID+"/"+f.AliasID, "/") + " by " + f.Emitter + ", " + f.Confidence
}

// TestSignatures makes a realistic line of every known signature, and the bare words of it, and asks
// for the right page first.
func TestSignatures(t *testing.T) {
	type row struct {
		Row     int
		Vendor  string
		Pattern string
		Paste   string
		Bare    string
		Want    []string
	}
	rows := readJSONL[row](t, "testdata/signatures.jsonl")
	for _, kind := range []string{"line", "bare words", "line, rules in another order and without aliases"} {
		e := newTestEngine(t)
		if strings.Contains(kind, "order") {
			rules := readJSONL[Rule](t, "testdata/rules.jsonl")
			slices.Reverse(rules)
			for i := range rules {
				rules[i].AliasID = ""
				if rules[i].Vendor == "" {
					rules[i].Vendor = "ietf"
				}
			}
			var err error
			if e, err = Compile(rules, loadLibrary(t).config()); err != nil {
				t.Fatal(err)
			}
		}
		right, all := 0, 0
		for _, r := range rows {
			paste := r.Paste
			if kind == "bare words" {
				paste = r.Bare
			}
			if paste == "" {
				continue
			}
			all++
			rep := diagnose(e, paste)
			if len(rep.Findings) > 0 && rep.Findings[0].pointsTo(r.Want) {
				right++
				continue
			}
			t.Logf("%s, row %d (%s: %s): got %s, want one of %v\n%s", kind, r.Row, r.Vendor, r.Pattern, firstID(rep), r.Want, paste)
		}
		t.Logf("%s: first finding right in %d of %d", kind, right, all)
		if right*100 < all*98 {
			t.Errorf("%s: first finding right in %d of %d, want 98 %%", kind, right, all)
		}
	}
}

// TestExcerpts reads logs and messages that people have pasted into public issues, shortened and with
// their addresses replaced. A miss is listed with its reason, so that a change that mends it is seen too.
func TestExcerpts(t *testing.T) {
	misses := map[string]string{}
	type excerpt struct{ Source, Paste, ID, Alias, Emitter, Note string }
	e := newTestEngine(t)
	all := readJSONL[excerpt](t, "testdata/excerpts.jsonl")
	right := 0
	for i, x := range all {
		rep := diagnose(e, x.Paste)
		var got Finding
		if len(rep.Findings) > 0 {
			got = rep.Findings[0]
		}
		name := strconv.Itoa(i+1) + " " + strings.TrimPrefix(x.Source, "github.com/")
		ok := got.ID == x.ID && (x.Alias == "" || got.AliasID == x.Alias) && (got.Emitter == x.Emitter || x.ID == "")
		if ok {
			right++
		}
		if why := misses[name]; ok == (why != "") {
			t.Errorf("%s: got %s, want %s/%s by %q (%s); known miss: %q\n%s", name, firstID(rep), x.ID, x.Alias, x.Emitter, x.Note, why, x.Paste)
		}
	}
	t.Logf("page and hop right in %d of %d", right, len(all))
}
