//go:build snippets

package snippets

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// buildGo builds one program of all snippets, a package each, in a module that
// requires what ours requires. Each is the statement for a snippet, last what
// follows them.
func buildGo(t *testing.T, dir string, all []*snippet, each, last string) string {
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, name, strings.Replace(string(b), "module siteerror", "module snippets", 1))
	}
	var imports, body strings.Builder
	for _, s := range all {
		text := strings.Replace(s.text, "package main", "package "+s.id, 1)
		write(t, dir, s.id+"/example.go", strings.Replace(text, "func main()", "func Main()", 1))
		fmt.Fprintf(&imports, "\t\"snippets/%s\"\n", s.id)
		fmt.Fprintf(&body, "\t"+each+"\n", s.id)
	}
	write(t, dir, "main.go", "package main\n\nimport (\n\t\"fmt\"\n"+imports.String()+")\n\nfunc main() {\n"+body.String()+"\t"+last+"\n}\n")
	command(t, dir, "go", "vet", "./...")
	command(t, dir, "go", "build", "-tags", "nomsgpack", "-o", "program", ".")
	return filepath.Join(dir, "program")
}

func runGo(t *testing.T, dir string, all []*snippet) {
	serve(t, dir, portsOf(all), buildGo(t, dir, all, "go %s.Main()", "fmt.Println(\"started\")\n\tselect {}"))
}

func runGoClient(t *testing.T, dir string, all []*snippet) {
	program := buildGo(t, dir, all, "fmt.Println(\"\\n"+mark+"%[1]s\"); %[1]s.Main()", "fmt.Println()")
	spread(t, all, command(t, dir, program))
}
