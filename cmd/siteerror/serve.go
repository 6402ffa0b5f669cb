package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"siteerror/internal/checker"
	"siteerror/internal/gate"
	"siteerror/internal/library"
	"siteerror/internal/listen"
	"siteerror/internal/misses"
	"siteerror/internal/server"
)

const defaultAddr = ":8080"

// Timeouts of the one http.Server: generous to slow readers, closed to
// connections that are held open for nothing.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 90 * time.Second
	maxHeaderBytes    = 32 << 10
	drainTimeout      = 10 * time.Second

	missesEvery = 5 * time.Minute // a crash loses no more

	// While the library is read nearly all of the heap stays, and looking for garbage is a quarter of the
	// work: it begins at this many bytes. Some time after the library is read, what requests leave behind is
	// little, and a collection costs a few milliseconds. GOGC in the environment decides otherwise.
	firstCollection = 64 << 20
	gcPercent       = 50

	defaultCheckRate = 60 // a minute and client
	defaultAPIRate   = 600
)

type serveFlags struct {
	contentFlags
	addr       string
	tlsCert    string
	tlsKey     string
	hsts       int
	watch      bool
	trusted    []string
	passwords  string
	userHeader string
	checkAllow []string
	checkRate  int
	noCheck    bool
	apiRate    int
	apiRateSet bool
	accessLog  string
	logJSON    bool
	noMisses   bool
	operator   string
}

// Values of --access-log.
const (
	accessOff      = "off"
	accessLog      = "log"      // lines of the log on standard error, text or JSON
	accessCombined = "combined" // lines of their own on standard output
)

func (c *command) serveCommand() *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the library over HTTP (the default command)",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.apiRateSet = cmd.Flags().Changed("api-rate")
			return c.serve(cmd.Context(), f)
		},
	}
	f.registerAll(cmd.Flags())
	return cmd
}

func (f *serveFlags) registerAll(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.StringVar(&f.addr, "addr", defaultAddr, "address to listen on, HOST:PORT or unix:PATH; a socket from systemd comes first")
	f.register(flags)
	flags.BoolVar(&f.watch, "watch", false, "reload when content changes (SIGHUP reloads in any case)")
	flags.StringVar(&f.tlsCert, "tls-cert", "", "PEM file with the certificate and its chain; read again when it changes")
	flags.StringVar(&f.tlsKey, "tls-key", "", "PEM file with the certificate's key")
	flags.IntVar(&f.hsts, "hsts", 0, "days that browsers remember to come by https alone, with --tls-cert; 0 for none")
	flags.StringArrayVar(&f.trusted, "trusted-proxy", nil, "CIDR whose X-Forwarded-For, or else Forwarded, is believed, or unix for a unix socket's peers; repeatable")
	flags.StringVar(&f.passwords, "htpasswd", "", "file of names and bcrypt hashes: only they may read the site")
	flags.StringVar(&f.userHeader, "user-header", "", "field in which a trusted proxy names the user it signed in, such as Remote-User: only they may read the site")
	flags.StringArrayVar(&f.checkAllow, "check-allow", nil, "CIDR of inner addresses the URL checker may reach; repeatable")
	flags.IntVar(&f.checkRate, "check-rate", defaultCheckRate, "URL checks a minute for each client")
	flags.BoolVar(&f.noCheck, "no-check", false, "turn the URL checker off")
	flags.IntVar(&f.apiRate, "api-rate", defaultAPIRate, "requests to the API a minute for each client, 0 for no limit; clients on this machine are limited only where this is set")
	flags.StringVar(&f.accessLog, "access-log", accessOff, "tell of every request: off, log (with the other messages) or combined (on standard output)")
	flags.BoolVar(&f.logJSON, "log-json", false, "log as JSON")
	flags.BoolVar(&f.noMisses, "no-misses", false, "do not count searches that led nowhere")
	flags.StringVar(&f.operator, "operator-token", "", "password for /misses; without it only this machine sees that page")
	secret(flags, "operator-token")
	paths(flags, "tls-cert", "tls-key", "htpasswd")
}

// parts are what the flags of serve ask for, checked: what is left to go wrong
// is the content and the port.
type parts struct {
	log         *slog.Logger
	checker     *checker.Checker
	gate        *gate.Gate
	certificate *listen.Certificate // nil: no TLS
	access      func(server.Access)
	base, path  string // of --base-url
	library     library.Config
}

