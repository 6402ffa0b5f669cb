package library

import (
	"strings"

	"siteerror/index"
	"siteerror/internal/catalog"
)

// Documents are the catalog's pages as the index takes them.
func Documents(c *catalog.Catalog) []index.Document {
	docs := make([]index.Document, 0, len(c.Codes)+len(c.Posts)+len(c.Docs))
	for _, code := range c.Codes {
		d := document(code.Page)
		d.Title = code.Name
		d.Code = code.Code
		d.Category = code.Category.Slug
		d.Vendor = code.Vendor.Slug
		d.VendorName = code.Vendor.Title
		d.Status = code.Number
		d.Aliases = code.Aliases
		d.Symptoms = code.Symptoms
		d.Popularity = code.Popularity
		for _, s := range code.Signatures {
			d.Signatures = append(d.Signatures, signatureText(s))
		}
		for _, k := range code.Constants {
			d.Constants = append(d.Constants, k.Name)
		}
		docs = append(docs, d)
	}
	for _, p := range c.Posts {
		docs = append(docs, document(p.Page))
	}
	for _, p := range c.Docs {
		docs = append(docs, document(p.Page))
	}
	return docs
}

// key is a page's id in the index, where ids of all kinds must differ.
func key(p catalog.Page) string {
	switch p.Kind {
	case catalog.KindPost:
		return "blog/" + p.ID
	case catalog.KindDoc:
		return "docs/" + p.ID
	}
	return p.ID
}

// Page returns the page that a hit's or suggestion's id names, and the code
// where it is one. Both are nil for an id the index never gave.
func (s *Snapshot) Page(id string) (*catalog.Page, *catalog.Code) {
	if slug, ok := strings.CutPrefix(id, "blog/"); ok {
		if p, err := s.Catalog.Post(slug); err == nil {
			return &p.Page, nil
		}
	} else if path, ok := strings.CutPrefix(id, "docs/"); ok {
		if d, err := s.Catalog.Doc(path); err == nil {
			return &d.Page, nil
		}
	} else if c, err := s.Catalog.Code(id); err == nil {
		return &c.Page, c
	}
	return nil, nil
}

func document(p catalog.Page) index.Document {
	d := index.Document{ID: key(p), Kind: string(p.Kind), Title: p.Title, Summary: p.Summary, Tags: p.Tags}
	d.Sections = make([]index.Section, 0, p.TextCount())
	p.Texts(func(anchor, title, text, aliasID string) {
		d.Sections = append(d.Sections, index.Section{Anchor: anchor, Title: title, Text: text, AliasID: aliasID})
	})
	return d
}

func vendorWords(c *catalog.Catalog) map[string][]string {
	words := map[string][]string{}
	for _, v := range c.Vendors {
		words[v.Slug] = append(append(words[v.Slug], v.Words...), c.Synonyms.Vendors[v.Slug]...)
		words[v.Slug] = append(words[v.Slug], v.Slug, v.Title)
	}
	return words
}
