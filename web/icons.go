package web

import "html/template"

// icon returns a small inline drawing by its name, the class colour's "c4" or a
// control's.
func icon(name string) template.HTML { return icons[name] }

// icons are drawn with one stroke in the colour of the text around them.
var icons = map[string]template.HTML{
	// One everyday thing for each class: a speech bubble that is still being
	// written, a ticked list, a signpost, a door that is shut, a bridge with a gap.
	"c1": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M14 12h92v44H54L36 70V56H14z"/><path d="M42 34h.1M60 34h.1M78 34h.1" class="dot"/></svg>`,
	"c2": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M28 8h64v64H28z"/><path d="M40 26l6 6 10-12M64 27h16M40 48l6 6 10-12M64 49h16"/></svg>`,
	"c3": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M58 74V8M58 14h36l12 9-12 9H58M58 40H26l-12 9 12 9h32M46 74h24"/></svg>`,
	"c4": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M36 74V8h48v66M22 74h76M74 42v8"/><path d="M46 20h28v11H46z"/></svg>`,
	"c5": `<svg class="art" viewBox="0 0 120 80" aria-hidden="true"><path d="M14 34h36l7 7M106 34H71l-4-4M22 34v36M98 34v36M22 52q2-18 22-18M98 52q-2-18-22-18M12 70h20M88 70h20M58 52l1 6M64 48l-1 6M61 64l2 5"/></svg>`,
	// Controls.
	"theme": `<svg class="ico" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7"/><path d="M10 3a7 7 0 0 1 0 14z" class="fill"/></svg>`,
}
