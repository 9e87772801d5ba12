package auth

import (
	"net/http"
	"strings"

	"featurebase-mcp/internal/caller"
)

const (
	keyHeader = "X-Featurebase-Api-Key"

	// longestCredential bounds what is hashed or parsed, in bytes. Access tokens with many groups in them have some thousands.
	longestCredential = 16 << 10
)

// bearer returns the credentials in the Authorization headers of a request, empty without any or with those of another scheme. They have the
// form of RFC 6750, which leaves no room for blanks and control characters.
func bearer(values []string) (string, *caller.Refusal) {
	switch len(values) {
	case 0:
		return "", nil
	case 1:
	default:
		return "", badRequest("There is more than one Authorization header. Send one.")
	}
	scheme, credentials, _ := strings.Cut(values[0], " ")
	credentials = strings.Trim(credentials, " ")
	switch {
	case !strings.EqualFold(scheme, "Bearer"):
		return "", nil
	case len(credentials) > longestCredential:
		return "", badRequest("The credentials in the Authorization header are too long.")
	case spoiled(credentials) != "":
		return "", badRequest("The credentials in the Authorization header " + spoiled(credentials))
	case !isToken68(credentials):
		return "", badRequest("The Authorization header is not of the form: Bearer, a space, and a token without blanks.")
	}
	return credentials, nil
}

// spoiled says what configurations and shells leave in a header where a credential belongs. It is empty for what may be one.
func spoiled(credentials string) string {
	switch {
	case strings.HasPrefix(credentials, "$"), strings.Contains(credentials, "${"), strings.Contains(credentials, "{{"):
		return "are a placeholder, such as ${NAME}, that the client did not replace. Set the variable that it names where the client is started."
	case strings.ContainsAny(credentials, "\"'`"), strings.ContainsAny(credentials, "“”‘’"):
		return "have quotation marks around them. Send them without."
	}
	return ""
}

// isToken68 reports whether text is a token as RFC 6750 has it.
func isToken68(text string) bool {
	text = strings.TrimRight(text, "=")
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return false
		default:
			return !strings.ContainsRune("-._~+/", r)
		}
	})
}

func badRequest(text string) *caller.Refusal {
	return &caller.Refusal{Status: http.StatusBadRequest, Text: text}
}

// unauthorized asks for credentials.
func unauthorized(text, challenge string) *caller.Refusal {
	return &caller.Refusal{
		Status: http.StatusUnauthorized, Text: text, Header: http.Header{"Www-Authenticate": {challenge}},
	}
}
