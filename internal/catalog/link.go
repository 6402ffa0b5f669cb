package catalog

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode"

	"siteerror/internal/markdown"
)

// linker resolves the links of one page.
type linker struct {
	cat    *Catalog
	dir    string // of the file
	file   string
	prefix string     // of the page's own anchors
	flat   []*Section // of the page
	extra  []string   // anchors that its author set in HTML
	doc    bool       // somebody else's page: its links are as its generator reads them
}

// target is where a link leads.
type target struct {
	path  string     // on the site; may have a fragment
	flat  []*Section // the page's headings
	doc   *docText   // has them where that is a doc
	extra []string
	any   bool // any fragment will do
}

// resolve returns the destination to write. The error says why a link leads
// nowhere; the destination is then "".
func (l *linker) resolve(dest string) (string, error) {
	if page, ok := strings.CutPrefix(dest, markdown.WikiScheme); ok {
		return l.wiki(page)
	}
	if file, ok := strings.CutPrefix(dest, markdown.IncludeScheme); ok {
		return l.include(file)
	}
	u, err := url.Parse(dest)
	if err != nil {
		return "", fmt.Errorf("link %q is not a URL", dest)
	}
	switch {
	case u.Scheme != "" || strings.HasPrefix(dest, "//"):
		return dest, nil // the sanitiser decides on schemes
	case u.Path == "" && u.Fragment != "":
		if a, ok := anchor(target{flat: l.flat, extra: l.extra}, u.Fragment, l.doc); ok {
			return "#" + a, nil
		}
		if l.doc && strings.EqualFold(u.Fragment, "top") {
			return "#main", nil
		}
		return "", fmt.Errorf("link %q: the page has no heading with this anchor%s", dest, l.nearestAnchor(u.Fragment))
	case u.Path == "":
		return dest, nil
	}
	t, err := l.find(dest, u.Path)
	if err != nil {
		return "", err
	}
	final, frag, _ := strings.Cut(t.path, "#")
	if u.Fragment != "" {
		a, ok := anchor(t, u.Fragment, l.doc)
		switch {
		case ok:
			frag = a
		case l.doc: // the page is there all the same
			err = fmt.Errorf("link %q: that page has no heading with the anchor #%s", dest, u.Fragment)
		default:
			return "", fmt.Errorf("link %q: that page has no heading with the anchor #%s", dest, u.Fragment)
		}
	}
	if u.RawQuery != "" {
		final += "?" + u.RawQuery
	}
	if frag != "" {
		final += "#" + frag
	}
	return l.cat.base + final, err
}

// anchor finds what a fragment names. Generators differ in what they make of
// hyphens and case, so in docs neither counts.
func anchor(t target, frag string, loose bool) (string, bool) {
	if t.any {
		return frag, true
	}
	if t.doc != nil {
		_, _, links := t.doc.read()
		t.flat, t.extra = links.flat, links.extra
	}
	for _, prefix := range []string{"", markdown.AnchorPrefix} {
		for _, s := range t.flat {
			if s.Anchor == prefix+frag {
				return s.Anchor, true
			}
		}
		for _, a := range t.extra {
			if a == prefix+frag {
				return a, true
			}
		}
	}
	if loose {
		want := letters(frag)
		for _, s := range t.flat {
			if want != "" && (letters(strings.TrimPrefix(s.Anchor, markdown.AnchorPrefix)) == want || letters(s.Title) == want) {
				return s.Anchor, true
			}
		}
	}
	return "", false
}

// letters is s without case and without anything but letters and digits.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// find finds the page or file at the path of a link.
func (l *linker) find(dest, p string) (target, error) {
	if !l.doc {
		if !strings.HasPrefix(p, "/") {
			file := path.Join(l.dir, p)
			if a := l.asset(file); a != nil {
				return target{path: a.URL(), any: true}, nil
			}
			page, ok := l.cat.byFile(file)
			if !ok {
				return target{}, fmt.Errorf("link %q: there is no file %s", dest, file)
			}
			p = page
		}
		t, ok := l.cat.lookupPath(p)
		if !ok {
			return target{}, fmt.Errorf("link %q leads nowhere%s", dest, l.nearestPage(p))
		}
		return t, nil
	}
	p = strings.TrimPrefix(p, "~") // Microsoft Learn: the root of the docs
	if file, ok := strings.CutPrefix(p, "@site/"); ok {
		p = "/" + file // Docusaurus: the root of the site
	}
	if !strings.HasPrefix(p, "/") {
		dirs := []string{l.dir}
		if id := docPath(l.file); id != l.dir { // its generator may serve the page as a folder
			dirs = append(dirs, id)
		}
		if strings.HasPrefix(path.Base(l.file), "index.") { // Hugo: a bundle stands for a file beside its folder
			dirs = append(dirs, path.Dir(l.dir))
		}
		for _, dir := range dirs {
			if t, ok := l.at(path.Join(dir, p)); ok {
				return t, nil
			}
		}
		return target{}, fmt.Errorf("link %q: there is no file %s", dest, path.Join(l.dir, p))
	}
	t, ok := l.cat.lookupPath(p)
	if ok && !anyBelow[firstWord(p)] {
		return t, nil
	}
	if own, ok := l.at(strings.TrimPrefix(path.Clean(p), "/")); ok {
		return own, nil
	}
	if own, ok := l.ending(p); ok {
		return own, nil
	}
	if ok {
		return t, nil
	}
	if _, page, found := strings.Cut(p, "/wiki/"); found { // GitHub: /owner/project/wiki/Page
		if docs := l.cat.endings()[strings.ToLower(path.Base(page))]; len(docs) > 0 {
			return docs[0].target(), nil
		}
	}
	return target{}, fmt.Errorf("link %q leads nowhere", dest)
}

