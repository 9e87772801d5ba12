package rawjson

import (
	"bytes"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// lost stands for what is not a character: bytes that are not UTF-8, and half of a surrogate pair.
const lost = "□"

// Repair returns a valid document in which every string is valid text, without white space around it. JSON admits strings that no text can
// hold, and they would come out as different characters in different places. Most documents have none and are returned as they are.
func Repair(doc []byte) Value {
	doc = bytes.TrimSpace(doc)
	if !utf8.Valid(doc) {
		doc = toValidUTF8(doc)
	}
	if bytes.Contains(doc, []byte(`\ud`)) || bytes.Contains(doc, []byte(`\uD`)) {
		return pairSurrogates(doc)
	}
	return doc
}

// toValidUTF8 replaces the bytes that are not UTF-8. It does so in place if the document is long, since three bytes for one could make it
// three times as long.
func toValidUTF8(doc []byte) []byte {
	if len(doc) <= legible.MaxText {
		return bytes.ToValidUTF8(doc, []byte(lost))
	}
	for i := 0; i < len(doc); {
		r, size := utf8.DecodeRune(doc[i:])
		if r == utf8.RuneError && size == 1 {
			doc[i] = '?'
		}
		i += size
	}
	return doc
}

// pairSurrogates replaces the escapes of surrogates that are not one of a pair. In a valid document, they are the only escapes that
// stand for no character.
func pairSurrogates(doc []byte) []byte {
	out := make([]byte, 0, len(doc))
	for {
		i := bytes.IndexByte(doc, '\\')
		if i < 0 {
			return append(out, doc...)
		}
		out, doc = append(out, doc[:i]...), doc[i:]
		if _, size := escaped(doc); size > 0 {
			out, doc = append(out, doc[:size]...), doc[size:]
		} else {
			out, doc = append(out, lost...), doc[min(len(`\ud800`), len(doc)):]
		}
	}
}
