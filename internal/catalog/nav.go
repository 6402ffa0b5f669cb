package catalog

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"siteerror/internal/markdown"
)

// navEntry is what a navigation file says about a page or a folder.
type navEntry struct {
	order int // 0 where it says nothing
	title string
	group string // the headings it stands under, without those of its folder
}

// maxNav is the size in bytes of a navigation file; the largest known is a
// tenth of it.
const maxNav = 2 << 20

// isNav reports whether a file orders pages instead of being one.
func isNav(name string) bool {
	switch strings.ToLower(path.Base(name)) {
	case "_category_.json", "_category_.yml", "_category_.yaml", "mkdocs.yml", "mkdocs.yaml", "toc.yml", "toc.yaml",
		"_sidebar.md", "summary.md", "sidebars.json", "sidebars.js", "sidebars.ts":
		return true
	}
	return false
}

// readNav notes what a navigation file says. One that cannot be read costs the
// order only, and is reported.
func (b *builder) readNav(src Source, name string) {
	fail := func(line int, format string, args ...any) {
		b.note(&b.cat.Skipped, &parsed{dir: src.Dir, group: "docs"}, markdown.Problem{Path: name, Line: line, Msg: fmt.Sprintf(format, args...)})
	}
	f, err := src.FS.Open(name)
	if err != nil {
		fail(0, "cannot read the file: %v", cause(err))
		return
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxNav))
	if info, serr := f.Stat(); err != nil || serr != nil || !info.Mode().IsRegular() || len(text) == maxNav {
		fail(0, "cannot read the file, or it has more than %d bytes", maxNav)
		return
	}
	b.hash.Write(text)
	n := &navReader{b: b, src: src, dir: path.Dir(name), file: name}
	switch base := strings.ToLower(path.Base(name)); {
	case strings.HasSuffix(base, ".md"):
		o := b.cat.renderer.Brief(&markdown.File{Path: name, Body: markdown.Plain(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))), BodyLine: 1})
		for _, l := range o.Links {
			n.page(strings.TrimPrefix(l.Dest, markdown.WikiScheme), "")
		}
		return
	case strings.HasPrefix(base, "sidebars."):
		text = sidebarData(text)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		if strings.HasPrefix(path.Base(name), "sidebars.") {
			return // a program, not data: the folders give the order
		}
		fail(0, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return
	}
	if len(doc.Content) == 0 {
		return
	}
	root := doc.Content[0]
	switch base := strings.ToLower(path.Base(name)); {
	case strings.HasPrefix(base, "_category_"):
		e := navEntry{title: text1(root, "label"), order: order(text1(root, "position"))}
		if e.order == unordered {
			e.order = 0
		}
		b.nav[docPath(path.Join(n.dir, "index.md"))] = e
	case strings.HasPrefix(base, "mkdocs"):
		n.dir = path.Join(n.dir, orElse(text1(root, "docs_dir"), "docs"))
		n.mkdocs(child(root, "nav"))
	case strings.HasPrefix(base, "toc"):
		n.toc(root)
	default:
		n.sidebars(root)
	}
}

// navReader walks a navigation file, counting as it goes.
type navReader struct {
	b      *builder
	src    Source
	dir    string // of the links
	file   string
	count  int
	titles []string // of the sections around
}

// page notes that dest comes next.
func (n *navReader) page(dest, title string) {
	dest, _, _ = strings.Cut(dest, "#")
	dest, _, _ = strings.Cut(dest, "?")
	if dest == "" || strings.Contains(dest, "://") {
		return
	}
	file := path.Join(n.dir, strings.TrimPrefix(dest, "~/"))
	if strings.EqualFold(strings.TrimSuffix(path.Base(file), path.Ext(file)), "toc") || strings.HasSuffix(dest, "/") {
		file = path.Join(strings.TrimSuffix(file, path.Base(file)), "index.md")
		if strings.HasSuffix(dest, "/") {
			file = path.Join(n.dir, dest, "index.md")
		}
	}
	id := docPath(file)
	if ext := path.Ext(file); ext != ".md" && ext != ".mdx" && ext != ".markdown" && !strings.HasSuffix(dest, "/") {
		id = docPath(strings.ReplaceAll(file, " ", "-") + ".md")
	}
	if _, known := n.b.nav[id]; known && n.b.nav[id].order != 0 {
		return
	}
	n.count++
	n.b.nav[id] = navEntry{order: n.count * 1000, title: title, group: strings.Join(n.titles, " › ")}
}

