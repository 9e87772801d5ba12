package client

import (
	"context"
	"errors"
	"io"
	"net/http"
)

const (
	// MaxBody is how large an answer may be, in bytes.
	MaxBody = 32 << 20
	// maxFailureBody is how much of the body of a failure is looked at. Error envelopes are far smaller; only
	// pages of HTML are not.
	maxFailureBody = 256 << 10
	firstChunk     = 8 << 10
	// believed is how long a body may say that it is and get a buffer of that size before any of it has come.
	believed = 1 << 20
)

var errTooLarge = errors.New("body over the limit")

// readBody reads the body of res once, as far as the limits go, into a buffer that Content-Length sized
// where it can be believed. The bytes read so far come with an error, too.
func readBody(ctx context.Context, res *http.Response, r *reading) ([]byte, error) {
	limit, told := MaxBody, res.ContentLength
	switch {
	case res.StatusCode >= http.StatusMultipleChoices:
		limit = maxFailureBody // its start is of use
	case told > MaxBody:
		return nil, errTooLarge
	}
	size := firstChunk
	if told >= 0 {
		size = int(min(told, believed)) + 1 // room for the read that finds the end
	}
	if err := r.grow(ctx, size); err != nil {
		return nil, err
	}
	buf := make([]byte, 0, size)
	for {
		if len(buf) == cap(buf) {
			size := grown(buf, limit, told)
			if err := r.grow(ctx, size); err != nil {
				return buf, err
			}
			more := make([]byte, len(buf), size)
			copy(more, buf)
			buf = more
		}
		n, err := res.Body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > limit:
			return buf[:limit], errTooLarge
		case errors.Is(err, io.EOF) && told >= 0 && int64(len(buf)) != told:
			return buf, io.ErrUnexpectedEOF // net/http sees to this; another transport may not
		case errors.Is(err, io.EOF):
			if limit == MaxBody {
				r.kept = len(buf) // of a failure only words are
			}
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
}

// grown is how large a full buffer becomes: as large again, and no larger than the limit and the byte that is over it.
func grown(buf []byte, limit int, told int64) int {
	if told > int64(cap(buf)) && cap(buf) > believed {
		return int(told) + 1 // a megabyte of it did come
	}
	return min(2*cap(buf), limit+1)
}
