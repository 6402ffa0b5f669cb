//go:build snippets

package snippets

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// runAxum compiles all snippets as modules of one program, and runs each one's
// main in a thread.
func runAxum(t *testing.T, dir string, all []*snippet) {
	var modules, threads strings.Builder
	for _, s := range all {
		write(t, dir, "src/"+s.id+".rs", s.text+"\n\npub fn run() {\n    main()\n}\n")
		fmt.Fprintf(&modules, "mod %s;\n", s.id)
		fmt.Fprintf(&threads, "    std::thread::spawn(%s::run);\n", s.id)
	}
	write(t, dir, "src/main.rs", modules.String()+"\n"+rustConstants(t)+"\nfn main() {\n"+threads.String()+"    loop {\n        std::thread::park();\n    }\n}\n")
	data(t, dir, "rust/Cargo.toml", "Cargo.toml")
	target := cache(t, "rust")
	command(t, dir, "cargo", "build", "--quiet", "--target-dir", target)
	serve(t, dir, portsOf(all), filepath.Join(target, "debug/snippets"))
}
