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
	fits(t, "home", v.Home)
	fits(t, "codes", v.Codes)
	fits(t, "code", v.Code)
	fits(t, "list", v.List)
	fits(t, "chooser", v.Chooser)
	fits(t, "comparepicker", v.ComparePicker)
	fits(t, "compare", v.Compare)
	fits(t, "blog", v.Blog)
	fits(t, "post", v.Post)
	fits(t, "docs", v.Docs)
	fits(t, "doc", v.Doc)
	fits(t, "search", v.Search)
	fits(t, "misses", v.Misses)
	fits(t, "error", v.Error)
	fits(t, "cheatsheet", v.CheatSheet)
	fits(t, "diagnose", v.Diagnose)
	fits(t, "checker", v.Checker)
	fits(t, "playground", v.Playground)
	fits(t, "quiz", v.Quiz)
	fits(t, "api", v.API)
	fits(t, "status", v.Status)
}

func fits[T any](t *testing.T, name string, v View[T]) {
	t.Helper()
	parsed, err := v.template()
	if err == nil {
		var page T
		err = templatecheck.CheckHTML(parsed.Lookup("layout"), page)
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
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
