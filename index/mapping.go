package index

// field is a part of a page that is searched with a weight of its own.
type field uint8

const (
	fieldTitle field = iota
	fieldAlias
	fieldSymptom
	fieldSignature
	fieldConstant
	fieldSummary
	fieldTag  // tags and the vendor's name
	fieldPair // two neighboring words of the short fields, as one term
	fieldBody // the sections, with their headings
	numFields
)

// Boosts, strongest signal first, as multiples of a match in the body.
const (
	boostTitle     = 10.0
	boostAlias     = 5.0
	boostConstant  = 6.0
	boostSymptom   = 6.0
	boostSignature = 4.0
	boostSummary   = 5.0
	boostPair      = 2.0
	boostTag       = 2.0
	boostBody      = 1.2
)

// headingCount is how often a word of a section's heading counts in the body.
const headingCount = 3

func (f field) String() string {
	return [numFields]string{"title", "alias", "symptom", "signature", "constant", "summary", "tag", "pair", "body"}[f]
}

func (f field) boost() float32 {
	return [numFields]float32{boostTitle, boostAlias, boostSymptom, boostSignature, boostConstant, boostSummary, boostTag,
		boostPair, boostBody}[f]
}

// lengthWeight is BM25's b: how much a text longer than its field's average counts less, 0 to 1. A page is not worse for
// having more symptoms listed, so the short fields weigh little here.
func (f field) lengthWeight() float32 {
	switch f {
	case fieldBody:
		return 0.75
	case fieldSummary, fieldTitle:
		return 0.5
	case fieldAlias, fieldSymptom, fieldSignature:
		return 0.2
	}
	return 0
}

// texts calls visit for each text of a field of d.
func (f field) texts(d *Document, visit func(string)) {
	list := func(texts []string) {
		for _, s := range texts {
			visit(s)
		}
	}
	switch f {
	case fieldTitle:
		visit(d.Title)
	case fieldAlias:
		list(d.Aliases)
	case fieldSymptom:
		list(d.Symptoms)
	case fieldSignature:
		list(d.Signatures)
	case fieldConstant:
		list(d.Constants)
	case fieldSummary:
		visit(d.Summary)
	case fieldTag:
		list(d.Tags)
		visit(d.VendorName)
	case fieldBody:
		for i := range d.Sections {
			visit(d.Sections[i].Text)
		}
	}
}

// paired reports whether the neighboring words of a field go into fieldPair.
func (f field) paired() bool {
	return f <= fieldSummary
}

// completed reports whether the words of a field are offered as spelling and suggestions.
func (f field) completed() bool {
	return f <= fieldTag
}

// maxLength is how many times longer than the average a text counts at most: a handbook on one page is still worth finding.
const maxLength = 4

// length returns how many bytes the texts of a field have whose length counts.
func (f field) length(d *Document) (n int) {
	var list []string
	switch f {
	case fieldTitle:
		return len(d.Title)
	case fieldAlias:
		list = d.Aliases
	case fieldSymptom:
		list = d.Symptoms
	case fieldSignature:
		list = d.Signatures
	case fieldSummary:
		return len(d.Summary)
	case fieldBody:
		for i := range d.Sections {
			n += len(d.Sections[i].Text)
		}
	}
	for _, text := range list {
		n += len(text)
	}
	return n
}

// fieldLengths returns, for each field whose length counts and each page, the divisor of the field's counts.
func fieldLengths(docs []Document) [numFields][]float32 {
	var lengths [numFields][]float32
	for f := range numFields {
		b := f.lengthWeight()
		if b == 0 {
			continue
		}
		lengths[f] = make([]float32, len(docs))
		var total, filled float32
		for i := range docs {
			if n := f.length(&docs[i]); n > 0 {
				lengths[f][i] = float32(n)
				total += float32(n)
				filled++
			}
		}
		for i, n := range lengths[f] {
			lengths[f][i] = 1
			if total > 0 {
				lengths[f][i] = 1 - b + b*min(n/(total/filled), maxLength)
			}
		}
	}
	return lengths
}
