package server

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"siteerror/internal/card"
	"siteerror/internal/catalog"
	"siteerror/internal/library"
)

const typePNG = "image/png"

// crossOriginImage lets pages of other sites show what they link to.
var crossOriginImage = http.Header{"Cross-Origin-Resource-Policy": crossOrigin}

// serveCard serves GET /cards/…: the social card of the page whose path stands
// there, drawn when it is first asked for. Pages without one of their own have
// the front page's.
func (s *Server) serveCard(c *gin.Context, snap *library.Snapshot) error {
	path, ok := strings.CutSuffix(c.Param("path"), ".png")
	if !ok {
		return notFound("There is no card at %s.", c.Request.URL.Path)
	}
	what, err := s.cardOf(snap, path)
	if err != nil {
		return err
	}
	return s.once(c, snap, formatHTML, func() (*representation, error) {
		body, err := s.cards.PNG(what)
		if err != nil {
			return nil, err
		}
		rep := newRepresentation(typePNG, body)
		rep.extra = crossOriginImage
		return rep, nil
	})
}

// cardOf says what stands on the card of a page. The error is that there is no
// such page.
func (s *Server) cardOf(snap *library.Snapshot, path string) (card.Card, error) {
	site := s.site.Title
	if own := snap.Catalog.Site.Title; own != "" {
		site = own
	}
	kind, id, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch kind {
	case "home":
		if id == "" {
			return card.Card{Title: "What does this status code want from you?", Line: "What each one means, who has to act, and how to prove it.", Site: site}, nil
		}
	case "codes":
		if code, err := snap.Catalog.Code(id); err == nil && code.ID == id { // one address for one card
			if code.Vendor.Slug != "ietf" {
				site += " · " + code.Vendor.Title
			}
			return card.Card{Numeral: code.Code, Title: code.Name, Line: code.Verdict, Site: site, Class: code.Category.Color}, nil
		}
	case "blog":
		if post, err := snap.Catalog.Post(id); err == nil {
			return card.Card{Title: post.Title, Line: post.Summary, Site: site}, nil
		}
	case "compare":
		if guide := guideAt(snap.Catalog, path); guide != nil {
			return card.Card{Numeral: guide.Codes[0].Code + " vs " + guide.Codes[1].Code, Title: guide.Codes[0].Name + " or " + guide.Codes[1].Name + "?", Line: guide.Verdict, Site: site}, nil
		}
	}
	return card.Card{}, notFound("There is no card for %s.", path)
}

func guideAt(c *catalog.Catalog, path string) *catalog.Guide {
	for _, g := range c.Guides {
		if g.Path == path {
			return g
		}
	}
	return nil
}