// at finds the doc or file at a path in the tree, in whatever way its generator
// writes it: with ".md", ".html", a slash at the end, or in other case.
func (l *linker) at(file string) (target, bool) {
	c := l.cat
	if strings.HasPrefix(file, "..") {
		return target{}, false
	}
	if page, ok := c.byFile(file); ok && !strings.HasPrefix(page, "/docs") {
		return c.lookupPath(page)
	}
	if a := l.asset(file); a != nil {
		return target{path: a.URL(), any: true}, true
	}
	bare := strings.TrimSuffix(strings.TrimSuffix(file, ".html"), ".htm")
	for _, id := range []string{docPath(file), docPath(bare + ".md"), fullDocPath(bare + ".md"), strings.TrimPrefix(bare, "docs/")} {
		if id == "." {
			id = ""
		}
		d, ok := c.docs[id]
		if !ok {
			if d, ok = c.docs[c.lower()[strings.ToLower(id)]]; ok && d.ID == "" && id != "" {
				ok = false
			}
		}
		if !ok {
			d, ok = c.names[strings.ToLower(id)]
		}
		if ok {
			return d.target(), true
		}
	}
	return target{}, false
}

func (d *Doc) target() target {
	return target{path: d.Path, doc: d.text}
}

// ending finds the doc whose path ends as a link does that was meant for the
// root of its author's site, wherever in the tree that is: the one nearest to
// the page, else the first. Two words of the path have to agree, or all.
func (l *linker) ending(p string) (target, bool) {
	words := strings.Split(strings.ToLower(strings.Trim(strings.TrimSuffix(path.Clean(p), path.Ext(p)), "/")), "/")
	if ext := strings.ToLower(path.Ext(p)); ext != "" && ext != ".md" && ext != ".html" && ext != ".mdx" {
		words = strings.Split(strings.ToLower(strings.Trim(path.Clean(p), "/")), "/")
		for dir := range map[string]bool{"static": true, "public": true, "website/static": true} {
			if a := l.asset(dir + "/" + strings.Trim(path.Clean(p), "/")); a != nil {
				return target{path: a.URL(), any: true}, true
			}
		}
	}
	need := min(2, len(words))
	if len(words) > 1 && words[0] == "docs" && (len(words) == 2 || len(words) == 3 && (words[1] == "next" || strings.ContainsAny(words[1][:min(1, len(words[1]))], "0123456789"))) {
		need = 1 // Docusaurus: /docs/page, /docs/next/page, /docs/0.81/page
	}
	var best *Doc
	bestLen, bestNear := 0, -1
	for _, d := range l.cat.endings()[words[len(words)-1]] {
		have := strings.Split(strings.ToLower(d.ID), "/")
		n := 0
		for n < len(words) && n < len(have) && words[len(words)-1-n] == have[len(have)-1-n] {
			n++
		}
		if n < need {
			continue
		}
		if near := common(d.ID, l.dir); n > bestLen || n == bestLen && near > bestNear {
			best, bestLen, bestNear = d, n, near
		}
	}
	if best == nil {
		return target{}, false
	}
	return best.target(), true
}

// common counts the folders that two paths share at their beginning.
func common(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(as) && n < len(bs) && as[n] == bs[n] {
		n++
	}
	return n
}

// wiki finds the page of a [[wiki link]], by name, wherever it is.
func (l *linker) wiki(name string) (string, error) {
	name, frag, _ := strings.Cut(name, "#")
	word := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), " ", "-"))
	t, ok := l.at(path.Join(l.dir, word))
	if !ok {
		docs := l.cat.endings()[path.Base(word)]
		if len(docs) == 0 {
			return "", fmt.Errorf("link [[%s]]: there is no page of this name", name)
		}
		t = docs[0].target()
	}
	if a, ok := anchor(t, frag, true); ok && frag != "" {
		return l.cat.base + t.path + "#" + a, nil
	}
	return l.cat.base + t.path, nil
}

