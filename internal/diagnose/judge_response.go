package diagnose

import (
	"fmt"
	"strconv"
	"strings"
)

// judgeResponse reads status line and headers, standard evidence first. Clues are in the coordinates of
// the paste.
func (e *Engine) judgeResponse(r *response) []candidate {
	var out []candidate
	line := at(r.line, "the status the client was sent")
	out = append(out, e.judgeProxyStatus(r, line)...)
	if c, ok := e.judgeCacheStatus(r, line); ok {
		out = append(out, c)
	}
	out = append(out, e.judgeServer(r, line)...)
	if r.status > 0 {
		out = append(out, e.judgeStatusLine(r, line)...)
	}
	return out
}

func at(s span, says string) clue { return clue{start: s.start, end: s.end, says: says} }

// judgeProxyStatus reads RFC 9209: the first member is the hop nearest the origin, the last the one
// nearest the client; a member with an error made the response.
func (e *Engine) judgeProxyStatus(r *response, line clue) []candidate {
	var out []candidate
	for _, h := range r.headers {
		if h.name != "proxy-status" {
			continue
		}
		for _, m := range parseList(h.value) {
			name := m.params["error"]
			pe, known := proxyErrorOf(name)
			if name == "" {
				if s := plainStatus(m.params["received-status"]); s > 0 && s == r.status {
					if p, ok := e.page("", strconv.Itoa(s)); ok {
						out = append(out, candidate{
							pageRef: p, emitter: EmitterApp, where: WhereHeader, conf: likely, score: scoreStandard + 2,
							clues: []clue{at(h.span, fmt.Sprintf("%s received %d from the hop behind it", m.name, s)), line},
							why:   fmt.Sprintf("Proxy-Status: %s received the %d from the hop behind it (received-status) and passed it on.", m.name, s),
						})
					}
				}
				continue
			}
			status := r.status
			if status == 0 {
				status = pe.status
			}
			if status == 0 {
				continue // rules may still know; the report asks for the status line
			}
			pages := e.anyPage(status)
			if len(pages) == 0 {
				continue
			}
			vendor, emitter := intermediary(m.name)
			says := "an error type RFC 9209 does not list"
			if known {
				says = pe.says
			}
			why := fmt.Sprintf("Proxy-Status names the hop: %s made the response, because %s (error=%s).", m.name, says, name)
			if pe.status > 0 && r.status > 0 && pe.status != r.status {
				why += fmt.Sprintf(" RFC 9209 recommends %d for that.", pe.status)
			}
			c := candidate{
				pageRef: pages[0], emitter: emitter, where: WhereHeader, conf: certain, score: scoreStandard + 10, why: why,
				clues:  []clue{at(h.span, m.name+": "+says), line},
				checks: []string{"the log of the hop Proxy-Status names (" + m.name + ") at the same second"},
			}
			if d := m.params["details"]; d != "" {
				c.clues[0].says += " (" + d + ")"
			}
			if r.status == 0 {
				c.conf = likely
				c.unknown = []Unknown{{"Which status was sent?", "the status line; " + strconv.Itoa(pe.status) + " is what RFC 9209 recommends"}}
			}
			if vendor != "" {
				if p, ok := e.page(vendor, strconv.Itoa(status)); ok {
					c.pageRef = p
				}
				c.vendor = vendor
			}
			out = append(out, c)
		}
	}
	return out
}

// intermediary guesses vendor and hop from the name a proxy gives itself in Proxy-Status.
func intermediary(name string) (vendor, emitter string) {
	n := strings.ToLower(name)
	for _, v := range codeVendors() {
		if strings.Contains(n, v) {
			return v, emitterOf(v, "")
		}
	}
	if strings.Contains(n, "cdn") {
		return "", EmitterCDN
	}
	return "", EmitterProxy
}

// judgeCacheStatus reads RFC 9211: a hit means a cache answered, fwd-status what the hop behind it did.
func (e *Engine) judgeCacheStatus(r *response, line clue) (candidate, bool) {
	h, ok := r.get("cache-status")
	if !ok || r.status == 0 {
		return candidate{}, false
	}
	p, ok := e.page("", strconv.Itoa(r.status))
	if !ok {
		return candidate{}, false
	}
	for _, m := range parseList(h.value) {
		c := candidate{pageRef: p, where: WhereHeader, conf: likely, score: max(statusScore(r.status), scoreHeader*min(r.status/400, 1)) + 2}
		switch fwd := plainStatus(m.params["fwd-status"]); {
		case m.params["hit"] != "":
			c.emitter = EmitterCDN
			c.clues = []clue{at(h.span, m.name+" answered from its store"), line}
			c.why = "Cache-Status says hit: " + m.name + " answered from its store, without asking the hop behind it now."
			c.checks = []string{"the same request with Cache-Control: no-cache, or with a query string of its own"}
		case fwd > 0 && fwd == r.status:
			c.emitter = EmitterApp
			c.clues = []clue{at(h.span, fmt.Sprintf("%s received %d from the hop behind it", m.name, fwd)), line}
			c.why = fmt.Sprintf("Cache-Status: the hop behind %s answered %d (fwd-status), and the cache passed it on.", m.name, fwd)
		default:
			continue
		}
		return c, true
	}
	return candidate{}, false
}

