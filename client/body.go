package client

import (
	"context"
	"errors"
	"io"
	"net/http"
)

const (
	maxBody = 32 << 20
	// maxFailureBody is how much of the body of a failure is looked at. Error envelopes are far smaller; only
	// pages of HTML are not.
	maxFailureBody = 256 << 10
	firstChunk     = 8 << 10
)

var errTooLarge = errors.New("body over the limit")

// readBody reads the body of res once, as far as the limits go, into a buffer that Content-Length sized
// where it can be believed. The bytes read so far come with an error, too.
func readBody(ctx context.Context, res *http.Response) ([]byte, error) {
	limit, told := maxBody, res.ContentLength
	switch {
	case res.StatusCode >= http.StatusMultipleChoices:
		limit = maxFailureBody // its start is of use
	case told > maxBody:
		return nil, errTooLarge
	}
	size := firstChunk
	if told >= 0 {
		size = int(min(told, bulky)) + 1 // room for the read that finds the end
	}
	buf := make([]byte, 0, size)
	read := func() {}
	defer func() { read() }()
	for isBulky := false; ; {
		if len(buf) == cap(buf) {
			if len(buf) >= bulky && !isBulky {
				var err error
				if read, err = haveBulk(ctx); err != nil {
					return buf, err
				}
				isBulky = true
			}
			buf = grown(buf, limit, told)
		}
		n, err := res.Body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > limit:
			return buf[:limit], errTooLarge
		case errors.Is(err, io.EOF) && told >= 0 && int64(len(buf)) != told:
			return buf, io.ErrUnexpectedEOF // net/http sees to this; another transport may not
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
}

// grown is buf with room for more: as much again, and no more than the limit and the byte that is over it.
func grown(buf []byte, limit int, told int64) []byte {
	size := min(2*cap(buf), limit+1)
	if told > int64(cap(buf)) && cap(buf) > bulky {
		size = int(told) + 1 // a megabyte of it did come
	}
	more := make([]byte, len(buf), size)
	copy(more, buf)
	return more
}