// maxIncluded is how many bytes of another file's text stand in a page; for more
// there is a link to it.
const maxIncluded = 500

// include is the text of a file that is one line of plain text, else where its
// page is. A file that is not there is left out.
func (l *linker) include(file string) (string, error) {
	t, err := l.find(file, file)
	if err != nil || t.doc == nil {
		return markdown.TextScheme, fmt.Errorf("included file %q: there is none", file)
	}
	o, _, _ := t.doc.read()
	if o.Title == "" && len(o.Links) == 0 && len(o.Sections) == 1 {
		if s := o.Sections[0]; s.Title == "" && len(s.Text) <= maxIncluded && !strings.Contains(s.Text, "\n") {
			return markdown.TextScheme + s.Text, nil
		}
	}
	return l.cat.base + t.path, nil
}

// asset finds a file that may be served, and notes that it is wanted.
func (l *linker) asset(file string) *Asset {
	return l.cat.assets.use(strings.TrimPrefix(file, "docs/"))
}

func (l *linker) nearestAnchor(frag string) string {
	var known []string
	for _, s := range l.flat {
		if s.Anchor != "" {
			known = append(known, "#"+strings.TrimPrefix(s.Anchor, l.prefix))
		}
	}
	if n := markdown.Nearest("#"+frag, known); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

func (l *linker) nearestPage(p string) string {
	var known []string
	switch path.Dir(p) {
	case "/codes":
		known = keysOf(l.cat.codes)
	case "/blog":
		known = keysOf(l.cat.posts)
	}
	if n := markdown.Nearest(path.Base(p), known); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", path.Dir(p)+"/"+n)
	}
	return ""
}

// plainPaths are the pages that exist whatever the content.
var plainPaths = map[string]bool{
	"/": true, "/codes": true, "/compare": true, "/blog": true, "/docs": true, "/search": true, "/cheatsheet": true, "/quiz": true,
	"/checker": true, "/playground": true, "/diagnose": true, "/api": true, "/openapi.json": true, "/llms.txt": true, "/sitemap.xml": true, "/blog/feed.xml": true,
}

// lookupPath finds the page at a path of the site.
func (c *Catalog) lookupPath(p string) (t target, ok bool) {
	anything := target{path: p, any: true}
	if plainPaths[p] {
		return anything, true
	}
	dir, rest, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	switch dir {
	case "codes":
		if code, err := c.Code(rest); err == nil {
			return target{path: code.Path, flat: code.flat}, true
		}
		if r, err := c.Rendering(rest); err == nil {
			return target{path: r.Path, flat: r.Code.flat}, true
		}
		if c.failedCode(rest) {
			return anything, true // its own problems are reported; links to it are not to blame
		}
	case "blog":
		if tag, found := strings.CutPrefix(rest, "tags/"); found {
			return anything, c.hasTag(tag)
		}
		if post, err := c.Post(rest); err == nil {
			return target{path: post.Path, flat: post.flat}, true
		}
	case "docs":
		if doc, err := c.Doc(strings.TrimSuffix(rest, "/")); err == nil {
			return doc.target(), true
		}
	case "categories":
		_, found := c.categories[rest]
		return anything, found
	case "vendors":
		_, found := c.vendors[rest]
		return anything, found
	case "compare":
		if ids := strings.Split(rest, "-vs-"); len(ids) > 1 {
			if cmp, err := c.Compare(ids); err == nil {
				return target{path: cmp.Path, any: true}, true
			}
		}
	}
	if codes := c.numbers[strings.ToLower(dir)]; rest == "" && len(codes) > 0 { // a short link
		if len(codes) == 1 {
			return target{path: codes[0].Path, flat: codes[0].flat}, true
		}
		return anything, true
	}
	return anything, anyBelow[dir]
}

// anyBelow are the folders of the site in which every path is taken to exist.
var anyBelow = map[string]bool{"status": true, "assets": true, "api": true}

func firstWord(p string) string {
	word, _, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	return word
}

func (c *Catalog) failedCode(id string) bool {
	id = strings.ToLower(id)
	return c.failed["codes/"+id] || c.failed["codes/"+id[strings.LastIndexByte(id, '-')+1:]]
}

// byFile returns the path on the site of the page made from a content file.
func (c *Catalog) byFile(file string) (string, bool) {
	p := newParsed(0, file)
	switch p.group {
	case "codes":
		return "/codes/" + p.name, true
	case "posts":
		return "/blog/" + p.name, true
	case "categories", "vendors", "compare":
		return "/" + p.group + "/" + p.name, true
	}
	if d, ok := c.docs[p.docPath]; ok {
		return d.Path, true
	}
	return "", false
}
