package diagnose

import (
	"strconv"
	"strings"
)

func (e *Engine) judgeHAProxy(r *record) []candidate {
	state := r.str("termination_state")
	if len(state) < 2 {
		return nil
	}
	two := state[:2]
	ts := r.clue("termination_state", haproxyEnd(two[0])+"; "+haproxyPhase(two[1]))
	st := r.clue("status_code", "the status the client was sent")
	if two == "--" {
		if r.status == 0 {
			return nil
		}
		if server := r.str("server"); server == "<NOSRV>" || server == "<STATS>" {
			return e.stated(r, "haproxy", strconv.Itoa(r.status), EmitterLoadBalancer, certain,
				"No server was chosen, so HAProxy answered itself.", st, r.clue("server", "no server was asked"))
		}
		return e.passed(r, "haproxy", EmitterApp, certain,
			"The session ended normally (--): the "+r.statusText()+" came from the server and HAProxy passed it on.", st, ts)
	}
	code := two
	if two[0] >= 'a' && two[0] <= 'z' {
		code += "-lower"
	}
	why := "termination_state " + state + ": " + haproxyEnd(two[0]) + ", " + haproxyPhase(two[1]) + "."
	if two == "SC" && r.str("server") == "<NOSRV>" { // the letters of a refusal, and nobody who could have refused
		ts.says = "no server was available to connect to"
		return e.stated(r, "haproxy", code, EmitterLoadBalancer, certain,
			"termination_state "+state+" with <NOSRV>: no server of the backend was available, so none was asked.",
			ts, r.clue("server", "no server was asked"), st)
	}
	return e.stated(r, "haproxy", code, EmitterLoadBalancer, certain, why, ts, st)
}

// haproxyEnd and haproxyPhase read the first two letters of a termination state
// (HAProxy configuration manual, 8.5).
func haproxyEnd(c byte) string {
	switch c {
	case 'C':
		return "the client aborted the connection"
	case 'S':
		return "the server aborted or refused the connection"
	case 'P':
		return "HAProxy itself ended the session"
	case 'L':
		return "HAProxy handled the request itself"
	case 'R':
		return "a resource of HAProxy's ran out"
	case 'I':
		return "HAProxy met an internal error"
	case 'D':
		return "HAProxy closed it because the server went down"
	case 'U':
		return "HAProxy closed it because a preferred server came back"
	case 'K':
		return "an administrator closed it"
	case 'c':
		return "the client was silent until its timeout"
	case 's':
		return "the server was silent until its timeout"
	}
	return "the session ended normally"
}

func haproxyPhase(c byte) string {
	switch c {
	case 'R':
		return "while waiting for a complete request"
	case 'Q':
		return "while waiting in the queue"
	case 'C':
		return "while connecting to the server"
	case 'H':
		return "while waiting for the response headers"
	case 'D':
		return "during the transfer of data"
	case 'L':
		return "while the last data went to the client"
	case 'T':
		return "while the request was tarpitted"
	}
	return "after the transfer"
}

func (e *Engine) judgeEnvoy(r *record) []candidate {
	flags, details := r.str("response_flags"), r.str("response_code_details")
	st := r.clue("response_code", "the status the client was sent")
	if st.end == 0 {
		st = r.clue("status", "the status the client was sent")
	}
	dc := r.clue("response_code_details", "Envoy's reason for the status")
	base, inner, _ := strings.Cut(strings.TrimSuffix(details, "}"), "{")
	if base == "via_upstream" && r.status > 0 && (flags == "-" || flags == "") {
		dc.says = "the upstream set the status"
		return e.passed(r, "envoy", EmitterApp, certain,
			"response_code_details is via_upstream: the upstream answered "+r.statusText()+" and Envoy passed it on.", st, dc)
	}
	if flag := mainEnvoyFlag(flags, base, inner); flag != "" {
		fc := r.clue("response_flags", "why Envoy ended it: "+envoyFlagMeaning(flag))
		conf := certain
		if flags == "" || flags == "-" {
			conf = likely // told from the details
		}
		return e.stated(r, "envoy", flag, EmitterProxy, conf,
			"Envoy's own reason is "+flag+" ("+envoyFlagMeaning(flag)+"): Envoy made the response, no upstream did.", fc, st, dc)
	}
	if r.status == 0 {
		return nil
	}
	if base != "" && base != "-" {
		return e.stated(r, "envoy", r.statusText(), EmitterProxy, likely,
			"response_code_details is "+details+", not via_upstream: Envoy made the response.", dc, st)
	}
	cs := e.bare(r, "", "The response flags are empty: Envoy noticed nothing wrong, which points to the upstream but does not prove it.",
		Unknown{"Did the upstream set the " + r.statusText() + ", or a filter of Envoy's?", "%RESPONSE_CODE_DETAILS%: via_upstream means the upstream"},
		st, r.clue("response_flags", "Envoy noticed nothing wrong"))
	for i := range cs {
		if cs[i].emitter == "" && r.status >= 400 {
			cs[i].emitter, cs[i].score = EmitterApp, cs[i].score+2
		}
	}
	return cs
}

