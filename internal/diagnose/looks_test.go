package diagnose

import "testing"

func TestLooksLikeEvidence(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"502", false},
		{"502 bad gateway", false},
		{"nginx 499", false},
		{"why does nginx log 499 when the client goes away?", false},
		{"HTTP/1.1 502 Bad Gateway", false},
		{"http status 422 unprocessable content rest api", false},
		{"upstream timed out (110: Connection timed out) while reading response header from upstream", false},
		{"difference between 401 and 403: when to use which", false},
		{"HTTP Error 500.30 - ANCM In-Process Start Failure", false},
		{"set-cookie samesite none secure redirect 302", false},
		{"curl: (52) Empty reply from server", true},
		{"GET https://example.com/ net::ERR_EMPTY_RESPONSE", true},
		{"HTTP/1.1 502 Bad Gateway\nServer: nginx", true},
		{"server: cloudflare\ncf-ray: 8a1b2c3d4e5f-FRA", true},
		{"Proxy-Status: ExampleCDN; error=connection_timeout", true},
		{`192.0.2.1 - - [03/Nov/2024:06:09:29 +0000] "GET / HTTP/1.1" 502 559 "-" "curl"`, true},
		{"2024/11/03 06:09:29 [error] 184#184: *94 no live upstreams while connecting to upstream", true},
		{"[Wed Jun 17 13:08:42.787147 2020] [proxy:error] [pid 1] AH00898: Error reading from remote server", true},
		{`heroku[router]: at=error code=H12 desc="Request timeout" method=GET path="/" host=a dyno=web.1 status=503`, true},
		{"Feb  6 12:14:14 lb haproxy[1]: proxy shop has no server available!", true},
		{`{"status":502,"msg":"dial tcp: connection refused"}`, true},
		{"<html><head><title>502 Bad Gateway</title></head></html>", true},
		{"Traceback (most recent call last):\n  File \"a.py\"", true},
		{"* Connected to localhost (127.0.0.1) port 80\n> GET / HTTP/1.1", true},
	}
	for _, tt := range tests {
		if got := LooksLikeEvidence(tt.text); got != tt.want {
			t.Errorf("LooksLikeEvidence(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}
