package sandbox

import (
	"net/http"
	"slices"
)

// oddly bends an answer the way live answers have been seen bent: a null among the items of a list, an item that
// has lost its name, title and e-mail.
func oddly(answer any) any {
	envelope, ok := answer.(object)
	if !ok {
		return answer
	}
	data := list(envelope, "data")
	if len(data) == 0 {
		return answer
	}
	if first, ok := data[0].(object); ok {
		for _, key := range []string{"name", "title", "email"} {
			if first[key] != nil {
				first[key] = nil
			}
		}
	}
	envelope["data"] = slices.Insert(slices.Clone(data), 1, any(nil))
	return envelope
}

// writeOddly answers with one of the shapes errors have been seen in, by turns.
func (f *failure) writeOddly(w http.ResponseWriter, request int) {
	switch request % 3 {
	case 0:
		writeJSON(w, f.status, object{"code": f.status, "message": f.message})
	case 1:
		writeJSON(w, f.status, object{"success": false, "message": f.message})
	default: // the envelope without its status
		writeJSON(w, f.status, object{"error": object{"type": errorType(f.status), "code": f.code, "message": f.message}})
	}
}
