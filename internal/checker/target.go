package checker

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ports are the only ones that are dialled: where web servers are, and little else.
func ports() []uint16 { return []uint16{80, 443, 8080, 8443} }

// target is a URL that passed vet.
type target struct {
	url  *url.URL   // lower-case host, no default port, no fragment, no user
	host string     // DNS name, or IP address without brackets
	port uint16     // one of ports
	addr netip.Addr // valid when host is an address
}

func malformed(detail string) error { return &Error{Err: ErrMalformed, Detail: detail} }
func refused(detail string) error   { return &Error{Err: ErrRefused, Detail: detail} }

// refusedAddress is the one answer for every address that is kept away from, however it was
// spelled or found, so that nobody maps a network by asking.
func refusedAddress() error {
	return refused("This checker reaches public addresses of the internet only, and the target is not among them.")
}

// vet decides by the text alone, before any look-up. What cannot be read as a URL is ErrMalformed;
// what can, and is not an ordinary web address, is ErrRefused.
func vet(raw string) (target, error) {
	switch {
	case raw == "":
		return target{}, malformed("Give a URL, such as https://example.com/.")
	case len(raw) > maxURLBytes:
		return target{}, malformed("The URL has " + strconv.Itoa(len(raw)) + " bytes; " + strconv.Itoa(maxURLBytes) + " is the most.")
	}
	for i := range len(raw) {
		if raw[i] <= ' ' || raw[i] == 0x7f || raw[i] == '\\' {
			return target{}, malformed("A URL has no spaces, control characters or backslashes. In a path, write them as %XX.")
		}
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return target{}, malformed("That is not a URL. One looks like https://example.com/path.")
	case u.Scheme == "":
		return target{}, malformed("The URL has no scheme; start with https:// or http://.")
	case u.Scheme != "http" && u.Scheme != "https":
		return target{}, refused("Only http and https URLs are checked.")
	case u.Opaque != "" || u.Host == "":
		return target{}, malformed("The URL names no host; after " + u.Scheme + ":// comes one, as in https://example.com/.")
	case u.User != nil:
		return target{}, refused("URLs with a user name or password are not checked; leave out what stands before the @.")
	case strings.ContainsAny(authority(raw), "%"):
		return target{}, refused("Write the host's name without percent signs.")
	}
	t := target{url: u}
	if t.port, err = vetPort(u); err != nil {
		return target{}, err
	}
	if t.host, t.addr, err = vetHost(u.Hostname(), strings.HasPrefix(u.Host, "[")); err != nil {
		return target{}, err
	}
	u.Host = t.host
	if t.addr.Is6() {
		u.Host = "[" + t.host + "]"
	}
	if t.port != defaultPort(u.Scheme) {
		u.Host = net.JoinHostPort(t.host, strconv.Itoa(int(t.port)))
	}
	if u.Path == "" {
		u.Path = "/"
	}
	u.Fragment, u.RawFragment = "", "" // never sent
	return t, nil
}

// vetReference vets a Location, which may be relative to the URL it came from (RFC 9110, 10.2.2).
func vetReference(from target, location string) (target, error) {
	if strings.ContainsAny(location, "\\\t\r\n") { // browsers repair these; we do not guess
		return target{}, malformed("The Location is not a URL.")
	}
	ref, err := url.Parse(strings.TrimSpace(location))
	if err != nil {
		return target{}, malformed("The Location is not a URL.")
	}
	if ref.Host != "" && strings.ContainsAny(authority(location), "%") {
		return target{}, refusedAddress()
	}
	return vet(from.url.ResolveReference(ref).String())
}

// authority is what stands between // and the path, untouched by any decoding.
func authority(raw string) string {
	_, rest, _ := strings.Cut(raw, "//")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

func defaultPort(scheme string) uint16 {
	if scheme == "https" {
		return 443
	}
	return 80
}

func vetPort(u *url.URL) (uint16, error) {
	text := u.Port()
	if text == "" {
		return defaultPort(u.Scheme), nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || text != strconv.FormatUint(n, 10) || !slices.Contains(ports(), uint16(n)) {
		return 0, refused("Only the ports 80, 443, 8080 and 8443 are checked.")
	}
	return uint16(n), nil
}

// vetHost accepts an IP address in its usual spelling or a DNS name of letters, digits and hyphens.
// Programs disagree on how to read everything else (017700000001, 0x7f.1, 127.1, fe80::1%eth0), and
// such disagreement is what gets past filters. Whether an address is public is decided later, in
// one place for all.
func vetHost(host string, bracketed bool) (string, netip.Addr, error) {
	host = strings.ToLower(host)
	if addr, err := netip.ParseAddr(host); err == nil || bracketed {
		if err != nil || addr.String() != host || addr.Zone() != "" || addr.Is4In6() || addr.Is6() != bracketed {
			return "", netip.Addr{}, refusedAddress()
		}
		return host, addr, nil
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	switch {
	case host == "localhost" || last == "localhost":
		return "", netip.Addr{}, refusedAddress()
	case last == "" || last[0] < 'a' || last[0] > 'z': // "0x7f.1", "127.1", "2130706433", "example.com."
		if last == "" && len(labels) > 2 {
			return "", netip.Addr{}, refused("Write the host's name without the dot at its end.")
		}
		return "", netip.Addr{}, refusedAddress()
	case len(labels) < 2:
		return "", netip.Addr{}, refused("Names without a dot belong to one network only; give the full name, such as www.example.com.")
	case len(host) > 253: // RFC 1035, 2.3.4
		return "", netip.Addr{}, refused("The host's name is longer than DNS allows.")
	}
	for _, label := range labels {
		if !ldh(label) {
			return "", netip.Addr{}, refused("The host's name may have letters, digits, hyphens and dots only; write an international name in its ASCII form (xn--…).")
		}
	}
	return host, netip.Addr{}, nil
}

// ldh checks one label: letters, digits, hyphens (RFC 1123, 2.1), in lower case.
func ldh(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		c := label[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}
