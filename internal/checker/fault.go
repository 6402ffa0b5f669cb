package checker

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
)

// explain puts an error of the network into words for the person who asked. Go's own text stays
// out of it: it may name addresses of this machine and says little to a reader.
func explain(at phase, t target, err error) *HopError {
	switch {
	case at == inDNS:
		return explainDNS(t, err)
	case isTimeout(err):
		return &HopError{KindTimeout, timeoutSays(at, t)}
	case at == inConnect:
		return explainConnect(t, err)
	case errors.Is(err, errInterim):
		return &HopError{KindProtocol, "It sends interim (1xx) responses without coming to an end."}
	}
	if at == inTLS {
		if e := explainTLS(t, err); e != nil {
			return e
		}
	}
	what := "sending an answer"
	switch at {
	case inTLS:
		what = "the TLS handshake was done"
	case inBody:
		return &HopError{KindBody, "The response began and its body broke off before its end."}
	}
	text := err.Error()
	switch {
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return &HopError{KindReset, t.host + " reset the connection before " + what + "."}
	case strings.Contains(text, "response headers exceeded"), strings.Contains(text, "header list larger"):
		// Neither error of net/http has a type.
		return &HopError{KindHeaders, fmt.Sprintf("The response has more than %d KiB of header fields.", maxHeaderBytes>>10)}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(text, "server closed idle connection"):
		return &HopError{KindEmpty, t.host + " closed the connection before " + what + "."}
	}
	return &HopError{KindProtocol, "What " + t.host + " answered is not a response as HTTP defines it."}
}

func isTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

func timeoutSays(at phase, t target) string {
	switch at {
	case inConnect:
		return fmt.Sprintf("%s did not accept a connection on port %d in time; a firewall may drop it.", t.host, t.port)
	case inTLS:
		return t.host + " accepted the connection and did not finish the TLS handshake in time."
	case inBody:
		return fmt.Sprintf("The response began and did not end within the %d seconds a check lasts.", int(maxTime.Seconds()))
	}
	return fmt.Sprintf("%s accepted the request and did not answer within the %d seconds a check lasts.", t.host, int(maxTime.Seconds()))
}

func explainDNS(t target, err error) *HopError {
	dns, ok := errors.AsType[*net.DNSError](err)
	switch {
	case noRoute(err):
		return &HopError{KindNetwork, "This server cannot reach a name server: it seems to have no network."}
	case err == nil, ok && dns.IsNotFound:
		return &HopError{KindDNS, "DNS has no address for " + t.host + "."}
	}
	return &HopError{KindDNS, "DNS gave no answer for " + t.host + ": either its name servers fail, or this server has no network."}
}

func explainConnect(t target, err error) *HopError {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return &HopError{KindConnect, fmt.Sprintf("%s refused the connection: nothing listens on port %d.", t.host, t.port)}
	case noRoute(err):
		return &HopError{KindNetwork, "This server found no way to " + t.host + ": it seems to have no network, or none of that address's kind."}
	case errors.Is(err, syscall.ECONNRESET):
		return &HopError{KindReset, t.host + " reset the connection at once."}
	}
	return &HopError{KindConnect, "No connection to " + t.host + " came about."}
}

func noRoute(err error) bool {
	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH) ||
		errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}

// explainTLS returns nil for errors that are not about TLS itself.
func explainTLS(t target, err error) *HopError {
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &HopError{KindTLS, certificateSays(t, cert)}
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return &HopError{KindTLS, fmt.Sprintf("%s does not speak TLS on port %d.", t.host, t.port)}
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" {
		// The alert's name, as RFC 8446, 6 spells it; the type behind it is not exported.
		return &HopError{KindTLS, fmt.Sprintf("%s ended the TLS handshake with the alert %q.", t.host, strings.TrimPrefix(op.Err.Error(), "tls: "))}
	}
	if strings.HasPrefix(err.Error(), "tls: ") {
		return &HopError{KindTLS, "The TLS handshake with " + t.host + " failed; TLS 1.2 or 1.3 is needed."}
	}
	return nil
}

func certificateSays(t target, err error) string {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "The certificate of " + t.host + " is outside its dates: it has expired, or is not valid yet."
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "The certificate is not for " + t.host + "."
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "The certificate of " + t.host + " comes from an authority this server does not know; it may be self-signed, or an intermediate certificate is missing."
	}
	return "The certificate of " + t.host + " could not be verified."
}

// unverified returns the certificates that were not accepted, or nil.
func unverified(err error) []*x509.Certificate {
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return cert.UnverifiedCertificates
	}
	return nil
}
