// Package feed writes the catalog for machines that follow sites: sitemap, Atom,
// OpenSearch, robots.txt and llms.txt. All of it is pure functions of the
// catalog and the site's address.
package feed

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"siteerror/internal/catalog"
)

// Site is what the files say about the site itself.
type Site struct {
	Title string
	// URL is the address before every path, absolute: "https://intra.example/help".
	URL string
}

// maxSitemap is how many addresses one sitemap may hold (sitemaps.org, protocol).
const maxSitemap = 50_000

type urlset struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

type sitemapIndex struct {
	XMLName  xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Sitemaps []sitemapURL `xml:"sitemap"`
}

// Sitemap returns part n, from 1, of the sitemap, and nil where there is no such
// part. Part 0 is what stands at /sitemap.xml: the only part, or the index of
// the parts where one would hold too many addresses.
func Sitemap(c *catalog.Catalog, site Site, n int) []byte {
	urls := addresses(c, site)
	parts := (len(urls) + maxSitemap - 1) / maxSitemap
	if n == 0 && parts > 1 {
		idx := sitemapIndex{}
		for i := range parts {
			idx.Sitemaps = append(idx.Sitemaps, sitemapURL{Loc: fmt.Sprintf("%s/sitemap-%d.xml", site.URL, i+1)})
		}
		return document(idx)
	}
	if n == 0 {
		n = 1
	}
	if n > parts {
		return nil
	}
	return document(urlset{URLs: urls[(n-1)*maxSitemap : min(n*maxSitemap, len(urls))]})
}

func addresses(c *catalog.Catalog, site Site) []sitemapURL {
	var urls []sitemapURL
	add := func(path string, modified time.Time) {
		u := sitemapURL{Loc: site.URL + path}
		if !modified.IsZero() {
			u.LastMod = modified.Format(time.DateOnly)
		}
		urls = append(urls, u)
	}
	for _, p := range []string{"/", "/codes", "/compare", "/blog", "/cheatsheet", "/quiz", "/playground", "/diagnose", "/checker"} {
		add(p, time.Time{})
	}
	for _, code := range c.Codes {
		add(code.Path, code.Modified)
	}
	for _, v := range c.Categories {
		add(v.Path, time.Time{})
	}
	for _, v := range c.Vendors {
		add(v.Path, time.Time{})
	}
	for _, g := range c.Guides {
		add(g.Path, time.Time{})
	}
	for _, p := range c.Posts {
		add(p.Path, p.Modified)
	}
	for _, d := range c.Docs {
		add(d.Path, d.Modified)
	}
	return urls
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Base    string      `xml:"xml:base,attr"` // links in the posts are relative to the host
	Title   string      `xml:"title"`
	ID      string      `xml:"id"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	Title      string         `xml:"title"`
	ID         string         `xml:"id"`
	Links      []atomLink     `xml:"link"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary"`
	Content    atomContent    `xml:"content"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// Atom returns the feed (RFC 4287) of posts, which are the catalog's or those
// with one tag; path is where the feed stands.
func Atom(posts []*catalog.Post, site Site, title, path string) []byte {
	f := atomFeed{
		Base: site.URL + "/", Title: title, ID: site.URL + path, Author: atomAuthor{site.Title},
		Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: site.URL + path},
			{Rel: "alternate", Type: "text/html", Href: site.URL + strings.TrimSuffix(path, "/feed.xml")},
		},
	}
	var newest time.Time
	for _, p := range posts {
		if p.Modified.After(newest) {
			newest = p.Modified
			f.Updated = newest.UTC().Format(time.RFC3339)
		}
		e := atomEntry{
			Title: p.Title, ID: site.URL + p.Path, Links: []atomLink{{Rel: "alternate", Type: "text/html", Href: site.URL + p.Path}},
			Published: p.Date.UTC().Format(time.RFC3339), Updated: p.Modified.UTC().Format(time.RFC3339),
			Summary: p.Summary, Content: atomContent{"html", html(p.Flat())},
		}
		for _, t := range p.Tags {
			e.Categories = append(e.Categories, atomCategory{t})
		}
		f.Entries = append(f.Entries, e)
	}
	return document(f)
}

func html(sections []*catalog.Section) string {
	var b strings.Builder
	for _, s := range sections {
		if s.Title != "" {
			fmt.Fprintf(&b, "<h%d>%s</h%[1]d>\n", max(2, s.Level), s.Heading())
		}
		b.WriteString(string(s.HTML()))
	}
	return b.String()
}

type openSearch struct {
	XMLName     xml.Name        `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName   string          `xml:"ShortName"`
	Description string          `xml:"Description"`
	Encoding    string          `xml:"InputEncoding"`
	URLs        []openSearchURL `xml:"Url"`
}

type openSearchURL struct {
	Type     string `xml:"type,attr"`
	Rel      string `xml:"rel,attr,omitempty"`
	Template string `xml:"template,attr"`
}

// OpenSearch returns the description with which a browser's address bar searches
// the site (OpenSearch 1.1).
func OpenSearch(site Site) []byte {
	return document(openSearch{
		ShortName: clip(site.Title, 16), Description: "Search HTTP status codes, posts and docs", Encoding: "UTF-8",
		URLs: []openSearchURL{
			{Type: "text/html", Template: site.URL + "/search?q={searchTerms}"},
			{Type: "application/x-suggestions+json", Template: site.URL + "/suggest?q={searchTerms}"},
			{Type: "application/opensearchdescription+xml", Rel: "self", Template: site.URL + "/opensearch.xml"},
		},
	})
}

// Robots returns robots.txt (RFC 9309): everything may be read but the tools
// that answer differently each time.
func Robots(site Site) []byte {
	path := ""
	if i := strings.Index(site.URL, "://"); i >= 0 {
		if j := strings.IndexByte(site.URL[i+3:], '/'); j >= 0 {
			path = site.URL[i+3+j:]
		}
	}
	return []byte("User-agent: *\nDisallow: " + path + "/status/\nDisallow: " + path + "/search?\nDisallow: " + path + "/api/\nSitemap: " + site.URL + "/sitemap.xml\n")
}

func document(v any) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", " ")
	if err := enc.Encode(v); err != nil { // structs of strings: cannot fail
		panic(err)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
