package cli

import (
	"context"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/doctor"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/tools"
)

type doctorCommand struct {
	JSON bool `name:"json" help:"Print one JSON document."`
}

// Help describes the checks and the exit code.
func (doctorCommand) Help() string {
	return `Each toolset is asked for with one harmless read; nothing is written. A check that could not be made is left out. The exit code is 1
if there is a problem; warnings leave it at 0.`
}

// Run examines the configuration that a server would run with.
func (c doctorCommand) Run(ctx context.Context, e *environment) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	cfg.Client.Retries = 0                   // the report shows each failure; a retry would hide it
	cfg.Client.NoAuth = cfg.Client.Key == "" // without a key the report still says whether the API can be reached
	a, _, closeLog, err := e.build(ctx, cfg, e.callLogger)
	if err != nil {
		return err
	}
	defer closeLog()
	return e.closeApp(ctx, a, c.examine(ctx, e, a, e.keySource(cfg.Client.Key)))
}

func (c doctorCommand) examine(ctx context.Context, e *environment, a *app.App, keySource string) error {
	var store *doctor.Store
	if a.Shared != nil {
		address, _, err := e.share()
		if err != nil {
			return err
		}
		store = &doctor.Store{Address: address.String(), Secure: address.TLS || address.Local(), Ask: a.Shared.Store.Facts}
	}
	findings, err := doctor.Examine(ctx, doctor.Subject{
		Client: a.Client, Address: e.flags.APIURL, APIVersion: e.flags.APIVersion, KeySource: keySource, Sandbox: e.flags.Sandbox,
		Toolsets: tools.Inventory().Toolsets(), Versions: tools.Versions(), Store: store, Asks: asks(e.flags),
	})
	if err != nil {
		return err
	}
	report := doctor.Report{Program: app.Name + " " + version(), Findings: findings}
	write := report.WriteText
	if c.JSON {
		write = report.WriteJSON
	}
	if err := write(e.Out); err != nil {
		return err
	}
	if report.Count(doctor.Problem) > 0 {
		return ended(exitFailed)
	}
	return nil
}

// asks says what stands before a call that needs a yes. Which of it holds follows from what the host declares, which no host has done yet.
func asks(f *Flags) string {
	panel := "; else in a panel, where it shows MCP Apps, such as Claude Desktop and claude.ai"
	if f.NoApps {
		panel = ""
	}
	otherwise := "; in any other the host's own approval decides"
	switch f.Confirm {
	case engine.ConfirmNever:
		return "nobody is asked (--confirm never): the host's own approval decides"
	case engine.ConfirmAlways:
		otherwise = "; in any other such a call is refused"
	case engine.ConfirmAuto:
	}
	return "in the host's form, where it has one, such as Claude Code, VS Code and Cursor" + panel + otherwise + " (docs/hosts.md)"
}

// keySource names the file or the variable that holds the key. It is empty without a key.
func (e *environment) keySource(key string) string {
	switch {
	case key == "":
		return ""
	case e.flags.APIKeyFile != "":
		return e.flags.APIKeyFile
	default:
		return keyVariable
	}
}
