package sandbox

import (
	"net/http"
	"slices"
)

// oddly gives an answer two oddities that the live API has shown: a null among the items of a list, and an item without name, title and e-mail.
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

// writeOddly answers with one of the three other shapes that errors of the live API have had, in turn.
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
