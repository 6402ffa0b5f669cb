package catalog

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Trees as their generators lay them out, each with its order and its links.
func TestForeignTrees(t *testing.T) {
	tree := fstest.MapFS{}
	for name, text := range map[string]string{
		// Docusaurus
		"site/intro.md":               "---\nid: start\nsidebar_position: 1\n---\n\n# Intro\n\n[set up](./guides/set-up) [by id](start) [pic](/img/a.png)\n",
		"site/guides/_category_.json": `{"label": "How-to guides", "position": 2}`,
		"site/guides/set-up.mdx":      "import X from 'x';\n\n# Set up\n\n[back](../intro.md#where)\n",
		"site/guides/_part.mdx":       "a part of others",
		"static/img/a.png":            "PNG",
		// MkDocs
		"mk/mkdocs.yml": "site_name: x\nplugins: [!!python/name:x.y '']\nnav:\n  - Last things:\n    - Zebra: z.md\n  - a.md\n",
		"mk/docs/a.md":  "# A\n",
		"mk/docs/z.md":  "# Z\n\n[a](a.html)\n",
		// Hugo
		"hugo/_index.md": "+++\ntitle = 'Hugo section'\nweight = 5\n+++\n\n[p]({{< ref \"page.md\" >}}) [by url](/hugo/old/)\n",
		"hugo/page.md":   "+++\ntitle = 'A page'\naliases = ['/hugo/old/']\n+++\n\nText.\n",
		"hugo/draft.md":  "+++\ndraft = true\n+++\n",
		// Microsoft Learn
		"learn/TOC.yml":    "- name: Second\n  items:\n  - name: Install it\n    href: install.md\n- name: Over\n  href: over.md\n",
		"learn/install.md": "# Install\n\n[over](~/learn/over.md) [top](#top)\n",
		"learn/over.md":    "---\nms.date: 01/18/2026\n---\n\n# Over\n\n[case](INSTALL.md)\n",
		// wiki
		"wiki/_Sidebar.md":      "[[Second Page]]\n",
		"wiki/First.md":         "See [[the second|Second Page]].\n",
		"wiki/Second-Page.md":   "# Second\n",
		"README.md":             "# All\n",
		"docusaurus.config.js":  "",
		"posts/2020-01-01-x.md": "---\ntitle: A post of theirs\n---\n",
	} {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c, err := Load(context.Background(), []Source{{Name: "theirs", FS: tree}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Skipped != nil {
		t.Errorf("left out: %v", c.Skipped)
	}
	if len(c.Faults) != 1 || !strings.Contains(c.Faults[0].Msg, "#where") {
		t.Errorf("faults = %v, want the anchor that is not there", c.Faults)
	}
	children := func(id string) string {
		d, err := c.Doc(id)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, child := range d.Children {
			name := child.Label
			if child.Group != "" {
				name = child.Group + ": " + name
			}
			names = append(names, name)
		}
		return d.Title + ": " + strings.Join(names, ", ")
	}
	for id, want := range map[string]string{
		"site":    "Site: Intro, How-to guides",
		"mk/docs": "Docs: Last things: Zebra, A",
		"hugo":    "Hugo section: A page",
		"learn":   "Learn: Second: Install it, Over",
		"wiki":    "Wiki: Second, First",
	} {
		if got := children(id); got != want {
			t.Errorf("%s = %q, want %q", id, got, want)
		}
	}
	for id, want := range map[string]string{
		"site/intro":         `href="/docs/site/guides/set-up"`,
		"site/guides/set-up": `href="/docs/site/intro"`,
		"mk/docs/z":          `href="/docs/mk/docs/a"`,
		"learn/over":         `href="/docs/learn/install"`,
		"wiki/First":         `href="/docs/wiki/Second-Page"`,
		"hugo":               `href="/docs/hugo/page"`,
	} {
		d, err := c.Doc(id)
		if err != nil {
			t.Fatal(err)
		}
		if html := string(d.Flat()[0].HTML()); !strings.Contains(html, want) {
			t.Errorf("%s: no %s in %s", id, want, html)
		}
	}
	if a, err := c.Asset("static/img/a.png"); err != nil || a.ContentType != "image/png" {
		t.Errorf("the picture: %v, %v", a, err)
	}
	if d, _ := c.Doc("learn/over"); d.Modified.IsZero() {
		t.Error("ms.date was not read")
	}
	if _, err := c.Doc("hugo/draft"); err == nil {
		t.Error("a draft is served")
	}
}

// What a page links to or includes is found where its generator finds it.
func TestLinksOfForeignTrees(t *testing.T) {
	tree := fstest.MapFS{"docusaurus.config.js": {}, "static/logo.png": {Data: []byte("PNG")}, "assets/a.png": {Data: []byte("PNG")}}
	for name, text := range map[string]string{
		"docs/a.md":                  "# A\n\n![logo](@site/static/logo.png) [b](@site/docs/b.md) ![a](/assets/a.png) [users](/api/users) [wiki](/o/p/wiki/B-Page) [[B Page#Second]]\n\nOn [!INCLUDE [x](inc/short.md)]; [!INCLUDE [more](inc/long.md)]\n",
		"docs/b.md":                  "# B\n",
		"docs/inc/short.md":          "Windows 11\n",
		"docs/inc/long.md":           "One.\n\nTwo.\n",
		"docs/api/users.md":          "# Users\n",
		"docs/wiki/B-Page.md":        "## First\n\n## Second\n",
		"docs/wiki/One.md":           "## Alone\n\n### Below\n",
		"docs/section/pack/index.md": "[other]({{< relref \"other\" >}})\n",
		"docs/section/other.md":      "# Other\n",
		"docs/wiki/two/README.md":    "# Two's folder\n",
		"docs/wiki/two.md":           "# Two\n",
		"sidebars.js":                "module.exports = {docs: [{type:'doc', id:'b', label:'Bee'}, 'a']};\n",
	} {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	shipped := fstest.MapFS{"docs/aa.md": {Data: []byte("---\ntitle: Ours\norder: 1\n---\n")}}
	c, err := Load(context.Background(), []Source{{Name: "shipped", FS: shipped, Builtin: true}, {Name: "theirs", FS: tree}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Faults != nil || c.Skipped != nil {
		t.Errorf("faults: %v, left out: %v", c.Faults, c.Skipped)
	}
	html := func(id string) string {
		d, err := c.Doc(id)
		if err != nil {
			t.Fatal(err)
		}
		return string(d.Flat()[0].HTML())
	}
	for _, want := range []string{`src="/docs/static/logo.png"`, `href="/docs/b"`, `src="/docs/assets/a.png"`, `href="/docs/api/users"`, `<a href="/docs/wiki/B-Page">wiki`, `href="/docs/wiki/B-Page#h-second"`, "On Windows 11;", `<a href="/docs/inc/long">more`} {
		if got := html("a"); !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if got := html("section/pack"); !strings.Contains(got, `href="/docs/section/other"`) {
		t.Errorf("Hugo's bundle: %s", got)
	}
	var order []string
	for _, d := range c.Roots {
		order = append(order, d.Label)
	}
	if got := strings.Join(order, ", "); got != "Bee, A, Api, Inc, Section, Wiki, Ours" {
		t.Errorf("order: %s", got)
	}
	for id, want := range map[string]string{"wiki/B-Page": "B Page", "wiki/One": "Alone", "wiki/two": "Two", "wiki/two/README": "Two's folder"} {
		if d, _ := c.Doc(id); d.Title != want {
			t.Errorf("%s is called %q, want %q", id, d.Title, want)
		}
	}
}

// What settings name and is not there is said, with its line; a page is served
// all the same.
func TestSettingsNameWhatIsThere(t *testing.T) {
	shipped := fstest.MapFS{
		"vendors/nginx.md": {Data: []byte("---\ntitle: NGINX\norder: 1\nhop: proxy\ncolor: v-nginx\n---\n\nx\n")},
	}
	theirs := fstest.MapFS{
		"a.md":           {Data: []byte("# A\n")},
		"siteerror.yaml": {Data: []byte("home: /docs/b\nlogo: b.svg\nlibrary:\n  vendors: [ngnix]\n  without: ['404', '405']\nfooter: [{title: F, links: [{title: B, url: /docs/b}, {title: A, url: /docs/a}]}]\n")},
	}
	load := func(opts Options) (*Catalog, error) {
		return Load(context.Background(), []Source{{Name: "shipped", FS: shipped, Builtin: true}, {Name: "theirs", Dir: "d", FS: theirs}}, opts)
	}
	c, err := load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range c.Faults {
		got = append(got, p.Error())
	}
	want := []string{
		"d/siteerror.yaml:1: home: there is no page /docs/b",
		"d/siteerror.yaml:2: logo: b.svg is in no content folder, or is too large",
		`d/siteerror.yaml:6: footer: link "/docs/b" leads nowhere`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := load(Options{FailOnDocs: true}); err == nil || !strings.Contains(err.Error(), "siteerror.yaml:1: home") {
		t.Errorf("a check says %v", err)
	}
	shipped["codes/404.md"] = &fstest.MapFile{Data: []byte("---\ncode: '404'\ncolour: red\nvendor: iett\n---\n")}
	_, err = load(Options{})
	for _, w := range []string{`404.md:3: front matter: unknown field "colour"`, `404.md:4: front matter: unknown vendor "iett"`} {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("no %q in %v", w, err)
		}
	}
}
