package diagnose

import (
	"bytes"
	"encoding/json"
)

// Container runtimes and log shippers put each line of a log into a JSON object:
// {"log":"2024/11/03 06:09:29 [error] …\n","stream":"stderr","time":"…"}.

// wrapped looks for the line inside such an object.
type wrapped struct {
	b          []byte
	start, end int
}

func (w *wrapped) scalar(parent, key []byte, start, end int, kind jsonKind) {
	if kind != jsonString || w.end > 0 || end-start < 12 {
		return
	}
	switch string(key) {
	case "log", "message", "MESSAGE", "textPayload", "msg", "@message", "original":
		w.start, w.end = start, end
	}
}

// unwrap returns the line that a JSON object carries and where it stands in the object; ok is false when it
// carries none.
func unwrap(object []byte) (line string, place span, ok bool) {
	w := wrapped{b: object}
	if scanJSON(object, &w) < 0 || w.end == 0 {
		return "", span{}, false
	}
	if err := json.Unmarshal(object[w.start-1:w.end+1], &line); err != nil {
		return "", span{}, false
	}
	return string(bytes.TrimRight([]byte(line), "\n")), span{w.start, w.end}, true
}

// judgeWrapped reads the line inside a JSON object. Its clues are the whole line: what stands where in
// it has other places in the object.
func (e *Engine) judgeWrapped(object string) []candidate {
	line, place, ok := unwrap([]byte(object))
	if !ok {
		return nil
	}
	var out []candidate
	var r record
	if newParser(true).parse([]byte(line), &r) == lineRecord {
		out = e.judgeRecord(&r)
	} else if _, vendor, known := errorLogOf(line); known {
		out = e.judgeErrorLine(line, vendor)
	} else {
		out = e.judgeText(line, inErrorLog|inClient|inBody)
	}
	for i := range out {
		says := "the log line inside"
		if len(out[i].clues) > 0 {
			says = out[i].clues[0].says
		}
		out[i].clues = []clue{at(place, says)}
	}
	return out
}
