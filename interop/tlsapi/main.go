// Command tlsapi serves the embedded Featurebase over TLS on loopback for as long as one command runs, and ends with its exit code:
//
//	tlsapi [-trust BUNDLE] COMMAND [ARGUMENT...]
//
// The command finds the address in FEATUREBASE_API_URL and the only key in FEATUREBASE_API_KEY. The certificate is signed by a CA that
// is made for this run; -trust appends that CA to a bundle of certificates first.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"featurebase-mcp/internal/sandbox"
)

const key = "sk_tlsapi_0123456789"

func main() {
	trust := flag.String("trust", "", "append the CA to this `bundle`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, *trust, flag.Args())
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(failed.ExitCode()) //nolint:gocritic // nothing is left for stop to do
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "tlsapi:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, trust string, command []string) error {
	if len(command) == 0 {
		return errors.New("no command")
	}
	ca, certificate, err := issue()
	if err != nil {
		return err
	}
	if trust != "" {
		if err := appendTo(trust, ca); err != nil {
			return err
		}
	}
	box, err := sandbox.New(sandbox.Options{Key: key}) //nolint:contextcheck // the state file is opened before anything can be cancelled
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: box, ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	go func() { _ = server.ServeTLS(listener, "", "") }()       // ends with the process
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the caller names the command
	cmd.Env = append(os.Environ(), "FEATUREBASE_API_URL=https://"+listener.Addr().String(), "FEATUREBASE_API_KEY="+key)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return errors.Join(cmd.Run(), server.Close())
}

// issue makes a CA, in PEM, and a certificate for 127.0.0.1 that it signed. Both last an hour.
func issue() (ca []byte, _ tls.Certificate, _ error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, tls.Certificate{}, err
	}
	serverKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, tls.Certificate{}, err
	}
	now := time.Now()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tlsapi CA"}, NotBefore: now.Add(-time.Minute), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "tlsapi"}, NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, caKey.Public(), caKey)
	if err != nil {
		return nil, tls.Certificate{}, err
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, serverKey.Public(), caKey)
	if err != nil {
		return nil, tls.Certificate{}, err
	}
	ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})
	return ca, tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: serverKey}, nil
}

func appendTo(bundle string, ca []byte) error {
	f, err := os.OpenFile(bundle, os.O_APPEND|os.O_WRONLY, 0) //nolint:gosec // the caller names the bundle
	if err != nil {
		return err
	}
	_, err = f.Write(ca)
	return errors.Join(err, f.Close())
}
