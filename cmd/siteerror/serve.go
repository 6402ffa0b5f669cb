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
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"siteerror/internal/checker"
	"siteerror/internal/library"
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

	defaultCheckRate = 60 // a minute and client
)

type serveFlags struct {
	contentFlags
	addr       string
	watch      bool
	trusted    []string
	checkAllow []string
	checkRate  int
	noCheck    bool
	noMisses   bool
	operator   string
	accessLog  bool
	logJSON    bool
}

func (c *command) serveCommand() *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the library over HTTP (the default command)",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.serve(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.addr, "addr", defaultAddr, "address to listen on, HOST:PORT")
	f.register(flags)
	flags.BoolVar(&f.watch, "watch", false, "reload when content changes (SIGHUP reloads in any case)")
	flags.StringVar(&f.baseURL, "base-url", "", "the site's address as readers know it, with a path if it lives below one")
	flags.StringArrayVar(&f.trusted, "trusted-proxy", nil, "CIDR whose X-Forwarded-For is believed; repeatable")
	flags.StringArrayVar(&f.checkAllow, "check-allow", nil, "CIDR of inner addresses the URL checker may reach; repeatable")
	flags.IntVar(&f.checkRate, "check-rate", defaultCheckRate, "URL checks a minute for each client")
	flags.BoolVar(&f.noCheck, "no-check", false, "turn the URL checker off")
	flags.BoolVar(&f.noMisses, "no-misses", false, "do not count searches that led nowhere")
	flags.StringVar(&f.operator, "operator-token", "", "password for /misses; without it only this machine sees that page")
	flags.BoolVar(&f.accessLog, "access-log", false, "log every request")
	flags.BoolVar(&f.logJSON, "log-json", false, "log as JSON")
	return cmd
}

func (c *command) serve(ctx context.Context, f *serveFlags) error {
	log := slog.New(slog.NewTextHandler(c.err, nil))
	if f.logJSON {
		log = slog.New(slog.NewJSONHandler(c.err, nil))
	}
	check, err := f.checker()
	if err != nil {
		return usageError{err}
	}
	for _, cidr := range f.trusted {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			return usageError{fmt.Errorf("--trusted-proxy %q is no CIDR such as 10.0.0.0/8", cidr)}
		}
	}
	// The port is taken before the content is read: a client that comes now waits
	// for its answer, and a used port is told at once.
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", f.addr, err)
	}
	defer ln.Close()
	cfg, err := f.config(log)
	if err != nil {
		return err
	}
	lib, err := library.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer lib.Close()
	base, path, err := splitBaseURL(f.baseURL)
	if err != nil {
		return usageError{err}
	}
	handler, err := server.New(server.Config{
		Library: lib, Checker: check, Log: log, BaseURL: base, BasePath: path, Addr: ln.Addr().String(), Version: version(),
		Misses: f.misses(), OperatorToken: f.operator,
	})
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { reloadOnHangup(ctx, lib, log) })
	if f.watch {
		wg.Go(func() {
			if err := lib.Watch(ctx, f.dirs); err != nil {
				log.Error("not watching content; SIGHUP still reloads", "err", err)
			}
		})
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	log.Info("serving", "url", "http://"+ln.Addr().String()+path+"/", "version", version())
	select {
	case err := <-served:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	log.Info("stopping: finishing requests")
	drain, stop := context.WithTimeout(context.Background(), drainTimeout)
	defer stop()
	if err := srv.Shutdown(drain); err != nil && !errors.Is(err, http.ErrServerClosed) {
		log.Warn("some requests did not finish", "err", err)
		_ = srv.Close()
	}
	if err := handler.Wait(drain); err != nil {
		log.Warn("some mock answers did not finish", "err", err)
	}
	return nil
}

// misses makes the count of searches that led nowhere, nil if it is off.
func (f *serveFlags) misses() *misses.Log {
	if f.noMisses {
		return nil
	}
	return misses.New(time.Now)
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

// reloadOnHangup reloads the library on each SIGHUP until ctx is done.
func reloadOnHangup(ctx context.Context, lib *library.Library, log *slog.Logger) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			if err := lib.Reload(ctx); err != nil {
				log.Error("reload failed, the last good version stays", "err", err)
			}
		}
	}
}
