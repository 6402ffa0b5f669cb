package diagnose

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// emitterOf is the hop a vendor's signature usually speaks for. Apache is two things: a server of
// its own content, and a gateway when the page is one of the gateway errors.
func emitterOf(vendor, id string) string {
	switch vendor {
	case "cloudflare", "cloudfront", "fastly", "akamai", "vercel", "azure-frontdoor", "pantheon", "netlify":
		return EmitterCDN
	case "aws-elb", "haproxy", "heroku", "azure-appgw", "gcp-lb":
		return EmitterLoadBalancer
	case "nginx", "envoy", "varnish", "squid", "trafficserver", "traefik", "caddy", "kong", "linkerd",
		"ingress-nginx", "aws-apigw":
		return EmitterProxy
	case "apache":
		if id == "502" || id == "503" || id == "504" {
			return EmitterProxy
		}
		return EmitterAppServer
	case "iis", "httpsys", "tomcat", "gunicorn", "uwsgi", "puma", "passenger", "php-fpm", "activesync":
		return EmitterAppServer
	case "laravel", "shopify", "twitter", "linkedin", "qualys":
		return EmitterApp
	case "curl", "chromium", "go-net-http", "nodejs-undici", "python-urllib3", "python-requests", "okhttp":
		return EmitterClient
	}
	return ""
}

// codeVendors are the vendors whose own codes a bare number is tried against, the most often met first.
func codeVendors() []string {
	return []string{"nginx", "cloudflare", "aws-elb", "iis", "httpsys", "haproxy", "envoy", "gcp-lb", "heroku",
		"apache", "azure-appgw", "azure-frontdoor", "varnish", "fastly", "squid", "trafficserver", "traefik",
		"caddy", "kong", "vercel", "aws-apigw", "laravel", "shopify", "pantheon", "qualys", "linkedin", "twitter", "akamai"}
}

// vendorName is how a vendor is spoken of in a sentence.
func vendorName(slug string) string {
	switch slug {
	case "nginx":
		return "NGINX"
	case "cloudflare":
		return "Cloudflare"
	case "cloudfront":
		return "CloudFront"
	case "aws-elb":
		return "the AWS load balancer"
	case "aws-apigw":
		return "Amazon API Gateway"
	case "iis":
		return "IIS"
	case "httpsys":
		return "HTTP.sys"
	case "haproxy":
		return "HAProxy"
	case "envoy":
		return "Envoy"
	case "gcp-lb":
		return "the Google Cloud load balancer"
	case "heroku":
		return "the Heroku router"
	case "apache":
		return "Apache httpd"
	case "azure-appgw":
		return "Azure Application Gateway"
	case "azure-frontdoor":
		return "Azure Front Door"
	case "varnish":
		return "Varnish"
	case "fastly":
		return "Fastly"
	case "akamai":
		return "Akamai"
	case "squid":
		return "Squid"
	case "trafficserver":
		return "Apache Traffic Server"
	case "traefik":
		return "Traefik"
	case "caddy":
		return "Caddy"
	case "kong":
		return "Kong"
	case "linkerd":
		return "Linkerd"
	case "vercel":
		return "Vercel"
	}
	return slug
}

// emitterName says in a sentence whose answer it was.
func emitterName(emitter string) string {
	switch emitter {
	case EmitterClient:
		return "as the client saw it"
	case EmitterCDN:
		return "the CDN's"
	case EmitterLoadBalancer:
		return "the load balancer's"
	case EmitterProxy:
		return "the proxy's"
	case EmitterAppServer:
		return "the application server's"
	}
	return "the application's"
}

// canonicalName folds the spellings of a log field: "$upstream_status", "UPSTREAM_STATUS" and
// "upstreamStatus" are one.
func canonicalName(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b.WriteByte(c)
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		}
	}
	return b.String()
}

// isPlainCode reports whether id is the page of a standard code: three digits.
func isPlainCode(id string) bool {
	return len(id) == 3 && plainStatus(id) > 0
}

