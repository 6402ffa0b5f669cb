package diagnose

import "strings"

// sfMember is one member of a structured list (RFC 8941, 3.1): an item and its parameters.
type sfMember struct {
	name   string
	params map[string]string
}

// parseList reads the lists of Proxy-Status and Cache-Status. It is lenient as receivers of a paste have
// to be: what it can't read it leaves out, and values keep their text without quotes.
func parseList(s string) []sfMember {
	var members []sfMember
	for len(s) > 0 && len(members) < 32 {
		var item string
		item, s = sfItem(s)
		m := sfMember{name: item, params: make(map[string]string)}
		for {
			s = strings.TrimLeft(s, " \t")
			if !strings.HasPrefix(s, ";") {
				break
			}
			s = strings.TrimLeft(s[1:], " \t")
			var key, value string
			i := indexAnyOr(s, "=;, \t")
			key, s = s[:i], s[i:]
			if strings.HasPrefix(s, "=") {
				value, s = sfItem(s[1:])
			} else {
				value = "?1"
			}
			if key != "" && len(m.params) < 32 {
				m.params[strings.ToLower(key)] = value
			}
		}
		if m.name != "" {
			members = append(members, m)
		}
		i := strings.IndexByte(s, ',')
		if i < 0 {
			break
		}
		s = strings.TrimLeft(s[i+1:], " \t")
	}
	return members
}

// sfItem takes a string, token, number or boolean off the front of s.
func sfItem(s string) (item, rest string) {
	if !strings.HasPrefix(s, `"`) {
		i := indexAnyOr(s, ";, \t")
		return s[:i], s[i:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

// proxyError is one of the error types of RFC 9209, 2.3: the status a proxy should send with it (0: it
// depends), and what happened.
type proxyError struct {
	status int
	says   string
}

// proxyErrorOf knows all 32 types.
func proxyErrorOf(name string) (proxyError, bool) {
	switch name {
	case "dns_timeout":
		return proxyError{504, "the look-up of the next hop's name timed out"}, true
	case "dns_error":
		return proxyError{502, "the look-up of the next hop's name failed"}, true
	case "destination_not_found":
		return proxyError{500, "it could not find out which next hop to use"}, true
	case "destination_unavailable":
		return proxyError{503, "it holds the next hop to be unavailable"}, true
	case "destination_ip_prohibited":
		return proxyError{502, "its configuration forbids the next hop's address"}, true
	case "destination_ip_unroutable":
		return proxyError{502, "it has no route to the next hop's address"}, true
	case "connection_refused":
		return proxyError{502, "the next hop refused the connection"}, true
	case "connection_terminated":
		return proxyError{502, "the next hop closed the connection before the whole response had come"}, true
	case "connection_timeout":
		return proxyError{504, "opening a connection to the next hop timed out"}, true
	case "connection_read_timeout":
		return proxyError{504, "it waited too long for data from the next hop"}, true
	case "connection_write_timeout":
		return proxyError{504, "it could not write to the next hop in time"}, true
	case "connection_limit_reached":
		return proxyError{503, "its limit of connections to the next hop is reached"}, true
	case "tls_protocol_error":
		return proxyError{502, "TLS with the next hop failed"}, true
	case "tls_certificate_error":
		return proxyError{502, "the next hop's certificate could not be verified"}, true
	case "tls_alert_received":
		return proxyError{502, "the next hop answered with a TLS alert"}, true
	case "http_request_error":
		return proxyError{0, "it answered an error of the client's itself"}, true
	case "http_request_denied":
		return proxyError{403, "its configuration denies the request"}, true
	case "http_response_incomplete":
		return proxyError{502, "the next hop's response was incomplete"}, true
	case "http_response_header_section_size":
		return proxyError{502, "the next hop's header section was too large"}, true
	case "http_response_header_size":
		return proxyError{502, "a header field of the next hop's was too large"}, true
	case "http_response_body_size":
		return proxyError{502, "the next hop's body was too large"}, true
	case "http_response_trailer_section_size":
		return proxyError{502, "the next hop's trailer section was too large"}, true
	case "http_response_trailer_size":
		return proxyError{502, "a trailer field of the next hop's was too large"}, true
	case "http_response_transfer_coding":
		return proxyError{502, "it could not decode the next hop's transfer coding"}, true
	case "http_response_content_coding":
		return proxyError{502, "it could not decode the next hop's content coding"}, true
	case "http_response_timeout":
		return proxyError{504, "the whole response did not come in time"}, true
	case "http_upgrade_failed":
		return proxyError{502, "the upgrade with the next hop failed"}, true
	case "http_protocol_error":
		return proxyError{502, "the next hop broke the HTTP protocol"}, true
	case "proxy_internal_response":
		return proxyError{0, "it made the response itself, without asking the next hop"}, true
	case "proxy_internal_error":
		return proxyError{500, "it met an internal error"}, true
	case "proxy_configuration_error":
		return proxyError{500, "its configuration is faulty"}, true
	case "proxy_loop_detected":
		return proxyError{502, "it saw the request come round in a loop"}, true
	}
	return proxyError{}, false
}
