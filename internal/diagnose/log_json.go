package diagnose

import "bytes"

// jsonFormat is any log of one JSON object a line: Cloudflare Logpush, Google Cloud, Envoy, Traefik,
// Caddy, Azure, NGINX and applications with a format of their own. The keys tell which.
func jsonFormat() *format {
	return &format{
		name: "JSON log", parse: parseJSON, judge: (*Engine).judgeJSON,
		detail: []string{"upstream_status"},
	}
}

func jsonFormats() []*format {
	return []*format{
		{name: "Cloudflare Logpush", vendor: "cloudflare", emitter: EmitterCDN, judge: (*Engine).judgeCloudflare,
			detail: []string{"OriginResponseStatus", "SecurityAction", "RequestSource", "CacheCacheStatus"}},
		{name: "Google Cloud load balancer log", vendor: "gcp-lb", emitter: EmitterLoadBalancer, judge: (*Engine).judgeGCP,
			detail: []string{"statusDetails"}},
		{name: "Envoy JSON access log", vendor: "envoy", emitter: EmitterProxy, judge: (*Engine).judgeEnvoy,
			detail: []string{"response_flags", "response_code_details"}},
		{name: "Traefik JSON access log", vendor: "traefik", emitter: EmitterProxy, judge: (*Engine).judgeTraefik,
			detail: []string{"OriginStatus", "OriginError"}},
		{name: "Caddy log", vendor: "caddy", emitter: EmitterProxy, judge: (*Engine).judgeCaddy,
			detail: []string{"logger", "msg"}},
		{name: "NGINX JSON access log", vendor: "nginx", emitter: EmitterProxy, judge: (*Engine).judgeCommon,
			detail: []string{"upstream_status", "upstream_response_length", "upstream_header_time"}},
		{name: "HAProxy JSON log", vendor: "haproxy", emitter: EmitterLoadBalancer, judge: (*Engine).judgeHAProxy,
			detail: []string{"termination_state", "server"}},
		{name: "ALB access log as JSON", vendor: "aws-elb", emitter: EmitterLoadBalancer, judge: (*Engine).judgeALB,
			detail: []string{"target_status_code", "actions_executed", "error_reason"}},
		{name: "Azure Front Door access log", vendor: "azure-frontdoor", emitter: EmitterCDN, judge: (*Engine).judgeFrontDoor,
			detail: []string{"errorInfo"}},
		{name: "Application Gateway access log", vendor: "azure-appgw", emitter: EmitterLoadBalancer, judge: (*Engine).judgeAppGateway,
			detail: []string{"serverStatus", "error_info"}},
		httperrFormat(), cloudfrontFormat(),
	}
}

// jsonRecord gathers the fields of one object into a record.
type jsonRecord struct {
	r     *record
	full  bool
	off   int // of the object in the line
	names map[string]string
}

// parseJSON reads an object that begins in the first 256 bytes of the line, behind any prefix
// (docker compose, journald, kubectl).
func parseJSON(p *parser, line []byte, r *record) bool {
	if c := line[len(line)-1]; c != '}' && c != ',' && c != ']' {
		return false
	}
	open := bytes.IndexByte(line[:min(len(line), 256)], '{')
	if open < 0 {
		return false
	}
	p.json.r, p.json.full, p.json.off = r, p.full, open
	if end := scanJSON(line[open:], &p.json); end < 0 {
		return false
	}
	kind := r.jsonKind()
	if kind == "" {
		return false
	}
	if f := p.special[kind]; f != nil {
		r.format = f
	}
	return true
}

// jsonKind decides by its keys whose log the object is, and settles its status; "" is no access log.
func (r *record) jsonKind() string {
	status := func(names ...string) bool {
		for _, n := range names {
			if v := r.get(n); v != nil {
				var ok bool
				if r.status, ok = statusAt(v); ok {
					return true
				}
			}
		}
		return false
	}
	has := func(name string) bool { return r.get(name) != nil }
	switch {
	case has("EdgeResponseStatus"):
		status("EdgeResponseStatus")
		return "Cloudflare Logpush"
	case has("statusDetails"):
		status("status")
		return "Google Cloud load balancer log"
	case has("response_flags") || has("response_code_details"):
		status("response_code", "status")
		return "Envoy JSON access log"
	case has("DownstreamStatus"):
		status("DownstreamStatus")
		return "Traefik JSON access log"
	case bytes.HasPrefix(r.get("logger"), []byte("http.log")) || bytes.HasPrefix(r.get("logger"), []byte("http.handlers")):
		if status("status") {
			return "Caddy log"
		}
		return ""
	case has("elb_status_code"):
		status("elb_status_code")
		return "ALB access log as JSON"
	case has("termination_state"):
		status("status")
		return "HAProxy JSON log"
	case has("errorInfo"):
		status("httpStatusCode", "status")
		return "Azure Front Door access log"
	case has("serverStatus") || has("serverRouted"):
		status("status")
		return "Application Gateway access log"
	case has("upstream_status"):
		if status("status") {
			return "NGINX JSON access log"
		}
	}
	if status("status", "httpStatusCode", "response_code") && (r.status > 0 || r.path.end > 0) {
		return "JSON log"
	}
	return ""
}

