package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"featurebase-mcp/internal/app"
)

// maxInput is the greatest length of the arguments on standard input, in bytes. They travel in a message, which may have 16 MiB.
const maxInput = 15 << 20

// byteOrderMark is written by some editors at the beginning of files, and by some shells at the beginning of pipes. It is not part of the text.
const byteOrderMark = "\ufeff"

// readInput reads all of in. It stops at a signal, because the other end may never close the stream.
func readInput(ctx context.Context, in io.Reader) ([]byte, error) {
	type read struct {
		text []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		text, err := io.ReadAll(io.LimitReader(in, maxInput+1))
		done <- read{text, err}
	}()
	var r read
	select {
	case r = <-done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	switch {
	case r.err != nil:
		return nil, errors.New("standard input could not be read to its end")
	case len(r.text) > maxInput:
		return nil, usagef("standard input is longer than %d MiB, the most that a call takes", maxInput>>20)
	}
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(r.text), []byte(byteOrderMark))), nil
}

// announceInput tells a user at a terminal that the program waits for input.
func (e *environment) announceInput() {
	if isTerminal(e.In) {
		_, _ = fmt.Fprintf(e.Err, "%s: reading the arguments from standard input, one JSON object; %s\n", app.Name, endOfInput)
	}
}

// jsonProblem says why a text is not JSON, and where. It is empty for valid JSON. It refuses a name that stands twice in an object, because one of
// the values would be lost.
func jsonProblem(text []byte) string {
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return "there is nothing, where JSON is expected"
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}), bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		return "this is UTF-16, and JSON is UTF-8; PowerShell writes it with -Encoding utf8"
	case !utf8.Valid(text):
		return "not valid UTF-8 at " + place(text, validPrefix(text))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	var first json.RawMessage
	if err := d.Decode(&first); errors.Is(err, io.ErrUnexpectedEOF) {
		return "not valid JSON: more is expected at " + place(text, len(text)) + ", since a quotation mark or a bracket is still open"
	}
	if syntax, broken := errors.AsType[*json.SyntaxError](json.Unmarshal(text, &first)); broken {
		at := max(0, min(int(syntax.Offset)-1, len(text)-1))
		return "not valid JSON at " + place(text, at) + ", where it goes on with " + excerpt(string(text[at:]))
	}
	if name, twice := doubled(text); twice {
		return fmt.Sprintf("%q stands twice in one object", name)
	}
	return ""
}

// objectProblem is jsonProblem for a text that has to be an object.
func objectProblem(text []byte) string {
	if problem := jsonProblem(text); problem != "" {
		return problem
	}
	if bytes.TrimSpace(text)[0] != '{' {
		return `a JSON object is expected, such as {"limit": 5}, and this is a value of another kind`
	}
	return ""
}

// place names a byte of a text for people, by line and by character.
func place(text []byte, at int) string {
	before := text[:at]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	if !bytes.Contains(bytes.TrimSpace(text), []byte("\n")) {
		return fmt.Sprintf("character %d", column)
	}
	return fmt.Sprintf("line %d, character %d", line, column)
}

// excerpt quotes the beginning of a text.
func excerpt(text string) string {
	const most = 40 // characters
	runes := []rune(text)
	if len(runes) > most {
		return fmt.Sprintf("%q...", string(runes[:most]))
	}
	return fmt.Sprintf("%q", text)
}

// validPrefix returns how many bytes of a text are valid UTF-8, up to the first that is not.
func validPrefix(text []byte) int {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		at += size
	}
	return at
}

// doubled returns the first name that stands twice in one object of a JSON text, at any depth.
func doubled(text []byte) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var open []map[string]bool // the names so far of each object around; nil for a list
	isName := false            // the next string is one
	for {
		token, err := d.Token()
		if err != nil { // the end of a text that is valid
			return "", false
		}
		word, isText := token.(string)
		if isName && isText {
			names := open[len(open)-1]
			if names[word] {
				return word, true
			}
			names[word], isName = true, false
			continue
		}
		switch token {
		case json.Delim('{'):
			open = append(open, map[string]bool{})
		case json.Delim('['):
			open = append(open, nil)
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		isName = len(open) > 0 && open[len(open)-1] != nil
	}
}
