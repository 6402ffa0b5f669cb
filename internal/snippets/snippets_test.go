//go:build snippets

// Package snippets runs the snippets that the library shows: it installs each
// framework, starts what the pages tell people to write, asks it, and holds the
// answers to the pages and to the RFCs. `make test-snippets` runs it.
package snippets

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"siteerror/content"
	"siteerror/internal/catalog"
)

// A framework is one file of content/snippets: what it needs, and how its
// snippets are run.
type framework struct {
	name  string
	needs []tool
	// run starts the snippets, each at its port and path, and returns when they can
	// be asked. What it starts ends with the test. Clients have run them all and
	// left their output in the snippets when it returns.
	run    func(t *testing.T, dir string, all []*snippet)
	client bool
	parsed bool // only parsed, since nothing here can run it
	// quirk is what the framework does wrong whatever a snippet says.
	quirk string
}

// frameworks are all that have a template; a template without an entry fails TestSnippets.
var frameworks = []framework{
	{name: "Express", needs: []tool{node, npm}, run: runNode},
	{name: "http", needs: []tool{node}, run: runNode},
	{name: "FastAPI", needs: []tool{python}, run: runFastAPI},
	{name: "Flask", needs: []tool{python}, run: runFlask},
	{name: "Django", needs: []tool{python}, run: runDjango},
	{name: "net/http", run: runGo},
	{name: "Gin", run: runGo},
	{name: "Spring", needs: []tool{java, maven}, run: runSpring},
	{name: "JDK HttpServer", needs: []tool{java}, run: runJDK},
	{name: "ASP.NET Core", needs: []tool{python}, run: parseCSharp, parsed: true},
	{name: "PHP", needs: []tool{php}, run: runPHP},
	{name: "Laravel", needs: []tool{php, laravel}, run: runLaravel},
	{name: "Rails", needs: []tool{rails, puma}, run: runRails},
	{name: "Rack", needs: []tool{rack, puma}, run: runRack},
	{name: "axum", needs: []tool{cargo}, run: runAxum, quirk: "HEAD: Content-Length is sent and must not be (RFC 9110 §8.6)"}, // with 204
	{name: "NGINX", needs: []tool{nginx}, run: runNginx},
	{name: "Apache httpd", needs: []tool{apache}, run: runApache},
	{name: "Caddy", needs: []tool{caddy}, run: runCaddy},
	{name: "HAProxy", needs: []tool{haproxy}, run: runHAProxy},
	{name: "Cloudflare Worker", needs: []tool{npm}, run: runWorker},
	{name: "curl", needs: []tool{curl}, run: runCurl, client: true},
	{name: "fetch", needs: []tool{node}, run: runFetch, client: true},
	{name: "requests", needs: []tool{python}, run: runRequests, client: true},
	{name: "net/http client", run: runGoClient, client: true},
	{name: "HttpClient", needs: []tool{java}, run: runHttpClient, client: true},
}

// A snippet is one framework's piece of code for one page.
type snippet struct {
	code *catalog.Code
	id   string // unique in its framework; names a module, a class's package, the first part of the path
	port int
	text string // as shown, its port and path changed
	out  string // of a client: what it printed
}

func (s *snippet) path() string { return "/" + s.id + "/example" }

// tally counts a framework's snippets.
type tally struct {
	name              string
	all, passed, done int // done: executed, or parsed where parsed says so
	parsed            bool
}

var (
	mu      sync.Mutex
	tallies []tally
)

func TestMain(m *testing.M) {
	code := m.Run()
	report(os.Stdout)
	os.Exit(code)
}

// report prints how many of how many snippets were executed, and the closing line.
func report(w *os.File) {
	slices.SortFunc(tallies, func(a, b tally) int {
		at := func(x tally) int {
			return slices.IndexFunc(frameworks, func(f framework) bool { return f.name == x.name })
		}
		return at(a) - at(b)
	})
	var sum, executed, passed int
	for _, x := range tallies {
		how := "executed"
		if x.parsed {
			how = "parsed"
		} else {
			executed += x.done
		}
		fmt.Fprintf(w, "%-18s %3d of %3d %-8s %3d right\n", x.name, x.done, x.all, how, x.passed)
		sum, passed = sum+x.all, passed+x.passed
	}
	if sum > 0 {
		fmt.Fprintf(w, "%d of %d snippets executed\n%d passed, %d failed, %d skipped\n", executed, sum, passed, sum-passed, 0)
	}
}

var shipped = sync.OnceValues(func() (*catalog.Catalog, error) {
	return catalog.Load(context.Background(), []catalog.Source{{Name: "shipped", FS: content.FS}}, catalog.Options{})
})

// snippetsOf are a framework's snippets, from every page. Clients' snippets for
// pages that share a status are often the same text: each text comes once.
func snippetsOf(t *testing.T, f framework) []*snippet {
	cat, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	var all []*snippet
	seen := map[string]bool{}
	for _, c := range cat.Codes {
		for _, s := range c.Snippets() {
			if s.Framework != f.name || (s.Purpose == "handle") != f.client || seen[s.Code] {
				continue
			}
			seen[s.Code] = true
			id := "s" + strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
					return r
				}
				return '_'
			}, strings.ToLower(c.ID))
			all = append(all, &snippet{code: c, id: id, text: s.Code})
		}
	}
	return all
}

func TestSnippets(t *testing.T) {
	install(t)
	cat, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cat.Codes {
		for _, s := range c.Snippets() {
			if !slices.ContainsFunc(frameworks, func(f framework) bool { return f.name == s.Framework }) {
				t.Fatalf("%s has a snippet for %s, which nothing here runs", c.ID, s.Framework)
			}
		}
	}
	for _, f := range frameworks {
		t.Run(strings.ReplaceAll(f.name, "/", "-"), func(t *testing.T) {
			t.Parallel()
			testFramework(t, f)
		})
	}
}

// examplePath is where every snippet answers; example.com is something else.
var examplePath = regexp.MustCompile(`/example([^.a-z]|$)`)

func testFramework(t *testing.T, f framework) {
	all := snippetsOf(t, f)
	if len(all) == 0 {
		t.Fatalf("no page has a snippet for %s", f.name)
	}
	x := tally{name: f.name, all: len(all), parsed: f.parsed}
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		tallies = append(tallies, x)
	}()
	require(t, f.needs)
	dir := t.TempDir()
	var site *site
	if f.client {
		site = newSite(t, all)
	}
	for _, s := range all {
		s.port = freePort(t)
		if f.client {
			s.text = strings.ReplaceAll(s.text, "https://api.example.com/example", site.url+s.path())
			continue
		}
		s.text = examplePath.ReplaceAllString(s.text, s.path()+"$1")
		s.text = strings.ReplaceAll(s.text, "3000", fmt.Sprint(s.port))
	}
	f.run(t, dir, all)
	for _, s := range all {
		x.done++
		var problems []string
		switch {
		case f.parsed: // run has failed the test, or it is well
		case f.client:
			problems = site.judge(s)
		default:
			problems = slices.DeleteFunc(checkServer(s), func(p string) bool { return p == f.quirk })
		}
		if len(problems) > 0 {
			t.Errorf("%s for %s: %s\n%s", f.name, s.code.ID, strings.Join(problems, "; "), s.text)
			continue
		}
		x.passed++
	}
}

// write puts a file below dir.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// data puts a file of testdata below dir.
func data(t *testing.T, dir, name, as string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, as, string(b))
}
