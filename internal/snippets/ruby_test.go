//go:build snippets

package snippets

import (
	"fmt"
	"testing"
)

func servePuma(t *testing.T, dir, config string, all []*snippet) {
	data(t, dir, "ruby/"+config, config)
	port := onePort(all)
	serve(t, dir, []int{port}, "puma", "--early-hints", "--bind", fmt.Sprintf("tcp://127.0.0.1:%d", port), config)
}

func runRack(t *testing.T, dir string, all []*snippet) {
	for _, s := range all {
		write(t, dir, s.id+".ru", s.text)
	}
	servePuma(t, dir, "rack.ru", all)
}

func runRails(t *testing.T, dir string, all []*snippet) {
	for _, s := range all {
		write(t, dir, s.id+".rb", fmt.Sprintf("module S%s\n%s\nend\n", s.id[1:], s.text))
	}
	servePuma(t, dir, "rails.ru", all)
}
