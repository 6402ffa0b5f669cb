// Package gate knows who is asking: the client behind trusted proxies and, where
// the site is protected, the user. It alone checks passwords.
package gate

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"siteerror/internal/fresh"
	"siteerror/internal/limit"
)

// Unix names, among the trusted proxies, whoever connects to a unix socket: file
// permissions say who may. It is also the client's name where such a proxy names
// none.
const Unix = "unix"

// Config says whom to believe and whom to let in. The zero value believes nobody
// and lets everybody in.
type Config struct {
	// Trusted are the proxies whose X-Forwarded-For, or else Forwarded, is believed, as CIDRs or
	// addresses, or Unix.
	Trusted []string
	// Passwords is an htpasswd file of bcrypt hashes. It is read anew when it changes.
	Passwords string
	// UserHeader is the field in which a trusted proxy names the user it let in,
	// such as Remote-User.
	UserHeader string
	Log        *slog.Logger
	Now        func() time.Time // nil: time.Now
}

// Gate is safe for concurrent use. A nil Gate is that of the zero Config.
type Gate struct {
	trusted   []netip.Prefix
	unix      bool
	header    string // canonical, or ""
	passwords *fresh.Files[*passwords]
	checks    *checks
	failures  *limit.Limiter
}

// failuresAMinute is how often a client may be wrong about a password: enough
// for people, too few to guess or to keep a core busy with hashing.
const failuresAMinute = 20

// New returns a Gate. The error says which option is wrong.
func New(cfg Config) (*Gate, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	g := &Gate{header: http.CanonicalHeaderKey(cfg.UserHeader)}
	for _, s := range cfg.Trusted {
		if s == Unix {
			g.unix = true
			continue
		}
		p, err := ParseNetwork(s)
		if err != nil {
			return nil, err
		}
		g.trusted = append(g.trusted, p)
	}
	if g.header != "" && len(cfg.Trusted) == 0 {
		return nil, errors.New("a user header is believed from trusted proxies only, and none is named")
	}
	if cfg.Passwords != "" {
		var err error
		g.passwords, err = fresh.Open([]string{cfg.Passwords}, func(contents [][]byte) (*passwords, error) {
			return parsePasswords(cfg.Passwords, contents[0])
		}, func(err error) { cfg.Log.Error("the password file is bad, the last good one stays", "err", err) })
		if err != nil {
			return nil, err
		}
		g.checks = newChecks()
		g.failures = limit.New(failuresAMinute, cfg.Now)
	}
	return g, nil
}

// ParseNetwork reads a CIDR, or an address that stands for itself.
func ParseNetwork(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("%q is no CIDR such as 10.0.0.0/8", s)
	}
	return p, nil
}

// Reload reads the password file now. If it is bad, the last good one stays.
func (g *Gate) Reload() error {
	if g == nil || g.passwords == nil {
		return nil
	}
	return g.passwords.Reload()
}

// Closed reports whether the site is protected.
func (g *Gate) Closed() bool { return g != nil && (g.passwords != nil || g.header != "") }

// Proxied reports whether the site is reached through proxies.
func (g *Gate) Proxied() bool { return g != nil && (g.unix || len(g.trusted) > 0) }

// Client is the address of whoever asks: the peer or, where that is a trusted
// proxy, the last address in X-Forwarded-For that is none; in Forwarded where
// there is no X-Forwarded-For, since a proxy that writes that one passes a
// client's Forwarded on. It is Unix for a unix socket whose peer names nobody.
func (g *Gate) Client(r *http.Request) string {
	client := Unix
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err == nil {
		client = peer.Addr().Unmap().WithZone("").String()
	}
	if !g.fromProxy(r) {
		return client
	}
	lines := r.Header["X-Forwarded-For"]
	if len(lines) == 0 && len(r.Header["Forwarded"]) > 0 {
		lines = forwardedFor(r.Header["Forwarded"])
	}
	for i := len(lines) - 1; i >= 0; i-- {
		for rest, more := lines[i], true; more; {
			var last string
			if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
				rest, last = rest[:comma], rest[comma+1:]
			} else {
				last, more = rest, false
			}
			addr, err := forwarded(strings.TrimSpace(last))
			if err != nil {
				return client // what stands before it is no proxy's word
			}
			client = addr.String()
			if !g.trusts(addr) {
				return client
			}
		}
	}
	return client
}

// forwarded reads an address of X-Forwarded-For; some proxies add the port.
func forwarded(s string) (netip.Addr, error) {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		var withPort netip.AddrPort
		if withPort, err = netip.ParseAddrPort(s); err != nil {
			return netip.Addr{}, err
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone(""), nil
}

// fromProxy reports whether the peer is a trusted proxy.
func (g *Gate) fromProxy(r *http.Request) bool {
	if g == nil {
		return false
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return g.unix
	}
	return g.trusts(peer.Addr().Unmap().WithZone(""))
}

func (g *Gate) trusts(addr netip.Addr) bool {
	for _, p := range g.trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
