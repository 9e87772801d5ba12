package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/app"
)

type manCommand struct{}

// Help says how the page is read.
func (manCommand) Help() string {
	return `featurebase-mcp man | man -l -      shows it
featurebase-mcp man > ~/.local/share/man/man1/featurebase-mcp.1`
}

// Run prints the manual page, made of what the command line declares.
func (manCommand) Run(e *environment) error {
	var all grammar
	parser, err := newParser(&all, e.Process, e.vars)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, ".TH FEATUREBASE\\-MCP 1 \"\" \"%s %s\" \"User Commands\"\n", app.Name, roff(version()))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(app.Name), roff(strings.TrimSuffix(parser.Model.Help, ".")))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n[\\fICOMMAND\\fR] [\\fIFLAGS\\fR]\n", roff(app.Name))
	b.WriteString(".SH DESCRIPTION\nWithout a command it serves MCP over standard input and output, as a host starts it. Each flag can be set by a variable.\n")
	b.WriteString(".SH COMMANDS\n")
	for _, node := range parser.Model.Children {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(commandLineOf(node)), roff(node.Help))
		if node.Detail != "" {
			for line := range strings.Lines(node.Detail) {
				fmt.Fprintf(&b, ".br\n%s\n", roff(strings.TrimSpace(line)))
			}
		}
		b.WriteString(".RS\n")
		writeFlags(&b, node.Flags)
		b.WriteString(".RE\n")
	}
	b.WriteString(".SH FLAGS\n")
	for _, group := range groups {
		fmt.Fprintf(&b, ".SS %s\n", roff(strings.TrimSuffix(group.Title, ":")))
		for _, f := range parser.Model.Flags {
			if f.Group != nil && f.Group.Key == group.Key {
				writeFlags(&b, []*kong.Flag{f})
			}
		}
	}
	fmt.Fprintf(&b, ".SH ENVIRONMENT\n.TP\n.B %s\nThe API key. There is no flag for it, because command lines are public.\n", keyVariable)
	fmt.Fprintf(&b, ".SH EXIT STATUS\n%d, or %d where something failed, %d for wrong usage or configuration, 130 and 143 after a signal.\n", exitOK, exitFailed, exitUsage)
	_, err = io.WriteString(e.Out, b.String())
	return err
}

// commandLineOf is a command with what stands behind it.
func commandLineOf(node *kong.Node) string {
	words := []string{node.Name}
	for _, p := range node.Positional {
		word := strings.ToUpper(p.Name)
		if p.IsSlice() {
			word += "..."
		}
		if !p.Required {
			word = "[" + word + "]"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func writeFlags(b *strings.Builder, flags []*kong.Flag) {
	for _, f := range flags {
		if f.Name == "help" || f.Name == "version" {
			continue
		}
		name := "--" + f.Name
		if !f.IsBool() {
			name += "=" + strings.Trim(f.FormatPlaceHolder(), `"`)
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(name), roff(helpWithVariable(f.Value)))
	}
}

// roff writes a text so that it stands for itself: hyphens that can be copied, and no line that looks like a request.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n", " ").Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
