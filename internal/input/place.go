package input

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
)

// Place is the position in a list at which a call goes on. The cursors of the API point between its pages. Where an answer ends inside a
// page, the model gets a cursor of this server, which requests the same page again and skips the items already shown.
type Place struct {
	Skip   int    // items of the page to skip, empty ones included
	Limit  int    // the limit with which the page was requested; 0: none
	Cursor string // the API's cursor of the page; empty for the first page
	Call   uint32 // checksum of the arguments that decide the items of the list
}

// OursBegin is the first character of a cursor of this server. Cursors of the API are Base64 or ids and do not begin with it; one that does
// is wrapped.
const OursBegin = "~"

// String returns the cursor: a checksum, the fields and the API's cursor as it is.
func (p Place) String() string {
	head := binary.BigEndian.AppendUint32(nil, p.Call)
	head = binary.AppendUvarint(head, uint64(p.Skip))  //nolint:gosec // a count is not negative
	head = binary.AppendUvarint(head, uint64(p.Limit)) //nolint:gosec // as above
	sum := crc32.ChecksumIEEE(append(slices.Clip(head), p.Cursor...))
	text := OursBegin + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(head, sum))
	if p.Cursor != "" {
		text += "." + p.Cursor
	}
	return text
}

// ParsePlace parses a cursor that String returned. It returns false for anything else.
func ParsePlace(text string) (Place, bool) {
	const sumLength = 4
	ours, cursor, _ := strings.Cut(strings.TrimPrefix(text, OursBegin), ".")
	head, err := base64.RawURLEncoding.DecodeString(ours)
	if err != nil || len(head) < 2*sumLength {
		return Place{}, false
	}
	head, sum := head[:len(head)-sumLength], head[len(head)-sumLength:]
	call, rest := binary.BigEndian.Uint32(head), head[sumLength:]
	skip, n := binary.Uvarint(rest)
	if n <= 0 {
		return Place{}, false
	}
	limit, m := binary.Uvarint(rest[n:])
	const most = 1 << 20 // items of a page
	if m <= 0 || skip > most || limit > most {
		return Place{}, false
	}
	p := Place{Skip: int(skip), Limit: int(limit), Cursor: cursor, Call: call}
	ok := crc32.ChecksumIEEE(append(slices.Clip(head), cursor...)) == binary.BigEndian.Uint32(sum)
	return p, ok && p.String() == text
}

// Integer returns the value of a checked integer argument, or 0 where it is absent.
func Integer(v any) int {
	number, _ := v.(json.Number)
	n, _ := strconv.Atoi(number.String())
	return n
}
