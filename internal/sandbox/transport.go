package sandbox

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
)

// Transport returns the sandbox as a round tripper. It answers all requests in process, whatever their host, and opens no port. A request whose
// context ends fails as it would on a network.
func (s *Sandbox) Transport() http.RoundTripper { return transport{s} }

type transport struct{ sandbox *Sandbox }

// RoundTrip serves one request.
func (t transport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	ctx := r.Context()
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	inbound := r.Clone(ctx)
	inbound.RequestURI = r.URL.RequestURI()
	if inbound.Body == nil {
		inbound.Body = http.NoBody
	}
	defer func() {
		// The handler panics with ErrAbortHandler where a server would cut the connection.
		if cut := recover(); cut != nil {
			if cut != http.ErrAbortHandler { //nolint:errorlint // the value net/http compares by identity too
				panic(cut)
			}
			response, err = nil, ctx.Err()
			if err == nil {
				err = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
			}
		}
	}()
	answer := &recorder{header: http.Header{}}
	t.sandbox.ServeHTTP(answer, inbound)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		Status:     strconv.Itoa(answer.status) + " " + http.StatusText(answer.status),
		StatusCode: answer.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.header, Body: io.NopCloser(&answer.body), ContentLength: int64(answer.body.Len()), Request: r,
	}, nil
}

// recorder keeps an answer in memory.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(data []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(data)
}
