package diagnose

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestCompileRefuses(t *testing.T) {
	tests := []struct {
		name string
		rule Rule
		want string
	}{
		{"no place", Rule{ID: "502", Where: "log", Pattern: "x"}, `rule 502: bad rule: where is "log"`},
		{"no page", Rule{Where: WhereBody, Pattern: "x"}, "rule number 1: bad rule: it names no page"},
		{"nothing to look for", Rule{ID: "502", Where: WhereBody}, "neither a pattern nor fields"},
		{"two things to look for", Rule{ID: "502", Where: WhereAccessLog, Pattern: "x", Fields: map[string]string{"a": "b"}}, "both"},
		{"not RE2", Rule{ID: "nginx-499", Where: WhereErrorLog, Pattern: "(?=x)"}, `rule nginx-499: bad rule: pattern "(?=x)"`},
		{"bad field", Rule{ID: "502", Where: WhereAccessLog, Fields: map[string]string{"$status": "5("}}, "field $status"},
		{"matches everything", Rule{ID: "502", Where: WhereBody, Pattern: "a*"}, "matches everything"},
		{"no such hop", Rule{ID: "502", Where: WhereBody, Pattern: "x", Emitter: "router"}, `emitter is "router"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Compile([]Rule{tt.rule, {ID: "500", Where: WhereBody, Pattern: "fine"}}, Config{})
			if !errors.Is(err, ErrBadRule) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestOwnRules is about the people who host the library: a signature and a code of their own.
func TestOwnRules(t *testing.T) {
	e, err := Compile([]Rule{{
		ID: "acme-PAY-1042", Title: "Card expired", Vendor: "acme", Emitter: EmitterApp, Where: WhereErrorLog,
		Pattern: `PAY-1042 card .* expired`, Says: "The payment service refused the card.", NextChecks: []string{"kubectl logs deploy/payments"},
	}, {
		ID: "acme-GW-7", Vendor: "acme", Emitter: EmitterProxy, Where: WhereAccessLog, Fields: map[string]string{"gw_reason": "7|8"},
	}}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	r := diagnose(e, "2024-11-03 06:09:29 ERROR PAY-1042 card 12 expired\nts=1 gw_reason=7 path=/a\n")
	if len(r.Findings) != 2 {
		t.Fatalf("got %+v", r.Findings)
	}
	f := r.Findings[1]
	if f.ID != "acme-PAY-1042" || f.Title != "Card expired" || f.Emitter != EmitterApp || f.Confidence != Certain || f.NextChecks[0] != "kubectl logs deploy/payments" ||
		f.Evidence[0].Text != "PAY-1042 card 12 expired" || f.Evidence[0].Says != "The payment service refused the card." {
		t.Errorf("got %+v", f)
	}
	if f := r.Findings[0]; f.ID != "acme-GW-7" || f.Evidence[0].Line != 2 {
		t.Errorf("got %+v", f)
	}
}

func TestRecords(t *testing.T) {
	tests := []struct{ line, want string }{ // format | status | path | upstream | time
		{`192.0.2.1 - ann [10/Oct/2000:13:55:36 -0700] "GET /a/b?c=d HTTP/1.0" 200 2326`, "common or combined access log|200|/a/b||2000-10-10T20:55:36Z"},
		{`www.example.com:443 192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "\x16\x03\x01" 400 226 "-" "-"`, "common or combined access log|400|||2000-10-10T13:55:36Z"},
		{`192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET /a\"b HTTP/1.1" 404 5 "-" "say \"hi\""`, "common or combined access log|404|/a\\\"b||2000-10-10T13:55:36Z"},
		{`192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET http://example.com/x HTTP/1.1" 502 5 "-" "-" "unix:/run/app.sock" "502"`, "NGINX access log|502|/x|unix:/run/app.sock|2000-10-10T13:55:36Z"},
		{`192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET /x HTTP/2.0" 502 11 "-" "-" 155025 "web@docker" "http://10.0.0.2:80" 12ms`, "Traefik access log|502|/x|http://10.0.0.2:80|2000-10-10T13:55:36Z"},
		{`2024-11-03T06:09:29.384610Z my-elb 192.0.2.11:37217 10.0.23.17:8080 0.000 0.001 0.000 503 503 312 272 "GET http://www.example.com:80/api HTTP/1.1" "curl/8.5.0" - -`, "Classic Load Balancer access log|503|/api|10.0.23.17:8080|2024-11-03T06:09:29Z"},
		{`[2024-11-03T06:09:29.310Z] "POST /a HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "nsq2http" "cc21d9b0" "locations" "tcp://10.0.2.1:80"`, "Envoy access log|204|/a|tcp://10.0.2.1:80|2024-11-03T06:09:29Z"},
		{`{"time":"2024-11-03T06:09:29+01:00","status":"404","upstream_status":"404","request":"GET /a HTTP/1.1","upstream_addr":"10.0.0.1:80"}`, "NGINX JSON access log|404|/a|10.0.0.1:80|2024-11-03T05:09:29Z"},
		{`web-1  | {"level":"info","ts":1730614169.5,"logger":"http.log.access","request":{"uri":"/a?b"},"status":502}`, "Caddy log|502|/a||2024-11-03T06:09:29Z"},
		{`2024-11-03 06:09:29 192.0.2.6 52094 10.0.0.6 443 HTTP/1.1 GET /orders 503 1 QueueFull DefaultAppPool`, "HTTPERR log|503|/orders|DefaultAppPool|2024-11-03T06:09:29Z"},
		{`2024-11-03 06:09:29 10.0.0.6 GET /a.aspx x=1 443 - 192.0.2.6 Mozilla/5.0 - 404 0 2 15`, "IIS log|404|/a.aspx||2024-11-03T06:09:29Z"},
	}
	for _, tt := range tests {
		for _, full := range []bool{true, false} {
			var r record
			if newParser(full).parse([]byte(tt.line), &r) != lineRecord {
				t.Errorf("not read: %s", tt.line)
				continue
			}
			got := fmt.Sprintf("%s|%d|%s|%s|%s", r.format.name, r.status, r.value(r.path), r.value(r.upstream), time.Unix(r.when, 0).UTC().Format(time.RFC3339))
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		}
	}
	for _, line := range []string{"", "hello world, this is no log line", `{"a":1}`, `{"status":"ok","time":"2024-11-03T06:09:29Z"}`, "2024-11-03 06:09:29 INFO started on port 8080 after 200 ms and more"} {
		var r record
		if newParser(true).parse([]byte(line), &r) == lineRecord {
			t.Errorf("%q was read as %s, status %d", line, r.format.name, r.status)
		}
	}
}

// TestClock compares the hand-written readers of times with package time.
func TestClock(t *testing.T) {
	readers := []struct {
		layout string
		read   func([]byte) (int64, bool)
	}{
		{"02/Jan/2006:15:04:05 -0700", clfTime}, {"02/Jan/2006:15:04:05.000", clfTime},
		{time.RFC3339Nano, isoTime}, {"2006-01-02 15:04:05", isoTime}, {"2006/01/02 15:04:05", isoTime},
		{"Mon Jan _2 15:04:05.000000 2006", apacheTime},
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		when := time.Unix(rnd.Int64N(4e9), 0).In(time.FixedZone("", (rnd.IntN(53)-26)*1800))
		for _, r := range readers {
			if !strings.Contains(r.layout, "07") {
				when = when.UTC()
			}
			text := when.Format(r.layout)
			if got, ok := r.read([]byte(text)); !ok || got != when.Unix() {
				t.Fatalf("%s: got %d %v, want %d", text, got, ok, when.Unix())
			}
		}
	}
	for _, bad := range []string{"", "2024-13-01 00:00:00", "32/Jan/2024:00:00:00 +0000", "aaaa-bb-cc dd:ee:ff", "2024-01-01 25:00:00"} {
		for _, r := range readers {
			if _, ok := r.read([]byte(bad)); ok {
				t.Errorf("%q was read", bad)
			}
		}
	}
}

func TestTopK(t *testing.T) {
	k := newTopK(16)
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range 20000 {
		switch {
		case i%3 == 0:
			k.add([]byte("often"))
		case i%7 == 0:
			k.add([]byte("sometimes"))
		default:
			k.add(fmt.Appendf(nil, "rare %d", rnd.IntN(5000)))
		}
	}
	top := k.top(2)
	if len(top) != 2 || top[0].key != "often" || top[0].count < 6667 || top[1].key != "sometimes" || k.exact() {
		t.Errorf("got %+v, exact %v", top, k.exact())
	}
	a, b := newTopK(4), newTopK(4)
	for i, key := range []string{"x", "y", "x", "z"} {
		a.add([]byte(key))
		if i > 0 {
			b.add([]byte(key))
		}
	}
	a.merge(b)
	if top := a.top(9); len(top) != 3 || top[0].key != "x" || top[0].count != 3 || !a.exact() {
		t.Errorf("merged: %+v", top)
	}
}

// TestSeries keeps every entry while its buckets grow, whatever the order.
func TestSeries(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	const start = 1_700_000_000
	var whole, half series
	entries, bad := uint32(0), uint32(0)
	for i := range 50000 {
		when := start + rnd.Int64N(90_000)
		isBad := i%100 == 0 || when > start+40_000 && when < start+40_300 && i%3 == 0
		s := &whole
		if i%2 == 0 {
			s = &half
		}
		s.add(when, isBad)
		entries++
		if isBad {
			bad++
		}
	}
	whole.merge(&half)
	var total, errs uint32
	for i := range whole.used {
		total += whole.total[i]
		errs += whole.errors[i]
	}
	if total != entries || errs != bad {
		t.Errorf("%d of %d entries, %d of %d errors", total, entries, errs, bad)
	}
	bursts := whole.bursts(3)
	if len(bursts) == 0 || bursts[0].From.Unix() > start+40_100 || bursts[0].To.Unix() < start+40_200 {
		t.Errorf("bursts: %+v", bursts)
	}
	var broken series
	broken.add(start, true)
	broken.add(5, true) // 1970
	if broken.first != start || broken.used != 1 {
		t.Errorf("a broken clock was taken in: %+v", broken.first)
	}
}

func TestNormalize(t *testing.T) {
	got := normalize([]byte("\xef\xbb\xbfa\r\nb\rc\x00\x1b[1;31md\x1b[0m\xffe\tf\u0085g é"))
	if want := "a\nb\ncd\ufffde\tfg é"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
