package tools

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// place is where in a list a call goes on. The API's cursors stand between its pages; where an answer ends inside a page, the model gets
// a cursor of ours, with which the page is asked for again as it was and what was shown of it is left out.
type place struct {
	skip   int    // items of the page to leave out, empty ones among them
	limit  int    // what the page was asked for with; 0 is none
	cursor string // the API's, of the page; empty for the first
	call   uint32 // check sum of the arguments that decide what the list holds
}

// A cursor of ours begins with a character that those of the API do not: theirs are Base64 or ids. One that does all the same is wrapped.
const oursBegin = "~"

// String returns the cursor: a check sum, what is needed to go on, and the API's cursor as it is.
func (p place) String() string {
	head := binary.BigEndian.AppendUint32(nil, p.call)
	head = binary.AppendUvarint(head, uint64(p.skip))  //nolint:gosec // a count is not negative
	head = binary.AppendUvarint(head, uint64(p.limit)) //nolint:gosec // as above
	sum := crc32.ChecksumIEEE(append(slices.Clip(head), p.cursor...))
	text := oursBegin + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(head, sum))
	if p.cursor != "" {
		text += "." + p.cursor
	}
	return text
}

// parsePlace reads what String wrote; false for anything else.
func parsePlace(text string) (place, bool) {
	const sumLength = 4
	ours, cursor, _ := strings.Cut(strings.TrimPrefix(text, oursBegin), ".")
	head, err := base64.RawURLEncoding.DecodeString(ours)
	if err != nil || len(head) < 2*sumLength {
		return place{}, false
	}
	head, sum := head[:len(head)-sumLength], head[len(head)-sumLength:]
	call, rest := binary.BigEndian.Uint32(head), head[sumLength:]
	skip, n := binary.Uvarint(rest)
	if n <= 0 {
		return place{}, false
	}
	limit, m := binary.Uvarint(rest[n:])
	const most = 1 << 20 // of items on a page
	if m <= 0 || skip > most || limit > most {
		return place{}, false
	}
	p := place{skip: int(skip), limit: int(limit), cursor: cursor, call: call}
	ok := crc32.ChecksumIEEE(append(slices.Clip(head), cursor...)) == binary.BigEndian.Uint32(sum)
	return p, ok && p.String() == text
}

// readPlace reads limit and cursor, and puts those of the page that is asked for in their place. With a cursor of ours the page keeps the
// limit that it began with, and a limit beside it bounds what is shown.
func (op *Operation) readPlace(args *arguments, p *problems) {
	if op.Input.shape().props[cursorArg] == nil {
		return
	}
	args.place.call = op.checkSum(args.wire)
	args.place.limit = integer(args.wire[limitArg])
	args.place.cursor, _ = args.wire[cursorArg].(string)
	if !strings.HasPrefix(args.place.cursor, oursBegin) {
		return
	}
	begun, ok := parsePlace(args.place.cursor)
	switch {
	case !ok:
		p.add(cursorArg, "damaged or made up: copy the whole nextCursor of the last answer, or leave it out to start over")
		return
	case begun.call != args.place.call:
		p.add(cursorArg, "it goes on with a call that had other arguments: repeat those of the call that gave it (limit and detail may differ), or leave it out to start over")
		return
	}
	args.most, args.place = args.place.limit, begun
	delete(args.wire, cursorArg)
	delete(args.wire, limitArg)
	if begun.cursor != "" {
		args.wire[cursorArg] = begun.cursor
	}
	if begun.limit > 0 {
		args.wire[limitArg] = json.Number(strconv.Itoa(begun.limit))
	}
}

// checkSum is of the operation and of the arguments that decide what a list holds and in which order.
func (op *Operation) checkSum(wire map[string]any) uint32 {
	rest := maps.Clone(wire)
	delete(rest, cursorArg)
	delete(rest, limitArg)
	return crc32.ChecksumIEEE(append([]byte(op.Name), encode(rest)...))
}

// integer is the value of an argument that was checked to be one, or 0 where it is absent.
func integer(v any) int {
	number, _ := v.(json.Number)
	n, _ := strconv.Atoi(number.String())
	return n
}
