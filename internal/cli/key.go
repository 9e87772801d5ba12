package cli

import (
	"bytes"
	"os"
	"regexp"
	"strings"
)

// key reads the API key. Its errors never show the key. It warns on standard error about what it has removed around the key.
func (e *environment) key() (string, error) {
	file := e.flags.APIKeyFile
	if file == "" {
		return e.cleanKey(e.vars[keyVariable], keyVariable)
	}
	if e.vars[keyVariable] != "" {
		return "", usagef("%s and %s are both set; set one of them", keyVariable, variable("api-key-file"))
	}
	if looksLikeKey(file) {
		return "", usagef("--api-key-file takes the name of a file, and this looks like the key itself: set %s to it. If it stood on a command line, make a new key", keyVariable)
	}
	content, err := os.ReadFile(file) //nolint:gosec // the user names the file
	if err != nil {
		return "", usagef("--api-key-file: %w", err)
	}
	if bytes.IndexByte(content, 0) >= 0 {
		return "", usagef("--api-key-file: %s is UTF-16, or no text; save it as UTF-8", file)
	}
	key, err := e.cleanKey(string(content), file)
	if err == nil && key == "" {
		err = usagef("--api-key-file: %s holds no key", file)
	}
	return key, err
}

// looksLikeKey reports whether a word is a key, in a place where no key belongs.
func looksLikeKey(text string) bool { return strings.HasPrefix(text, "sk_") }

// hideKeys replaces the keys in a text.
func hideKeys(text string) string {
	return regexp.MustCompile(`\bsk_[A-Za-z0-9_.-]*`).ReplaceAllString(text, "[API key]")
}

// isPlaceholder reports whether a text stands for a key in configurations and examples, such as ${NAME} that a host has not replaced.
func isPlaceholder(key string) bool {
	return strings.HasPrefix(key, "$") || strings.Contains(key, "${") || strings.Contains(key, "{{") || strings.HasSuffix(key, "...") ||
		strings.HasPrefix(key, "%") && strings.HasSuffix(key, "%") || strings.HasPrefix(key, "<") && strings.HasSuffix(key, ">")
}

// isAssignment reports whether a text is a line NAME=value of a script or of a file of variables.
func isAssignment(key string) bool {
	name, _, ok := strings.Cut(strings.TrimPrefix(key, "export "), "=")
	return ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ") == ""
}

// quotationMarks are pairs of opening and closing marks.
var quotationMarks = []string{`""`, "''", "``", "“”", "‘’", "„“", "«»"}

// cleanKey returns the key in a text that a user has copied or written with an editor. It is empty when there is no key.
func (e *environment) cleanKey(text, source string) (string, error) {
	key := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), byteOrderMark))
	for _, pair := range quotationMarks {
		marks := []rune(pair)
		inner, opened := strings.CutPrefix(key, string(marks[0]))
		inner, closed := strings.CutSuffix(inner, string(marks[1]))
		if opened && closed {
			key = strings.TrimSpace(inner)
			e.warn("%s has quotation marks around the key, which are no part of it", source)
			break
		}
	}
	if scheme, rest, ok := strings.Cut(key, " "); ok && strings.EqualFold(scheme, "Bearer") {
		key = strings.TrimSpace(rest)
		e.warn("%s begins with Bearer, which is no part of the key", source)
	}
	switch {
	case isPlaceholder(key):
		e.warn("%s holds a placeholder in place of the key, which nothing has replaced: there is no key. Put the key itself there", source)
		return "", nil
	case isAssignment(key):
		return "", usagef("%s does not hold an API key but a line NAME=value: only the key belongs there", source)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", usagef("%s does not hold an API key: keys are one word of plain letters", source)
	}
	return key, nil
}
