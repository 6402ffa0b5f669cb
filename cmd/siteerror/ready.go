package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"siteerror/internal/terminal"
)

const readyTimeout = 3 * time.Second

func (c *command) readyCommand() *cobra.Command {
	f := &serveFlags{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "ready",
		Short: "Ask the server on this machine whether it is ready, for health checks",
		Long: `Ask the server on this machine whether it is ready. It is found by the settings
that it runs with: those of serve, from the same flags, variables and file.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			answer, err := f.ready(cmd.Context())
			var usage usageError
			if asJSON && !errors.As(err, &usage) {
				return c.printReady(answer, err)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.out, terminal.Printable(answer))
			return err
		},
	}
	f.registerAll(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: whether it is ready, with which content or why not")
	return cmd
}

// printReady says in JSON what the server answered, or why it did not.
func (c *command) printReady(answer string, failed error) error {
	if failed != nil {
		return errors.Join(c.printJSON(map[string]any{"ready": false, "detail": failed.Error()}), errSilent)
	}
	return c.printJSON(map[string]any{"ready": true, "generation": strings.TrimSpace(strings.TrimPrefix(answer, "ready "))})
}

// ready returns what the server answers at /readyz, or why it does not.
func (f *serveFlags) ready(ctx context.Context) (string, error) {
	_, path, err := splitBaseURL(f.baseURL)
	if err != nil {
		return "", usageError{err}
	}
	network, addr := "tcp", f.addr
	if socket, ok := strings.CutPrefix(f.addr, "unix:"); ok {
		network, addr = "unix", socket
	} else if host, port, err := net.SplitHostPort(f.addr); err != nil {
		return "", usageError{fmt.Errorf("--addr %q: give HOST:PORT or unix:PATH", f.addr)}
	} else if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		addr = net.JoinHostPort("localhost", port)
	}
	scheme := "http"
	if f.tlsCert != "" {
		scheme = "https"
	}
	client := &http.Client{Timeout: readyTimeout, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
		// The certificate is for the name that readers use; this is the machine itself.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://localhost"+path+"/readyz", nil)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("not ready: %s", res.Status)
	}
	return string(body), err
}
