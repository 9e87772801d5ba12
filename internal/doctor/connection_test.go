package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"testing"

	"featurebase-mcp/client"
)

// Causes that cannot be brought about on loopback.
func TestWhatKeepsFromConnecting(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	certificate := func(err error) error { return &tls.CertificateVerificationError{Err: err} }
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"no such name", dial(&net.DNSError{IsNotFound: true}), "the name of api.example:8443 cannot be resolved"},
		{"no answer", dial(os.ErrDeadlineExceeded), "api.example:8443 does not answer to attempts to connect"},
		{"a proxy that is not there", &net.OpError{Op: "proxyconnect", Err: dial(errors.New("refused"))}, "no connection to the proxy"},
		{"a proxy without a name", &net.OpError{Op: "proxyconnect", Err: dial(&net.DNSError{})}, "no connection to the proxy"},
		{"a certificate for somebody else", certificate(x509.HostnameError{Certificate: &x509.Certificate{}}), "is for another name"},
		{"a certificate out of its time", certificate(x509.CertificateInvalidError{Reason: x509.Expired}), "has expired or is not valid yet"},
		{"a certificate for other uses", certificate(x509.CertificateInvalidError{Reason: x509.IncompatibleUsage}), "is not valid for it"},
		{"a machine without certificates", certificate(x509.SystemRootsError{}), "is signed by no CA that this machine trusts"},
		{"anything else", errors.New("secret"), "as the client says"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			failed := &client.Error{Kind: client.KindUnreachable, Message: "as the client says", Err: tc.err}
			text, next, broken := noConnection(failed, "https://api.example:8443/prefix")
			if !broken || next == "" || !strings.Contains(text, tc.want) || strings.Contains(text, "secret") {
				t.Errorf("%q, %q, want %q", text, next, tc.want)
			}
		})
	}
}
