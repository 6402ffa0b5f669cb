package diagnose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// combinedLog writes about size bytes of an NGINX log with the upstream's status behind it; one line in
// twenty is an error, and there is a burst in the middle.
func combinedLog(size int) string {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		second := i / 50
		status, us, length := 200, "200", 5120
		if rnd.IntN(20) == 0 || second%1200 >= 100 && second%1200 < 105 && rnd.IntN(2) == 0 {
			status, us, length = 502, "502", 0
		}
		fmt.Fprintf(&b, "192.0.2.%d - - [03/Nov/2024:%02d:%02d:%02d +0000] \"GET /api/orders/%d?page=%d HTTP/1.1\" %d %d \"https://shop.example.com/\" \"Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0\" 412 0.0%02d [shop-orders-80] [] 10.0.3.%d:8080 %d 0.012 %s 0f8b6c2d9e7a4b1c\n",
			rnd.IntN(250), second/3600%24, second/60%60, second%60, rnd.IntN(10000), rnd.IntN(9), status, length, rnd.IntN(99), rnd.IntN(4), length, us)
	}
	return b.String()
}

func summarize(t testing.TB, log string) *Summary {
	t.Helper()
	s, err := newTestEngine(t).Summarize(context.Background(), strings.NewReader(log), SummaryOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSummarize(t *testing.T) {
	iis := "#Fields: date time cs-method cs-uri-stem sc-status sc-substatus sc-win32-status time-taken\n"
	alb := `https 2024-11-03T06:09:29.384610Z app/shop/50dc 192.0.2.11:37217 10.0.23.17:8080 0.000 0.001 -1 %s %s 312 272 "GET https://www.example.com:443/api/orders/7 HTTP/1.1" "curl/8.5.0" - - arn:x "Root=1" "www.example.com" "-" 0 2024-11-03T06:09:29.381000Z "forward" "-" "-" "10.0.23.17:8080" "%s" "-" "-"` + "\n"
	tests := []struct {
		name  string
		log   string
		cases []string // id/alias emitter status count
		paths []string
		up    []string
		read  int64
		bad   int64
	}{
		{
			name: "target and load balancer are told apart",
			log: strings.Repeat(fmt.Sprintf(alb, "502", "-", "-"), 3) + fmt.Sprintf(alb, "502", "502", "502") +
				strings.Repeat(fmt.Sprintf(alb, "200", "200", "200"), 6),
			cases: []string{"502/aws-elb-502 load-balancer 502 ×3", "502/ app 502 ×1", "200/  200 ×6"},
			paths: []string{"/api/orders/{id} 502 ×4"},
			up:    []string{"10.0.23.17:8080 502 ×4"},
			read:  10,
		},
		{
			name:  "columns come from the log",
			log:   iis + "2024-05-07 18:45:09 POST /upload 404 13 0 15\n2024-05-07 18:45:10 GET / 200 0 0 3\n",
			cases: []string{"iis-404.13/ app-server 404 ×1", "200/  200 ×1"},
			paths: []string{"/upload 404 ×1"},
			read:  2,
		},
		{
			name: "error log",
			log: strings.Repeat(`2024/11/03 06:09:29 [error] 1#1: *9 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.1, server: x, request: "GET /a?b HTTP/1.1", upstream: "http://10.0.0.5:80/a?b", host: "x"`+"\n", 2) +
				"what is this\n\n",
			cases: []string{"502/nginx-502 proxy 502 ×2"},
			paths: []string{"/a 502 ×2"},
			up:    []string{"10.0.0.5:80 502 ×2"},
			read:  2, bad: 1,
		},
		{
			name: "a client that gave up is no server's error",
			log: `Feb  6 12:14:14 lb haproxy[1]: 192.0.2.11:33317 [06/Feb/2024:12:14:14.655] www~ shop/srv1 10/0/30/-1/109 -1 0 - - CH-- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"` + "\n" +
				`Feb  6 12:14:14 lb haproxy[1]: 192.0.2.11:33317 [06/Feb/2024:12:14:14.655] www~ shop/srv1 10/0/30/1/109 200 99 - - ---- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"` + "\n",
			cases: []string{"haproxy-CH/ load-balancer 0 ×1", "200/  200 ×1"},
			paths: []string{"/a 0 ×1"},
			up:    []string{"shop/srv1 0 ×1"},
			read:  2,
		},
		{
			name:  "lines in a container's log",
			log:   `{"log":"192.0.2.1 - - [03/Nov/2024:06:09:29 +0000] \"GET /a HTTP/1.1\" 499 0 \"-\" \"curl\"\n","stream":"stdout"}` + "\n",
			cases: []string{"nginx-499/ proxy 499 ×1"}, paths: []string{"/a 499 ×1"}, read: 1,
		},
		{name: "nothing readable", log: "lorem ipsum dolor\nsit amet consectetur\n", bad: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := summarize(t, tt.log)
			var cases, paths, up []string
			for _, c := range s.Cases {
				cases = append(cases, fmt.Sprintf("%s/%s %s %d ×%d", c.ID, c.AliasID, c.Emitter, c.Status, c.Count))
			}
			for _, p := range s.Paths {
				paths = append(paths, fmt.Sprintf("%s %d ×%d", p.Name, p.Status, p.Count))
			}
			for _, p := range s.Upstreams {
				up = append(up, fmt.Sprintf("%s %d ×%d", p.Name, p.Status, p.Count))
			}
			read := int64(0)
			for _, f := range s.Formats {
				read += f.Count
			}
			same := func(what string, got, want any) {
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s: got %q, want %q", what, got, want)
				}
			}
			same("cases", cases, tt.cases)
			same("paths", paths, tt.paths)
			same("upstreams", up, tt.up)
			same("read", read, tt.read)
			same("unread", s.Unread, tt.bad)
		})
	}
}

