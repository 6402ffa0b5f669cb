package diagnose

import (
	"fmt"
	"strings"
	"testing"
)

// TestHops is about the question of the tool: who answered, and how sure is it.
func TestHops(t *testing.T) {
	combined := `192.0.2.1 - - [03/Nov/2024:06:09:29 +0000] "GET /a HTTP/1.1" %s 559 "-" "curl"`
	tests := []struct {
		name  string
		paste string
		want  string // id/alias emitter confidence
		tell  string // part of what would settle it, when it can't tell
	}{
		{"a status alone", fmt.Sprintf(combined, "502"), "502/  possible", "$upstream_status"},
		{"no upstream asked", fmt.Sprintf(combined, "503") + ` us="-"`, "503/nginx-503 proxy certain", ""},
		{"the upstream's own error", fmt.Sprintf(combined, "500") + ` rt=0.1 us="500"`, "500/ app certain", ""},
		{"equal numbers prove nothing on 502", fmt.Sprintf(combined, "502") + ` us="502"`, "502/nginx-502 proxy possible", "$upstream_header_time"},
		{"no header arrived", fmt.Sprintf(combined, "502") + ` uht="-" us="502"`, "502/nginx-502 proxy certain", ""},
		{"a header arrived", fmt.Sprintf(combined, "502") + ` uht="0.012" us="502"`, "502/ app certain", ""},
		{"last of several attempts", fmt.Sprintf(combined, "500") + ` us="502, 500"`, "500/ app certain", ""},
		{"NGINX replaced the answer", fmt.Sprintf(combined, "404") + ` us="200"`, "404/ proxy likely", ""},
		{"address and status behind", fmt.Sprintf(combined, "404") + ` "10.0.0.5:8080" "404"`, "404/ app certain", ""},
		{"499 is NGINX's", fmt.Sprintf(combined, "499"), "nginx-499/ proxy likely", ""},
		{"nothing wrong", fmt.Sprintf(combined, "200"), "200/  possible", ""},
		{"errors come first", fmt.Sprintf(combined, "200") + "\n" + fmt.Sprintf(combined, "404") + "\n" + fmt.Sprintf(combined, "502"), "502/  possible", "$upstream_status"},

		{"NGINX's Server proves nothing", "HTTP/1.1 404 Not Found\nServer: nginx", "404/ proxy possible", "upstream"},
		{"a load balancer names itself on its own", "HTTP/1.1 503 Service Temporarily Unavailable\nServer: awselb/2.0", "503/aws-elb-503 load-balancer certain", ""},
		{"Cloudflare passes a 502 on, or makes it", "HTTP/2 502\nserver: cloudflare\ncf-ray: 8a1b2c3d4e5f6a7b-FRA", "502/cloudflare-502 cdn possible", "body"},
		{"52x is Cloudflare's own", "HTTP/2 522\nserver: cloudflare\ncf-ray: 8a1b2c3d4e5f6a7b-FRA", "cloudflare-522/ cdn certain", ""},
		{"the origin's error through CloudFront", "HTTP/1.1 500 Internal Server Error\nServer: Apache\nX-Cache: Error from cloudfront\nVia: 1.1 abc.cloudfront.net (CloudFront)", "500/apache-500 app-server likely", ""},
		{"CloudFront's own", "HTTP/1.1 504 Gateway Timeout\nServer: CloudFront\nX-Cache: Error from cloudfront", "504/ cdn certain", ""},
		{"an upstream answered through Envoy", "HTTP/1.1 503 Service Unavailable\nserver: istio-envoy\nx-envoy-upstream-service-time: 3", "503/ app likely", ""},
		{"Kong's own", "HTTP/1.1 503 Service Temporarily Unavailable\nX-Kong-Response-Latency: 1\n\n{\"message\":\"failure to get a peer from the ring-balancer\"}", "503/kong-503 proxy certain", ""},
		{"cache hit", "HTTP/1.1 404 Not Found\nCache-Status: ExampleCache; hit; ttl=300", "404/ cdn likely", ""},
		{"Cache-Status names the origin", "HTTP/1.1 500 Internal Server Error\nCache-Status: ExampleCache; fwd=uri-miss; fwd-status=500", "500/ app likely", ""},
		{"Proxy-Status passed on", "HTTP/1.1 502 Bad Gateway\nProxy-Status: proxy.example.net; received-status=502", "502/ app likely", ""},
		{"Proxy-Status with its own opinion", "HTTP/1.1 502 Bad Gateway\nProxy-Status: cdn.example.net; error=connection_timeout; details=\"10 s\"", "502/ cdn certain", ""},
		{"Proxy-Status without a status line", "Proxy-Status: edge; error=http_request_denied", "403/ proxy likely", "status line"},
		{"nothing but the status line", "HTTP/1.1 504 Gateway Timeout", "504/  possible", "Proxy-Status"},
		{"a body outranks the header", "HTTP/1.1 502 Bad Gateway\nServer: nginx\n\n<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>",
			"502/nginx-502 proxy certain", ""},
		{"a page without NGINX's name", "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad Gateway</h1></center>\n</body>\n</html>", "502/nginx-502 proxy possible", "Server"},

		{"problem document", `{"type":"https://example.com/out-of-stock","title":"Out of stock","status":409,"detail":"No 7 left"}`, "409/ app likely", ""},
		{"printed over lines", "{\n  \"statusCode\": 404,\n  \"error\": \"Not Found\"\n}", "404/ app possible", "headers"},
		{"HAR", `{"log":{"version":"1.2","entries":[{"request":{"url":"https://a/"},"response":{"status":200,"headers":[],"content":{}}},{"request":{"url":"https://a/b"},"response":{"status":503,"statusText":"","headers":[{"name":"Server","value":"awselb/2.0"},{"name":"Set-Cookie","value":"sid=12345"}],"content":{"text":"<html></html>"}}}]}}`,
			"503/aws-elb-503 load-balancer certain", ""},
		{"HAR without an answer", `{"log":{"entries":[{"request":{"url":"https://a/"},"response":{"status":0,"headers":[],"content":{},"_error":"net::ERR_EMPTY_RESPONSE"}}]}}`, "nginx-444/ client possible", ""},

		{"Envoy passed it on", `[2024-11-03T06:09:29.310Z] "GET /a HTTP/1.1" 500 - via_upstream - "-" 0 91 12 11 "-" "curl" "id" "orders" "10.0.2.1:80"`, "500/ app certain", ""},
		{"Envoy without details", `[2024-11-03T06:09:29.310Z] "GET /a HTTP/1.1" 500 - 0 91 12 11 "-" "curl" "id" "orders" "10.0.2.1:80"`, "500/ app possible", "RESPONSE_CODE_DETAILS"},
		{"Envoy as JSON", `{"start_time":"2024-11-03T06:09:29Z","response_code":503,"response_flags":"UH","path":"/a"}`, "envoy-UH/ proxy certain", ""},
		{"HAProxy passed it on", `haproxy[1]: 192.0.2.1:33317 [06/Feb/2024:12:14:14.655] www~ shop/srv1 1/0/0/5/6 500 99 - - ---- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"`, "500/ app certain", ""},
		{"HAProxy had no server", `haproxy[1]: 192.0.2.1:33317 [06/Feb/2024:12:14:14.655] www~ shop/<NOSRV> 1/-1/-1/-1/6 503 99 - - SC-- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"`, "haproxy-SC/ load-balancer certain", ""},
		{"a dyno's own error", `heroku[router]: at=info method=GET path="/" host=a dyno=web.1 connect=0ms service=5ms status=500 bytes=9`, "500/ app certain", ""},
		{"Cloudflare's log, the origin's error", `{"EdgeResponseStatus":500,"OriginResponseStatus":500,"ClientRequestURI":"/"}`, "500/ app likely", ""},
		{"Cloudflare's log, blocked", `{"EdgeResponseStatus":403,"OriginResponseStatus":0,"SecurityAction":"block"}`, "403/cloudflare-403 cdn certain", ""},
		{"two modules of IIS share a number", "2024-05-07 18:45:09 10.0.0.6 GET /a - 443 - 192.0.2.6 Mozilla/5.0 - 502 5 0 15", "iis-502.5/ proxy possible", "error page"},
		{"a header that marks everything, on a success", "HTTP/1.1 200 OK\nX-Azure-Ref: 0abc", "200/  possible", ""},
		{"a reason phrase of Traffic Server's", "HTTP/1.1 502 Server Hangup\nServer: ATS/9.2.1", "ats-server-hangup/ proxy likely", ""},
		{"the same words on another status", "HTTP/1.1 522 Connection Timed Out", "cloudflare-522/ cdn possible", ""},
		{"Kong's header is on what it passes on, too", "HTTP/1.1 504 Gateway Timeout\nX-Kong-Proxy-Latency: 3", "504/kong-504 proxy possible", "error.log"},
		{"a page of Akamai's with another status", "HTTP/1.1 503 Service Unavailable\n\nReference #97.5c9ae0d8.1700000000.a1b2c3d", "503/ cdn certain", ""},
		{"a vendor's page is not weaker for the standard page beside it", "obj.response=\"first byte timeout\"", "fastly-503-first-byte-timeout/ cdn certain", ""},
		{"IIS without a reason", "2024-05-07 18:45:09 10.0.0.6 GET /a - 443 - 192.0.2.6 Mozilla/5.0 - 500 0 0 15", "500/ app possible", "Failed Request Tracing"},
		{"Application Gateway", `{"time":"2024-11-03T06:09:29Z","properties":{"httpStatus":502,"serverRouted":"","serverStatus":"","requestUri":"/a","error_info":"ERRORINFO_UPSTREAM_NO_LIVE"}}`, "502/azure-appgw-502 load-balancer certain", ""},
		{"Squid wants a login", "1497854565.761      3 192.168.1.51 TCP_DENIED/407 4277 GET http://a/ - HIER_NONE/- text/html", "squid-err-cache-access-denied/ proxy certain", ""},
		{"Squid refused", "1497854565.761      3 192.168.1.51 TCP_DENIED/403 4277 GET http://a/ - HIER_NONE/- text/html", "squid-err-access-denied/ proxy certain", ""},
		{"a container's log line", `{"log":"2024/11/03 06:09:29 [error] 1#1: *9 no live upstreams while connecting to upstream, client: 192.0.2.1, server: x, request: \"GET / HTTP/1.1\", upstream: \"http://app/\", host: \"x\"\n","stream":"stderr","time":"2024-11-03T06:09:29Z"}`, "502/nginx-502 proxy certain", ""},
		{"a container's access log", `{"log":"192.0.2.1 - - [03/Nov/2024:06:09:29 +0000] \"GET /a HTTP/1.1\" 499 0 \"-\" \"curl\"\n","stream":"stdout"}`, "nginx-499/ proxy likely", ""},
		{"a number in words", "Request failed with status code 404", "404/  possible", "headers"},
		{"an unknown NGINX message with a known ending", `2024/11/03 06:09:29 [error] 1#1: *9 SSL_write() failed (SSL:) (32: Broken pipe) while sending request to upstream, client: 192.0.2.1, server: x, request: "GET / HTTP/1.1", upstream: "https://10.0.0.5/", host: "x"`, "502/nginx-502 proxy likely", ""},
		{"signatures in a path are no evidence", `192.0.2.1 - - [03/Nov/2024:06:09:29 +0000] "GET /?q=no+live+upstreams+while+connecting+to+upstream HTTP/1.1" 200 5 "-" "WORKER TIMEOUT (pid:1)"`, "200/  possible", ""},
	}
	e := newTestEngine(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := diagnose(e, tt.paste)
			checkReport(t, r)
			if len(r.Findings) == 0 {
				t.Fatalf("nothing found, want %s", tt.want)
			}
			f := r.Findings[0]
			if got := fmt.Sprintf("%s/%s %s %s", f.ID, f.AliasID, f.Emitter, f.Confidence); got != tt.want {
				t.Errorf("got %s, want %s: %s", got, tt.want, f.Why)
			}
			if tt.tell == "" {
				return
			}
			if len(f.CannotTell) == 0 || !strings.Contains(f.CannotTell[0].SettledBy, tt.tell) {
				t.Errorf("cannot tell %+v, want it settled by %q", f.CannotTell, tt.tell)
			}
		})
	}
}

