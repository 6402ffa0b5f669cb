package catalog

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"siteerror/internal/markdown"
)

// navEntry is what a navigation file says about a page or a folder.
type navEntry struct {
	order int // 0 where it says nothing
	title string
	group string // the headings it stands under, without those of its folder
}

// navGroup is the group of files that order pages.
const navGroup = "nav"

// isNav reports whether a file orders pages instead of being one.
func isNav(name string) bool {
	switch strings.ToLower(path.Base(name)) {
	case "_category_.json", "_category_.yml", "_category_.yaml", "mkdocs.yml", "mkdocs.yaml", "toc.yml", "toc.yaml",
		"_sidebar.md", "summary.md", "sidebars.json", "sidebars.js", "sidebars.ts":
		return true
	}
	return false
}

// navFile is what a navigation file says, by itself.
type navFile struct {
	Folder bool // it is about its own folder, the one entry
	Pages  []navPage
}

// navPage is a page that a navigation file names.
type navPage struct {
	ID           string // of the doc; or
	Dir, Ref     string // Docusaurus: the folder of the sidebar, and what stands in it
	Order        int    // of a folder: as it says itself, 0 where it says nothing
	Title, Group string
}

// readNav reads a navigation file.
func readNav(name string, text []byte, r *markdown.Renderer) (*navFile, markdown.Problems) {
	n := &navReader{dir: path.Dir(name), file: &navFile{}}
	switch base := strings.ToLower(path.Base(name)); {
	case strings.HasSuffix(base, ".md"):
		o := r.Brief(&markdown.File{Path: name, Body: markdown.Plain(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))), BodyLine: 1})
		for _, l := range o.Links {
			n.page(strings.TrimPrefix(l.Dest, markdown.WikiScheme), "")
		}
		return n.file, nil
	case strings.HasPrefix(base, "sidebars."):
		text = sidebarData(text)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		if strings.HasPrefix(path.Base(name), "sidebars.") {
			return n.file, nil // a program, not data: the folders give the order
		}
		return nil, markdown.Problems{{Path: name, Msg: strings.TrimPrefix(err.Error(), "yaml: ")}}
	}
	if len(doc.Content) == 0 {
		return n.file, nil
	}
	root := doc.Content[0]
	switch base := strings.ToLower(path.Base(name)); {
	case strings.HasPrefix(base, "_category_"):
		e := navPage{ID: docPath(path.Join(n.dir, "index.md")), Title: text1(root, "label"), Order: order(text1(root, "position"))}
		if e.Order == unordered {
			e.Order = 0
		}
		n.file.Folder, n.file.Pages = true, []navPage{e}
	case strings.HasPrefix(base, "mkdocs"):
		n.dir = path.Join(n.dir, orElse(text1(root, "docs_dir"), "docs"))
		n.mkdocs(child(root, "nav"))
	case strings.HasPrefix(base, "toc"):
		n.toc(root)
	default:
		n.sidebars(root)
	}
	return n.file, nil
}

// addNav notes what the navigation files among files say; the first that names a
// page decides. One that cannot be read costs the order only, and is reported.
func (b *builder) addNav(files []*parsed) {
	byRef := sync.OnceValue(func() map[string]string { return docsByName(b.files) })
	for _, p := range files {
		if p.group != navGroup {
			continue
		}
		if p.fail != nil {
			b.report(p, p.fail...)
			continue
		}
		nav, count := p.front.(*navFile), 0
		for _, page := range nav.Pages {
			id, order := page.ID, page.Order
			if page.Ref != "" {
				id = page.find(byRef())
			}
			if !nav.Folder {
				if id == noDoc || b.nav[id].order != 0 {
					continue
				}
				count++
				order = count * 1000
			}
			b.nav[id] = navEntry{order: order, title: page.Title, group: page.Group}
		}
	}
}

const noDoc = "\x00" // no id

// find looks a reference up beside the sidebar, or in the folder of the docs there.
func (n *navPage) find(docs map[string]string) string {
	for _, dir := range [...]string{"docs", "../docs", "."} {
		if id, ok := docs[path.Join(n.Dir, dir, n.Ref)]; ok {
			return id
		}
	}
	return noDoc
}

// docsByName are the ids of docs by folder and name, which is the file's or the
// one that its front matter gives it.
func docsByName(files []*parsed) map[string]string {
	ids := map[string]string{}
	for _, p := range files {
		m, ok := p.front.(*docFront)
		if !ok {
			continue
		}
		for _, name := range [...]string{p.name, m.ID} {
			at := path.Join(path.Dir(p.file.Path), name)
			if _, taken := ids[at]; !taken && name != "" {
				ids[at] = docPath(p.file.Path)
			}
		}
	}
	return ids
}

// navReader walks a navigation file.
type navReader struct {
	file   *navFile
	dir    string   // of the links
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
	n.add(navPage{ID: id, Title: title})
}

func (n *navReader) add(p navPage) {
	p.Group = strings.Join(n.titles, " › ")
	n.file.Pages = append(n.file.Pages, p)
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
				if len(n.file.Pages) == 0 && len(n.titles) == 0 || node.Content[i+1].Kind == yaml.MappingNode {
					title = "" // the sidebar's own name
				}
				n.section(title, func() { n.sidebars(node.Content[i+1]) })
			}
		}
	}
}

// sidebarPage notes that the page with an id comes next.
func (n *navReader) sidebarPage(id, title string) {
	if id != "" {
		n.add(navPage{Dir: n.dir, Ref: id, Title: title})
	}
}

var (
	sidebarComment = regexp.MustCompile(`(?m)^\s*//.*$|/\*[\s\S]*?\*/`)
	sidebarKey     = regexp.MustCompile(`([{,]\s*\w+):(\S)`) // {type:'doc'}
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
	body = sidebarKey.ReplaceAll(body[:end+1], []byte("$1: $2"))
	return bytes.ReplaceAll(body, []byte("\t"), []byte("  "))
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
