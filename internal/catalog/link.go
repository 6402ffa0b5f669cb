package catalog

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"siteerror/internal/markdown"
)

// linker resolves the links of one page.
type linker struct {
	cat     *Catalog
	dir     string // of the file
	prefix  string // of the page's own anchors
	anchors func() map[string]bool
	doc     bool
}

// resolve returns the destination to write. The error says why a link leads
// nowhere; the destination is then left as it was written.
func (l *linker) resolve(dest string) (string, error) {
	u, err := url.Parse(dest)
	if err != nil {
		return dest, fmt.Errorf("link %q is not a URL", dest)
	}
	switch {
	case u.Scheme != "" || strings.HasPrefix(dest, "//"):
		return dest, nil // the sanitiser decides on schemes
	case u.Path == "" && u.Fragment != "":
		if l.anchors()[l.prefix+u.Fragment] {
			return "#" + l.prefix + u.Fragment, nil
		}
		if l.anchors()[u.Fragment] {
			return dest, nil
		}
		return dest, fmt.Errorf("link %q: the page has no heading with this anchor%s", dest, l.nearestAnchor(u.Fragment))
	case u.Path == "":
		return dest, nil
	}
	p := u.Path
	if !strings.HasPrefix(p, "/") {
		file := path.Join(l.dir, p)
		page, ok := l.cat.byFile(file)
		if !ok {
			return dest, fmt.Errorf("link %q: there is no file %s", dest, file)
		}
		p = page
	}
	final, anchors, ok := l.cat.lookupPath(p)
	if !ok {
		return dest, fmt.Errorf("link %q leads nowhere%s", dest, l.nearestPage(p))
	}
	if u.Fragment != "" {
		frag := u.Fragment
		switch {
		case anchors == nil || anchors[frag]:
		case anchors["h-"+frag]:
			frag = "h-" + frag
		default:
			return dest, fmt.Errorf("link %q: that page has no heading with the anchor #%s", dest, frag)
		}
		final, _, _ = strings.Cut(final, "#")
		final += "#" + frag
	}
	if u.RawQuery != "" {
		before, frag, _ := strings.Cut(final, "#")
		final = before + "?" + u.RawQuery
		if frag != "" {
			final += "#" + frag
		}
	}
	return l.cat.base + final, nil
}

func (l *linker) nearestAnchor(frag string) string {
	var known []string
	for a := range l.anchors() {
		if a != "" {
			known = append(known, "#"+strings.TrimPrefix(a, l.prefix))
		}
	}
	if n := markdown.Nearest("#"+frag, known); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

func (l *linker) nearestPage(p string) string {
	dir := path.Dir(p) + "/"
	var known []string
	for id := range l.cat.codes {
		known = append(known, "/codes/"+id)
	}
	for slug := range l.cat.posts {
		known = append(known, "/blog/"+slug)
	}
	var near []string
	for _, k := range known {
		if strings.HasPrefix(k, dir) {
			near = append(near, k)
		}
	}
	if n := markdown.Nearest(p, near); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

// plainPaths are the pages that exist whatever the content.
var plainPaths = map[string]bool{
	"/": true, "/codes": true, "/compare": true, "/blog": true, "/docs": true, "/search": true, "/cheatsheet": true, "/quiz": true,
	"/checker": true, "/playground": true, "/diagnose": true, "/api": true, "/openapi.json": true, "/llms.txt": true, "/sitemap.xml": true, "/blog/feed.xml": true,
}

// lookupPath finds the page at a path of the site. final is where it really is;
// anchors are its headings, nil where any fragment goes.
func (c *Catalog) lookupPath(p string) (final string, anchors map[string]bool, ok bool) {
	if plainPaths[p] {
		return p, nil, true
	}
	dir, rest, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	switch dir {
	case "codes":
		if code, err := c.Code(rest); err == nil {
			return code.Path, anchorsOf(code.Flat), true
		}
		if r, err := c.Rendering(rest); err == nil {
			return r.Path, anchorsOf(r.Code.Flat), true
		}
		if c.failedCode(rest) {
			return p, nil, true // its own problems are reported; links to it are not to blame
		}
	case "blog":
		if tag, found := strings.CutPrefix(rest, "tags/"); found {
			return p, nil, c.hasTag(tag)
		}
		if post, err := c.Post(rest); err == nil {
			return post.Path, anchorsOf(post.Flat), true
		}
	case "docs":
		if doc, err := c.Doc(rest); err == nil {
			return doc.Path, anchorsOf(doc.Flat), true
		}
	case "categories":
		_, found := c.categories[rest]
		return p, nil, found
	case "vendors":
		_, found := c.vendors[rest]
		return p, nil, found
	case "compare":
		if ids := strings.Split(rest, "-vs-"); len(ids) > 1 {
			if cmp, err := c.Compare(ids); err == nil {
				return cmp.Path, nil, true
			}
		}
	case "status", "assets", "api":
		return p, nil, true
	}
	return "", nil, false
}

func (c *Catalog) failedCode(id string) bool {
	id = strings.ToLower(id)
	return c.failed["codes/"+id] || c.failed["codes/"+id[strings.LastIndexByte(id, '-')+1:]]
}

func anchorsOf(flat []*Section) map[string]bool {
	m := make(map[string]bool, len(flat))
	for _, s := range flat {
		m[s.Anchor] = true
	}
	return m
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
