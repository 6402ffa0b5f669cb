// Package listen opens the sockets that a server answers on: an address, a unix
// socket, or what systemd hands over; plain or with TLS. It alone uses
// go-systemd.
package listen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
)

// unixPrefix is before the path of a unix socket: "unix:/run/siteerror/http.sock".
const unixPrefix = "unix:"

// socketMode lets the socket's owner and group connect. The folder it stands in
// can be closed further.
const socketMode = 0o660

// Open returns the sockets to serve on: those that systemd has opened for this
// process (sd_listen_fds(3)) if there are any, else the one at addr. Inherited
// reports the first case, in which addr has no say.
func Open(ctx context.Context, addr string) (sockets []net.Listener, inherited bool, err error) {
	handed, err := activation.Listeners()
	if err != nil {
		return nil, false, err
	}
	for i, l := range handed {
		if l == nil {
			return nil, true, fmt.Errorf("socket %d that systemd handed over is no stream socket: use ListenStream=", i+1)
		}
		sockets = append(sockets, l)
	}
	if len(sockets) > 0 {
		return sockets, true, nil
	}
	l, err := open(ctx, addr)
	if err != nil {
		return nil, false, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	return []net.Listener{l}, false, nil
}

func open(ctx context.Context, addr string) (net.Listener, error) {
	var cfg net.ListenConfig
	path, isUnix := strings.CutPrefix(addr, unixPrefix)
	if !isUnix {
		return cfg.Listen(ctx, "tcp", addr)
	}
	l, err := cfg.Listen(ctx, "unix", path)
	if errors.Is(err, syscall.EADDRINUSE) && abandoned(ctx, path) {
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		l, err = cfg.Listen(ctx, "unix", path)
	}
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, socketMode); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// abandoned reports whether path is a socket that nobody listens on, as a
// process that was killed leaves it behind.
func abandoned(ctx context.Context, path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != os.ModeSocket {
		return false
	}
	c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path)
	if err == nil {
		_ = c.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
