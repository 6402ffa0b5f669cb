//go:build snippets

package snippets

import (
	"fmt"
	"testing"
)

func servePHP(t *testing.T, dir, router string, all []*snippet) {
	for _, s := range all {
		write(t, dir, s.id+".php", s.text)
	}
	data(t, dir, "php/"+router, router)
	port := onePort(all)
	serve(t, dir, []int{port}, "php", "-d", "display_errors=1", "-S", fmt.Sprintf("127.0.0.1:%d", port), router)
}

func runPHP(t *testing.T, dir string, all []*snippet) {
	servePHP(t, dir, "router.php", all)
}

func runLaravel(t *testing.T, dir string, all []*snippet) {
	servePHP(t, dir, "laravel.php", all)
}