// mainEnvoyFlag picks the telling one of several flags (URX only says that retries ran out), or the
// flag that the details amount to.
func mainEnvoyFlag(flags, base, inner string) string {
	best := ""
	for f := range strings.SplitSeq(flags, ",") {
		if f = strings.TrimSpace(f); f == "" || f == "-" {
			continue
		}
		if best == "" || best == "URX" {
			best = f
		}
	}
	if best != "" && best != "URX" {
		return best
	}
	switch strings.ReplaceAll(inner, " ", "_") {
	case "connection_termination":
		return "UC"
	case "connection_failure", "remote_connection_failure", "local_connection_failure":
		return "UF"
	case "remote_reset", "remote_refused_stream_reset":
		return "UR"
	case "local_reset":
		return "LR"
	case "overflow":
		return "UO"
	case "protocol_error":
		return "UPE"
	}
	switch base {
	case "route_not_found":
		return "NR"
	case "cluster_not_found":
		return "NC"
	case "no_healthy_upstream":
		return "UH"
	case "upstream_response_timeout", "response_timeout", "upstream_per_try_timeout":
		return "UT"
	case "stream_idle_timeout":
		return "SI"
	case "downstream_remote_disconnect":
		return "DC"
	}
	return best
}

// envoyFlagMeaning is from Envoy's documentation of %RESPONSE_FLAGS%.
func envoyFlagMeaning(flag string) string {
	switch flag {
	case "UH":
		return "no healthy upstream host"
	case "UF":
		return "the connection to the upstream failed"
	case "UO":
		return "the circuit breaker was open"
	case "NR":
		return "no route matched"
	case "NC":
		return "the upstream cluster was not found"
	case "URX":
		return "the retry limit was reached"
	case "UT":
		return "the upstream took too long"
	case "UC":
		return "the upstream closed the connection"
	case "UR":
		return "the upstream reset the stream"
	case "LR":
		return "the connection was reset locally"
	case "DC":
		return "the client disconnected"
	case "DT":
		return "the connection reached its maximum duration"
	case "RL":
		return "the local rate limit was reached"
	case "UAEX":
		return "the external authorization service denied it"
	case "RLSE":
		return "the rate limit service failed"
	case "SI":
		return "the stream was idle too long"
	case "IH":
		return "a strictly checked header had an invalid value"
	case "DPE":
		return "the client broke the protocol"
	case "UPE":
		return "the upstream broke the protocol"
	case "FI":
		return "an injected fault"
	case "DI":
		return "an injected delay"
	case "OM":
		return "the overload manager ended it"
	case "DF":
		return "the upstream's name did not resolve"
	case "UMSDR":
		return "the request reached its maximum stream duration"
	case "LH":
		return "the local service failed its health check"
	}
	return "response flag " + flag
}

