package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/nearest"
	"featurebase-mcp/internal/rawjson"
)

// Problems collects all mistakes in the arguments of one call, so that a model can correct them at once.
type Problems struct{ lines []string }

// Any reports whether there are problems.
func (p *Problems) Any() bool { return len(p.lines) > 0 }

// Add records a problem with the argument at a path. The empty path stands for the arguments as a whole.
func (p *Problems) Add(path, text string) {
	if path != "" {
		text = path + ": " + text
	}
	p.lines = append(p.lines, text)
}

// unknown records an unknown name, with the valid name that the model probably meant.
func (p *Problems) unknown(path, name string, valid []string) {
	const longest = 100 // characters of the name
	text := fmt.Sprintf("unknown argument %q", legible.Truncate(longest, []rune(JoinPath(path, name))))
	if near := nearest.Name(name, valid); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	} else if len(valid) > 0 {
		text += "; valid: " + strings.Join(valid, ", ")
	} else {
		text += "; this takes none"
	}
	p.lines = append(p.lines, text)
}

// Err returns nil, or one error for the model with all problems: one line for one problem, a list for several. It names twelve at most.
func (p *Problems) Err(tool string) error {
	const maxLines = 12
	lines := p.lines
	if len(lines) == 0 {
		return nil
	}
	if more := len(lines) - maxLines; more > 0 {
		lines = append(lines[:maxLines:maxLines], fmt.Sprintf("and %d more", more))
	}
	if len(lines) == 1 {
		return errors.New(tool + " sent nothing: " + lines[0] + "\n" + Unchanged + ": correct the argument, then call again.")
	}
	return errors.New(tool + " sent nothing:\n- " + strings.Join(lines, "\n- ") + "\n" + Unchanged + ": " + Corrected + ".")
}

// JoinPath appends a name to the path of an argument, with a dot.
func JoinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// Show returns a value as JSON for a message, cut to 60 characters so that it cannot flood the context.
func Show(v any) string {
	const limit = 60
	text := string(rawjson.Encode(v))
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := []rune(text)[:limit]
	if _, isString := v.(string); isString {
		return string(cut) + `…"`
	}
	return string(cut) + "…"
}

// kindName names the JSON kind of a value of the wrong kind. It shows a scalar itself, because that is short.
func kindName(v any) string {
	switch v := v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string, json.Number, bool:
		return Show(v)
	default:
		return "null"
	}
}

// Refusal is the error for a single problem with the arguments of a tool.
func Refusal(tool, problem string) error {
	var p Problems
	p.Add("", problem)
	return p.Err(tool)
}

// Advice that ends the answers to wrong arguments.
const (
	Unchanged = "Do not retry unchanged"
	Corrected = "correct the arguments, then call again"
)
