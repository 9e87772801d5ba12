package sandbox

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"

	"featurebase-mcp/internal/contract"
)

// failure is an error answer. It implements error, so that handlers can return it.
type failure struct {
	status  int
	code    string
	message string
	param   string
	details []contract.Problem
}

func (f *failure) Error() string { return f.code + ": " + f.message }

func invalid(code, message, param string) *failure {
	return &failure{status: http.StatusBadRequest, code: code, message: message, param: param}
}

// invalidRequest returns the answer to a body or query that does not fit its schema.
func invalidRequest(problems []contract.Problem) *failure {
	first := problems[0].Message
	if problems[0].Path != "" {
		first = problems[0].Path + ": " + first
	}
	return &failure{
		status: http.StatusBadRequest, code: "invalid_request", message: "Validation error: " + first,
		param: problems[0].Path, details: problems,
	}
}

// refused returns an invalidRequest about one field.
func refused(path, message string) *failure {
	return invalidRequest([]contract.Problem{{Path: path, Message: message}})
}

func notFound(what string) *failure {
	return &failure{status: http.StatusNotFound, code: "resource_not_found", message: strings.ToUpper(what[:1]) + what[1:] + " not found"}
}

func errorType(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "authentication_error"
	case status == http.StatusForbidden:
		return "authorization_error"
	case status == http.StatusTooManyRequests:
		return "rate_limit_error"
	case status >= http.StatusInternalServerError:
		return "api_error"
	default:
		return "invalid_request_error"
	}
}

func (f *failure) write(w http.ResponseWriter) {
	body := object{"type": errorType(f.status), "code": f.code, "message": f.message, "status": f.status}
	if f.param != "" {
		body["param"] = f.param
	}
	if f.details != nil {
		body["details"] = f.details
	}
	writeJSON(w, f.status, object{"error": body})
}

// writeJSON answers with v, which must be encodable.
func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic("sandbox: an answer cannot be encoded: " + err.Error())
	}
	writeBytes(w, status, data)
}

func writeBytes(w http.ResponseWriter, status int, data []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data) //nolint:gosec // JSON, and declared as such; a client that hung up has no use for the error
}

// writeNoRoute answers with a page of HTML, as the live API does where no route matches.
func writeNoRoute(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n" +
		"<body>\n<pre>Cannot " + html.EscapeString(r.Method) + " " + html.EscapeString(r.URL.EscapedPath()) + "</pre>\n</body>\n</html>\n"))
}
