package diagnose

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Judges turn one record into readings of it: which page, which hop, how sure, why. Rules are applied
// to the same record afterwards (see rank.go); a judge knows what the format itself states.

// stated is a reading in which a log's own field names code and hop.
func (e *Engine) stated(r *record, vendor, code, emitter string, conf confidence, why string, clues ...clue) []candidate {
	p, ok := e.page(vendor, code)
	score := scoreStated
	if !ok && r.status > 0 {
		p, ok = e.page("", strconv.Itoa(r.status))
		p.vendor = vendor
		score -= 20 // the library has no page for the vendor's reason; a rule may know one
	}
	if !ok {
		return nil
	}
	if r.status > 0 && r.status < 400 {
		score = statusScore(r.status)
	}
	return []candidate{{
		pageRef: p, emitter: emitter, where: r.where(), conf: conf, score: score - 4*int(certain-conf),
		clues: clues, why: why, checks: checksFor(vendor),
	}}
}

// passed is a reading in which the hop that wrote the log only passed on what a hop behind it answered.
func (e *Engine) passed(r *record, by string, emitter string, conf confidence, why string, clues ...clue) []candidate {
	p, ok := e.page("", strconv.Itoa(r.status))
	if !ok {
		if pages := e.anyPage(r.status); len(pages) > 0 {
			p, ok = pages[0], true
		}
	}
	if !ok {
		return nil
	}
	score := scoreStated
	if r.status < 400 {
		score = statusScore(r.status)
	}
	return []candidate{{
		pageRef: p, emitter: emitter, where: r.where(), conf: conf, score: score - 4*int(certain-conf), clues: clues, why: why,
		checks: append([]string{"the application's own log for this request, by its time or request id"}, checksFor(by)...),
	}}
}

// bare is a reading of a status whose hop the log does not tell.
func (e *Engine) bare(r *record, emitter, why string, unknown Unknown, clues ...clue) []candidate {
	var out []candidate
	for i, p := range e.anyPage(r.status) {
		c := candidate{
			pageRef: p, where: r.where(), conf: possible, score: statusScore(r.status) - i,
			clues: clues, why: why, emitter: emitter,
		}
		if r.status >= 400 {
			c.unknown = []Unknown{unknown}
			c.checks = checksFor(r.format.vendor)
		}
		if r.format.vendor == "" && p.vendor != "" {
			c.emitter = emitterOf(p.vendor, p.id)
			c.checks = checksFor(p.vendor)
		}
		out = append(out, c)
	}
	return out
}

func (r *record) where() string {
	if r.format.where != "" {
		return r.format.where
	}
	return WhereAccessLog
}

// clue quotes a field.
func (r *record) clue(name, says string) clue {
	f, ok := r.find(name)
	if !ok {
		return clue{}
	}
	return clue{f.start, f.end, says, name}
}

func (r *record) statusText() string {
	if r.status == 0 {
		return "no status"
	}
	return strconv.Itoa(r.status)
}

// judgeCommon reads NGINX's and Apache's access log. What $upstream_status says has a catch: where
// NGINX fails to reach or to understand the upstream, it writes its own 502 or 504 there too, so an equal
// number proves nothing until $upstream_header_time shows that a response arrived.
func (e *Engine) judgeCommon(r *record) []candidate {
	status := r.clue("status", "the status the client was sent")
	if r.status == 0 {
		return nil
	}
	code := strconv.Itoa(r.status)
	if r.status == 499 || r.status == 444 || r.status >= 494 && r.status <= 498 {
		conf := likely
		if r.format.vendor == "nginx" {
			conf = certain
		}
		why := "Of the servers that log in this format, only NGINX writes " + code + "."
		if r.status == 499 {
			why += " The client closed the connection before the answer was ready, and nothing was sent."
		}
		return e.stated(r, "nginx", code, EmitterProxy, conf, why, r.clue("status", "a code of NGINX's own"))
	}
	upstream := r.get("upstream_status")
	if upstream == nil {
		return e.bare(r, "", "The line gives the status and not its origin: this server may have made it or passed it on.",
			Unknown{"Did this server make the " + code + ", or a server behind it?",
				"$upstream_status and $upstream_header_time in NGINX's log_format (Apache: the error log of the same second)"}, status)
	}
	last := lastOf(upstream)
	us := r.clue("upstream_status", "what the upstream answered, as NGINX saw it")
	switch {
	case len(last) == 0 || string(last) == "-":
		us.says = "no upstream answered"
		return e.stated(r, "nginx", code, EmitterProxy, certain,
			"No upstream answered this request ($upstream_status is empty), so NGINX made the "+code+" itself.", status, us)
	case plainStatus(last) != r.status:
		us.says = "the upstream answered something else"
		return e.stated(r, "nginx", code, EmitterProxy, likely,
			fmt.Sprintf("The upstream answered %s and the client was sent %s, so NGINX replaced the answer.", last, code), status, us)
	case r.status == 502 || r.status == 504:
		return e.judgeGatewayStatus(r, code, status, us)
	}
	us.says = "the upstream answered the same"
	return e.passed(r, "nginx", EmitterApp, certain,
		"The upstream itself answered "+code+" ($upstream_status), and NGINX passed it on.", status, us)
}

