package diagnose

// Report is what a paste tells. It marshals to the body of POST /api/v1/diagnose; the caller fills
// the URL of each finding and, where the library knows better, its title.
type Report struct {
	// Findings come best first; there are none when nothing in the paste could be placed.
	Findings []Finding `json:"findings"`
	// CannotTell is what the paste leaves open as a whole, each with the field that would settle it.
	CannotTell []Unknown `json:"cannot_tell,omitempty"`
	// ReadAs names the kinds of evidence found, in the order they appeared.
	ReadAs []string `json:"read_as,omitempty"`
	// Lines counts lines with something on them, Unread those that told nothing.
	Lines  int `json:"lines"`
	Unread int `json:"unread_lines"`
	// Summary counts a paste of many lines; nil for a short one.
	Summary *Summary `json:"summary,omitempty"`
	// Truncated says the paste was longer than Config.MaxPaste and its end was not read.
	Truncated bool `json:"truncated,omitempty"`
	// SearchText is what to search the library for when there are no findings: the paste's telling words.
	SearchText string `json:"search,omitempty"`

	// Text is the paste as it was read: secrets masked, line ends "\n", control characters gone. Marks
	// are places in it, in order, never overlapping.
	Text  string `json:"-"`
	Marks []Mark `json:"-"`
}

// Finding is one answer: this page explains it, and that hop spoke.
type Finding struct {
	// ID is the page; AliasID the vendor's section of it, when the finding is a vendor's rendering of
	// a standard code ("nginx-502" on page "502").
	ID      string `json:"id"`
	AliasID string `json:"alias_id,omitempty"`
	URL     string `json:"url"`
	Title   string `json:"title"`
	Vendor  string `json:"vendor"`
	// Emitter is the hop that spoke: one of the Emitter constants, or "" when the paste can't tell.
	Emitter string `json:"emitter"`
	// Where is the kind of evidence: one of the Where constants.
	Where      string     `json:"where"`
	Evidence   []Evidence `json:"evidence"`
	Confidence string     `json:"confidence"` // certain, likely, possible
	// Why says in a sentence or two what the confidence rests on.
	Why           string    `json:"why"`
	OtherReadings []Reading `json:"other_readings,omitempty"`
	CannotTell    []Unknown `json:"cannot_tell,omitempty"`
	NextChecks    []string  `json:"next_checks"`
	// Count is how many lines or responses of the paste say the same.
	Count int `json:"count"`

	score int
}

// Confidence levels.
const (
	Certain  = "certain"
	Likely   = "likely"
	Possible = "possible"
)

// Evidence is a piece of the paste and what it proves.
type Evidence struct {
	Text string `json:"text"`
	Says string `json:"says"`
	Line int    `json:"line"` // counted from 1
	// Start and End are offsets in Report.Text.
	Start int `json:"-"`
	End   int `json:"-"`
}

// Reading is another page the same evidence may mean.
type Reading struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Title  string `json:"title"`
	Vendor string `json:"vendor,omitempty"`
	Why    string `json:"why"`
}

// Unknown is something the evidence can't tell, and what would.
type Unknown struct {
	Question  string `json:"question"`
	SettledBy string `json:"settled_by"`
}

// Mark is a place in Report.Text that is evidence for the finding of that index.
type Mark struct {
	Start, End int
	Finding    int
	Says       string
}

// confidence in numbers, so that evidence can raise it.
type confidence int

const (
	possible confidence = iota + 1
	likely
	certain
)

func (c confidence) String() string {
	switch c {
	case certain:
		return Certain
	case likely:
		return Likely
	}
	return Possible
}

// clue is a piece of text and what it says; offsets are into the line or segment judged.
type clue struct {
	start, end int
	says       string
	field      string // name of the log field, when the text is a field's value
}

// candidate is one reading of one piece of evidence.
type candidate struct {
	pageRef
	emitter string
	where   string
	conf    confidence
	score   int
	clues   []clue
	why     string
	checks  []string
	unknown []Unknown
	denied  bool // by a status that stands beside it
}

// Scores order the readings of one piece of evidence. What a log field states outranks what a message or a
// page suggests, and that outranks a bare number.
const (
	scoreStated   = 110 // a field whose meaning its vendor defines
	scoreStandard = 86  // Proxy-Status, Cache-Status
	scoreMessage  = 80  // a message only one program writes
	scoreBody     = 60
	scoreClient   = 56
	scoreHeader   = 50
	scoreStatus   = 30 // nothing but the number
	scoreFine     = 8  // a number that is no error
)

// statusScore ranks a bare status: server errors before client errors before the rest.
func statusScore(status int) int {
	switch {
	case status >= 500:
		return scoreStatus + 6
	case status >= 400:
		return scoreStatus + 3
	case status >= 300:
		return scoreFine + 2
	}
	return scoreFine
}
