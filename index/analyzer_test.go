package index

import (
	"slices"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	tests := []struct{ name, text, want string }{ // extra readings in brackets, function words in parentheses
		{"words that carry meaning stay", "not found, no content, too early for it", "not found no content too earli for (it)"},
		{"no stem for short words", "IIS DNS TLS", "iis dns tls"},
		{"the queue family", "queue queued queues queuing", "queue queue queue queue"},
		{"British and American", "authorised authorisation behaviour", "author author behavior"},
		{"apostrophes", "server's can't can’t", "server cant cant"},
		{"hyphen", "time-out", "time out [timeout]"},
		{"header field", "X-Forwarded-For", "x forward for [xforwardedfor]"},
		{"snake case", "upstream_response_time", "upstream respons time [upstreamresponsetime]"},
		{"camel case", "StatusBadGateway", "status bad gatewai [statusbadgateway]"},
		{"camel case in a package", "http.StatusOK", "http status ok [statusok] [httpstatusok]"},
		{"abbreviation before a word", "HTTPError", "http error [httperror]"},
		{"plural abbreviation", "URLs", "url"},
		{"substatus", "404.13", "404.13 [404]"},
		{"version", "1.25.3", "1.25.3"},
		{"class", "5xx", "5xx"},
		{"hexadecimal", "0x80070005", "0x80070005"},
		{"code with letters", "code=H12", "code h12"},
		{"status line", "HTTP/1.1 502", "http 1.1 502"},
		{"end of a sentence", "It is gone.", "(it) (is) gone"},
		{"option shown in brackets", "E[x]tract or [c]reate", "extract (or) creat"},
		{"brackets of other kinds", "[error] a[0] list[i] [a-z] x[abc]y [ab]", "error (a) 0 list (i) (a) z [az] x abc y ab"},
		{"ideographs", "超时", "超 时"},
		{"keys are no words", strings.Repeat("a1", 30), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, tok := range newAnalyzer().tokens(nil, tt.text) {
				switch {
				case tok.extra:
					got = append(got, "["+tok.term+"]")
				case tok.stop:
					got = append(got, "("+tok.term+")")
				default:
					got = append(got, tok.term)
				}
			}
			if want := strings.Fields(tt.want); !slices.Equal(got, want) {
				t.Errorf("%q is read as %v, want %v", tt.text, got, want)
			}
		})
	}
}

func TestCleanTakesOutWhatIdentifiesOneEvent(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"common log", `192.0.2.1 - - [07/May/2020:03:15:12 +0000] "GET /a HTTP/1.1" 502 157 "-" "Mozilla/5.0 (X11)"`, "- - status 502"},
		{"NGINX error", `2024/05/07 03:15:12 [error] 6#6: *1 upstream timed out (110: Connection timed out), client: 192.0.2.1, request: "GET / HTTP/1.1", upstream: "http://192.0.2.9:80/"`,
			`[error] upstream timed out (110: Connection timed out), client: , request: , upstream: " "`},
		{"ISO time and trace", `2025-01-02T03:04:05.678Z trace_id=8601b55565a834c1282697c8e32cdb22 level=error msg="no healthy upstream"`, `trace_id level=error msg="no healthy upstream"`},
		{"UUID", `request failed for tenant 8601b555-6a83-4c12-8269-97c8e32cdb22 with 429`, `request failed for tenant with 429`},
		{"IPv6", `connection from 2001:db8::1 and 2001:db8:1:2:3:4:5:6 was refused by peer 7`, `connection from and was refused by peer 7`},
		{"short texts stay", "12:00:01 192.0.2.1", "12:00:01 192.0.2.1"},
		{"codes stay", `the iis log says 404 13 0 for a long upload, and 0x80070005 too`, `the iis log says 404 13 0 for a long upload, and 0x80070005 too`},
	}
	c := newCleaner()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(strings.Fields(c.clean(tt.text)), " "); got != tt.want {
				t.Errorf("%q\nis cleaned to %q,\nwant %q", tt.text, got, tt.want)
			}
		})
	}
}
