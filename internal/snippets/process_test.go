//go:build snippets

package snippets

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// buildTime is how long one installation or compilation may take on a slow machine.
const buildTime = 15 * time.Minute

// lastPort is the last port given away. Below the kernel's ephemeral range, so
// that no connection of ours takes one before its server does.
var lastPort = struct {
	sync.Mutex
	n int
}{n: 20000}

func freePort(t *testing.T) int {
	t.Helper()
	lastPort.Lock()
	defer lastPort.Unlock()
	for lastPort.n++; lastPort.n < 32000; lastPort.n++ {
		if l, err := net.Listen("tcp", fmt.Sprintf(":%d", lastPort.n)); err == nil {
			l.Close()
			return lastPort.n
		}
	}
	t.Fatal("no free port between 20000 and 32000")
	return 0
}

// command runs a command to its end and returns what it wrote to standard output;
// its failure ends the test with all that it said.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, err := try(dir, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// try runs a command to its end.
func try(dir, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), buildTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var out, both bytes.Buffer
	cmd.Stdout = writers{&out, &both}
	cmd.Stderr = &both
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, tail(both.String()))
	}
	return out.String(), nil
}

type writers [2]*bytes.Buffer

func (w writers) Write(p []byte) (int, error) {
	w[0].Write(p)
	return w[1].Write(p)
}

func tail(s string) string {
	const most = 6000
	if len(s) > most {
		s = "…" + s[len(s)-most:]
	}
	return s
}

// serve starts a server that lives as long as the test, and returns when it
// accepts connections at the ports.
func serve(t *testing.T, dir string, ports []int, name string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "GIN_MODE=release", "PYTHONDONTWRITEBYTECODE=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its workers end with it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	said := func() string {
		b, _ := os.ReadFile(log.Name())
		return tail(string(b))
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		log.Close()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, said())
		}
	})
	deadline := time.Now().Add(3 * time.Minute)
	for _, port := range ports {
		for {
			c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
			if err == nil {
				c.Close()
				break
			}
			select {
			case err := <-ended:
				ended <- err
				t.Fatalf("%s ended: %v", name, err)
			case <-time.After(50 * time.Millisecond):
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s does not listen on port %d", name, port)
			}
		}
	}
}

func portsOf(all []*snippet) []int {
	var ports []int
	for _, s := range all {
		ports = append(ports, s.port)
	}
	return ports
}

// onePort gives all snippets one port, for a server that knows them by their paths.
func onePort(all []*snippet) int {
	for _, s := range all {
		s.port = all[0].port
	}
	return all[0].port
}