// plainStatus reads exactly three digits, 100 to 999; anything else is 0.
func plainStatus[T string | []byte](s T) int {
	if len(s) != 3 {
		return 0
	}
	n := 0
	for i := range 3 {
		c := s[i]
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	if n < 100 {
		return 0
	}
	return n
}

// codesOf lists the status numbers a rule's page speaks of, so that a status seen elsewhere in the
// paste can confirm or contradict it. "haproxy-SC" has none, "iis-404.13" has 404.
func codesOf(r Rule) []int {
	var codes []int
	for _, id := range []string{r.ID, r.AliasID} {
		n := plainStatus(id)
		if n == 0 {
			for part := range strings.SplitSeq(id, "-") {
				part, _, _ = strings.Cut(part, ".")
				if c := plainStatus(part); c > 0 && c < 600 {
					n = c
				}
			}
		}
		if n > 0 && !slices.Contains(codes, n) {
			codes = append(codes, n)
		}
	}
	switch r.ID {
	case "nginx-494", "nginx-495", "nginx-496", "nginx-497":
		codes = append(codes, 400) // which is what NGINX sends and logs for them
	}
	return codes
}

// fieldsInPattern reads the short form of an access-log signature, or returns nil when the pattern
// is a regular expression for a line. HTTPERR's reason phrase is a field too, though the log counts
// as an error log.
func fieldsInPattern(where, pattern string) map[string]string {
	if reason, ok := strings.CutPrefix(pattern, "HTTPERR reason phrase "); ok && where != WhereBody {
		return map[string]string{"s-reason": reason}
	}
	if where != WhereAccessLog {
		return nil
	}
	if a, b, ok := strings.Cut(pattern, " versus "); ok && isFieldName(a) && isFieldName(b) {
		return map[string]string{a: ".+", b: ".+"}
	}
	fields := make(map[string]string)
	for part := range strings.SplitSeq(pattern, " with ") {
		name, value, ok := strings.Cut(part, " ")
		switch {
		case ok && isFieldName(name) && value != "":
			fields[name] = value
		case !ok && plainStatus(part) > 0 && len(fields) > 0:
			fields["status"] = part // "RequestSource earlyHintsCache with 504"
		default:
			return nil
		}
	}
	return fields
}

// isFieldName tells a log field from the first word of a regular expression: field names carry
// punctuation or a capital inside, and no operators.
func isFieldName(s string) bool {
	if s == "" || strings.ContainsAny(s, `=\()[]{}^*+?|"'<>:,;`) {
		return false
	}
	return strings.ContainsAny(s, "$_-.") || (s != strings.ToLower(s) && len(s) > 4)
}

func sortedKeys(m map[string]string) []string {
	return slices.Sorted(maps.Keys(m))
}

// page returns the library's page for a vendor's code, or for the standard code of that number.
func (e *Engine) page(vendor, code string) (p pageRef, ok bool) {
	n := plainStatus(code)
	if vendor != "" {
		if id, found := e.vendorPage(vendor, code); found {
			if n > 0 {
				if plain, title, std := e.known(n); std {
					return pageRef{id: plain, alias: vendor + "-" + code, title: title, vendor: vendor}, true
				}
			}
			return pageRef{id: id, title: e.titles[id], vendor: vendor}, true
		}
	}
	if n > 0 {
		if id, title, found := e.known(n); found {
			return pageRef{id: id, title: title, vendor: vendor}, true
		}
	}
	return pageRef{}, false
}

// anyPage is page for a status seen without a vendor: the standard page, or the vendors that use
// the number, in the order they are most often met.
func (e *Engine) anyPage(status int) []pageRef {
	code := strconv.Itoa(status)
	if p, ok := e.page("", code); ok {
		return []pageRef{p}
	}
	var pages []pageRef
	for _, v := range e.vendors {
		if id, ok := e.vendorPage(v, code); ok {
			pages = append(pages, pageRef{id: id, title: e.titles[id], vendor: v})
		}
	}
	return pages
}

type pageRef struct {
	id, alias, title, vendor string
}