// TestProxyErrors holds all error types of RFC 9209 to the status it recommends.
func TestProxyErrors(t *testing.T) {
	e := newTestEngine(t)
	n := 0
	for _, row := range readJSONL[struct {
		Pattern string
		Want    []string
	}](t, "testdata/signatures.jsonl") {
		_, name, ok := strings.Cut(row.Pattern, "error=")
		if !ok || !strings.HasPrefix(row.Pattern, "Proxy-Status") {
			continue
		}
		n++
		pe, known := proxyErrorOf(name)
		if !known {
			t.Errorf("%s is unknown", name)
		}
		if want := fmt.Sprint(pe.status); pe.status != 0 && want != row.Want[0] {
			t.Errorf("%s: status %s, want %s", name, want, row.Want[0])
		}
		// The hop is named whatever status came with it.
		f := diagnose(e, "HTTP/1.1 502 Bad Gateway\nProxy-Status: my-proxy; error="+name).Findings[0]
		if f.ID != "502" || f.Emitter != EmitterProxy || f.Confidence != Certain || !strings.Contains(f.Why, "my-proxy") {
			t.Errorf("%s: %s by %s, %s: %s", name, f.ID, f.Emitter, f.Confidence, f.Why)
		}
	}
	if n != 32 {
		t.Errorf("%d error types, want 32", n)
	}
}

