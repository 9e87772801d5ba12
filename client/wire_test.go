package client

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
)

func TestHTTP2IsSpoken(t *testing.T) {
	t.Parallel()
	s := &script{steps: []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("spoke %s", r.Proto)
		}
		ok()(w, r)
	}}}
	server := httptest.NewUnstartedServer(s)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	c := mustNew(t, trusting(t, server))
	for _, r := range []Request{getPost, createPost, deletePost} {
		_, err := c.Do(t.Context(), r)
		noError(t, err)
	}
	s.wantRequests(t, 3)
}

// trusting is a configuration whose transport knows the certificate of server.
func trusting(t *testing.T, server *httptest.Server) Config {
	t.Helper()
	cfg := config(server.URL)
	transport := NewTransport(0)
	known, ok := server.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("the test needs net/http's transport")
	}
	transport.TLSClientConfig = known.TLSClientConfig.Clone()
	transport.TLSClientConfig.NextProtos = nil
	cfg.Transport = transport
	return cfg
}

// net/http repeats requests of any method whose HTTP/2 stream was reset in certain ways.
func TestNothingBelowRepeatsAWriteOnHTTP2(t *testing.T) {
	t.Parallel()
	for _, code := range []http2.ErrCode{http2.ErrCodeProtocol, http2.ErrCodeRefusedStream, http2.ErrCodeInternal} {
		for name, body := range map[string][]byte{"with a body": []byte(`{}`), "without": nil} {
			t.Run(code.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewUnstartedServer(http.NotFoundHandler())
				server.EnableHTTP2 = true
				server.StartTLS() // for its certificate only
				t.Cleanup(server.Close)
				cfg := trusting(t, server)
				url, streams := resettingServer(t, server.TLS, code)
				cfg.BaseURL = url
				c := mustNew(t, cfg)
				_, err := c.Do(t.Context(), Request{Operation: "write", Method: http.MethodPost, Path: "/v2/posts", Body: body, Safety: Write})
				failed := wantError(t, err, KindConnection)
				if got := streams.Load(); got != 1 || !failed.MaybeApplied || failed.Attempts != 1 {
					t.Errorf("%d requests arrived, want 1: %+v", got, failed)
				}
			})
		}
	}
}

// resettingServer speaks just enough HTTP/2 to reset every stream with code, and counts them.
func resettingServer(t *testing.T, certificate *tls.Config, code http2.ErrCode) (string, *atomic.Int32) {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificate.Certificates, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12})
	noError(t, err)
	streams := new(atomic.Int32)
	var wg sync.WaitGroup
	serve := func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		framer := http2.NewFramer(conn, conn)
		_ = framer.WriteSettings()
		for {
			frame, err := framer.ReadFrame()
			if err != nil {
				return
			}
			if headers, ok := frame.(*http2.HeadersFrame); ok {
				streams.Add(1)
				_ = framer.WriteRSTStream(headers.StreamID, code)
			}
		}
	}
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			// A stream that net/http gave up keeps its connection from being idle: it is closed from this side.
			t.Cleanup(func() { _ = conn.Close() })
			wg.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		wg.Wait()
	})
	return "https://" + listener.Addr().String(), streams
}