func (j *jsonRecord) scalar(parent, key []byte, start, end int, kind jsonKind) {
	start, end = start+j.off, end+j.off
	name := j.names[string(key)]
	if name == "status" && (string(parent) == "headers" || string(parent) == "resp_headers") {
		return
	}
	switch name {
	case "":
		if j.full && len(j.r.fields) < 128 && len(key) > 0 {
			j.r.add(string(key), start, end)
		}
		return
	case "time":
		if !j.r.hasWhen {
			j.r.when, j.r.hasWhen = anyTime(j.r.line[start:end])
		}
		return
	case "path":
		if j.r.path.end == 0 {
			j.r.setPath(start, end)
		}
		return
	case "request":
		if j.r.path.end == 0 {
			j.r.request(start, end)
		}
		return
	case "upstream":
		if j.r.upstream.end == 0 && kind == jsonString {
			j.r.upstream = field{name, start, end}
		}
		return
	case "upstream_addr":
		j.r.upstream = field{name, start, end}
	}
	if _, seen := j.r.find(name); !seen {
		j.r.add(name, start, end)
	}
}

func anyTime(b []byte) (int64, bool) {
	if t, ok := isoTime(b); ok {
		return t, true
	}
	if t, ok := clfTime(b); ok {
		return t, true
	}
	return epochTime(b)
}

// jsonNames maps the keys that logs use to the names the judges know.
func jsonNames() map[string]string {
	names := make(map[string]string)
	for name, keys := range map[string][]string{
		"status": {"statusCode", "status_code", "http_status", "http_status_code", "httpStatus", "httpStatus_d", "response_status",
			"responseStatus", "http.status_code", "http.response.status_code", "sc-status", "resp_status"},
		"httpStatusCode":        {"httpStatusCode_s", "HttpStatusCode", "httpStatusCode_d"},
		"response_code":         {"responseCode"},
		"response_flags":        {"RESPONSE_FLAGS", "responseFlags"},
		"response_code_details": {"RESPONSE_CODE_DETAILS"},
		"upstream_status":       {"upstreamStatus"},
		"termination_state":     {"terminationState"},
		"errorInfo":             {"ErrorInfo", "errorInfo_s"},
		"serverStatus":          {"serverStatus_s"},
		"serverRouted":          {"serverRouted_s"},
		"time": {"timestamp", "@timestamp", "ts", "EdgeStartTimestamp", "start_time", "StartUTC", "timeStamp", "TimeGenerated",
			"time_local", "time_iso8601", "msec", "haproxy_timestamp"},
		"path": {"uri", "request_uri", "RequestPath", "ClientRequestURI", "ClientRequestPath", "requestUri", "requestUri_s",
			"requestUrl", "url"},
		"request":       {"http_request", "request_line"},
		"upstream_addr": {"upstream_host"},
		"upstream":      {"ServiceAddr", "OriginIP", "upstream_cluster", "backend_name", "target_ip"},
	} {
		names[name] = name
		for _, key := range keys {
			names[key] = name
		}
	}
	delete(names, "upstream") // as a key it is often a name, not an address
	for _, key := range []string{"upstream_header_time", "upstream_response_length", "upstream_response_time", "upstream_connect_time",
		"statusDetails", "EdgeResponseStatus", "OriginResponseStatus", "CacheCacheStatus", "SecurityAction", "WAFAction", "RequestSource",
		"EdgePathingStatus", "DownstreamStatus", "OriginStatus", "OriginError", "logger", "msg", "err_trace", "elb_status_code",
		"target_status_code", "actions_executed", "error_reason", "target_processing_time", "response_processing_time", "error_info"} {
		names[key] = key
	}
	return names
}