// SC is a refusal only where a server is named; with <NOSRV> there was nobody to refuse.
func TestHAProxyWithoutServer(t *testing.T) {
	e := newTestEngine(t)
	line := `haproxy[1]: 192.0.2.1:33317 [06/Feb/2024:12:14:14.655] www~ shop/%s 1/-1/-1/-1/6 503 99 - - SC-- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"`
	for server, want := range map[string]string{"<NOSRV>": "no server of the backend was available", "srv1": "refused"} {
		f := diagnose(e, fmt.Sprintf(line, server)).Findings[0]
		if f.ID != "haproxy-SC" || !strings.Contains(f.Why, want) {
			t.Errorf("%s: %s: %q, want %q in it", server, f.ID, f.Why, want)
		}
	}
}

func TestNothingToFind(t *testing.T) {
	r := diagnose(newTestEngine(t), "The quick brown fox\njumps over 13 lazy dogs\n")
	if len(r.Findings) != 0 || r.Lines != 2 || r.Unread != 2 || len(r.CannotTell) == 0 || !strings.Contains(r.SearchText, "quick brown fox") {
		t.Errorf("got %+v", r)
	}
}

func TestManyLinesOfOneCase(t *testing.T) {
	line := `192.0.2.%d - - [03/Nov/2024:06:09:29 +0000] "GET /a/%d HTTP/1.1" 502 559 "-" "curl"` + "\n"
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, line, i%250, i)
	}
	r := diagnose(newTestEngine(t), b.String())
	if len(r.Findings) != 1 || r.Findings[0].Count != 1000 || len(r.Findings[0].Evidence) > maxEvidence {
		t.Errorf("got %d findings, the first %d times", len(r.Findings), r.Findings[0].Count)
	}
	if r.Summary == nil || r.Summary.Errors != 1000 {
		t.Errorf("summary: %+v", r.Summary)
	}
}

func TestPasteLimit(t *testing.T) {
	lib := loadLibrary(t).config()
	lib.MaxPaste = 100
	e, err := Compile(nil, lib)
	if err != nil {
		t.Fatal(err)
	}
	if r := diagnose(e, strings.Repeat("HTTP/1.1 502 Bad Gateway\n", 20)); !r.Truncated || len(r.Text) != 100 {
		t.Errorf("truncated %v, %d bytes", r.Truncated, len(r.Text))
	}
}
