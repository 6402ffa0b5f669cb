package checker

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestVet(t *testing.T) {
	const ok = "ok"
	for _, tc := range []struct{ name, raw, want string }{
		{"plain", "https://example.com/", ok},
		{"path, query, fragment", "http://example.com/a%20b?c=d#e", ok},
		{"capitals", "HTTPS://Example.COM", ok},
		{"another port", "http://example.com:8080/", ok},
		{"default port", "https://example.com:443/", ok},
		{"port of the other scheme", "https://example.com:80/", ok},
		{"international, in ASCII", "https://xn--bcher-kva.example/", ok},
		{"IPv4", "http://8.8.8.8/", ok},
		{"IPv6", "http://[2606:4700::1111]/", ok},
		{"private IPv4 is judged later", "http://10.0.0.1/", ok},

		{"empty", "", "malformed"},
		{"no scheme", "example.com", "malformed"},
		{"no host", "http://", "malformed"},
		{"opaque", "http:example.com", "malformed"},
		{"space", "http://example.com/a b", "malformed"},
		{"line break", "http://example.com/\r\nHost: x", "malformed"},
		{"NUL", "http://example.com/\x00", "malformed"},
		{"backslash", "http://example.com\\@127.0.0.1/", "malformed"},
		{"bad escape", "http://example.com/%zz", "malformed"},
		{"long", "http://example.com/" + strings.Repeat("a", maxURLBytes), "malformed"},

		{"ftp", "ftp://example.com/", "refused"},
		{"file", "file:///etc/passwd", "refused"},
		{"gopher", "gopher://example.com:70/_x", "refused"},
		{"javascript", "javascript:alert(1)", "refused"},
		{"user", "http://user@example.com/", "refused"},
		{"user and password", "http://a:b@example.com/", "refused"},
		{"empty user", "http://@example.com/", "refused"},
		{"host in user", "http://example.com@127.0.0.1/", "refused"},
		{"port 22", "http://example.com:22/", "refused"},
		{"port 0", "http://example.com:0/", "refused"},
		{"port 65616 = 80", "http://example.com:65616/", "refused"},
		{"port 080", "http://example.com:080/", "refused"},
		{"only a port", "http://:80/", "refused"},
		{"localhost", "http://localhost/", "refused"},
		{"LOCALHOST", "http://LOCALHOST/", "refused"},
		{"localhost.", "http://localhost./", "refused"},
		{"*.localhost", "http://a.localhost/", "refused"},
		{"*.localhost.", "http://a.localhost./", "refused"},
		{"single label", "http://intranet/", "refused"},
		{"final dot", "http://example.com./", "refused"},
		{"final dot after IPv4", "http://127.0.0.1./", "refused"},
		{"underscore", "http://a_b.example.com/", "refused"},
		{"leading hyphen", "http://-a.example.com/", "refused"},
		{"empty label", "http://a..example.com/", "refused"},
		{"label of 64", "http://" + strings.Repeat("a", 64) + ".example.com/", "refused"},
		{"name of 254", "http://" + strings.Repeat("a.", 125) + "comm/", "refused"},
		{"not ASCII", "http://bücher.example/", "refused"},
		{"full-width digits", "http://１２７.0.0.1/", "refused"},
		{"ideographic dots", "http://127。0。0。1/", "refused"},
		{"circled letters", "http://ⓛocalhost.example/", "refused"},
		{"percent-encoded host", "http://127.0.0%2e1/", "refused or malformed"},
		{"percent-encoded UTF-8", "http://%e2%93%9bocal.example/", "refused"},
		{"decimal", "http://2130706433/", "refused"},
		{"hexadecimal", "http://0x7f000001/", "refused"},
		{"hexadecimal last part", "http://127.0.0.0x1/", "refused"},
		{"octal", "http://0177.0.0.1/", "refused"},
		{"octal, whole", "http://017700000001/", "refused"},
		{"leading zero", "http://127.0.0.01/", "refused"},
		{"short, 2 parts", "http://127.1/", "refused"},
		{"short, 3 parts", "http://127.0.1/", "refused"},
		{"5 parts", "http://127.0.0.0.1/", "refused"},
		{"too big", "http://127.0.0.256/", "refused"},
		{"plus sign", "http://+127.0.0.1/", "refused"},
		{"zone", "http://[fe80::1%25eth0]/", "refused"},
		{"zone, unescaped", "http://[fe80::1%eth0]/", "refused or malformed"},
		{"IPv4-mapped", "http://[::ffff:127.0.0.1]/", "refused"},
		{"IPv4-mapped, public", "http://[::ffff:8.8.8.8]/", "refused"},
		{"IPv4-mapped, hexadecimal", "http://[::ffff:7f00:1]/", "refused"},
		{"IPv6 written long", "http://[2606:4700:0:0:0:0:0:1111]/", "refused"},
		{"IPv4 in brackets", "http://[127.0.0.1]/", "malformed"},
		{"name in brackets", "http://[example.com]/", "malformed"},
		{"IPvFuture", "http://[v1.a]/", "malformed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := vet(tc.raw)
			got := ok
			switch {
			case errors.Is(err, ErrMalformed):
				got = "malformed"
			case errors.Is(err, ErrRefused):
				got = "refused"
			}
			if !strings.Contains(tc.want, got) {
				t.Errorf("vet(%q): %s (%v), want %s", tc.raw, got, err, tc.want)
			}
		})
	}
}

