//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"siteerror/internal/gate"
)

// buffer is a log that is read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// patience is how long a test waits for what has to come, however busy the machine.
const patience = 2 * time.Minute

// The whole command behind a proxy on the same machine: a unix socket, readers
// who sign in, a path before everything, an access log, SIGHUP, and a stop that
// leaves nothing behind but the cache.
func TestServeBehindAProxy(t *testing.T) {
	dir, err := os.MkdirTemp("", "serve") // a socket's path is short: t.TempDir's may not be
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket, users := filepath.Join(dir, "http.sock"), filepath.Join(dir, "users")
	let := func(name string) {
		t.Helper()
		line, err := gate.Hash(name, "open sesame")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(users, []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	let("ann")
	ctx, stop := context.WithCancel(context.Background())
	var out, log buffer
	status := make(chan int)
	go func() {
		status <- run(ctx, []string{"serve", "--addr", "unix:" + socket, "--htpasswd", users, "--base-url", "https://intra.example/help/",
			"--trusted-proxy", "unix", "--access-log", "combined", "--cache", filepath.Join(dir, "cache")}, nil, &out, &log)
	}()
	client := &http.Client{
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	get := func(path, user string) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequest("GET", "http://proxy"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", "6.6.6.6, 198.51.100.7")
		req.Header.Set("Accept", "text/html")
		if user != "" {
			req.SetBasicAuth(user, "open sesame")
		}
		var res *http.Response
		for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) { // until it listens
			if res, err = client.Do(req); err == nil || time.Now().After(deadline) {
				break
			}
		}
		if err != nil {
			t.Fatalf("%v; log: %s", err, log.String())
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(body)
	}
	if res, _ := get("/help/readyz", ""); res.StatusCode != 200 {
		t.Errorf("a probe: %d", res.StatusCode)
	}
	every, err := http.NewRequest("OPTIONS", "http://proxy", nil)
	if err != nil {
		t.Fatal(err)
	}
	every.URL.Opaque = "*"
	every.SetBasicAuth("ann", "open sesame")
	if res, err := client.Do(every); err != nil || res.StatusCode != 204 || res.Header.Get("Allow") == "" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("OPTIONS *: %v, %v", res, err)
	}
	if res, _ := get("/help/502", ""); res.StatusCode != 401 {
		t.Errorf("a stranger: %d", res.StatusCode)
	}
	if res, _ := get("/help/502", "ann"); res.StatusCode != 308 || res.Header.Get("Location") != "/help/codes/502" {
		t.Errorf("ann: %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	let("bob")
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if res, _ := get("/help/codes", "ann"); res.StatusCode == 401 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("ann is let in for ever after SIGHUP")
		}
	}
	if res, body := get("/help/codes/502", "bob"); res.StatusCode != 200 || !strings.Contains(body, `href="https://intra.example/help/codes/502"`) {
		t.Errorf("bob, after SIGHUP: %d", res.StatusCode)
	}
	get("/help/search?q=flux+capacitor", "bob")
	stop()
	if got := <-status; got != exitDone {
		t.Errorf("exit status %d", got)
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket is left behind")
	}
	if data, err := os.ReadFile(filepath.Join(dir, "cache", missesFile)); err != nil || !strings.Contains(string(data), "flux capacitor") || strings.Contains(string(data), "bob") {
		t.Errorf("misses that were kept: %s, %v", data, err)
	}
	for _, want := range []string{`198.51.100.7 - ann [`, `"GET /help/502 HTTP/1.1" 308 `, `198.51.100.7 - - [`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in the access log:\n%s", want, out.String())
		}
	}
}

// A signal that comes while the content is read is no accident: SIGHUP is answered
// afterwards, SIGTERM ends the start as it ends all.
func TestSignalsDuringTheStart(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM} {
		dir, err := os.MkdirTemp("", "start") // a socket's path is short: t.TempDir's may not be
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		socket := filepath.Join(dir, "s")
		var log buffer
		cmd := exec.Command("siteerror", "serve", "--addr", "unix:"+socket)
		cmd.Stderr = &log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = cmd.Process.Kill() }()
		for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) { // the socket is there before anything is read
			if _, err := os.Stat(socket); err == nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("never listens: %s", log.String())
			}
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if sig == syscall.SIGHUP {
			for deadline := time.Now().Add(patience); strings.Count(log.String(), "content is ready") < 2; time.Sleep(10 * time.Millisecond) {
				if time.Now().After(deadline) || cmd.Process.Signal(syscall.Signal(0)) != nil {
					t.Fatalf("no reload after %v: %s", sig, log.String())
				}
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("after %v: %v: %s", sig, err, log.String())
		}
	}
}
