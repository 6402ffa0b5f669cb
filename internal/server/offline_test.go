package server

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Once the site was open, visited pages and the cheat sheet can be read with the server away.
func TestOffline(t *testing.T) {
	ctx, cancel := chromedp.NewContext(startBrowser(t))
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	defer stop()
	srv := httptest.NewServer(reader(t))
	defer srv.Close()
	err := chromedp.Run(ctx,
		chromedp.Navigate(srv.URL+"/"),
		expect(`navigator.serviceWorker.controller`), // installed, so the cheat sheet is kept
		chromedp.Navigate(srv.URL+"/codes/502"),
		chromedp.Evaluate(`caches.match("/codes/502").then(r => { window.kept = !!r }); 0`, nil),
		expect(`window.kept || (caches.match("/codes/502").then(r => { window.kept = !!r }), false)`),
		chromedp.ActionFunc(func(context.Context) error { srv.CloseClientConnections(); srv.Close(); return nil }),
		chromedp.Navigate(srv.URL+"/codes/502"),
		expect(`document.querySelector("h1").textContent.includes("Bad Gateway") && getComputedStyle(document.querySelector("h1")).fontWeight >= 600`),
		chromedp.Navigate(srv.URL+"/cheatsheet"),
		expect(`document.querySelector("h1").textContent.includes("Cheat sheet") && document.body.textContent.includes("Gateway Timeout")`),
		chromedp.Navigate(srv.URL+"/codes/404"), // never visited: the sheet stands in
		expect(`document.querySelector("h1").textContent.includes("Cheat sheet")`),
	)
	if err != nil {
		t.Error(err)
	}
}
