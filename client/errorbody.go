package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const maxDetails = 20

// apiError reads the body of a failure. Three shapes are known: {"error":{...}}, {"code":400,"message":...}
// and {"success":false,"message":...}, the details of a validation beside the message or outside the
// envelope. Anything else, such as a page of HTML, becomes a sentence; so does an error in an answer that claims success.
func apiError(ans *answer, scrub scrubber) *Error {
	fields, isJSON := failureFields(ans.body)
	failed := &Error{
		Kind:    kindOf(ans.status, isJSON),
		Type:    scrub.words(word(fields["type"]), maxWord),
		Code:    scrub.words(word(fields["code"]), maxWord),
		Message: scrub.words(word(fields["message"]), maxMessage),
		Param:   scrub.words(word(fields["param"]), maxWord),
		Details: details(fields["details"], scrub),
	}
	failed.Quoted = failed.Message != ""
	if failed.Code == strconv.Itoa(ans.status) {
		failed.Code = "" // it says nothing that Status does not
	}
	// A 403 alone does not mean that a permission is missing: a wrong key gets one as well.
	if (failed.Kind == KindForbidden || failed.Kind == KindInvalid) && (failed.Type == "authentication_error" || strings.Contains(strings.ToLower(failed.Message), "invalid api key")) {
		failed.Kind = KindUnauthenticated
	}
	failed.MaybeApplied = failed.Kind == KindServer || failed.Kind == KindTimeout
	if !failed.Quoted {
		failed.Message = sentence(ans, isJSON)
	}
	return failed
}

// failureFields is the JSON object that describes a failure, and whether the body was a JSON object at all.
func failureFields(body []byte) (map[string]json.RawMessage, bool) {
	outer, ok := object(body)
	if !ok {
		return nil, false
	}
	inner, wrapped := outer["error"]
	if !wrapped {
		return outer, true
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(inner, &fields) != nil || fields == nil {
		// {"error":"words"} beside or instead of a message.
		if word(outer["message"]) == "" {
			outer["message"] = inner
		}
		return outer, true
	}
	for _, name := range []string{"message", "details"} {
		if _, ok := fields[name]; !ok {
			fields[name] = outer[name]
		}
	}
	return fields, true
}

// maxDisguised is how long an answer with a status of success is looked at for an error: envelopes are short.
const maxDisguised = 4 << 10

// disguised is the failure that an answer with a status of success describes, nil for none: an "error" that is not
// null or false, or "success": false, which no operation answers when it succeeded.
func disguised(ans *answer, scrub scrubber) *Error {
	if len(ans.body) > maxDisguised || !bytes.Contains(ans.body, []byte(`"error"`)) && !bytes.Contains(ans.body, []byte(`"success"`)) {
		return nil
	}
	outer, _ := object(ans.body)
	switch string(outer["error"]) {
	case "", "null", "false", `""`:
		if string(outer["success"]) != "false" {
			return nil
		}
	}
	fields, _ := failureFields(ans.body)
	status, told := statusWithin(fields)
	failed := apiError(&answer{status: status, body: ans.body}, scrub)
	if !failed.Quoted {
		failed.Message = "the API answered with an error and no words for it"
	}
	failed.MaybeApplied = failed.MaybeApplied || !told
	return failed
}

// statusWithin is the status that an error describes itself with, and whether it does. One that does not is as good
// as a 400.
func statusWithin(fields map[string]json.RawMessage) (status int, told bool) {
	for _, name := range []string{"status", "statusCode", "code"} {
		if n, err := strconv.Atoi(word(fields[name])); err == nil && n >= 400 && n <= 599 {
			return n, true
		}
	}
	switch word(fields["type"]) {
	case "authentication_error":
		return http.StatusUnauthorized, true
	case "authorization_error":
		return http.StatusForbidden, true
	case "rate_limit_error":
		return http.StatusTooManyRequests, true
	case "api_error":
		return http.StatusInternalServerError, true
	case "invalid_request_error":
		return http.StatusBadRequest, true
	}
	return http.StatusBadRequest, false
}

// object is the members of a JSON object.
func object(body []byte) (map[string]json.RawMessage, bool) {
	var members map[string]json.RawMessage
	err := json.Unmarshal(body, &members)
	return members, err == nil && members != nil
}

// word is a JSON string or number as text, empty for anything else.
func word(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// details reads [{path, message}], where path is a string or a list of keys and indexes.
func details(raw json.RawMessage, scrub scrubber) []Detail {
	var entries []json.RawMessage
	if json.Unmarshal(raw, &entries) != nil {
		return nil
	}
	var all []Detail
	for _, entry := range entries[:min(len(entries), maxDetails)] {
		var fields map[string]json.RawMessage
		if json.Unmarshal(entry, &fields) != nil {
			continue
		}
		path := word(fields["path"])
		var steps []json.RawMessage
		if json.Unmarshal(fields["path"], &steps) == nil {
			names := make([]string, len(steps))
			for i, step := range steps {
				names[i] = word(step)
			}
			path = strings.Join(names, ".")
		}
		d := Detail{Path: scrub.words(path, maxWord), Message: scrub.words(word(fields["message"]), maxMessage)}
		if d != (Detail{}) {
			all = append(all, d)
		}
	}
	return all
}

// sentence stands in for the words the API did not give.
func sentence(ans *answer, isJSON bool) string {
	status := strings.TrimSpace(fmt.Sprintf("%d %s", ans.status, http.StatusText(ans.status)))
	switch {
	case isJSON:
		return "the API answered " + status + " without further words"
	case ans.status == http.StatusNotFound:
		return "nothing answers at this path of the API; check the API URL and version"
	case len(bytes.TrimSpace(ans.body)) == 0:
		return "the API answered " + status + " with an empty body"
	}
	return "the API answered " + status + " with something that is not JSON"
}
