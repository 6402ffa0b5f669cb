package listen

import (
	"crypto/tls"
	"fmt"

	"siteerror/internal/fresh"
)

// Certificate is a certificate and its key in PEM files, read anew when the
// files change. It is safe for concurrent use.
type Certificate struct {
	files *fresh.Files[*tls.Certificate]
}

// OpenCertificate reads the files. Later changes that cannot be used leave the
// last good certificate in force and are told to failed.
func OpenCertificate(certFile, keyFile string, failed func(error)) (*Certificate, error) {
	files, err := fresh.Open([]string{certFile, keyFile}, func(pem [][]byte) (*tls.Certificate, error) {
		c, err := tls.X509KeyPair(pem[0], pem[1])
		if err != nil {
			return nil, fmt.Errorf("%s and %s: %w", certFile, keyFile, err)
		}
		return &c, nil
	}, failed)
	if err != nil {
		return nil, err
	}
	return &Certificate{files}, nil
}

// Config is a server's: TLS 1.2 at least, HTTP/2 offered, the certificate as it
// is at each handshake.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.files.Get(), nil },
	}
}

// Reload reads the files now.
func (c *Certificate) Reload() error { return c.files.Reload() }
