package library

import (
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

func document(p catalog.Page) index.Document {
	d := index.Document{ID: p.ID, Kind: string(p.Kind), Title: p.Title, Summary: p.Summary, Tags: p.Tags}
	for _, s := range p.Flat {
		d.Sections = append(d.Sections, index.Section{Anchor: s.Anchor, Title: s.Title, Text: s.Text, AliasID: s.AliasID})
	}
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
