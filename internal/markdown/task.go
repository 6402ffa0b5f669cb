package markdown

import (
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// taskRenderer writes a task's box with a name, which goldmark's has not: a form
// field without one says nothing to who does not see it (WCAG 4.1.2).
type taskRenderer struct{}

func (taskRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(extast.KindTaskCheckBox, func(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		box := `<input type="checkbox" disabled aria-label="to do"> `
		if node.(*extast.TaskCheckBox).IsChecked {
			box = `<input type="checkbox" checked disabled aria-label="done"> `
		}
		_, err := w.WriteString(box)
		return ast.WalkContinue, err
	})
}
