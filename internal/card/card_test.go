package card

import (
	"bytes"
	"image/color"
	"image/png"
	"strings"
	"testing"
)

func TestPNG(t *testing.T) {
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("A sentence that goes on and on. ", 20)
	for _, tt := range []struct {
		name string
		card Card
		edge color.Color // of the tab that stands out
		at   int         // its middle
	}{
		{"a code", Card{"502", "Bad Gateway", "A proxy asked the server behind it and got no usable answer.", "siteerror", "c5"}, colors["c5"], 511},
		{"a long name", Card{"failed_to_connect_to_backend", long, long, "siteerror", "c4"}, colors["c4"], 413},
		{"a post", Card{"", "Who sent this 502?", long, "siteerror", ""}, paper, 511},
		{"nothing to say", Card{}, paper, 511},
		{"one endless word", Card{strings.Repeat("9", 200), strings.Repeat("x", 500), strings.Repeat("y", 500), "s", "c1"}, colors["c1"], 119},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, err := d.PNG(tt.card)
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if b := img.Bounds(); b.Dx() != Width || b.Dy() != Height {
				t.Errorf("size %v", b)
			}
			if got := color.RGBAModel.Convert(img.At(Width-40, tt.at)); got != tt.edge {
				t.Errorf("the edge is %v, want %v", got, tt.edge)
			}
			again, _ := d.PNG(tt.card)
			if !bytes.Equal(body, again) {
				t.Error("the same card is other bytes")
			}
		})
	}
}
