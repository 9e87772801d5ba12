package cli

import (
	"slices"

	"github.com/alecthomas/kong"
)

// printHelp prints what a command does and takes. Of a tool that is named, it prints what the tool takes.
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
