package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/rawjson"
)

// envelope is the part of a message that decides who handles it. Names match as in mcp-go's own pass, so both see
// the same members.
type envelope struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  *string         `json:"method"`
	Result  present         `json:"result"`
	Error   present         `json:"error"`
}

// present notes that a member is there, without copying it.
type present bool

// UnmarshalJSON sets p.
func (p *present) UnmarshalJSON([]byte) error {
	*p = true
	return nil
}

func (e *envelope) isResponse() bool     { return e.Method == nil && bool(e.Result || e.Error) }
func (e *envelope) isNotification() bool { return e.Method != nil && e.ID == nil }

// maxValues is how many values a message may hold. Each that has three bytes takes more than a hundred when mcp-go decodes it, several times.
const maxValues = 50_000

// trim takes off the white space that JSON allows around a message, the \r of Windows line ends among it.
func trim(line []byte) []byte { return bytes.Trim(line, " \t\r\n") }

// parse reads a trimmed line that is not blank. A refusal belongs to the id of the envelope, which is nil when unknown.
func parse(line []byte) (envelope, *CodedError) {
	var e envelope
	if !utf8.Valid(line) {
		return e, &CodedError{Code: mcp.PARSE_ERROR, Message: "Parse error: the message is not UTF-8."}
	}
	err := json.Unmarshal(line, &e)
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return envelope{}, &CodedError{
			Code:    mcp.PARSE_ERROR,
			Message: "Parse error: the line is not one JSON document. Send each message on a line of its own.",
		}
	}
	if line[0] == '[' {
		return envelope{}, invalid("batches are not supported; send each message on a line of its own.")
	}
	if e.ID != nil && !validID(e.ID) && !e.isResponse() {
		return envelope{}, invalid("id has to be a string or a number.")
	}
	switch {
	case err != nil:
		return envelope{ID: e.ID}, invalid("jsonrpc and method have to be strings.")
	case e.Method == nil && !e.isResponse():
		return e, invalid("a method, a result or an error is missing.")
	case e.Version != mcp.JSONRPC_VERSION:
		return e, invalid(`jsonrpc has to be "2.0".`)
	case len(line) > largeFrom && rawjson.CountValues(line) > maxValues:
		return e, invalid(fmt.Sprintf("the message holds more than %d values; send less at a time.", maxValues))
	}
	return e, nil
}

func invalid(rule string) *CodedError {
	return &CodedError{Code: mcp.INVALID_REQUEST, Message: "Invalid request: " + rule}
}

// validID reports whether valid JSON is a string or a number.
func validID(raw []byte) bool {
	return len(raw) > 0 && (raw[0] == '"' || raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9')
}

// idKey names an id in a map: equal strings are equal however they were escaped, and 1 differs from "1".
func idKey(raw json.RawMessage) string {
	if len(raw) > 0 && raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return `"` + s
		}
	}
	return string(raw)
}
