package listen

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestUnixSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("has no socket modes")
	}
	dir, err := os.MkdirTemp("", "listen") // a socket's path is short: t.TempDir's may not be
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	open := func() (net.Listener, error) { return open(t.Context(), unixPrefix+path) }
	l, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != socketMode {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := open(); err == nil {
		t.Error("a socket in use was taken away from its server")
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as if it had been killed
	l.Close()
	l, err = open()
	if err != nil {
		t.Fatalf("an abandoned socket: %v", err)
	}
	l.Close()
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(); err == nil {
		t.Error("listens where there is a file")
	}
	if got, _ := os.ReadFile(path); string(got) != "precious" {
		t.Error("a file was removed for a socket")
	}
}

// A process that is given a socket serves on it. This test is that process, too.
func TestSocketActivation(t *testing.T) {
	if os.Getenv("LISTEN_TEST_CHILD") != "" {
		l, inherited, err := Open(context.Background(), "127.0.0.1:1")
		if err != nil || !inherited || len(l) != 1 {
			t.Fatalf("%d sockets, inherited %v, %v", len(l), inherited, err)
		}
		c, err := l[0].Accept()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, "from the child")
		c.Close()
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("sockets are handed over on Linux")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	// The process's id is in the environment: a shell knows its own before it becomes the child.
	cmd := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0" -test.run '^TestSocketActivation$'`, os.Args[0])
	cmd.Env = append(os.Environ(), "LISTEN_TEST_CHILD=1", "LISTEN_FDS=1")
	cmd.ExtraFiles = []*os.File{file}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(c)
	if err := cmd.Wait(); err != nil || string(got) != "from the child" {
		t.Errorf("%q, %v: %s", got, err, out.String())
	}
}

func certificate(t *testing.T, dir, name string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"site.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(file, kind string, der []byte) {
		if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("cert.pem", "CERTIFICATE", der)
	write("key.pem", "PRIVATE KEY", keyDER)
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	first := certificate(t, dir, "first")
	cert, err := OpenCertificate(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{TLSConfig: cert.Config(), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) })}
	go func() { _ = srv.ServeTLS(l, "", "") }()
	defer srv.Close()
	get := func(trusted *x509.Certificate, maxVersion uint16) (string, error) {
		pool := x509.NewCertPool()
		pool.AddCert(trusted)
		tr := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "site.test", MaxVersion: maxVersion}}
		defer tr.CloseIdleConnections()
		res, err := (&http.Client{Transport: tr}).Get("https://" + l.Addr().String())
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return string(b), err
	}
	if got, err := get(first, 0); err != nil || got != "HTTP/2.0" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := get(first, tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 is answered")
	}
	second := certificate(t, dir, "second")
	if err := cert.Reload(); err != nil {
		t.Fatal(err)
	}
	if _, err := get(second, 0); err != nil {
		t.Errorf("after a reload: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cert.Reload(); err == nil || !strings.Contains(err.Error(), "key.pem") {
		t.Errorf("a torn key: %v", err)
	}
	if _, err := get(second, 0); err != nil {
		t.Errorf("after a bad change: %v", err)
	}
}