func (e *Engine) judgeGatewayStatus(r *record, code string, status, us clue) []candidate {
	header, length := lastOf(r.get("upstream_header_time")), lastOf(r.get("upstream_response_length"))
	own := "NGINX made the " + code + ", since "
	switch {
	case string(header) == "-":
		us.says = "NGINX's own failure, noted here for want of an answer"
		return e.stated(r, "nginx", code, EmitterProxy, certain, own+"no response header ever arrived ($upstream_header_time is empty).",
			status, us, r.clue("upstream_header_time", "no response header arrived"))
	case header != nil:
		return e.passed(r, "nginx", EmitterApp, certain, "A response header arrived from the upstream and said "+code+".",
			status, us, r.clue("upstream_header_time", "a response header arrived after this many seconds"))
	case length != nil && num(length) > 0:
		return e.passed(r, "nginx", EmitterApp, likely, "The upstream sent a body of "+string(length)+" bytes with its "+code+".",
			status, us, r.clue("upstream_response_length", "bytes the upstream sent"))
	case length != nil:
		us.says = "NGINX writes its own failure here when the upstream gives none"
		return e.stated(r, "nginx", code, EmitterProxy, likely, own+"the upstream sent no bytes at all.",
			status, us, r.clue("upstream_response_length", "no bytes came from the upstream"))
	}
	cs := e.stated(r, "nginx", code, EmitterProxy, possible,
		"NGINX writes its own "+code+" into $upstream_status when the upstream fails, so the equal numbers do not prove that the upstream sent it.",
		status, us)
	for i := range cs {
		cs[i].unknown = []Unknown{{"Did the upstream answer " + code + ", or NGINX in its place?",
			"$upstream_header_time: empty means NGINX; or the line of the same second in error.log"}}
	}
	return cs
}

// lastOf returns the last of "504, 504, 200" or "502 : 200", as NGINX lists its attempts; nil stays nil.
func lastOf(b []byte) []byte {
	if i := bytes.LastIndexAny(b, ",: "); i >= 0 && len(b) > 1 {
		b = b[i+1:]
	}
	return b
}

func (e *Engine) judgeALB(r *record) []candidate {
	if r.status == 0 {
		if s := r.get("elb_status_code"); string(s) == "000" {
			return e.stated(r, "aws-elb", "000", EmitterLoadBalancer, certain, "The load balancer logged no status of its own.",
				r.clue("elb_status_code", "no response was sent"))
		}
		return nil
	}
	code := strconv.Itoa(r.status)
	elb := r.clue("elb_status_code", "what the load balancer sent to the client")
	target := r.clue("target_status_code", "what the target answered")
	actions := r.str("actions_executed")
	switch t := r.get("target_status_code"); {
	case r.status == 460 || r.status == 463 || r.status == 464 || r.status == 561:
		return e.stated(r, "aws-elb", code, EmitterLoadBalancer, certain, code+" is a code of the load balancer's own.", elb, target)
	case strings.Contains(actions, "fixed-response") || (strings.Contains(actions, "redirect") && r.status < 400):
		return e.stated(r, "aws-elb", code, EmitterLoadBalancer, certain,
			"A listener rule of the load balancer answers with this: no target was asked.", elb, r.clue("actions_executed", "the listener's action"))
	case isEmptyToken(t) || string(t) == "0":
		target.says = "no usable answer came from a target"
		why := "No target gave a usable answer (target_status_code is empty), so the load balancer made the " + code + " itself."
		clues := []clue{elb, target}
		if reason := r.str("error_reason"); reason != "" && reason != "-" {
			clues = append(clues, r.clue("error_reason", "the load balancer's own reason"))
		}
		if strings.HasPrefix(actions, "waf") && r.status == 403 {
			clues = append(clues, r.clue("actions_executed", "AWS WAF handled the request"))
		}
		if string(r.get("target_processing_time")) == "-1" {
			clues = append(clues, r.clue("target_processing_time", "-1: the request could not be dispatched, or the target closed or stayed silent"))
		}
		return e.stated(r, "aws-elb", code, EmitterLoadBalancer, certain, why, clues...)
	case plainStatus(t) == r.status:
		target.says = "the target answered the same"
		return e.passed(r, "aws-elb", EmitterApp, certain,
			"The target itself answered "+code+" (target_status_code), and the load balancer passed it on.", elb, target)
	default:
		target.says = "the target answered something else"
		return e.stated(r, "aws-elb", code, EmitterLoadBalancer, certain,
			fmt.Sprintf("The target answered %s and the client was sent %s, so the load balancer made the %s.", t, code, code), elb, target)
	}
}