// TestSummarizeWhole compares the count of a log read in any pieces by any number of workers.
func TestSummarizeWhole(t *testing.T) {
	log := combinedLog(3 << 20)
	lines := int64(strings.Count(log, "\n"))
	errorsWant := int64(strings.Count(log, `HTTP/1.1" 502 `))
	e := newTestEngine(t)
	for _, workers := range []int{1, 2, 5} {
		for name, r := range map[string]io.Reader{"at once": strings.NewReader(log), "in halves": iotest.HalfReader(strings.NewReader(log))} {
			s, err := e.Summarize(context.Background(), r, SummaryOptions{Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			if s.Lines != lines || s.Errors != errorsWant || s.Unread != 0 || s.Bytes != int64(len(log)) {
				t.Errorf("%d workers, %s: lines %d of %d, errors %d of %d, unread %d", workers, name, s.Lines, lines, s.Errors, errorsWant, s.Unread)
			}
			if len(s.Bursts) == 0 {
				t.Errorf("%d workers, %s: the burst was not found", workers, name)
			}
			if n := strings.Count(s.Story, ". ") + 1; n > 3 {
				t.Errorf("the story has %d sentences: %s", n, s.Story)
			}
			t.Log(s.Story)
		}
	}
}

func TestSummarizeStops(t *testing.T) {
	e := newTestEngine(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Summarize(ctx, strings.NewReader(combinedLog(1<<16)), SummaryOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
	broken := errors.New("disk on fire")
	s, err := e.Summarize(context.Background(), io.MultiReader(strings.NewReader(combinedLog(1<<16)), iotest.ErrReader(broken)), SummaryOptions{})
	if !errors.Is(err, broken) || s.Lines == 0 {
		t.Errorf("broken reader: got %v after %d lines", err, s.Lines)
	}
	long := strings.Repeat("x", 3*chunkSize) + "\n" + combinedLog(1<<16)
	s, err = e.Summarize(context.Background(), strings.NewReader(long), SummaryOptions{})
	if err != nil || s.Unread != 1 || s.Errors == 0 {
		t.Errorf("a line of 3 MiB: unread %d, errors %d, %v", s.Unread, s.Errors, err)
	}
}

func BenchmarkSummarize(b *testing.B) {
	e := newTestEngine(b)
	json := strings.Repeat(`{"ClientRequestHost":"www.example.com","ClientRequestMethod":"GET","ClientRequestURI":"/api/orders?page=2","EdgeResponseStatus":200,"OriginResponseStatus":200,"OriginIP":"192.0.2.7","CacheCacheStatus":"dynamic","EdgeStartTimestamp":"2024-11-03T06:09:29Z","RayID":"8dc8a5b2","ClientRequestUserAgent":"Mozilla/5.0 (X11; Linux x86_64)"}`+"\n", 10<<20/330)
	errorLog := strings.Repeat(`2024/11/03 06:09:29 [error] 184#184: *94 upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.11, server: www.example.com, request: "GET /api/orders HTTP/1.1", upstream: "http://10.244.3.84:5601/api/orders", host: "www.example.com"`+"\n", 10<<20/290)
	alb := strings.Repeat(`https 2024-11-03T06:09:29.384610Z app/shop/50dc6c495c0c9188 192.0.2.11:37217 10.0.23.17:8080 0.000 0.001 0.000 200 200 312 272 "GET https://www.example.com:443/api/orders HTTP/1.1" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "www.example.com" "-" 0 2024-11-03T06:09:29.381000Z "forward" "-" "-" "10.0.23.17:8080" "200" "-" "-"`+"\n", 10<<20/500)
	for _, bm := range []struct{ name, log string }{
		{"combined 10 MB", combinedLog(10 << 20)}, {"JSON 10 MB", json}, {"ALB 10 MB", alb}, {"error log 10 MB", errorLog},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(bm.log)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Summarize(context.Background(), strings.NewReader(bm.log), SummaryOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDiagnose reads one megabyte as a page would get it pasted.
func BenchmarkDiagnose(b *testing.B) {
	e := newTestEngine(b)
	mixed := strings.Repeat("Traceback (most recent call last):\n  File \"/srv/app/views.py\", line 98, in send\n    raise ConnectionError(err, request=request)\n", 1<<20/130)
	for _, bm := range []struct{ name, paste string }{
		{"access log 1 MB", combinedLog(1 << 20)},
		{"error log 1 MB", strings.Repeat(`2024/11/03 06:09:29 [error] 184#184: *94 upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.11, server: www.example.com, request: "GET /api/orders HTTP/1.1", upstream: "http://10.244.3.84:5601/api/orders", host: "www.example.com"`+"\n", 1<<20/290)},
		{"unknown text 1 MB", mixed},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(bm.paste)))
			b.ReportAllocs()
			for b.Loop() {
				e.Diagnose(context.Background(), []byte(bm.paste))
			}
		})
	}
}

// BenchmarkHostile reads pastes of two megabytes made to be slow.
func BenchmarkHostile(b *testing.B) {
	e := newTestEngine(b)
	var all strings.Builder
	for _, r := range e.rules {
		all.WriteString(r.Pattern + " ")
	}
	for name, unit := range map[string]string{
		"open objects": "{\"a\":\n", "open pages and logs": "<p>\n2024/11/03 06:09:29 [error] 1#1: *9 x\n", "names": `"name":"cookie",`,
		"cookie lists": `"cookies":[`, "secrets": "token=[", "quotes": `password="`, "colons": ":=:=", "all rules": strings.ReplaceAll(all.String(), "\\", "") + "\n",
		"all rules in one line": all.String(), "fields": "status=termination_state=", "headers": "x-a: b\n", "objects": "{\"k\":1}\n", "status lines": "HTTP/1.1 502 x\n",
		"brackets": "[", "braces": "{", "array": `[{"status":502},`, "wide": "\u00e9\u2028",
	} {
		b.Run(name, func(b *testing.B) {
			paste := []byte(strings.Repeat(unit, 2<<20/len(unit)+1))
			b.SetBytes(int64(len(paste)))
			for b.Loop() {
				e.Diagnose(context.Background(), paste)
			}
		})
	}
}