// hopSign is a header that tells which product a response came from or through.
type hopSign struct {
	vendor  string
	emitter string
	// made means the product puts this on responses of its own making only; without it, the response
	// may have passed through.
	made bool
	says string
}

// serverSign reads a Server value. NGINX, Envoy and Cloudflare write their own name over the one of the
// server behind them, so their name does not prove who made the response; an AWS load balancer,
// CloudFront, Varnish and Squid pass the other's name on.
func serverSign(value string) (hopSign, bool) {
	v := strings.ToLower(value)
	for _, s := range []struct {
		prefix string
		sign   hopSign
	}{
		{"awselb", hopSign{"aws-elb", EmitterLoadBalancer, true, "an AWS load balancer names itself only on responses it makes"}},
		{"cloudfront", hopSign{"cloudfront", EmitterCDN, true, "CloudFront names itself only on responses it makes"}},
		{"varnish", hopSign{"varnish", EmitterProxy, true, "Varnish names itself only on responses it makes"}},
		{"squid", hopSign{"squid", EmitterProxy, true, "Squid names itself on pages it makes"}},
		{"akamaighost", hopSign{"akamai", EmitterCDN, true, "Akamai's edge server names itself on responses it makes"}},
		{"microsoft-azure-application-gateway", hopSign{"azure-appgw", EmitterLoadBalancer, true, "the gateway names itself on pages it makes"}},
		{"microsoft-httpapi", hopSign{"httpsys", EmitterAppServer, true, "HTTP.sys answered before IIS or the application"}},
		{"cloudflare", hopSign{"cloudflare", EmitterCDN, false, "the response came through Cloudflare, which replaces the origin's Server"}},
		{"istio-envoy", hopSign{"envoy", EmitterProxy, false, "the response came through Envoy, which replaces the Server of the upstream"}},
		{"envoy", hopSign{"envoy", EmitterProxy, false, "the response came through Envoy, which replaces the Server of the upstream"}},
		{"nginx", hopSign{"nginx", EmitterProxy, false, "the response came through NGINX, which replaces the Server of the upstream"}},
		{"openresty", hopSign{"nginx", EmitterProxy, false, "the response came through OpenResty (NGINX)"}},
		{"google frontend", hopSign{"gcp-lb", EmitterLoadBalancer, false, "the response came through Google's front end"}},
		{"vercel", hopSign{"vercel", EmitterCDN, false, "the response came through Vercel"}},
		{"ats", hopSign{"trafficserver", EmitterProxy, false, "the response came through Apache Traffic Server"}},
		{"apache", hopSign{"apache", EmitterAppServer, false, "Apache httpd sent the response"}},
		{"microsoft-iis", hopSign{"iis", EmitterAppServer, false, "IIS sent the response"}},
		{"caddy", hopSign{"caddy", EmitterProxy, false, "the response came from or through Caddy"}},
		{"kong", hopSign{"kong", EmitterProxy, false, "the response came from or through Kong"}},
	} {
		if strings.HasPrefix(v, s.prefix) {
			return s.sign, true
		}
	}
	return hopSign{}, false
}

