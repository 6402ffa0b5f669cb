package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"siteerror/internal/catalog"
	"siteerror/internal/config"
)

// Site is what the hosting people's settings change on every page.
type Site struct {
	Theme   string // path of the style sheet with their colors, or ""
	Logo    string // path of their logo, or ""
	Columns []config.Column
	Docs    bool // they have docs of their own
	NoCodes bool // the library is off, and they have none
	NoPosts bool
	Live    string // the content version, where a page reloads itself when that changes; else ""
}

// For returns views of one catalog, with the settings it holds. live makes the
// pages reload themselves when the content changes.
func (v *Views) For(c *catalog.Catalog, live bool) *Views {
	own := *v
	if c.Site.Title != "" {
		own.cfg.Title = c.Site.Title
	}
	own.site, own.footer = Site{Columns: c.Site.Footer}, footerOf(c)
	own.site.NoCodes, own.site.NoPosts = len(c.Codes) == 0, len(c.Posts) == 0
	own.site.Docs = slices.ContainsFunc(c.Docs, func(d *catalog.Doc) bool { return d.Own })
	if theme := Theme(c); theme.Body != nil {
		own.site.Theme = theme.Path
	}
	if c.Site.Logo != "" {
		if a, err := c.Asset(strings.TrimPrefix(c.Site.Logo, "docs/")); err == nil {
			own.site.Logo = a.URL()
		}
	}
	if live {
		own.site.Live = c.Hash
	}
	return &own
}

// ThemePath is where the style sheet of the site's own colors stands, or "".
func (v *Views) ThemePath() string { return v.site.Theme }

var className = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Theme is the style sheet of the colors that settings and files chose for the
// site, its categories and vendors. The body is nil where they chose none.
//
// Each color is given for light paper; on dark paper it is mixed with white.
func Theme(c *catalog.Catalog) Asset {
	var b strings.Builder
	pair := func(hex string) string { return "light-dark(" + hex + ",color-mix(in oklab," + hex + " 45%,white))" }
	tint := func(hex string) string {
		return "light-dark(color-mix(in oklab," + hex + " 12%,white),color-mix(in oklab," + hex + " 35%,black))"
	}
	if a := c.Site.Accent; a != "" {
		fmt.Fprintf(&b, ":root{--link:%s;--ring:%s}\n", pair(a), pair(a))
	}
	for _, cat := range c.Categories {
		if cat.Hex != "" && className.MatchString(cat.Color) {
			fmt.Fprintf(&b, ".%[1]s{--c:%[2]s;--ct:%[3]s}.chip.%[1]s{background:var(--ct);color:var(--c)}\n", cat.Color, pair(cat.Hex), tint(cat.Hex))
		}
	}
	for _, vendor := range c.Vendors {
		if vendor.Hex != "" && className.MatchString(vendor.Slug) {
			fmt.Fprintf(&b, ".v-%s{--v:%s}\n", vendor.Slug, pair(vendor.Hex))
		}
	}
	if b.Len() == 0 {
		return Asset{}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return Asset{Path: "/assets/theme." + hex.EncodeToString(sum[:5]) + ".css", ContentType: assetTypes[".css"], Body: []byte(b.String())}
}

// StatusPage tells whoever runs the site what became of the content.
type StatusPage struct {
	Frame
	Generation            string
	Built                 string
	Codes, Posts, Docs    int
	Failed                []string // of the last reload; nil where it was published
	LeftOut, Faults       []string // at most ShownProblems of each
	AllLeftOut, AllFaults int
}

// ShownProblems is how many problems of a kind the status page lists.
const ShownProblems = 500

// NewStatus makes the frame of the status page.
func (v *Views) NewStatus() StatusPage {
	p := StatusPage{Frame: v.frame("Content status", "What became of the content files: what is served, what was left out and which links are broken.", "/-/status")}
	p.NoIndex = true
	return p
}

// VendorClass is the class that gives a vendor's chip its color: the vendor's own,
// and that of the token it borrows.
func VendorClass(v *catalog.Vendor) string {
	own := "v-" + v.Slug
	if v.Color == "" || v.Color == own || v.Color == "v-other" {
		return own
	}
	return v.Color + " " + own
}
