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

// Envelope is the part of a message that decides who handles it. Names match as in mcp-go's own pass, so both see
// the same members.
type Envelope struct {
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

// IsResponse reports whether the message answers a request of the server.
func (e *Envelope) IsResponse() bool { return e.Method == nil && bool(e.Result || e.Error) }

// IsNotification reports whether the message is one that must not be answered.
func (e *Envelope) IsNotification() bool { return e.Method != nil && e.ID == nil }

// maxValues is how many values a message may hold. mcp-go decodes a message several times, and a value of three bytes
// then takes more than a hundred.
const maxValues = 50_000

// maxInitialize is the size of the largest initialize, in bytes. A session keeps little of it, but what it says of a client
// has no other bound.
const maxInitialize = 64 << 10

// byteOrderMark is U+FEFF, with which some programs on Windows begin what they write.
const byteOrderMark = "\ufeff"

// Trim removes a byte order mark, and the white space that JSON allows around a message. The \r of Windows line ends is part
// of it.
func Trim(line []byte) []byte {
	return bytes.Trim(bytes.TrimPrefix(line, []byte(byteOrderMark)), " \t\r\n")
}

// Parse reads a trimmed line that is not blank. A refusal belongs to the id of the envelope, which is nil when unknown.
func Parse(line []byte) (Envelope, *CodedError) {
	var e Envelope
	if !utf8.Valid(line) {
		return e, &CodedError{Code: mcp.PARSE_ERROR, Message: "Parse error: the message is not UTF-8."}
	}
	err := json.Unmarshal(line, &e)
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return Envelope{}, &CodedError{
			Code:    mcp.PARSE_ERROR,
			Message: "Parse error: the line is not one JSON document. Send each message on a line of its own.",
		}
	}
	if line[0] == '[' {
		return Envelope{}, Invalid("batches are not supported; send each message on a line of its own.")
	}
	if e.ID != nil && !ValidID(e.ID) && !e.IsResponse() {
		return Envelope{}, Invalid("id has to be a string or a number.")
	}
	switch {
	case err != nil:
		return Envelope{ID: e.ID}, Invalid("jsonrpc and method have to be strings.")
	case e.Method == nil && !e.IsResponse():
		return e, Invalid("a method, a result or an error is missing.")
	case e.Version != mcp.JSONRPC_VERSION:
		return e, Invalid(`jsonrpc has to be "2.0".`)
	case e.Method != nil && *e.Method == string(mcp.MethodInitialize) && len(line) > maxInitialize:
		return e, Invalid(fmt.Sprintf("initialize is larger than %d bytes.", maxInitialize))
	case len(line) > largeFrom && rawjson.CountValues(line) > maxValues:
		return e, Invalid(fmt.Sprintf("the message holds more than %d values; send less at a time.", maxValues))
	}
	return e, nil
}

// Invalid refuses a message that breaks a rule of JSON-RPC.
func Invalid(rule string) *CodedError {
	return &CodedError{Code: mcp.INVALID_REQUEST, Message: "Invalid request: " + rule}
}

// ValidID reports whether valid JSON is a string or a number.
func ValidID(raw []byte) bool {
	return len(raw) > 0 && (raw[0] == '"' || raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9')
}

// IDKey names an id in a map: equal strings are equal however they were escaped, and 1 differs from "1".
func IDKey(raw json.RawMessage) string {
	if len(raw) > 0 && raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return `"` + s
		}
	}
	return string(raw)
}