// judgeServer reads the headers by which products give themselves away.
func (e *Engine) judgeServer(r *response, line clue) []candidate {
	if r.status == 0 {
		return nil
	}
	code := strconv.Itoa(r.status)
	var out []candidate
	add := func(vendor, code, emitter string, conf confidence, score int, why string, unknown []Unknown, h header, says string) {
		p, ok := e.page(vendor, code)
		if !ok {
			if pages := e.anyPage(r.status); len(pages) > 0 {
				p, ok = pages[0], true
				p.vendor = vendor
			}
		}
		if ok {
			if r.status < 400 {
				score = statusScore(r.status) + 1
			}
			out = append(out, candidate{pageRef: p, emitter: emitter, where: WhereHeader, conf: conf, score: score, why: why,
				unknown: unknown, clues: []clue{at(h.span, says), line}, checks: checksFor(vendor)})
		}
	}
	for _, h := range r.headers {
		switch h.name {
		case "server":
			sign, ok := serverSign(h.value)
			switch {
			case !ok || r.status < 400:
			case sign.vendor == "cloudflare" && isCloudflareOnly(r.status):
				add("cloudflare", code, EmitterCDN, certain, scoreHeader+20, code+" is a code of Cloudflare's own, and the response came from Cloudflare.", nil, h, sign.says)
			case sign.made:
				add(sign.vendor, code, sign.emitter, certain, scoreHeader+16, "Server: "+h.value+": "+sign.says+".", nil, h, sign.says)
			case sign.vendor == "apache" || sign.vendor == "iis":
				add(sign.vendor, code, emitterOf(sign.vendor, code), possible, scoreHeader-8, "Server: "+h.value+": "+sign.says+", or a proxy passed its name on.",
					[]Unknown{{"Did " + vendorName(sign.vendor) + " make the " + code + ", or the application in it?", "its error log at the same second"}}, h, sign.says)
			default:
				add(sign.vendor, code, sign.emitter, possible, scoreHeader-8, "Server: "+h.value+": "+sign.says+".",
					[]Unknown{{"Did " + vendorName(sign.vendor) + " make the " + code + " or pass it on?", settledFor(sign.vendor)}}, h, sign.says)
			}
		case "x-cache":
			server, ok := r.get("server")
			if ok && r.status >= 400 && strings.Contains(strings.ToLower(h.value), "error from cloudfront") && !strings.HasPrefix(strings.ToLower(server.value), "cloudfront") {
				sign, known := serverSign(server.value)
				if !known {
					sign.emitter = EmitterApp
				}
				add(sign.vendor, code, sign.emitter, likely, scoreHeader+15, "CloudFront names itself in Server on errors it makes; here Server is "+server.value+", the origin's, so the error came from the origin.",
					nil, server, "the origin's name, which CloudFront passes on")
			}
		case "cf-error-type", "cf-error-code":
			if n, err := strconv.Atoi(strings.TrimSpace(h.value)); err == nil && n > 0 {
				if _, ok := e.vendorPage("cloudflare", strconv.Itoa(n)); ok {
					add("cloudflare", strconv.Itoa(n), EmitterCDN, certain, scoreHeader+24, "Cloudflare names its own error "+strconv.Itoa(n)+" in "+h.name+".", nil, h, "Cloudflare's own error number")
				}
			}
		case "x-vercel-error":
			add("vercel", strings.ToLower(strings.ReplaceAll(h.value, "_", "-")), EmitterCDN, certain, scoreHeader+20, "X-Vercel-Error names Vercel's own reason.", nil, h, "Vercel's own reason")
		case "x-squid-error":
			name, _, _ := strings.Cut(h.value, " ")
			add("squid", strings.ToLower(strings.ReplaceAll(name, "_", "-")), EmitterProxy, certain, scoreHeader+20, "X-Squid-Error: Squid made this response and says why.", nil, h, "Squid's own reason")
		case "x-envoy-upstream-service-time":
			if r.status >= 400 {
				add("", code, EmitterApp, likely, scoreHeader+6, "x-envoy-upstream-service-time is on responses that an upstream of Envoy's gave, so Envoy passed the "+code+" on.", nil, h, "an upstream answered, in this many milliseconds")
			}
		case "x-kong-upstream-latency":
			if r.status >= 400 && !r.has("x-kong-response-latency") {
				add("kong", code, "", possible, scoreHeader-4, "X-Kong-Upstream-Latency: Kong turned to the upstream.", []Unknown{{"Kong or the upstream?", settledFor("kong")}}, h, "Kong turned to the upstream")
			}
		case "x-kong-response-latency":
			if r.status >= 400 {
				add("kong", code, EmitterProxy, likely, scoreHeader+12, "X-Kong-Response-Latency is on responses that Kong makes itself.", nil, h, "Kong made this response")
			}
		case "l5d-proxy-error":
			add("linkerd", code, EmitterProxy, certain, scoreHeader+18, "l5d-proxy-error: Linkerd's proxy made this response and says why.", nil, h, "Linkerd's own reason")
		}
	}
	return out
}

// settledFor names what shows whether a product made a response or passed it on.
func settledFor(vendor string) string {
	switch vendor {
	case "nginx":
		return "the body (NGINX signs its own pages), or $upstream_status with $upstream_header_time in its access log"
	case "envoy":
		return "%RESPONSE_CODE_DETAILS% in its access log: via_upstream means passed on"
	case "cloudflare":
		return "the body (Cloudflare brands its own pages), or OriginResponseStatus in its logs"
	case "gcp-lb":
		return "jsonPayload.statusDetails in the load balancer's log"
	case "trafficserver":
		return "the Via header's codes, or squid-format log of Traffic Server"
	case "kong":
		return "the body (Kong answers in JSON with \"message\"), or Kong's error.log"
	case "caddy":
		return "the logger http.log.error: it has an entry when Caddy made the response"
	case "vercel":
		return "the X-Vercel-Error header"
	}
	return "the access log of that hop, with its upstream's status"
}

// judgeStatusLine is the reading of the number alone.
func (e *Engine) judgeStatusLine(r *response, line clue) []candidate {
	var out []candidate
	for i, p := range e.anyPage(r.status) {
		c := candidate{pageRef: p, where: WhereHeader, conf: possible, score: statusScore(r.status) - i, clues: []clue{line},
			why: fmt.Sprintf("The status line says %d, and nothing here names the hop that made it.", r.status)}
		if p.vendor != "" {
			c.emitter = emitterOf(p.vendor, p.id)
			c.why = fmt.Sprintf("%d is in no standard; %s uses it, and nothing here names the hop.", r.status, vendorName(p.vendor))
		}
		if r.status >= 400 {
			c.unknown = []Unknown{{fmt.Sprintf("Which hop made the %d?", r.status),
				"Proxy-Status, Server and Via headers, the body, or the access log of each hop with its upstream's status"}}
			c.checks = []string{"curl -sv URL: all headers and the body", "the same request to each hop in turn, from the outside in"}
		}
		out = append(out, c)
	}
	return out
}