// prepare checks the flags. An error is wrong usage, or names the file that
// cannot be read.
func (f *serveFlags) prepare(c *command) (*parts, error) {
	p := &parts{log: slog.New(slog.NewTextHandler(c.err, nil))}
	if f.logJSON {
		p.log = slog.New(slog.NewJSONHandler(c.err, nil))
	}
	switch f.accessLog {
	case accessOff, "false":
	case accessLog, "true":
		p.access = server.LogAccess(p.log)
	case accessCombined:
		p.access = server.CombinedAccess(c.out)
	default:
		return nil, usageError{fmt.Errorf("--access-log %q: one of off, log, combined", f.accessLog)}
	}
	var err error
	if p.checker, err = f.checker(); err != nil {
		return nil, usageError{err}
	}
	for _, proxy := range f.trusted {
		if _, err := gate.ParseNetwork(proxy); err != nil && proxy != gate.Unix {
			return nil, usageError{fmt.Errorf("--trusted-proxy %w", err)}
		}
	}
	if f.userHeader != "" && len(f.trusted) == 0 {
		return nil, usageError{errors.New("--user-header needs --trusted-proxy: anybody else could name any user")}
	}
	p.gate, err = gate.New(gate.Config{Trusted: f.trusted, Passwords: f.passwords, UserHeader: f.userHeader, Log: p.log})
	if err != nil {
		return nil, err
	}
	if (f.tlsCert == "") != (f.tlsKey == "") {
		return nil, usageError{errors.New("--tls-cert and --tls-key go together")}
	}
	if f.hsts < 0 || f.hsts > 0 && f.tlsCert == "" {
		return nil, usageError{fmt.Errorf("--hsts %d: a number of days, with --tls-cert; where a proxy speaks TLS, it is the proxy that asks", f.hsts)}
	}
	if f.tlsCert != "" {
		p.certificate, err = listen.OpenCertificate(f.tlsCert, f.tlsKey, func(err error) {
			p.log.Error("the certificate is bad, the last good one stays", "err", err)
		})
		if err != nil {
			return nil, err
		}
	}
	if p.base, p.path, err = splitBaseURL(f.baseURL); err != nil {
		return nil, usageError{err}
	}
	p.library, err = c.libraryConfig(&f.contentFlags, p.log)
	p.library.Options.Keep = f.watch
	return p, err
}

func (c *command) serve(ctx context.Context, f *serveFlags) error {
	p, err := f.prepare(c)
	if err != nil {
		return err
	}
	hangup := make(chan os.Signal, 1) // one that comes while the content is read is answered after that
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	// The port is taken before the content is read: a client that comes now waits
	// for its answer, and a used port is told at once.
	sockets, inherited, err := listen.Open(ctx, f.addr)
	if malformed := new(net.AddrError); errors.As(err, &malformed) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	for _, l := range sockets {
		defer l.Close()
	}
	if inherited {
		p.log.Info("listening on what systemd handed over; --addr is left alone", "sockets", len(sockets))
	}
	collect := collectLate()
	lib, err := library.Open(ctx, p.library)
	if err != nil && ctx.Err() != nil {
		return nil // stopped before it had begun
	}
	if err != nil {
		return err
	}
	defer lib.Close()
	time.AfterFunc(library.TidyAfter, collect)
	counts := f.misses(p.log)
	handler, err := server.New(server.Config{
		Library: lib, Checker: p.checker, Log: p.log, BaseURL: p.base, BasePath: p.path, Addr: sockets[0].Addr().String(), TLS: p.certificate != nil, HSTS: f.hsts,
		Version: version(), Gate: p.gate, Access: p.access, Misses: counts, Live: f.watch, OperatorToken: f.operator,
		APIRate: f.apiRate, SpareLoopback: !f.apiRateSet,
	})
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, DisableGeneralOptionsHandler: true, // ours names the methods
		ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelDebug),
	}
	if p.certificate != nil {
		srv.TLSConfig = p.certificate.Config()
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { p.reloadOnHangup(ctx, lib, hangup) })
	if f.watch {
		wg.Go(func() {
			if err := lib.Watch(ctx, f.dirs); err != nil {
				p.log.Error("not watching content; SIGHUP still reloads", "err", err)
			}
		})
	}
	wg.Go(func() { p.saveMisses(ctx, counts) })
	served := make(chan error, len(sockets))
	for _, l := range sockets {
		go func() {
			if p.certificate != nil {
				served <- srv.ServeTLS(l, "", "")
			} else {
				served <- srv.Serve(l)
			}
		}()
		p.log.Info("serving", "url", address(l, p), "version", version())
	}
	listen.Notify(listen.Ready)
	select {
	case err := <-served:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	listen.Notify(listen.Stopping)
	p.log.Info("stopping: finishing requests")
	drain, stop := context.WithTimeout(context.Background(), drainTimeout)
	defer stop()
	if err := srv.Shutdown(drain); err != nil && !errors.Is(err, http.ErrServerClosed) {
		p.log.Warn("some requests did not finish", "err", err)
		_ = srv.Close()
	}
	if err := handler.Wait(drain); err != nil {
		p.log.Warn("some mock answers did not finish", "err", err)
	}
	p.saveMissesNow(counts)
	return nil
}

