package shared

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

const defaultPort = "6379"

// Address is where a store is.
type Address struct {
	Nodes    []string // host:port of the server, of nodes of a cluster, or of sentinels
	Master   string   // the name under which sentinels know the server; empty without sentinels
	User     string
	Password string
	Database int
	TLS      bool
}

// ParseAddress reads an address: redis://host:6379/0, or rediss:// for TLS. Several hosts with commas between them are nodes of a cluster, or, with
// ?sentinel=NAME, sentinels. Its errors do not quote the address, which may hold a password.
func ParseAddress(text string) (Address, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme != "redis" && scheme != "rediss" {
		return Address{}, errors.New("an address of a store begins with redis:// or rediss://")
	}
	a := Address{TLS: scheme == "rediss"}
	rest, query, _ := strings.Cut(rest, "?")
	credentials, rest, has := cutLast(rest, "@")
	if has {
		if err := a.login(credentials); err != nil {
			return Address{}, err
		}
	}
	hosts, database, _ := strings.Cut(rest, "/")
	for host := range strings.SplitSeq(hosts, ",") {
		node, err := withPort(strings.TrimSpace(host))
		if err != nil {
			return Address{}, err
		}
		a.Nodes = append(a.Nodes, node)
	}
	if database != "" {
		n, err := strconv.Atoi(database)
		if err != nil || n < 0 {
			return Address{}, errors.New("what follows the host of a store is the number of a database")
		}
		a.Database = n
	}
	options, err := url.ParseQuery(query)
	if err != nil {
		return Address{}, errors.New("the options of the store's address cannot be read")
	}
	for name := range options {
		if name != "sentinel" {
			return Address{}, fmt.Errorf("the store's address has the unknown option %q; there is only sentinel", name)
		}
	}
	a.Master = options.Get("sentinel")
	if a.Database != 0 && a.Master == "" && len(a.Nodes) > 1 {
		return Address{}, errors.New("a cluster has no numbered databases")
	}
	return a, nil
}

// login reads user:password, or a password alone behind a colon.
func (a *Address) login(credentials string) error {
	user, password, _ := strings.Cut(credentials, ":")
	var err error
	if a.User, err = url.PathUnescape(user); err == nil {
		a.Password, err = url.PathUnescape(password)
	}
	if err != nil {
		return errors.New("user or password of the store's address hold a % that begins no escape")
	}
	return nil
}

// HasLogin reports whether a text that should be an address has a user or a password.
func HasLogin(text string) bool { return strings.Contains(text, "@") }

func cutLast(text, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(text, sep); i >= 0 {
		return text[:i], text[i+len(sep):], true
	}
	return "", text, false
}

func withPort(host string) (string, error) {
	if name, port, err := net.SplitHostPort(host); err == nil && name != "" && port != "" {
		return host, nil
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if host == "" || strings.ContainsAny(host, " \t@[]") {
		return "", errors.New("the store's address names no host")
	}
	return net.JoinHostPort(host, defaultPort), nil
}

// String is the address without user and password.
func (a Address) String() string {
	scheme := "redis://"
	if a.TLS {
		scheme = "rediss://"
	}
	text := scheme + strings.Join(a.Nodes, ",")
	if a.Database != 0 {
		text += fmt.Sprintf("/%d", a.Database)
	}
	if a.Master != "" {
		text += "?sentinel=" + a.Master
	}
	return text
}

// Local reports whether the store is on this machine.
func (a Address) Local() bool {
	for _, node := range a.Nodes {
		host, _, err := net.SplitHostPort(node)
		if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

// tlsOf returns the TLS settings for a node.
func tlsOf(node string) *tls.Config {
	host, _, err := net.SplitHostPort(node)
	if err != nil {
		host = node
	}
	return &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
}
