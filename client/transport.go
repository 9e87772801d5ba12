package client

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// NewTransport returns the HTTP transport a client has by default, tuned for concurrency requests at once
// to one host; 0 means no limit on them. Give one to several clients, in Config.Transport, to share its
// connections among keys.
func NewTransport(concurrency int) *http.Transport {
	perHost := concurrency
	if perHost == 0 {
		perHost = 256 // what comes after the burst keeps its connections, within the usual limit on open files
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true, // a DialContext of our own would switch it off
		MaxIdleConns:           perHost,
		MaxIdleConnsPerHost:    perHost,
		IdleConnTimeout:        90 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		// A connection that died while a laptop slept is found by a ping, not by the time-out of a request.
		// What an answer that waits for room has in the buffer of its connection is not counted, so it is less than the usual 4 MiB.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 10 * time.Second, MaxReceiveBufferPerStream: 1 << 20},
	}
}

// proxy follows the usual variables, for https alone: a proxy would read the key in a request in the clear. That
// is for loopback, which the standard library exempts in some spellings only. Its error quotes a proxy address it
// cannot parse, password and all.
func proxy(req *http.Request) (*url.URL, error) {
	if req.URL.Scheme != "https" {
		return nil, nil //nolint:nilnil // the way to say "no proxy"
	}
	u, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errors.New("the proxy address in HTTPS_PROXY or HTTP_PROXY is not a valid URL")
	}
	return u, nil
}
