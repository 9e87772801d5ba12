package engine

import (
	"encoding/json"
	"errors"
	"hash/crc32"
	"maps"
	"strconv"
	"strings"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
)

// readPlace reads limit and cursor, and replaces them by those of the page to request. A cursor of this server goes on inside a page, so
// the page keeps the limit it was first requested with, and a limit given with the cursor bounds what is shown.
func readPlace(op *Operation, args *input.Arguments, p *input.Problems) {
	if op.Input.Shape().Props[input.CursorArg] == nil {
		return
	}
	args.Place.Call = checkSum(op, args.Wire)
	args.Place.Limit = input.Integer(args.Wire[input.LimitArg])
	args.Place.Cursor, _ = args.Wire[input.CursorArg].(string)
	if !strings.HasPrefix(args.Place.Cursor, input.OursBegin) {
		return
	}
	begun, ok := input.ParsePlace(args.Place.Cursor)
	switch {
	case !ok:
		p.Add(input.CursorArg, madeUp)
		return
	case begun.Call != args.Place.Call:
		p.Add(input.CursorArg, "it goes on with a call that had other arguments: repeat those of the call that gave it (limit and detail may differ), or leave it out to start over")
		return
	}
	delete(args.Wire, input.CursorArg)
	if op.Run != nil {
		args.Place = begun
		return
	}
	args.Most, args.Place = args.Place.Limit, begun
	delete(args.Wire, input.LimitArg)
	if begun.Cursor != "" {
		args.Wire[input.CursorArg] = begun.Cursor
	}
	if begun.Limit > 0 {
		args.Wire[input.LimitArg] = json.Number(strconv.Itoa(begun.Limit))
	}
}

// madeUp is the problem with a cursor that no answer gave.
const madeUp = "damaged or made up: copy the whole nextCursor of the last answer, or leave it out to start over"

// Place returns where the cursor of the call says that the job stopped, in the words of the job. It is empty for a call that begins.
func (j *Job) Place() (string, error) {
	if j.args.Wire[input.CursorArg] != nil {
		return "", errors.New(input.CursorArg + ": " + madeUp)
	}
	return j.args.Place.Cursor, nil
}

// Cursor returns a cursor for the place where the job stops. It goes on with a call that has the same arguments, except for the limit.
func (j *Job) Cursor(place string) string {
	return input.Place{Cursor: place, Call: j.args.Place.Call}.String()
}

// checkSum is a checksum of the operation and of the arguments that decide the items of a list and their order.
func checkSum(op *Operation, wire map[string]any) uint32 {
	rest := maps.Clone(wire)
	delete(rest, input.CursorArg)
	delete(rest, input.LimitArg)
	return crc32.ChecksumIEEE(append([]byte(op.Name), rawjson.Encode(rest)...))
}