func (n *navReader) section(title string, inside func()) {
	if title != "" && len(n.titles) < 20 {
		n.titles = append(n.titles, title)
		defer func() { n.titles = n.titles[:len(n.titles)-1] }()
	}
	inside()
}

// mkdocs reads "- page.md", "- Title: page.md" and "- Title: [ … ]".
func (n *navReader) mkdocs(list *yaml.Node) {
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range list.Content {
		switch {
		case item.Kind == yaml.ScalarNode:
			n.page(item.Value, "")
		case item.Kind == yaml.MappingNode && len(item.Content) > 1 && item.Content[1].Kind == yaml.ScalarNode:
			n.page(item.Content[1].Value, item.Content[0].Value)
		case item.Kind == yaml.MappingNode && len(item.Content) > 1:
			n.section(item.Content[0].Value, func() { n.mkdocs(item.Content[1]) })
		}
	}
}

// toc reads Microsoft Learn's lists of name, href and items.
func (n *navReader) toc(list *yaml.Node) {
	if list.Kind == yaml.MappingNode {
		if list = child(list, "items"); list == nil {
			return
		}
	}
	for _, item := range list.Content {
		name := text1(item, "name")
		for _, field := range []string{"href", "topicHref"} {
			if href := text1(item, field); href != "" {
				n.page(href, name)
				break
			}
		}
		if items := child(item, "items"); items != nil {
			n.section(name, func() { n.toc(items) })
		}
	}
}

// sidebars reads Docusaurus' lists of ids and categories.
func (n *navReader) sidebars(node *yaml.Node) {
	switch node.Kind {
	case yaml.ScalarNode:
		n.sidebarPage(node.Value, "")
	case yaml.SequenceNode:
		for _, item := range node.Content {
			n.sidebars(item)
		}
	case yaml.MappingNode:
		switch kind := text1(node, "type"); {
		case kind == "doc" || kind == "ref":
			n.sidebarPage(text1(node, "id"), text1(node, "label"))
		case kind == "category":
			n.section(text1(node, "label"), func() {
				if link := child(node, "link"); link != nil {
					n.sidebarPage(text1(link, "id"), "")
				}
				if items := child(node, "items"); items != nil {
					n.sidebars(items)
				}
			})
		case kind == "":
			for i := 0; i+1 < len(node.Content); i += 2 {
				title := node.Content[i].Value
				if n.count == 0 && len(n.titles) == 0 || node.Content[i+1].Kind == yaml.MappingNode {
					title = "" // the sidebar's own name
				}
				n.section(title, func() { n.sidebars(node.Content[i+1]) })
			}
		}
	}
}

// sidebarPage finds the page of an id, which counts from the folder of the docs:
// beside the file, or beside the folder it is in.
func (n *navReader) sidebarPage(id, title string) {
	if id == "" {
		return
	}
	for _, dir := range []string{"docs", "../docs", "."} {
		at := path.Join(n.dir, dir)
		for _, p := range n.b.files {
			if p.group == "docs" && path.Dir(p.file.Path) == path.Join(at, path.Dir(id)) && (p.name == path.Base(id) || p.file.Field("id") == path.Base(id)) {
				n.dir, at = at, n.dir
				n.page(strings.TrimPrefix(p.file.Path, n.dir+"/"), title)
				n.dir = at
				return
			}
		}
	}
}

var (
	sidebarComment = regexp.MustCompile(`(?m)^\s*//.*$|/\*[\s\S]*?\*/`)
	sidebarStart   = regexp.MustCompile(`(?:module\.exports\s*=|export\s+default|sidebars\b[^=\n]*=)\s*\{`)
)

// sidebarData cuts the object out of a sidebars.js that is plain data: as YAML
// has it, single quotes, bare keys and commas at the end are all right.
func sidebarData(src []byte) []byte {
	src = sidebarComment.ReplaceAll(src, nil)
	loc := sidebarStart.FindIndex(src)
	if loc == nil {
		return src
	}
	body := src[loc[1]-1:]
	end := bytes.LastIndexByte(body, '}')
	if after := bytes.Index(body, []byte("\n};")); after >= 0 {
		end = after + 1
	}
	if end < 0 {
		return nil
	}
	return bytes.ReplaceAll(body[:end+1], []byte("\t"), []byte("  "))
}

// child is a mapping's value, or nil.
func child(n *yaml.Node, key string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

func text1(n *yaml.Node, key string) string {
	if c := child(n, key); c != nil && c.Kind == yaml.ScalarNode {
		return c.Value
	}
	return ""
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
