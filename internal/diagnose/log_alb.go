package diagnose

import "bytes"

// albFormat is the access log of an AWS Application Load Balancer
// (docs.aws.amazon.com, "Access logs for your Application Load Balancer", log entry syntax).
func albFormat() *format {
	return &format{
		name: "ALB access log", vendor: "aws-elb", emitter: EmitterLoadBalancer,
		parse: parseALB, judge: (*Engine).judgeALB,
		detail: []string{"target_status_code", "actions_executed", "error_reason"},
	}
}

// classicELBFormat is the log of a Classic Load Balancer: the same without type, and shorter.
func classicELBFormat() *format {
	return &format{
		name: "Classic Load Balancer access log", vendor: "aws-elb", emitter: EmitterLoadBalancer,
		parse: parseClassicELB, judge: (*Engine).judgeALB,
		detail: []string{"target_status_code"},
	}
}

func albFields() []string {
	return []string{"type", "time", "elb", "client:port", "target:port", "request_processing_time",
		"target_processing_time", "response_processing_time", "elb_status_code", "target_status_code",
		"received_bytes", "sent_bytes", "request", "user_agent", "ssl_cipher", "ssl_protocol",
		"target_group_arn", "trace_id", "domain_name", "chosen_cert_arn", "matched_rule_priority",
		"request_creation_time", "actions_executed", "redirect_url", "error_reason", "target:port_list",
		"target_status_code_list", "classification", "classification_reason", "conn_trace_id"}
}

func parseALB(p *parser, line []byte, r *record) bool {
	sp := bytes.IndexByte(line, ' ')
	if sp < 1 || sp > 5 {
		return false
	}
	switch string(line[:sp]) {
	case "http", "https", "h2", "grpcs", "ws", "wss":
	default:
		return false
	}
	t := p.lineTokens(line, 0)
	if len(t) < 12 {
		return false
	}
	names := albFields()
	for i, f := range t[:min(len(t), len(names))] {
		r.add(names[i], f.start, f.end)
	}
	if len(t) > 12 {
		r.request(t[12].start, t[12].end)
	}
	return r.elb(t[1], t[4], t[8], t[9])
}

func parseClassicELB(p *parser, line []byte, r *record) bool {
	if len(line) < 40 || line[4] != '-' || line[10] != 'T' {
		return false
	}
	t := p.lineTokens(line, 0)
	if len(t) < 12 || bytes.IndexByte(r.value(t[2]), ':') < 0 {
		return false
	}
	names := [...]string{"time", "elb", "client:port", "target:port", "request_processing_time", "target_processing_time",
		"response_processing_time", "elb_status_code", "target_status_code", "received_bytes", "sent_bytes", "request", "user_agent"}
	for i, f := range t[:min(len(t), len(names))] {
		r.add(names[i], f.start, f.end)
	}
	r.request(t[11].start, t[11].end)
	return r.elb(t[0], t[3], t[7], t[8])
}

func (r *record) elb(when, target, status, targetStatus field) (ok bool) {
	if r.status, ok = statusAt(r.value(status)); !ok {
		return false
	}
	if _, ok = statusAt(r.value(targetStatus)); !ok {
		return false
	}
	r.upstream = target
	r.when, r.hasWhen = isoTime(r.value(when))
	return true
}
