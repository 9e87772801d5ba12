package cli

import (
	"slices"

	"github.com/alecthomas/kong"
)

// printHelp prints the help of a command without the flags that it does not accept. For call with the name of a tool it describes the tool.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	command := ctx.Selected()
	line, err := cut(ctx.Model, ctx.Args)
	if err != nil {
		return err
	}
	if command != nil && command.Name == "call" && len(line.words) > 0 {
		return describeTool(ctx.Stdout, line.words[0], slices.Contains(line.given, "acting-admin"), "")
	}
	for _, f := range ctx.Model.Flags {
		f.Hidden = !takes(command, f)
	}
	return kong.DefaultHelpPrinter(options, ctx)
}
