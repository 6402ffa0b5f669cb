package diagnose

import (
	"bytes"
	"strings"
)

// w3cFormat is the W3C extended log as IIS writes it; its #Fields line names the columns, and
// CloudFront's standard log is one too.
func w3cFormat() *format {
	return &format{
		name: "IIS log", vendor: "iis", emitter: EmitterAppServer,
		parse: parseW3C, judge: (*Engine).judgeIIS,
		detail: []string{"sc-substatus", "sc-win32-status"},
	}
}

func cloudfrontFormat() *format {
	return &format{
		name: "CloudFront log", vendor: "cloudfront", emitter: EmitterCDN,
		judge: (*Engine).judgeCloudFront, detail: []string{"x-edge-result-type", "x-edge-detailed-result-type"},
	}
}

// httperrFormat is the log of HTTP.sys, which answers before IIS sees a request.
func httperrFormat() *format {
	return &format{
		name: "HTTPERR log", vendor: "httpsys", emitter: EmitterAppServer,
		parse: parseHTTPERR, judge: (*Engine).judgeHTTPERR,
		detail: []string{"s-reason"}, where: WhereErrorLog,
	}
}

// w3cColumns is what the last #Fields line said.
type w3cColumns struct {
	names []string
	last  string // the directive, to keep the names while it repeats
}

const maxColumns = 64

func (c *w3cColumns) directive(line []byte) {
	rest, ok := bytes.CutPrefix(line, []byte("#Fields:"))
	if !ok || string(rest) == c.last {
		return
	}
	c.last = string(rest)
	c.names = strings.Fields(c.last)
	if len(c.names) > maxColumns {
		c.names = c.names[:maxColumns]
	}
	for i, n := range c.names {
		c.names[i] = strings.ToLower(n)
	}
}

func parseW3C(p *parser, line []byte, r *record) bool {
	names := p.columns.names
	if names == nil {
		if len(line) < 30 || line[4] != '-' || line[7] != '-' || line[10] != ' ' || line[13] != ':' {
			return false
		}
		return guessW3C(p, line, r)
	}
	i := 0
	var date, clock field
	for column, name := range names {
		for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
			i++
		}
		if i >= len(line) {
			return column > 3 && r.status > 0
		}
		end := i
		for end < len(line) && line[end] != ' ' && line[end] != '\t' {
			end++
		}
		f := field{name, i, end}
		switch name {
		case "date":
			date = f
		case "time":
			clock = f
		case "sc-status":
			status, ok := statusAt(line[i:end])
			if !ok {
				return false
			}
			r.status = status
			r.fields = append(r.fields, f)
		case "cs-uri-stem":
			r.path = f
		case "sc-substatus", "sc-win32-status", "time-taken", "s-reason", "x-edge-result-type", "x-edge-detailed-result-type", "x-edge-response-result-type":
			r.fields = append(r.fields, f)
		default:
			if p.full {
				r.fields = append(r.fields, f)
			}
		}
		i = end
	}
	if i < len(line) || (r.status == 0 && r.get("s-reason") == nil) {
		return false // more columns than names: not this log
	}
	if date.end > 0 && clock.end > 0 && date.end < clock.start {
		r.when, r.hasWhen = w3cTime(line, date, clock)
	}
	switch {
	case r.get("s-reason") != nil:
		r.format = p.special["HTTPERR log"]
	case r.get("x-edge-result-type") != nil:
		r.format = p.special["CloudFront log"]
	}
	return true
}

func w3cTime(line []byte, date, clock field) (int64, bool) {
	if date.end-date.start != 10 || clock.end-clock.start < 8 {
		return 0, false
	}
	d := line[date.start:date.end]
	return unixTime(num(d[0:4]), num(d[5:7]), num(d[8:10]), line[clock.start:clock.end])
}

// guessW3C reads an IIS line without its #Fields: the default columns, or any line whose last four
// (or three) columns can only be status, substatus, win32 status and time taken.
func guessW3C(p *parser, line []byte, r *record) bool {
	t := p.lineTokens(line, 0)
	n := len(t)
	if n < 8 {
		return false
	}
	r.when, r.hasWhen = w3cTime(line, t[0], t[1])
	tail := 0
	for _, k := range []int{4, 6, 3} { // time-taken last; or after it bytes sent and received before
		if n < k+4 {
			continue
		}
		if s := plainStatus(r.value(t[n-k])); s >= 100 && s < 600 && num(r.value(t[n-k+1])) >= 0 && num(r.value(t[n-k+2])) >= 0 {
			tail, r.status = k, s
			break
		}
	}
	if tail == 0 {
		return false
	}
	r.add("sc-status", t[n-tail].start, t[n-tail].end)
	r.add("sc-substatus", t[n-tail+1].start, t[n-tail+1].end)
	r.add("sc-win32-status", t[n-tail+2].start, t[n-tail+2].end)
	for i := 2; i < n-tail; i++ {
		if v := r.value(t[i]); len(v) > 0 && v[0] == '/' {
			r.path = t[i]
			break
		}
	}
	return true
}

// parseHTTPERR reads a line of HTTPERR without its #Fields: the reason stands before the last
// column, or is the last in logs without a queue name.
func parseHTTPERR(p *parser, line []byte, r *record) bool {
	if p.columns.names != nil || len(line) < 30 || line[4] != '-' || line[10] != ' ' || line[13] != ':' {
		return false
	}
	t := p.lineTokens(line, 0)
	n := len(t)
	if n < 10 {
		return false
	}
	reason := -1
	for _, i := range []int{n - 2, n - 1, n - 3} {
		if isHTTPERRReason(string(r.value(t[i]))) {
			reason = i
			break
		}
	}
	if reason < 0 {
		return false
	}
	r.add("s-reason", t[reason].start, t[reason].end)
	for i := reason - 1; i > 5 && i >= reason-3; i-- {
		if s := plainStatus(r.value(t[i])); s >= 100 && s < 600 {
			r.status = s
			r.add("sc-status", t[i].start, t[i].end)
			break
		}
	}
	for _, f := range t[6:reason] {
		if v := r.value(f); len(v) > 0 && v[0] == '/' {
			r.path = f
		}
	}
	if reason+1 < n {
		r.upstream = t[reason+1]
	}
	r.when, r.hasWhen = w3cTime(line, t[0], t[1])
	return true
}

// isHTTPERRReason knows the reason phrases of HTTP.sys
// (learn.microsoft.com, "Error logging in HTTP APIs").
func isHTTPERRReason(s string) bool {
	switch s {
	case "AppOffline", "AppPoolTimer", "AppShutdown", "BadRequest", "Client_Reset", "Connection_Abandoned_By_AppPool",
		"Connection_Abandoned_By_ReqQueue", "Connection_Dropped", "Connection_Dropped_List_Full", "ConnLimit",
		"Connections_Refused", "Disabled", "EntityTooLarge", "FieldLength", "Forbidden", "Header", "Hostname",
		"Internal", "Invalid_CR/LF", "LengthRequired", "N/A", "N/I", "Number", "Precondition", "QueueFull",
		"RequestLength", "Timer_AppPool", "Timer_ConnectionIdle", "Timer_EntityBody", "Timer_HeaderWait",
		"Timer_MinBytesPerSecond", "Timer_ReqQueue", "Timer_Response", "Timer_SslRenegotiation", "URL", "URL_Length",
		"Verb", "Version_N/S", "SlowResponsiveClient":
		return true
	}
	return false
}
