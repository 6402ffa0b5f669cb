package web

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jba/templatecheck"

	"siteerror/content"
	"siteerror/internal/catalog"
)

var shipped = sync.OnceValues(func() (*catalog.Catalog, error) {
	return catalog.Load(context.Background(), []catalog.Source{{FS: content.FS}}, catalog.Options{})
})

func views(t testing.TB) (*Views, *catalog.Catalog) {
	t.Helper()
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	v, err := New(Config{SiteURL: "http://localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	return v, c
}

// A misspelt field fails here before a reader meets it.
func TestTemplatesFitTheirTypes(t *testing.T) {
	v, _ := views(t)
	check := func(name string, err error) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	check("home", templatecheck.CheckHTML(v.Home.t.Lookup("layout"), HomePage{}))
	check("codes", templatecheck.CheckHTML(v.Codes.t.Lookup("layout"), CodesPage{}))
	check("code", templatecheck.CheckHTML(v.Code.t.Lookup("layout"), CodePage{}))
	check("list", templatecheck.CheckHTML(v.List.t.Lookup("layout"), ListPage{}))
	check("chooser", templatecheck.CheckHTML(v.Chooser.t.Lookup("layout"), ChooserPage{}))
	check("comparepicker", templatecheck.CheckHTML(v.ComparePicker.t.Lookup("layout"), ComparePickerPage{}))
	check("compare", templatecheck.CheckHTML(v.Compare.t.Lookup("layout"), ComparePage{}))
	check("blog", templatecheck.CheckHTML(v.Blog.t.Lookup("layout"), BlogPage{}))
	check("post", templatecheck.CheckHTML(v.Post.t.Lookup("layout"), PostPage{}))
	check("docs", templatecheck.CheckHTML(v.Docs.t.Lookup("layout"), DocsPage{}))
	check("doc", templatecheck.CheckHTML(v.Doc.t.Lookup("layout"), DocPage{}))
	check("search", templatecheck.CheckHTML(v.Search.t.Lookup("layout"), SearchPage{}))
	check("misses", templatecheck.CheckHTML(v.Misses.t.Lookup("layout"), MissesPage{}))
	check("error", templatecheck.CheckHTML(v.Error.t.Lookup("layout"), ErrorPage{}))
	check("cheatsheet", templatecheck.CheckHTML(v.CheatSheet.t.Lookup("layout"), CheatSheetPage{}))
	check("diagnose", templatecheck.CheckHTML(v.Diagnose.t.Lookup("layout"), DiagnosePage{}))
	check("checker", templatecheck.CheckHTML(v.Checker.t.Lookup("layout"), CheckerPage{}))
	check("playground", templatecheck.CheckHTML(v.Playground.t.Lookup("layout"), PlaygroundPage{}))
	check("quiz", templatecheck.CheckHTML(v.Quiz.t.Lookup("layout"), QuizPage{}))
	check("api", templatecheck.CheckHTML(v.API.t.Lookup("layout"), APIPage{}))
}

func TestMarkWords(t *testing.T) {
	tests := []struct{ name, page, query, want string }{
		{"words that begin so", "<main>queue queued unqueued</main>", "queue", "<main><mark>queue</mark> <mark>queued</mark> unqueued</main>"},
		{"outside main", "<p>queue</p><main></main>", "queue", "<p>queue</p><main></main>"},
		{"not in attributes", `<main><a href="/queue">x</a></main>`, "queue", `<main><a href="/queue">x</a></main>`},
		{"not in scripts", "<main><script>queue</script></main>", "queue", "<main><script>queue</script></main>"},
		{"not inside entities", "<main>a &amp; b &lt;amp</main>", "amp lt", "<main>a &amp; b &lt;<mark>amp</mark></main>"},
		{"numbers", "<main>HTTP 502</main>", "502", "<main>HTTP <mark>502</mark></main>"},
		{"nothing to mark", "<main>x</main>", "()*", "<main>x</main>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(MarkWords([]byte(tt.page), tt.query)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Marking adds mark elements and nothing else: without them the page is as it was.
func FuzzMarkWords(f *testing.F) {
	f.Add("<main>bad gateway &amp; more</main>", "bad gateway")
	f.Add("<main><p title='x'>a</p>", "<p>")
	f.Fuzz(func(t *testing.T, page, query string) {
		if strings.Contains(page, "mark>") {
			return
		}
		got := string(MarkWords([]byte(page), query))
		bare := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(got)
		if !strings.HasPrefix(page, bare) && bare != page {
			t.Errorf("page %q, query %q: %q", page, query, got)
		}
	})
}

func TestReadable(t *testing.T) {
	for pattern, want := range map[string]string{
		`connect\(\) failed \(111: Connection refused\)`: "connect() failed (111: Connection refused)",
		`SSL_do_handshake\(\) failed .* while`:           "SSL_do_handshake() failed … while",
		`took \d+ ms`:                                    "took N ms",
		`(?i)bad|worse`:                                  `(?i)bad|worse`,
		`^x[0-9]`:                                        `^x[0-9]`,
		"plain":                                          "plain",
	} {
		if got := readable(pattern); got != want {
			t.Errorf("%s: got %q, want %q", pattern, got, want)
		}
	}
}

func TestMarkText(t *testing.T) {
	got := MarkText("a <b> c", []Mark{{2, 5}, {3, 4}, {6, 99}})
	if want := "a <mark>&lt;b&gt;</mark> c"; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A seed makes the same round each time, each question with one right answer
// among different ones.
func TestQuizRound(t *testing.T) {
	_, c := views(t)
	kinds := map[string]int{}
	for seed := range uint64(40) {
		round, again := Round(c, seed), Round(c, seed)
		if len(round) != RoundLength {
			t.Fatalf("seed %d: %d questions", seed, len(round))
		}
		for i, q := range round {
			if q.Text != again[i].Text || q.Right != again[i].Right {
				t.Fatalf("seed %d, question %d differs from itself", seed, i+1)
			}
			kinds[q.Kind]++
			seen := map[string]bool{}
			for _, o := range q.Options {
				if o == "" || seen[o] {
					t.Errorf("seed %d: %q has the answers %q", seed, q.Text, q.Options)
				}
				seen[o] = true
			}
			if q.Right < 0 || q.Right >= len(q.Options) || q.Why == "" || q.Path == "" {
				t.Errorf("seed %d: %+v", seed, q)
			}
		}
	}
	for _, kind := range []string{"Name the code", "Pick the code for a situation", "Spot the wrong header", "Spot the header", "Which hop wrote this log line?", "Which of two?"} {
		if kinds[kind] < 20 { // of 400
			t.Errorf("%q was asked %d times", kind, kinds[kind])
		}
	}
}

// A wrong header is never one that the response may carry.
func TestQuizStrangersAreStrange(t *testing.T) {
	_, c := views(t)
	for seed := range uint64(60) {
		for _, q := range Round(c, seed) {
			if q.Kind != "Spot the wrong header" {
				continue
			}
			name, _, _ := strings.Cut(q.Options[q.Right], ":")
			code, err := c.Code(strings.TrimPrefix(q.Path, "/codes/"))
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range append(slices.Clone(code.Semantics.RequiredHeaders), code.Semantics.UsualHeaders...) {
				if strings.EqualFold(h, name) {
					t.Errorf("seed %d: %s is at home in a %s", seed, name, code.Title)
				}
			}
		}
	}
}

func TestCheatSheetHasEveryRegisteredCode(t *testing.T) {
	_, c := views(t)
	on := map[string]bool{}
	for _, g := range CheatSheet(c, "", "") {
		for _, code := range g.Codes {
			on[code.ID] = true
		}
	}
	for _, code := range c.Codes {
		if code.Vendor.Slug == "ietf" && !on[code.ID] {
			t.Errorf("%s is not on the sheet", code.ID)
		}
	}
}
