package auth

import (
	"crypto/subtle"
	"fmt"
	"os"
	"strings"

	"featurebase-mcp/internal/caller"
)

// shortestToken is the least length of a token. Shorter ones can be guessed.
const shortestToken = 16

// fileToken is a token of a file.
type fileToken struct {
	text string
	line int
}

// knownToken is a token that opens the server.
type knownToken struct {
	digest digest
	line   int
}

// readTokens reads a file of tokens, one a line. Empty lines are left out, and so are those that begin with #, which no token does, and a byte
// order mark, with which some editors begin a file. Errors name lines and never show them.
func readTokens(file string) ([]fileToken, error) {
	content, err := os.ReadFile(file) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	var tokens []fileToken
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(string(content), "\ufeff")) {
		number++
		token := strings.TrimSpace(line)
		switch {
		case token == "", strings.HasPrefix(token, "#"):
		case !isToken68(token) || len(token) > longestCredential:
			return nil, fmt.Errorf("%s, line %d: a token is one word of letters, digits and -._~+/", file, number)
		case len(token) < shortestToken:
			return nil, fmt.Errorf("%s, line %d: a token has at least %d characters", file, number, shortestToken)
		default:
			tokens = append(tokens, fileToken{token, number})
		}
	}
	if tokens == nil {
		return nil, fmt.Errorf("%s holds no token", file)
	}
	return tokens, nil
}

// byToken accepts the tokens of the file. Each token is a caller; logs call it by its line.
func (a *Auth) byToken(token string) (caller.Caller, *caller.Refusal) {
	if token == "" {
		return caller.Caller{}, unauthorized("This server asks for a token: send the header Authorization: Bearer TOKEN.", plainChallenge)
	}
	given, line := a.digest(token), 0
	for _, known := range a.tokens { // all of them, whichever it is
		line = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(given[:], known.digest[:]), known.line, line)
	}
	if line == 0 {
		a.log.Info("refused a caller", "reason", "unknown token")
		return caller.Caller{}, unauthorized("The token is not one that this server knows.", plainChallenge+invalidToken)
	}
	return caller.Caller{Principal: a.principal(token), Name: fmt.Sprint("token ", line)}, nil
}
