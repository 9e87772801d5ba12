package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"

	"featurebase-mcp/client"
)

// noConnection explains a failure to reach the API, and says what to do. broken is false when the API was reached.
func noConnection(failed *client.Error, address string) (text, next string, broken bool) {
	if failed == nil {
		return "", "", false
	}
	switch failed.Kind {
	case client.KindUnreachable:
		text, next = unreachable(failed, hostOf(address))
	case client.KindTimeout:
		text, next = "there is a connection, but no answer in time", "run this again in a minute; if it repeats, check the network and a proxy in between"
	case client.KindConnection:
		text, next = quote(failed), "run this again in a minute; if it repeats, check what answers at FEATUREBASE_API_URL, and a proxy in between"
	case client.KindBadResponse, client.KindNoRoute:
		text, next = "what answers is not the Featurebase API: "+quote(failed), "set FEATUREBASE_API_URL right, or leave it unset; a proxy or a login page may answer in its place"
	default:
		return "", "", false
	}
	return text, next, true
}

// hostOf returns the host of an address, with its port if it has one.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// unreachable says which step on the way to the API failed: the proxy, the name, the connection or TLS.
func unreachable(failed *client.Error, host string) (text, next string) {
	op, isOp := errors.AsType[*net.OpError](failed)
	if isOp && op.Op == "proxyconnect" {
		return "no connection to the proxy could be made", "check the variable HTTPS_PROXY, or HTTP_PROXY for an http address, and the proxy it names"
	}
	if _, ok := errors.AsType[*net.DNSError](failed); ok {
		return "the name of " + host + " cannot be resolved", "check the network and the DNS of this machine, and FEATUREBASE_API_URL for a misspelling"
	}
	if certificate, ok := errors.AsType[*tls.CertificateVerificationError](failed); ok {
		return untrusted(certificate, host)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](failed); ok {
		return host + " does not speak TLS", "check the scheme and the port in FEATUREBASE_API_URL"
	}
	if isOp && op.Op == "dial" {
		how := "no connection to " + host + " could be made"
		if op.Timeout() {
			how = host + " does not answer to attempts to connect"
		}
		return how, "check the network, a firewall, and FEATUREBASE_API_URL; where a proxy is needed, set HTTPS_PROXY"
	}
	return quote(failed), "check the network, a proxy in between, and FEATUREBASE_API_URL"
}

// untrusted says what is wrong with a certificate.
func untrusted(certificate *tls.CertificateVerificationError, host string) (text, next string) {
	subject := "the TLS certificate of " + host
	if _, ok := errors.AsType[x509.HostnameError](certificate); ok {
		return subject + " is for another name", "check FEATUREBASE_API_URL for a misspelling"
	}
	_, unsigned := errors.AsType[x509.UnknownAuthorityError](certificate)
	_, rootless := errors.AsType[x509.SystemRootsError](certificate)
	if unsigned || rootless {
		return subject + " is signed by no CA that this machine trusts", "if your network inspects TLS, add its CA to this machine, or name a file with its certificate in SSL_CERT_FILE"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](certificate); ok && invalid.Reason == x509.Expired {
		return subject + " has expired or is not valid yet", "check the clock of this machine first"
	}
	return subject + " is not valid for it", "check FEATUREBASE_API_URL, and what answers there"
}