func TestVetNormalises(t *testing.T) {
	for raw, want := range map[string]string{
		"HTTPS://Example.COM":               "https://example.com/",
		"https://example.com:443/a#b":       "https://example.com/a",
		"http://example.com:8080":           "http://example.com:8080/",
		"http://[2606:4700::1111]:8443/?q":  "http://[2606:4700::1111]:8443/?q",
		"http://example.com:/":              "http://example.com/",
		"http://example.com/a/../b?x=%41#f": "http://example.com/a/../b?x=%41",
	} {
		got, err := vet(raw)
		if err != nil || got.url.String() != want {
			t.Errorf("vet(%q): %v, %v; want %s", raw, got.url, err, want)
		}
	}
}

func TestGuard(t *testing.T) {
	public := newGuard(nil)
	inner := newGuard([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("::ffff:192.168.7.0/120"), {}})
	for _, tc := range []struct {
		name, addr              string
		wantPublic, wantAllowed bool
	}{
		{"public", "8.8.8.8", true, true},
		{"public IPv6", "2606:4700::1111", true, true},
		{"A record as net.Resolver returns it", "::ffff:8.8.8.8", true, true},
		{"this network", "0.0.0.0", false, false},
		{"this network, other", "0.1.2.3", false, false},
		{"loopback", "127.0.0.1", false, false},
		{"loopback, other", "127.255.255.254", false, false},
		{"private 10", "10.0.0.1", false, false},
		{"private 10, allowed", "10.1.2.3", false, true},
		{"private 172", "172.16.0.1", false, false},
		{"private 172, end", "172.31.255.255", false, false},
		{"beside private 172", "172.32.0.1", true, true},
		{"private 192", "192.168.0.1", false, false},
		{"private 192, allowed by a mapped prefix", "192.168.7.1", false, true},
		{"shared, CGNAT", "100.64.0.1", false, false},
		{"Alibaba's metadata", "100.100.100.200", false, false},
		{"metadata", "169.254.169.254", false, false},
		{"AWS container credentials", "169.254.170.2", false, false},
		{"Azure's platform", "168.63.129.16", false, false},
		{"beside Azure's platform", "168.63.129.17", true, true},
		{"Oracle's metadata", "192.0.0.192", false, false},
		{"TEST-NET-1", "192.0.2.1", false, false},
		{"TEST-NET-2", "198.51.100.1", false, false},
		{"TEST-NET-3", "203.0.113.1", false, false},
		{"6to4 relay", "192.88.99.1", false, false},
		{"benchmarking", "198.18.0.1", false, false},
		{"multicast", "224.0.0.1", false, false},
		{"reserved", "240.0.0.1", false, false},
		{"broadcast", "255.255.255.255", false, false},
		{"IPv6 unspecified", "::", false, false},
		{"IPv6 loopback", "::1", false, false},
		{"IPv4-compatible", "::127.0.0.1", false, false},
		{"IPv4-mapped loopback", "::ffff:127.0.0.1", false, false},
		{"IPv4-mapped private", "::ffff:10.0.0.1", false, false},
		{"NAT64 of loopback", "64:ff9b::7f00:1", false, false},
		{"NAT64 of a public address", "64:ff9b::808:808", false, false},
		{"local NAT64", "64:ff9b:1::1", false, false},
		{"discard", "100::1", false, false},
		{"Teredo", "2001:0:7f00:1::1", false, false},
		{"ORCHID", "2001:20::1", false, false},
		{"documentation", "2001:db8::1", false, false},
		{"documentation, new", "3fff::1", false, false},
		{"6to4 of loopback", "2002:7f00:1::1", false, false},
		{"segment routing", "5f00::1", false, false},
		{"unique local, allowed", "fd00:ec2::254", false, true},
		{"unique local", "fc00::1", false, false},
		{"link local", "fe80::1", false, false},
		{"link local with zone", "fe80::1%eth0", false, false},
		{"public with zone", "2606:4700::1111%eth0", false, false},
		{"site local", "fec0::1", false, false},
		{"IPv6 multicast", "ff02::1", false, false},
		{"outside 2000::/3", "4000::1", false, false},
	} {
		addr := netip.MustParseAddr(tc.addr)
		for want, g := range map[*bool]guard{&tc.wantPublic: public, &tc.wantAllowed: inner} {
			if got := g.permits(addr); got != *want {
				t.Errorf("%s: permits(%s) = %v, want %v", tc.name, addr, got, *want)
			}
			network := "tcp6"
			if addr.Unmap().Is4() {
				network = "tcp4"
			}
			if got := g.control(network, netip.AddrPortFrom(addr, 443).String(), nil) == nil; got != *want {
				t.Errorf("%s: control(%s) = %v, want %v", tc.name, addr, got, *want)
			}
		}
	}
	if public.permits(netip.Addr{}) {
		t.Error("no address is permitted")
	}
	for _, tc := range [][2]string{{"tcp4", "8.8.8.8:22"}, {"udp4", "8.8.8.8:80"}, {"tcp4", "8.8.8.8"}, {"tcp4", "example.com:80"}, {"tcp4", ""}} {
		if public.control(tc[0], tc[1], nil) == nil {
			t.Errorf("control(%s, %q) lets it through", tc[0], tc[1])
		}
	}
}

