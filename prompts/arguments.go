package prompts

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/nearest"
)

// maxValue is the greatest length of an argument in characters: enough for a long e-mail, not for a document.
const maxValue = 4000

// argument is an argument that a person fills in.
type argument struct {
	Name        string
	Description string
	Required    bool
	Choices     []string // the offered values; none: any text
	Default     string   // the value of an optional argument that was left out
	Complete    string   // the kind that completes it: board, post or conversation; may be empty
}

// published returns the arguments as clients see them.
func (p *file) published() []mcp.PromptArgument {
	shown := make([]mcp.PromptArgument, 0, len(p.Arguments))
	for _, a := range p.Arguments {
		description := a.Description
		if len(a.Choices) > 0 {
			description += " One of " + strings.Join(a.Choices, ", ") + "."
		}
		shown = append(shown, mcp.PromptArgument{Name: a.Name, Description: description, Required: a.Required})
	}
	return shown
}

func (p *file) argument(name string) *argument {
	for i := range p.Arguments {
		if p.Arguments[i].Name == name {
			return &p.Arguments[i]
		}
	}
	return nil
}

// noArgument returns the error for an unknown argument.
func (p *file) noArgument(name string) error {
	var valid []string
	for _, a := range p.Arguments {
		valid = append(valid, a.Name)
	}
	if near := nearest.Name(name, valid); near != "" {
		return invalid("Prompt %s has no argument %.100q; did you mean %q?", p.name, name, near)
	}
	return invalid("Prompt %s has no argument %.100q; it has %s.", p.name, name, strings.Join(valid, ", "))
}

// values checks the arguments of a request and returns those that have a value. Hosts send an empty text for an argument that a person left
// out.
func (p *file) values(arguments map[string]string) (map[string]string, error) {
	for name := range arguments {
		if p.argument(name) == nil {
			return nil, p.noArgument(name)
		}
	}
	values := map[string]string{}
	for _, a := range p.Arguments {
		value := strings.TrimSpace(arguments[a.Name])
		if value == "" {
			value = a.Default
		}
		switch n := utf8.RuneCountInString(value); {
		case value == "" && a.Required:
			return nil, invalid("Prompt %s needs the argument %s: %s", p.name, a.Name, a.Description)
		case value == "":
			continue
		case n > maxValue:
			return nil, invalid("Prompt %s: argument %s can have %d characters, this one has %d.", p.name, a.Name, maxValue, n)
		}
		if len(a.Choices) > 0 {
			// Any other text is left to the model, because an error ends the use of a prompt in a menu.
			value = strings.Join(strings.Fields(value), " ")
			if i := slices.IndexFunc(a.Choices, func(choice string) bool { return strings.EqualFold(choice, value) }); i >= 0 {
				value = a.Choices[i]
			}
		}
		values[a.Name] = value
	}
	return values, nil
}