func (e *Engine) judgeHeroku(r *record) []candidate {
	if code := r.str("code"); strings.HasPrefix(code, "H") {
		return e.stated(r, "heroku", code, EmitterLoadBalancer, certain,
			"The router names its own error, "+code+": it answered, the dyno did not.",
			r.clue("code", "the router's own error"), r.clue("desc", "in the router's words"), r.clue("status", "the status the client was sent"))
	}
	if r.status == 0 {
		return nil
	}
	return e.passed(r, "heroku", EmitterApp, certain,
		"The router names no error of its own (no code=), so the dyno answered "+r.statusText()+".", r.clue("status", "the status the client was sent"))
}

func (e *Engine) judgeSquid(r *record) []candidate {
	result, hierarchy := r.str("result"), r.str("hierarchy")
	code := r.statusText()
	st := r.clue("status", "the status the client was sent")
	rc := r.clue("result", "what Squid did with the request")
	switch {
	case strings.HasPrefix(result, "TCP_DENIED") && r.status == 403:
		return e.stated(r, "squid", "err-access-denied", EmitterProxy, certain, result+": an access rule of Squid's refused the request.", rc, st)
	case strings.HasPrefix(result, "TCP_DENIED") && r.status == 407:
		return e.stated(r, "squid", "err-cache-access-denied", EmitterProxy, certain, result+": Squid wants a login first, or did not accept the one given.", rc, st)
	case strings.HasPrefix(result, "TCP_DENIED"):
		return e.stated(r, "squid", code, EmitterProxy, certain, result+": Squid refused the request.", rc, st)
	case r.status >= 400 && (hierarchy == "HIER_NONE" || hierarchy == "NONE"):
		return e.stated(r, "squid", code, EmitterProxy, likely, "Squid asked no server for this ("+hierarchy+") and answered itself.", rc, st,
			r.clue("hierarchy", "no server was asked"))
	}
	if r.status == 0 {
		return nil
	}
	return e.bare(r, "", "Squid turned to the server, and the line does not say whose answer the "+code+" is.",
		Unknown{"Squid or the server behind it?", "the X-Squid-Error response header, or %err_code in logformat"}, st, rc)
}

func (e *Engine) judgeTraefik(r *record) []candidate {
	code := r.statusText()
	st := r.clue("DownstreamStatus", "what Traefik sent to the client")
	if st.end == 0 {
		st = r.clue("status", "what Traefik sent to the client")
	}
	if r.status == 0 {
		return nil
	}
	if f, ok := r.find("service_url"); ok && isEmptyToken(r.value(f)) {
		return e.stated(r, "traefik", code, EmitterProxy, likely, "The line names no service: Traefik answered itself.", st)
	}
	origin, known := r.find("OriginStatus")
	if known && (r.absent("OriginStatus") || origin.start == origin.end) && r.status >= 400 {
		return e.stated(r, "traefik", code, EmitterProxy, certain,
			"OriginStatus is empty: the request never reached a server, so Traefik made the "+code+".", st, r.clue("OriginStatus", "no server was asked"))
	}
	if r.get("OriginError") != nil {
		return e.stated(r, "traefik", code, EmitterProxy, certain, "OriginError gives the reason why Traefik could not get an answer.",
			st, r.clue("OriginError", "why the server could not be reached"))
	}
	gateway := r.status == 499 || r.status == 500 || r.status == 502 || r.status == 504
	if known && !gateway && plainStatus(r.value(origin)) == r.status {
		return e.passed(r, "traefik", EmitterApp, certain, "The server answered "+code+" (OriginStatus) and Traefik passed it on.",
			st, r.clue("OriginStatus", "what the server answered"))
	}
	if gateway {
		cs := e.stated(r, "traefik", code, EmitterProxy, possible,
			"Traefik records the "+code+" of its own error handler as the server's too, so the log alone does not prove whose it is.", st,
			r.clue("OriginStatus", "the server's status, or Traefik's error handler's"))
		for i := range cs {
			cs[i].unknown = []Unknown{{"Traefik or the server behind it?", "Traefik's log at level DEBUG for the same second, or the response body"}}
		}
		return cs
	}
	return e.bare(r, "", "The line does not say whether Traefik or the server made the "+code+".",
		Unknown{"Traefik or the server behind it?", "OriginStatus, in the JSON format of the access log"}, st)
}