func TestBothFamilies(t *testing.T) {
	for _, tc := range []struct{ addrs, want string }{
		{"1.1.1.1", "1.1.1.1"},
		{"2606::1 2606::2 2606::3 2606::4 1.1.1.1 1.1.1.2", "2606::1 2606::2 1.1.1.1"},
		{"2606::1 1.1.1.1 1.1.1.2 1.1.1.3", "2606::1 1.1.1.1 1.1.1.2"},
		{"1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4", "1.1.1.1 1.1.1.2 1.1.1.3"},
	} {
		var addrs []netip.Addr
		for text := range strings.FieldsSeq(tc.addrs) {
			addrs = append(addrs, netip.MustParseAddr(text))
		}
		var got []string
		for _, addr := range bothFamilies(slices.Clone(addrs)) {
			got = append(got, addr.String())
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: %s, want %s", tc.addrs, got, tc.want)
		}
	}
}

// FuzzVet: what passes is an http or https URL whose host is an address in its usual spelling or
// a name of letters, digits and hyphens; reading it again changes nothing.
func FuzzVet(f *testing.F) {
	for _, seed := range []string{
		"https://example.com/", "http://user@h.example:80/", "http://[::1]:8080/", "http://0x7f.1/", "http://a.b\\@c.d/",
		"http://127.0.0.1#@example.com/", "//example.com", "http://[fe80::1%25en0]/", "http://%6c.example/", "hTTp://A.b:443?x#y", "http://a.b/%2F%zz", "http:/a.b/", "http://ß.example/",
	} {
		f.Add(seed, "/next")
	}
	f.Add("https://example.com/a", "//127.0.0.1\\.example.com/")
	f.Add("https://example.com/a", "?x")
	f.Fuzz(func(t *testing.T, raw, location string) {
		first, err := vet(raw)
		if err != nil {
			return
		}
		checkTarget(t, first)
		if next, err := vetReference(first, location); err == nil {
			checkTarget(t, next)
		}
	})
}

func checkTarget(t *testing.T, v target) {
	t.Helper()
	if v.url.Scheme != "http" && v.url.Scheme != "https" || v.url.User != nil || v.url.Fragment != "" {
		t.Fatalf("%s passed", v.url)
	}
	if !slices.Contains(ports(), v.port) {
		t.Fatalf("port %d passed", v.port)
	}
	if addr, err := netip.ParseAddr(v.host); err == nil {
		if addr != v.addr || addr.String() != v.host || addr.Zone() != "" || addr.Is4In6() {
			t.Fatalf("address %q passed", v.host)
		}
	} else {
		labels := strings.Split(v.host, ".")
		if len(labels) < 2 || labels[len(labels)-1] == "localhost" || slices.ContainsFunc(labels, func(l string) bool { return !ldh(l) }) {
			t.Fatalf("name %q passed", v.host)
		}
	}
	again, err := vet(v.url.String())
	if len(v.url.String()) <= maxURLBytes && (err != nil || again.url.String() != v.url.String() || again.host != v.host || again.port != v.port) {
		t.Fatalf("%q reads differently the second time: %v, %v", v.url, again.url, err)
	}
}
