package checker

import (
	"errors"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// errAddress stops a dial. It carries no address: its text may end up in a log, not with visitors.
var errAddress = errors.New("checker: address refused")

// guard knows which addresses may be dialled: IPv4 and IPv6 unicast outside IANA's special-purpose
// registries, and the operator's own exceptions.
type guard struct{ guardian *ssrf.Guardian }

func newGuard(allow []netip.Prefix) guard {
	var v4, v6 []netip.Prefix
	for _, p := range allow {
		switch p = unmapPrefix(p); {
		case !p.IsValid():
		case p.Addr().Is4():
			v4 = append(v4, p)
		default:
			v6 = append(v6, p)
		}
	}
	return guard{ssrf.New(
		ssrf.WithPorts(ports()...),
		ssrf.WithAllowedV4Prefixes(v4...),
		ssrf.WithAllowedV6Prefixes(v6...),
		// Azure's virtual machines reach their platform at this address, which looks public and
		// is in no registry.
		ssrf.WithDeniedV4Prefixes(netip.MustParsePrefix("168.63.129.16/32")),
	)}
}

// permits judges an address before it is dialled. IPv4 in IPv6 is judged as the IPv4 address it is
// dialled as; net.Resolver returns A records in that form, too.
func (g guard) permits(addr netip.Addr) bool {
	return addr.IsValid() && addr.Zone() == "" && g.guardian.SafeAddr(addr.Unmap()) == nil
}

// control judges once more what is really dialled; it is net.Dialer.Control.
func (g guard) control(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || ap.Addr().Zone() != "" {
		return errAddress
	}
	unmapped := netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	if g.guardian.Safe(network, unmapped.String(), nil) != nil {
		return errAddress
	}
	return nil
}

// unmapPrefix turns ::ffff:10.0.0.0/104 into 10.0.0.0/8, the form in which addresses are compared.
func unmapPrefix(p netip.Prefix) netip.Prefix {
	if addr := p.Addr(); addr.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(addr.Unmap(), p.Bits()-96)
	}
	return p.Masked()
}