func (e *Engine) judgeIIS(r *record) []candidate {
	sub := r.str("sc-substatus")
	code := strconv.Itoa(r.status)
	clues := []clue{r.clue("sc-status", "the status"), r.clue("sc-substatus", "the substatus: IIS's own reason")}
	if says := win32Meaning(r.str("sc-win32-status")); says != "" {
		clues = append(clues, r.clue("sc-win32-status", "Windows: "+says))
	}
	if sub == "" {
		return e.bare(r, "", "The log has no substatus, which is where IIS gives its reason.",
			Unknown{"Which module or rule of IIS answered " + code + "?", "sc-substatus and sc-win32-status (IIS Manager, Logging, Select Fields)"}, clues[0])
	}
	if _, ok := e.vendorPage("iis", code+"."+sub); ok && sub != "0" {
		emitter := EmitterAppServer
		if r.status == 502 {
			emitter = EmitterProxy
		}
		if names := e.claimants(r, "iis-"+code+"."+sub); len(names) > 1 {
			cs := e.stated(r, "iis", code+"."+sub, emitter, possible,
				"Substatus "+sub+" is the reason for the "+code+", and more than one module of IIS uses it: "+strings.Join(names, "; ")+".", clues...)
			for i := range cs {
				cs[i].score = scoreStated
				cs[i].unknown = []Unknown{{"Which of them: " + strings.Join(names, ", or ") + "?", "the words of the error page, and the Application event log at the same second"}}
			}
			return cs
		}
		return e.stated(r, "iis", code+"."+sub, emitter, certain, "sc-substatus "+sub+" is IIS's own reason for the "+code+".", clues...)
	}
	if sub == "0" {
		clues[1].says = "0: IIS names no reason of its own"
		cs := e.passed(r, "iis", EmitterApp, possible,
			"Substatus 0 is what IIS logs when no module of its own gave a reason, as with a status set by the application.", clues...)
		for i := range cs {
			cs[i].unknown = []Unknown{{"Did the application set the " + code + "?", "Failed Request Tracing: the module that set the status"}}
		}
		return cs
	}
	return e.stated(r, "iis", code, EmitterAppServer, likely, "IIS gives substatus "+sub+", which no page here explains.", clues...)
}

// claimants are the titles of the pages that share an id's number and whose signatures the record's fields
// fit: iis-502.5 and iis-502.5-ancm.
func (e *Engine) claimants(r *record, id string) []string {
	var names []string
	for _, c := range e.recordRules(r) {
		if title := e.titleOf(c.pageRef); (c.id == id || strings.HasPrefix(c.id, id+"-")) && !slices.Contains(names, title) {
			names = append(names, title)
		}
	}
	return names
}

// win32Meaning explains the Windows error codes most often seen beside a status in IIS logs
// (learn.microsoft.com, "System Error Codes").
func win32Meaning(code string) string {
	switch code {
	case "2":
		return "file not found"
	case "3":
		return "path not found"
	case "5":
		return "access denied"
	case "50":
		return "request not supported"
	case "64":
		return "the network name is no longer available: the client is gone"
	case "121":
		return "the semaphore timeout period has expired: the client stopped reading"
	case "995":
		return "the I/O operation was aborted: the client is gone"
	case "1236":
		return "the connection was aborted by the local system"
	case "1326":
		return "the user name or password is incorrect"
	case "2148074254":
		return "no credentials: the usual first step of Windows authentication"
	}
	return ""
}

func (e *Engine) judgeHTTPERR(r *record) []candidate {
	reason := r.str("s-reason")
	if reason == "" || reason == "-" {
		return nil
	}
	code := strings.NewReplacer("_", "-", "/", "").Replace(strings.ToLower(reason))
	return e.stated(r, "httpsys", code, EmitterAppServer, certain,
		"HTTPERR is written by HTTP.sys, which ended this request before IIS or the application saw it; the reason is "+reason+".",
		r.clue("s-reason", "HTTP.sys's own reason"))
}

func (e *Engine) judgeCloudFront(r *record) []candidate {
	if r.status == 0 {
		return nil
	}
	result := r.clue("x-edge-result-type", "what CloudFront did with the request")
	code := strconv.Itoa(r.status)
	switch detail := r.str("x-edge-detailed-result-type"); detail {
	case "OriginConnectError", "OriginDnsError", "OriginCommError", "ClientCommError", "ClientGeoBlocked", "AbortedOrigin",
		"LimitExceeded", "InvalidRequest", "InvalidRequestBlocked", "OriginInvalidResponseError", "OriginReadError", "OriginWriteError",
		"OriginHeaderTooBigError", "OriginZeroSizeObjectError":
		return e.stated(r, "cloudfront", code, EmitterCDN, certain, "x-edge-detailed-result-type "+detail+": CloudFront made this response.",
			r.clue("x-edge-detailed-result-type", "CloudFront's own reason"))
	}
	return e.bare(r, "", "The log line does not say whether CloudFront or the origin made the "+code+".",
		Unknown{"CloudFront or the origin?", "x-edge-detailed-result-type, and the origin's access log"}, r.clue("sc-status", "the status"), result)
}