// collectLate has the first garbage collected when the heap has firstCollection
// bytes. A larger heap is collected as usual from then on; the returned func ends
// the waiting, and has it collected sooner than usual.
func collectLate() (collect func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	limit := debug.SetMemoryLimit(-1) // GOMEMLIMIT of the environment
	if limit < firstCollection {
		return func() { debug.SetGCPercent(gcPercent) }
	}
	var mu sync.Mutex
	percent := 100
	usual := func() {
		mu.Lock()
		defer mu.Unlock()
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	}
	debug.SetMemoryLimit(firstCollection)
	debug.SetGCPercent(-1)
	runtime.AddCleanup(new(string), func(int) { usual() }, 0) // when there has been a collection
	return func() {
		mu.Lock()
		percent = gcPercent
		mu.Unlock()
		usual()
	}
}

// address is where the site answers on a socket.
func address(l net.Listener, p *parts) string {
	switch {
	case l.Addr().Network() == "unix":
		return "unix:" + l.Addr().String()
	case p.certificate != nil:
		return "https://" + l.Addr().String() + p.path + "/"
	}
	return "http://" + l.Addr().String() + p.path + "/"
}

// checker makes the URL checker the flags ask for, nil if it is off.
func (f *serveFlags) checker() (*checker.Checker, error) {
	if f.noCheck {
		return nil, nil
	}
	if f.checkRate < 1 {
		return nil, fmt.Errorf("--check-rate %d: at least 1; use --no-check to turn the checker off", f.checkRate)
	}
	var allow []netip.Prefix
	for _, cidr := range f.checkAllow {
		p, err := netip.ParsePrefix(cidr)
		if err != nil {
			return nil, fmt.Errorf("--check-allow %q is no CIDR such as 10.0.0.0/8", cidr)
		}
		allow = append(allow, p)
	}
	return checker.New(checker.Config{Allow: allow, Rate: f.checkRate}), nil
}

// missesFile is where the cache folder keeps the count of searches that led nowhere.
const missesFile = "misses.json"

// misses makes the count of searches that led nowhere, nil if it is off.
func (f *serveFlags) misses(log *slog.Logger) *misses.Log {
	switch {
	case f.noMisses:
		return nil
	case f.cache == "":
		return misses.New(time.Now)
	}
	l, err := misses.Open(filepath.Join(f.cache, missesFile), time.Now)
	if err != nil {
		log.Warn("the count of misses begins anew", "err", err)
	}
	return l
}

// saveMisses keeps the count on disk, every few minutes until ctx is done.
func (p *parts) saveMisses(ctx context.Context, l *misses.Log) {
	tick := time.NewTicker(missesEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.saveMissesNow(l)
		case <-ctx.Done():
			return
		}
	}
}

func (p *parts) saveMissesNow(l *misses.Log) {
	if err := l.Save(); err != nil {
		p.log.Warn("the count of misses could not be kept", "err", err)
	}
}

// reloadOnHangup reads everything again on each SIGHUP until ctx is done:
// content, passwords, certificate. What is bad stays as it was.
func (p *parts) reloadOnHangup(ctx context.Context, lib *library.Library, hangup <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			listen.Notify(listen.Reloading())
			if err := p.gate.Reload(); err != nil {
				p.log.Error("the password file is bad, the last good one stays", "err", err)
			}
			if p.certificate != nil {
				if err := p.certificate.Reload(); err != nil {
					p.log.Error("the certificate is bad, the last good one stays", "err", err)
				}
			}
			if err := lib.Reload(ctx); err != nil {
				p.log.Error("reload failed, the last good version stays", "err", err)
			}
			listen.Notify(listen.Ready)
		}
	}
}
