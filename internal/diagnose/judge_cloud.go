package diagnose

import "strings"

func (e *Engine) judgeCloudflare(r *record) []candidate {
	if r.status == 0 {
		return nil
	}
	code := r.statusText()
	edge := r.clue("EdgeResponseStatus", "what Cloudflare sent to the client")
	origin := r.clue("OriginResponseStatus", "what the origin answered")
	if isCloudflareOnly(r.status) {
		return e.stated(r, "cloudflare", code, EmitterCDN, certain, code+" is a code of Cloudflare's own.", edge, origin)
	}
	if string(r.get("RequestSource")) == "earlyHintsCache" {
		return e.stated(r, "cloudflare", code, EmitterCDN, certain,
			"RequestSource is earlyHintsCache: a look-up inside Cloudflare that missed, not a failure anybody saw.",
			r.clue("RequestSource", "a look-up inside Cloudflare"), edge)
	}
	if a := r.str("SecurityAction"); r.status >= 400 && (a == "block" || strings.Contains(a, "challenge")) {
		return e.stated(r, "cloudflare", code, EmitterCDN, certain, "A security rule of Cloudflare's answered ("+a+").",
			edge, r.clue("SecurityAction", "a security rule acted"))
	}
	if o := r.get("OriginResponseStatus"); o != nil {
		if plainStatus(o) == r.status {
			origin.says = "the origin answered the same"
			return e.passed(r, "cloudflare", EmitterApp, likely,
				"The origin answered "+code+" (OriginResponseStatus), and Cloudflare passed it on.", edge, origin)
		}
		if r.absent("OriginResponseStatus") && r.status >= 400 {
			origin.says = "0: no answer of the origin's"
			return e.stated(r, "cloudflare", code, EmitterCDN, likely,
				"OriginResponseStatus is 0: Cloudflare answered without the origin. A Worker on the zone can cause the same.", edge, origin)
		}
	}
	return e.bare(r, "", "The line does not say whether Cloudflare or the origin made the "+code+".",
		Unknown{"Cloudflare or the origin?", "OriginResponseStatus in the Logpush job's fields"}, edge)
}

// isCloudflareOnly knows the statuses no other vendor's product sends in Cloudflare's place.
func isCloudflareOnly(status int) bool {
	return status == 499 || status >= 520 && status <= 526 || status == 530
}

func (e *Engine) judgeGCP(r *record) []candidate {
	details := strings.Trim(r.str("statusDetails"), `"`)
	st := r.clue("status", "the status the client was sent")
	dc := r.clue("statusDetails", "the load balancer's own reason")
	if details == "response_sent_by_backend" {
		dc.says = "the backend sent the response"
		out := e.stated(r, "gcp-lb", "response-sent-by-backend", EmitterApp, certain,
			"statusDetails is "+details+": the backend answered "+r.statusText()+", and the load balancer passed it on.", dc, st)
		if r.status > 0 {
			for _, c := range e.passed(r, "gcp-lb", EmitterApp, certain, "The "+r.statusText()+" itself is the backend's.", st, dc) {
				c.score -= 2
				out = append(out, c)
			}
		}
		return out
	}
	return e.stated(r, "gcp-lb", strings.ReplaceAll(strings.ToLower(details), "_", "-"), EmitterLoadBalancer, certain,
		"statusDetails is "+details+": the load balancer made the response and says why.", dc, st)
}

func (e *Engine) judgeCaddy(r *record) []candidate {
	if r.status == 0 {
		return nil
	}
	code := r.statusText()
	st := r.clue("status", "the status the client was sent")
	if strings.HasPrefix(r.str("logger"), "http.log.error") || strings.Contains(r.str("err_trace"), "reverseproxy") {
		return e.stated(r, "caddy", code, EmitterProxy, certain,
			"Caddy's error log is about responses that Caddy makes itself; the message is the reason.", r.clue("msg", "Caddy's reason"), st)
	}
	return e.bare(r, "", "Caddy's access log does not say whether Caddy or the upstream made the "+code+".",
		Unknown{"Caddy or the upstream?", "a line of the logger http.log.error for the same second: it exists when Caddy made the response"}, st)
}

func (e *Engine) judgeFrontDoor(r *record) []candidate {
	info := r.str("errorInfo")
	st := r.clue("httpStatusCode", "the status the client was sent")
	if info == "" || info == "-" || info == "NoError" {
		if r.status == 0 {
			return nil
		}
		return e.passed(r, "azure-frontdoor", EmitterApp, likely,
			"ErrorInfo is NoError: Front Door met no problem of its own, so the "+r.statusText()+" is the origin's or a rule's.",
			st, r.clue("errorInfo", "no error of Front Door's"))
	}
	return e.stated(r, "azure-frontdoor", strings.ToLower(info), EmitterCDN, certain,
		"ErrorInfo is "+info+": Front Door made the response and says why.", r.clue("errorInfo", "Front Door's own reason"), st)
}

func (e *Engine) judgeAppGateway(r *record) []candidate {
	if r.status == 0 {
		return nil
	}
	code := r.statusText()
	st := r.clue("status", "what the gateway sent to the client")
	server := r.clue("serverStatus", "what the backend answered")
	if s := lastOf(r.get("serverStatus")); r.get("serverStatus") != nil {
		if plainStatus(s) == r.status && r.status != 502 && r.status != 504 {
			return e.passed(r, "azure-appgw", EmitterApp, certain, "The backend answered "+code+" (serverStatus), and the gateway passed it on.", st, server)
		}
		if r.absent("serverStatus") {
			return e.stated(r, "azure-appgw", code, EmitterLoadBalancer, certain, "serverStatus is empty: no backend answered, so the gateway made the "+code+".",
				st, server, r.clue("error_info", "the gateway's own reason"))
		}
	}
	cs := e.stated(r, "azure-appgw", code, EmitterLoadBalancer, possible, "The gateway's log gives no empty serverStatus to prove that the gateway made the "+code+".", st, server)
	for i := range cs {
		cs[i].unknown = []Unknown{{"The gateway or the backend?", "serverStatus, serverRouted and error_info of the same entry"}}
	}
	return cs
}

func (e *Engine) judgeJSON(r *record) []candidate {
	if r.status == 0 {
		return nil
	}
	st := r.clue("status", "the status")
	if st.end == 0 {
		st = r.clue("httpStatusCode", "the status")
	}
	if r.status == 499 || r.status == 444 {
		return e.stated(r, "nginx", r.statusText(), EmitterProxy, likely, r.statusText()+" is a code of NGINX's own.", st)
	}
	return e.bare(r, "", "The entry gives a status and not who made it.",
		Unknown{"Which hop made the " + r.statusText() + "?", "the log of the proxy in front, with its upstream status; or the response headers"}, st)
}
