package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed are the packages of ours that each of ours may import. An arrow that
// is not here, or turns round, fails the test.
var allowed = map[string][]string{
	"content":           {},
	"index":             {},
	"internal/markdown": {},
	"internal/config":   {"internal/markdown"},
	"internal/diagnose": {},
	"internal/checker":  {"internal/limit"},
	"internal/limit":    {},
	"internal/fresh":    {},
	"internal/gate":     {"internal/fresh", "internal/limit"},
	"internal/listen":   {"internal/fresh"},
	"internal/mock":     {},
	"internal/card":     {},
	"internal/misses":   {},
	"internal/catalog":  {"internal/markdown", "internal/config"},
	"internal/terminal": {"internal/catalog", "internal/markdown"},
	"internal/feed":     {"internal/catalog"},
	"web":               {"internal/catalog", "internal/config"},
	"internal/library":  {"internal/catalog", "index", "internal/diagnose"},
	"internal/mcp":      {"internal/library", "internal/catalog", "index", "internal/diagnose", "internal/checker", "internal/feed"},
	"internal/server": {"internal/card", "internal/library", "internal/catalog", "index", "internal/diagnose", "internal/checker", "internal/mock", "internal/misses",
		"internal/feed", "internal/gate", "internal/limit", "internal/terminal", "internal/mcp", "internal/markdown", "web"},
}

// alone are the outside modules that one package owns.
var alone = map[string]string{
	"github.com/blevesearch/bleve":    "index",
	"github.com/yuin/goldmark":        "internal/markdown",
	"github.com/alecthomas/chroma":    "internal/markdown",
	"github.com/microcosm-cc":         "internal/markdown",
	"github.com/gin-gonic/gin":        "internal/server",
	"github.com/modelcontextprotocol": "internal/mcp",
	"github.com/fsnotify":             "internal/library",
	"github.com/coreos/go-systemd":    "internal/listen",
	"golang.org/x/crypto":             "internal/gate",
	"golang.org/x/image":              "internal/card",
	"github.com/pelletier/go-toml":    "internal/markdown",
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "siteerror/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], "siteerror/")
		for _, imp := range words[1:] {
			for module, owner := range alone {
				if strings.HasPrefix(imp, module) && pkg != owner {
					t.Errorf("%s imports %s, which %s alone may", pkg, imp, owner)
				}
			}
			ours, ok := strings.CutPrefix(imp, "siteerror/")
			if !ok || strings.HasPrefix(pkg, "cmd/") {
				continue
			}
			if may, known := allowed[pkg]; !known {
				t.Errorf("package %s is not in the list: what may it import?", pkg)
			} else if !slices.Contains(may, ours) {
				t.Errorf("%s must not import %s", pkg, ours)
			}
		}
	}
}
