package cli

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"

	"featurebase-mcp/internal/app"
)

// checkAddr refuses an address that is not a host with a port.
func checkAddr(flag, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return usagef("%s: expected host:port, such as 127.0.0.1:8080, got %s", flag, excerpt(addr))
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return usagef("%s: %s is no port: write a number from 1 to 65535, or 0 for a free one", flag, excerpt(port))
	}
	return nil
}

// listen opens a port. Its errors say what to do, without words of system calls.
func listen(ctx context.Context, flag, addr string) (net.Listener, error) {
	if err := checkAddr(flag, addr); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err == nil {
		return listener, nil
	}
	host, _, _ := net.SplitHostPort(addr)
	if _, unknown := errors.AsType[*net.DNSError](err); unknown {
		return nil, usagef("%s: the name %s cannot be resolved; use an address of this machine, such as 127.0.0.1", flag, host)
	}
	switch {
	case errors.Is(err, addressInUse):
		return nil, usagef("%s: %s is in use, perhaps by another %s; end that, or take another port (0 picks a free one)", flag, addr, app.Name)
	case errors.Is(err, addressElsewhere):
		return nil, usagef("%s: %s is no address of this machine; use one that is, such as 127.0.0.1", flag, host)
	case errors.Is(err, addressForbidden):
		return nil, usagef("%s: this user may not listen on %s; take a port from 1024 on", flag, addr)
	}
	return nil, usagef("%s: %s cannot be listened on; use another address or port", flag, addr)
}

// loopbackOnly refuses addresses that other machines can reach. instead ends the error with another way out.
func loopbackOnly(addr, instead string) error {
	if err := checkAddr("--addr", addr); err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usagef("--addr: %s is not a loopback address, and nobody is asked who calls; use 127.0.0.1%s", addr, instead)
	}
	return nil
}

// clientAddress returns the address that clients can use. For a server that listens on all addresses this is the first allowed host. Without one
// only this machine can use the server, and local is true.
func clientAddress(scheme string, listening net.Addr, hosts []string) (address string, local bool) {
	host := listening.String()
	ip, port, err := net.SplitHostPort(host)
	if everywhere, ipErr := netip.ParseAddr(ip); err == nil && ipErr == nil && everywhere.IsUnspecified() {
		if local = len(hosts) == 0; local {
			hosts = []string{"127.0.0.1"}
		}
		if host = hosts[0]; !hasPort(host) {
			host = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
	}
	return scheme + "://" + host, local
}

func hasPort(host string) bool {
	_, _, err := net.SplitHostPort(host)
	return err == nil
}

// checkHosts refuses values that no request has in its Host header, because they would allow nothing.
func checkHosts(hosts []string) error {
	for _, host := range hosts {
		switch name, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(host, "https://"), "http://"), "/"); {
		case strings.Contains(host, "*"):
			return usagef("--allowed-hosts: %s: there are no wildcards; name each host, such as mcp.example.com", excerpt(host))
		case name != host || rest != "":
			return usagef("--allowed-hosts: %s: a host has no scheme and no path: write %s", excerpt(host), name)
		case strings.ContainsAny(host, "@?#") || strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r > '~' }):
			return usagef("--allowed-hosts: %s is no host as clients send it: write one such as mcp.example.com, in letters of ASCII", excerpt(host))
		}
	}
	return nil
}

// checkOrigins refuses values that no browser sends as an Origin, because they would allow nothing, and wildcards, which would allow every page.
func checkOrigins(origins []string) error {
	for _, origin := range origins {
		u, err := url.Parse(origin)
		switch {
		case strings.Contains(origin, "*"):
			return usagef("--allowed-origins: %s: there are no wildcards, since every web page could use the server then; name each origin, such as https://app.example", excerpt(origin))
		case !strings.Contains(origin, "://"):
			return usagef("--allowed-origins: %s: an origin begins with its scheme: write https://%s", excerpt(origin), strings.Trim(origin, "/"))
		case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.User != nil:
			return usagef("--allowed-origins: %s is no origin of a web page: write one such as https://app.example", excerpt(origin))
		case u.Scheme+"://"+u.Host != origin:
			return usagef("--allowed-origins: %s: an origin ends behind its host, without a slash or a path: write %s://%s", excerpt(origin), u.Scheme, u.Host)
		case u.Port() == map[string]string{"http": "80", "https": "443"}[u.Scheme]:
			return usagef("--allowed-origins: %s: browsers leave out the usual port: write %s://%s", excerpt(origin), u.Scheme, u.Hostname())
		case strings.ContainsFunc(origin, func(r rune) bool { return r > '~' }):
			return usagef("--allowed-origins: %s: browsers send names in letters of ASCII, such as https://xn--bcher-kva.example", excerpt(origin))
		}
	}
	return nil
}

// tlsOf reads a certificate and its key. It returns nil without them.
func tlsOf(certFile, keyFile string) (*tls.Config, error) {
	switch {
	case certFile == "" && keyFile == "":
		return nil, nil //nolint:nilnil // no TLS is a valid configuration
	case certFile == "" || keyFile == "":
		return nil, usagef("--tls-cert and --tls-key need each other")
	}
	certificate, err := pemFile("--tls-cert", certFile, "CERTIFICATE", "certificate")
	if err != nil {
		return nil, err
	}
	key, err := pemFile("--tls-key", keyFile, "PRIVATE KEY", "key")
	if err != nil {
		return nil, err
	}
	if strings.Contains(string(key), "ENCRYPTED") {
		return nil, usagef("--tls-key: the key in %s is encrypted; decrypt it first, such as with openssl pkey", keyFile)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err == nil {
		return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
	}
	return nil, usagef("--tls-cert and --tls-key do not belong together: the key in %s is not that of the first certificate in %s. "+
		"Name files that were made together, the server's own certificate before those of its issuers", keyFile, certFile)
}

// pemFile reads a PEM file and refuses one that has no block of the type.
func pemFile(flag, file, blockType, what string) ([]byte, error) {
	content, err := os.ReadFile(file) //nolint:gosec // the user names the file
	if err != nil {
		return nil, usagef("%s: %w", flag, err)
	}
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if strings.HasSuffix(block.Type, blockType) {
			return content, nil
		}
	}
	return nil, usagef("%s: %s holds no %s in PEM, which is text with a line -----BEGIN %s-----", flag, file, what, blockType)
}
