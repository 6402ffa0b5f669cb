// Package card draws social cards: the picture that a chat or a network shows
// beside a link to a page. It alone uses golang.org/x/image, whose Go fonts come
// with it, so that no font has to be installed.
package card

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Size of a card in pixels, as Open Graph's readers like it best.
const (
	Width  = 1200
	Height = 630
)

// Card is what a card shows.
type Card struct {
	Numeral string // "502", large; may be ""
	Title   string // "Bad Gateway"
	Line    string // one sentence
	Site    string // the site's name
	Class   string // "c5": the color; "" for ink
}

// The light theme's colors, as the style sheet has them.
var (
	paper  = rgb(0xFBFAF6)
	ink    = rgb(0x23221F)
	muted  = rgb(0x5A564D)
	colors = map[string]color.Color{"c1": rgb(0x475777), "c2": rgb(0x0B6650), "c3": rgb(0x5A46AE), "c4": rgb(0x864900), "c5": rgb(0xAE2030)}
)

func rgb(v uint32) color.Color {
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff}
}

// margin is the space around what is written, in pixels.
const margin = 72

// Drawer draws cards. It is safe for concurrent use.
type Drawer struct {
	mu    sync.Mutex // faces keep state while they draw
	sans  *opentype.Font
	bold  *opentype.Font
	faces map[faceKey]font.Face
}

type faceKey struct {
	font *opentype.Font
	size float64
}

// New returns a Drawer. The error is a broken font.
func New() (*Drawer, error) {
	d := &Drawer{faces: map[faceKey]font.Face{}}
	for _, f := range []struct {
		to   **opentype.Font
		data []byte
	}{{&d.sans, goregular.TTF}, {&d.bold, gobold.TTF}} {
		parsed, err := opentype.Parse(f.data)
		if err != nil {
			return nil, err
		}
		*f.to = parsed
	}
	return d, nil
}

// PNG draws a card. The same card is the same bytes each time.
func (d *Drawer) PNG(c Card) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	fill(img, img.Bounds(), paper)
	accent, ok := colors[c.Class]
	if !ok {
		accent = ink
	}
	d.thumbIndex(img, c.Class)

	y := margin + 20
	if c.Numeral != "" {
		size := d.fit(d.bold, c.Numeral, 220, 36)
		y += int(size * 0.74) // the height of a digit
		d.write(img, d.bold, size, accent, margin, y, c.Numeral)
		y += 40
	}
	titleSize, titleLines := 64.0, 2
	if c.Numeral == "" {
		y, titleSize, titleLines = y+60, 72, 3
	}
	for _, line := range d.wrap(d.bold, titleSize, c.Title, titleLines) {
		y += int(titleSize)
		d.write(img, d.bold, titleSize, ink, margin, y, line)
		y += int(titleSize * 0.2)
	}
	y += 16
	const lineSize = 34
	room := max(0, (Height-margin-40-y)/46)
	for _, line := range d.wrap(d.sans, lineSize, c.Line, min(3, room)) {
		y += 46
		d.write(img, d.sans, lineSize, muted, margin, y, line)
	}
	d.write(img, d.bold, 30, ink, margin, Height-44, c.Site)

	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.DefaultCompression}).Encode(&b, paletted(img)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// thumbIndex draws the five tabs of the site's edge, the card's own standing out.
func (d *Drawer) thumbIndex(img draw.Image, class string) {
	const height, gap, width, out = 92, 6, 26, 26
	top := (Height - 5*height - 4*gap) / 2
	for i, name := range []string{"c1", "c2", "c3", "c4", "c5"} {
		w := width
		if name == class {
			w += out
		}
		y := top + i*(height+gap)
		fill(img, image.Rect(Width-w, y, Width, y+height), colors[name])
	}
}

// fit returns the largest size from most down to least at which text fits the
// card's width.
func (d *Drawer) fit(f *opentype.Font, text string, most, least float64) float64 {
	size := most
	for size > least && d.width(f, size, text) > Width-2*margin-60 {
		size -= 4
	}
	return size
}

// wrap breaks text into at most n lines; what does not fit ends in an ellipsis.
func (d *Drawer) wrap(f *opentype.Font, size float64, text string, n int) []string {
	const room = Width - 2*margin - 40
	if n < 1 {
		return nil
	}
	var lines []string
	line := ""
	words := strings.Fields(text)
	for i, word := range words {
		longer := strings.TrimSpace(line + " " + word)
		if d.width(f, size, longer) <= room || line == "" {
			line = longer
			continue
		}
		if len(lines) == n-1 {
			for line != "" && d.width(f, size, line+" …") > room {
				line = line[:max(0, strings.LastIndexByte(line, ' '))]
			}
			return append(lines, line+" …")
		}
		lines = append(lines, line)
		line = words[i]
	}
	if line != "" && len(lines) < n {
		lines = append(lines, line)
	}
	return lines
}

func (d *Drawer) face(f *opentype.Font, size float64) font.Face {
	key := faceKey{f, size}
	face, ok := d.faces[key]
	if !ok {
		var err error
		if face, err = opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone}); err != nil {
			panic(err) // the fonts were parsed, and sizes are constants
		}
		d.faces[key] = face
	}
	return face
}

func (d *Drawer) width(f *opentype.Font, size float64, text string) int {
	return font.MeasureString(d.face(f, size), text).Ceil()
}

func (d *Drawer) write(img draw.Image, f *opentype.Font, size float64, c color.Color, x, y int, text string) {
	w := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: d.face(f, size), Dot: fixed.P(x, y)}
	w.DrawString(text)
}

func fill(img draw.Image, r image.Rectangle, c color.Color) {
	draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// paletted maps a card to the 256 colors that it mostly is: few inks on one
// paper, and the shades between at the letters' edges. It is a third as large.
func paletted(img *image.RGBA) *image.Paletted {
	inks := []color.Color{ink, muted}
	for _, name := range []string{"c1", "c2", "c3", "c4", "c5"} {
		inks = append(inks, colors[name])
	}
	palette := color.Palette{paper}
	const shades = 24
	for _, c := range inks {
		for i := 1; i <= shades; i++ {
			palette = append(palette, mix(paper, c, i, shades))
		}
	}
	known := map[color.RGBA]uint8{}
	out := image.NewPaletted(img.Bounds(), palette)
	for y := range Height {
		for x := range Width {
			c := img.RGBAAt(x, y)
			at, ok := known[c]
			if !ok {
				at = uint8(palette.Index(c))
				known[c] = at
			}
			out.SetColorIndex(x, y, at)
		}
	}
	return out
}

func mix(a, b color.Color, part, of int) color.Color {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	m := func(x, y uint32) uint8 { return uint8((int(x)*(of-part) + int(y)*part) / of >> 8) }
	return color.RGBA{m(ar, br), m(ag, bg), m(ab, bb), 0xff}
}
