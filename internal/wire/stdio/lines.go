package stdio

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
)

const readBuffer = 64 << 10

// lineReader splits a stream into lines of at most max bytes.
type lineReader struct {
	in  *bufio.Reader
	max int
	err error
}

func newLineReader(in io.Reader, limit int) *lineReader {
	return &lineReader{in: bufio.NewReaderSize(in, readBuffer), max: limit}
}

// oversizeError says that a line was longer than the limit and has been skipped.
type oversizeError struct {
	id json.RawMessage // nil when the message has none
}

func (*oversizeError) Error() string { return "message too large" }

// next returns the next line, which the caller may keep. The last line counts without a newline, too. An
// [*oversizeError] concerns one line; after any other error, io.EOF among them, there are no more.
func (r *lineReader) next() ([]byte, error) {
	if r.err != nil {
		return nil, r.err
	}
	var line []byte
	var skipped *idFinder
	for {
		chunk, err := r.in.ReadSlice('\n')
		if skipped == nil && len(line)+len(chunk) > r.max {
			skipped = &idFinder{}
			skipped.scan(line)
			line = nil
		}
		if skipped != nil {
			skipped.scan(chunk)
		} else {
			line = append(line, chunk...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		r.err = err
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err // what has been read of the line may be half a message
		case skipped != nil:
			return nil, &oversizeError{id: skipped.id()}
		case err != nil && len(line) == 0:
			return nil, err
		}
		return line, nil
	}
}
