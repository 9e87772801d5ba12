package cli

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/app"
)

// grammar is the command line. Commands share the flags of the root. The tag takes of a command lists the groups and names of those that it
// accepts; a command without the tag accepts all of them.
type grammar struct {
	usualGrammar

	PrintVersion versionFlag `name:"version" short:"v" help:"Print the version."`

	Http       httpCommand       `cmd:"" help:"Serve MCP over HTTP: Streamable HTTP and SSE."` //nolint:revive // the name is the command's
	Sandbox    sandboxCommand    `cmd:"" takes:"sandbox-state sandbox-quirks drain-timeout logs" help:"Serve the embedded Featurebase REST API on loopback, for any client."`
	Call       callCommand       `cmd:"" help:"Call one tool and print its answer."`
	Tools      toolsCommand      `cmd:"" takes:"tools acting-admin" help:"List the tools this configuration exposes, or describe one."`
	Prompts    promptsCommand    `cmd:"" takes:"tools" help:"List the prompts of this configuration, or show one."`
	Resources  resourcesCommand  `cmd:"" takes:"api sandbox tools answers limits logs" help:"List the resources of this configuration, or read one."`
	Doctor     doctorCommand     `cmd:"" help:"Check the configuration, the way to the API and what the key may read, and say what to fix."`
	Install    installCommand    `cmd:"" takes:"sandbox api-key-file api-url api-version tools dry-run confirm no-apps acting-admin allow-impersonation mask-emails timeout" help:"Write this server into the configurations of hosts, or take it out again."`
	Completion completionCommand `cmd:"" takes:"" help:"Print the completions for a shell: bash, zsh, fish or powershell."`
	Man        manCommand        `cmd:"" takes:"" help:"Print the manual page."`
	Version    versionCommand    `cmd:"" name:"version" takes:"" help:"Print the version."`
}

// usualGrammar is the part of the grammar that a host uses. To build the parser of the other commands takes as long as to build the server. So
// the whole grammar is parsed only when this part does not suffice: for another command, for help, and for a mistake.
type usualGrammar struct {
	Flags

	Stdio stdioCommand `cmd:"" default:"1" help:"Serve MCP over standard input and output (the default)."`
}

// groups are the groups of flags, in the order of the help.
var groups = []kong.Group{
	{Key: "api", Title: "The API:"},
	{Key: "sandbox", Title: "The sandbox:"},
	{Key: "tools", Title: "What may be used:"},
	{Key: "writes", Title: "How it is written:"},
	{Key: "answers", Title: "Answers:"},
	{Key: "limits", Title: "Limits:"},
	{Key: "replicas", Title: "Several replicas:"},
	{Key: "logs", Title: "Logs:"},
}

// newParser returns the parser of a grammar.
func newParser(grammar any, p Process, vars variables, options ...kong.Option) (*kong.Kong, error) {
	parser, err := kong.New(grammar, append(options,
		kong.Name(app.Name),
		kong.Description("An MCP server for Featurebase: feedback, comments, changelogs, help center, inbox, tickets, contacts."),
		kong.Writers(p.Out, p.Err),
		kong.Resolvers(vars),
		kong.TypeMapper(reflect.TypeFor[time.Duration](), durations{}),
		kong.KindMapper(reflect.Float64, numbers{}),
		kong.KindMapper(reflect.Int, wholeNumbers{}),
		kong.KindMapper(reflect.Bool, switches{}),
		kong.ValueFormatter(helpWithVariable),
		kong.ExplicitGroups(groups),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 120}),
		kong.Help(printHelp),
		kong.WithHyphenPrefixedParameters(true),
	)...)
	if err != nil {
		return nil, fmt.Errorf("command line: %w", err)
	}
	return parser, nil
}

// takes reports whether a command takes a flag of the root. The default command takes all of them.
func takes(command *kong.Node, flag *kong.Flag) bool {
	if command == nil || !command.Tag.Has("takes") || flag.Name == "help" || flag.Name == "version" {
		return true
	}
	list := strings.Fields(command.Tag.Get("takes"))
	return slices.Contains(list, flag.Name) || flag.Group != nil && slices.Contains(list, flag.Group.Key)
}
