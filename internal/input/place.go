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

// Place is where in a list a call goes on. The API's cursors stand between its pages; where an answer ends inside a page, the model gets
// a cursor of ours, with which the page is asked for again as it was and what was shown of it is left out.
type Place struct {
	Skip   int    // items of the page to leave out, empty ones among them
	Limit  int    // what the page was asked for with; 0 is none
	Cursor string // the API's, of the page; empty for the first
	Call   uint32 // check sum of the arguments that decide what the list holds
}

// A cursor of ours begins with a character that those of the API do not: theirs are Base64 or ids. One that does all the same is wrapped.
const OursBegin = "~"

// String returns the cursor: a check sum, what is needed to go on, and the API's cursor as it is.
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

// ParsePlace reads what String wrote; false for anything else.
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
	const most = 1 << 20 // of items on a page
	if m <= 0 || skip > most || limit > most {
		return Place{}, false
	}
	p := Place{Skip: int(skip), Limit: int(limit), Cursor: cursor, Call: call}
	ok := crc32.ChecksumIEEE(append(slices.Clip(head), cursor...)) == binary.BigEndian.Uint32(sum)
	return p, ok && p.String() == text
}

// Integer is the value of an argument that was checked to be one, or 0 where it is absent.
func Integer(v any) int {
	number, _ := v.(json.Number)
	n, _ := strconv.Atoi(number.String())
	return n
}
