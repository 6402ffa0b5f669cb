package web

import (
	"fmt"
	"html/template"
	"strings"
)

// Timeline draws a hop's phases, in milliseconds, as a bar of 400 units that
// stands for scale milliseconds.
func Timeline(dns, connect, tls, firstByte, scale float64) template.HTML {
	if scale <= 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="timeline" viewBox="0 0 400 12" preserveAspectRatio="none" role="img" aria-label="DNS %.0f ms, connect %.0f ms, TLS %.0f ms, first byte %.0f ms">`, dns, connect, tls, firstByte)
	x := 0.0
	for _, p := range []struct {
		class string
		ms    float64
	}{{"dns", dns}, {"tcp", connect}, {"tls", tls}, {"ttfb", firstByte}} {
		width := min(p.ms/scale*400, 400-x)
		if width > 0 {
			fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="0" width="%.1f" height="12"/>`, p.class, x, width)
			x += width
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // #nosec G203: numbers and constants
}
