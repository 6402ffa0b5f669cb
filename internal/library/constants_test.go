package library

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"siteerror/index"
)

// Go's constants are those of net/http.
func TestGoConstantsExist(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(root)), "src/net/http/status.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok {
				known["http."+v.Names[0].Name] = lit.Value
			}
		}
		return true
	})
	for _, code := range shippedSnapshot(t).Catalog.Codes {
		for _, k := range code.Constants {
			if k.Language == "Go" && known[k.Name] != code.Code {
				t.Errorf("%s is %s in Go, not %s", k.Name, known[k.Name], code.Code)
			}
		}
	}
}

// Whoever searches for a constant gets its page first, with its type and without,
// but for HTTP.sys's BadRequest, which is spelled like C#'s.
func TestConstantsAreFound(t *testing.T) {
	s := shippedSnapshot(t)
	n := 0
	vendors := map[string]bool{} // codes
	for _, code := range s.Catalog.Codes {
		vendors[code.Code] = code.Vendor.Slug != "ietf"
	}
	for _, code := range s.Catalog.Codes {
		for _, k := range code.Constants {
			queries := []string{k.Name}
			if i := strings.LastIndexAny(k.Name, ".:"); i > 0 && !vendors[k.Name[i+1:]] {
				queries = append(queries, k.Name[i+1:])
			}
			for _, q := range queries {
				n++
				res, err := s.Index.Search(context.Background(), index.Request{Text: q, Limit: 3})
				if err != nil {
					t.Fatalf("%q: %v", q, err)
				}
				var got []string
				for _, h := range res.Hits {
					got = append(got, h.ID)
				}
				if len(got) == 0 || got[0] != code.ID {
					t.Errorf("%q finds %v, not %s first", q, got, code.ID)
				}
			}
		}
	}
	t.Logf("%d searches", n)
}
