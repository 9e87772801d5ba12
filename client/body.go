package client

import (
	"errors"
	"io"
	"net/http"
	"slices"
)

const (
	maxBody = 32 << 20
	// maxFailureBody is how much of the body of a failure is looked at. Error envelopes are far smaller; only
	// pages of HTML are not.
	maxFailureBody = 256 << 10
	// trustedLength is how much memory a Content-Length gets before its bytes are there.
	trustedLength = 1 << 20
	firstChunk    = 8 << 10
)

var errTooLarge = errors.New("body over the limit")

// readBody reads the body of res once, as far as the limits go, into a buffer that Content-Length sized
// where it can be believed. The bytes read so far come with an error, too.
func readBody(res *http.Response) ([]byte, error) {
	limit, told := int64(maxBody), res.ContentLength
	switch {
	case res.StatusCode >= http.StatusMultipleChoices:
		limit = maxFailureBody // its start is of use
	case told > limit:
		return nil, errTooLarge
	}
	size := int64(firstChunk)
	if told >= 0 {
		size = min(told, trustedLength) + 1 // room for the read that finds the end
	}
	buf := make([]byte, 0, size)
	for {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, len(buf))
		}
		n, err := res.Body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
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
