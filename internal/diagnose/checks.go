package diagnose

// checksFor are the commands and fields that settle what a vendor's hop did. Pages bring better ones
// with their rules; these stand where no rule spoke.
func checksFor(vendor string) []string {
	switch vendor {
	case "nginx", "ingress-nginx":
		return []string{"error.log at the same second: its line names the upstream and the reason",
			"log_format with $upstream_status $upstream_header_time $upstream_addr",
			"curl -sv http://UPSTREAM/path from the NGINX host"}
	case "cloudflare":
		return []string{"curl -sv --resolve HOST:443:ORIGIN_IP https://HOST/path (the same request without Cloudflare)",
			"Logpush or Instant Logs: EdgeResponseStatus against OriginResponseStatus"}
	case "cloudfront":
		return []string{"CloudFront's standard log: x-edge-detailed-result-type", "curl -sv the origin's own domain name"}
	case "aws-elb":
		return []string{"aws elbv2 describe-target-health --target-group-arn ARN",
			"CloudWatch: HTTPCode_ELB_5XX_Count against HTTPCode_Target_5XX_Count",
			"the access log entry: target_status_code, target_processing_time, error_reason"}
	case "haproxy":
		return []string{"echo 'show stat' | socat stdio /run/haproxy/admin.sock", "echo 'show errors' | socat stdio /run/haproxy/admin.sock (for PR and PH)"}
	case "envoy":
		return []string{"access log with %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_TRANSPORT_FAILURE_REASON%",
			"the admin endpoint /clusters: health_flags and cx_connect_fail of the cluster"}
	case "iis":
		return []string{"Failed Request Tracing for the status and substatus", `C:\Windows\System32\LogFiles\HTTPERR for requests missing in the site's log`}
	case "httpsys":
		return []string{"Event Viewer, System log, source WAS, at the same time", "netsh http show servicestate"}
	case "gcp-lb":
		return []string{"gcloud compute backend-services get-health NAME --global", "Logs Explorer: jsonPayload.statusDetails of the same entry"}
	case "heroku":
		return []string{"heroku logs --tail --dyno router", "heroku ps: is the dyno up?"}
	case "apache":
		return []string{"error_log at the same second, with LogLevel proxy:trace2 if it is silent", "curl -sv the backend from the Apache host"}
	case "azure-appgw":
		return []string{"az network application-gateway show-backend-health -g GROUP -n NAME", "the access log entry: serverStatus, serverRouted, error_info"}
	case "azure-frontdoor":
		return []string{"FrontDoorAccessLog: errorInfo for the X-Azure-Ref of this response", "curl -sv the origin's host name"}
	case "varnish":
		return []string{"varnishlog -g request -q 'BerespStatus >= 500 or FetchError'", "varnishadm backend.list"}
	case "fastly":
		return []string{"curl -sv -H 'Fastly-Debug: 1' URL: X-Served-By, X-Cache", "the log of obj.response and beresp.status"}
	case "squid":
		return []string{"the X-Squid-Error header of the response", "%err_code/%err_detail in Squid's logformat"}
	case "traefik":
		return []string{"Traefik's log at level DEBUG: the connection error stands there", "accesslog.format=json: OriginStatus against DownstreamStatus"}
	case "caddy":
		return []string{"the logger http.log.error at the same second", "curl -sv the upstream from the Caddy host"}
	case "kong":
		return []string{"X-Kong-Upstream-Latency (an upstream answered) against X-Kong-Response-Latency (Kong answered)", "Kong's error.log at the same second"}
	case "akamai":
		return []string{"the Reference number, with Akamai's support or the Translate Error String tool"}
	}
	return nil
}

// clientChecks settle what a client's message leaves open.
func clientChecks() []string {
	return []string{"curl -sv URL from the same machine: how far does it get?",
		"the access log of the first server in the chain: did the request arrive, and with what status?"}
}
