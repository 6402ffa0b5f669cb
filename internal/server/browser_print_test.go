package server

import (
	"context"
	"fmt"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// pdfPage is an object of a PDF that is a page (ISO 32000-1, 7.7.3.3).
var pdfPage = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// The cheat sheet and every vendor's full list come out of the printer on two
// sheets at most, on both kinds of paper.
func TestCheatSheetPrintsOnTwoSheets(t *testing.T) {
	ctx := startBrowser(t)
	s := reader(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	lists := []string{""}
	snap := s.library.Hold()
	defer s.library.Release(snap)
	for _, vendor := range snap.Catalog.Vendors {
		if len(vendor.Codes) >= 40 || vendor.Slug == "nginx" {
			lists = append(lists, "?vendor="+vendor.Slug)
		}
	}
	papers := []struct {
		name          string
		width, height float64 // inches
	}{{"A4", 8.27, 11.69}, {"Letter", 8.5, 11}}
	tab(t, ctx, scheme("dark"), chromedp.ActionFunc(func(ctx context.Context) error {
		for _, list := range lists {
			if err := chromedp.Run(ctx, chromedp.Navigate(srv.URL+"/cheatsheet"+list)); err != nil {
				return err
			}
			for _, paper := range papers {
				// The sheet says itself that it is landscape, and what its margins are.
				pdf, _, err := page.PrintToPDF().WithPaperWidth(paper.width).WithPaperHeight(paper.height).WithPreferCSSPageSize(true).Do(ctx)
				if err != nil {
					return fmt.Errorf("printing %s: %w", list, err)
				}
				if n := len(pdfPage.FindAll(pdf, -1)); n == 0 || n > 2 {
					t.Errorf("/cheatsheet%s fills %d sheets of %s", list, n, paper.name)
				}
			}
		}
		return nil
	}))
}

// Paper has every language's code, each under its name, and nothing to click.
func TestCodePagePrints(t *testing.T) {
	ctx := startBrowser(t)
	srv := httptest.NewServer(reader(t))
	defer srv.Close()
	tab(t, ctx, desk, chromedp.Navigate(srv.URL+"/codes/404"), ready, expect(`document.querySelectorAll(".tab[hidden]").length > 5`),
		emulation.SetEmulatedMedia().WithMedia("print"),
		expect(`[...document.querySelectorAll(".tab, .tab > h4")].every(e => e.checkVisibility())`),
		expect(`![...document.querySelectorAll(".top, .thumb, .foot, .toc, button, [role=tablist]")].some(e => e.checkVisibility())`))
}
