package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/nearest"
)

type promptsCommand struct {
	Prompt    string   `arg:"" optional:"" help:"Prompt to show: the text that the assistant gets."`
	Arguments []string `arg:"" optional:"" help:"Its arguments, as name=value."`
}

// Run lists the prompts, or shows one.
func (c promptsCommand) Run(ctx context.Context, e *environment) error {
	cfg := app.Config{
		Version: version(), Selection: e.flags.selection(),
		Sandbox: &app.Sandbox{}, Client: client.Config{Version: e.flags.APIVersion}, // prompts ask the API nothing
	}
	return e.inProcess(ctx, cfg, func(host *mcpclient.Client) error {
		list, err := host.ListPrompts(ctx, mcp.ListPromptsRequest{})
		if err != nil {
			return said(err)
		}
		if c.Prompt == "" {
			return listPrompts(e, list.Prompts)
		}
		prompt, err := promptNamed(list.Prompts, c.Prompt)
		if err != nil {
			return err
		}
		arguments, err := c.arguments(prompt)
		if err != nil {
			return err
		}
		shown, err := host.GetPrompt(ctx, mcp.GetPromptRequest{Params: mcp.GetPromptParams{Name: prompt.Name, Arguments: arguments}})
		if err != nil {
			return usageError{said(err)}
		}
		return writePrompt(e, prompt, shown)
	})
}

// arguments returns the given arguments. A required one that is missing gets its own name as its value, so that the prompt can be shown.
func (c promptsCommand) arguments(prompt mcp.Prompt) (map[string]string, error) {
	arguments := map[string]string{}
	for _, word := range c.Arguments {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, usagef("%s is no argument: write name=value", excerpt(word))
		}
		if _, twice := arguments[name]; twice {
			return nil, usagef("%s is given twice and takes one value", name)
		}
		arguments[name] = value
	}
	for _, a := range prompt.Arguments {
		if a.Required && arguments[a.Name] == "" {
			arguments[a.Name] = "<" + a.Name + ">"
		}
	}
	return arguments, nil
}

func listPrompts(e *environment, list []mcp.Prompt) error {
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "PROMPT\tARGUMENTS\tDESCRIPTION")
	for _, p := range list {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", p.Name, argumentsOf(p), p.Description)
	}
	_, _ = fmt.Fprintf(w, "%d prompts; %s prompts NAME shows one\n", len(list), app.Name)
	return w.Flush()
}

// argumentsOf lists the arguments of a prompt, optional ones in brackets.
func argumentsOf(p mcp.Prompt) string {
	var words []string
	for _, a := range p.Arguments {
		if a.Required {
			words = append(words, a.Name)
		} else {
			words = append(words, "["+a.Name+"]")
		}
	}
	return strings.Join(words, " ")
}

func promptNamed(list []mcp.Prompt, name string) (mcp.Prompt, error) {
	i := slices.IndexFunc(list, func(p mcp.Prompt) bool { return p.Name == name })
	if i >= 0 {
		return list[i], nil
	}
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	if near := nearest.Name(name, names); near != "" {
		return mcp.Prompt{}, usagef("unknown prompt %q; did you mean %q?", name, near)
	}
	return mcp.Prompt{}, usagef("unknown prompt %q, or one whose tools are all switched off; there are %s", name, strings.Join(names, ", "))
}

// writePrompt prints the description of a prompt for people and its text for the assistant.
func writePrompt(e *environment, prompt mcp.Prompt, shown *mcp.GetPromptResult) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n%s\n", prompt.Name, prompt.Title, prompt.Description)
	for _, a := range prompt.Arguments {
		need := "optional"
		if a.Required {
			need = "required"
		}
		fmt.Fprintf(&b, "  %s (%s): %s\n", a.Name, need, a.Description)
	}
	for _, m := range shown.Messages {
		if text, ok := m.Content.(mcp.TextContent); ok {
			fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(text.Text))
		}
	}
	_, err := fmt.Fprint(e.Out, b.String())
	return err
}
