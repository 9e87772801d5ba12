package cli

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

// Flags are the flags that commands share. Each has a variable, which is FEATUREBASE_ and the flag's name in capitals. The tag restricts marks
// those whose misspelt variable must not be ignored.
type Flags struct {
	APIKeyFile string `group:"api" name:"api-key-file" placeholder:"FILE" help:"File that holds the API key; or set FEATUREBASE_API_KEY. There is no flag for the key itself: command lines are public."`
	APIURL     string `group:"api" name:"api-url" default:"https://do.featurebase.app" help:"Address of the API; https unless loopback."`
	APIVersion string `group:"api" name:"api-version" default:"2026-01-01.nova" help:"Version of the API, sent with each request that needs no later one."`

	Sandbox       bool   `group:"sandbox" help:"Answer from the embedded Featurebase, in process: no key, no network."`
	SandboxState  string `group:"sandbox" name:"sandbox-state" placeholder:"FILE" help:"Keep what is written to the sandbox in this file."`
	SandboxQuirks bool   `group:"sandbox" name:"sandbox-quirks" help:"Let the sandbox answer with the oddities that the live API has shown."`

	Toolsets      []string `group:"tools" placeholder:"NAME" help:"Toolsets to expose: names of toolsets, default, all or none. Without it, default, and for call all."`
	SingleTools   []string `group:"tools" name:"tools" placeholder:"NAME" help:"Tools to expose besides."`
	ExcludeTools  []string `group:"tools" restricts:"" name:"exclude-tools" placeholder:"NAME" help:"Tools to leave out; wins over --toolsets and --tools."`
	ReadOnly      bool     `group:"tools" restricts:"" name:"read-only" help:"Expose only tools that read; wins over the flags that choose tools."`
	NoDestructive bool     `group:"tools" restricts:"" name:"no-destructive" help:"Expose no tools that delete or take away, also what can be undone."`

	DryRun             bool               `group:"writes" restricts:"" name:"dry-run" help:"Show the request that a write would send, for updates with the fields that change, and send nothing."`
	Confirm            engine.ConfirmMode `group:"writes" restricts:"" enum:"auto,always,never" default:"auto" help:"When the user is asked first. auto: before what cannot be undone, publishing and webhooks, if the client can ask: in a form, or else in a panel of MCP Apps. always: before messages to people, too, and refuse all these if it can do neither. never: at no time."`
	NoApps             bool               `group:"writes" name:"no-apps" help:"Show no panels in hosts with MCP Apps, and ask in none: where the client has no form of its own, nobody is asked."`
	ActingAdmin        string             `group:"writes" name:"acting-admin" placeholder:"ID|EMAIL" help:"Admin to act as where the API demands one and the call names none."`
	AllowImpersonation bool               `group:"writes" name:"allow-impersonation" help:"Let tools write in a customer's name."`
	AuditLog           string             `group:"writes" name:"audit-log" placeholder:"FILE" help:"Append a line before and after each write to this file; a write that cannot be noted is not made."`

	MaskEmails   bool          `group:"answers" name:"mask-emails" help:"Mask the e-mail addresses of contacts in answers: j***@example.com."`
	AnswerBudget render.Budget `group:"answers" name:"answer-budget" default:"24000" help:"Longest text of an answer, in bytes, at least 2000; 0 is no limit."`

	Rate         float64       `group:"limits" default:"25" help:"Requests per second and API key; 0 is no limit."`
	Burst        int           `group:"limits" default:"50" help:"Requests that may go out at once after a pause."`
	Concurrency  int           `group:"limits" default:"8" help:"Requests in flight; 0 is no limit."`
	Retries      int           `group:"limits" default:"3" help:"Further attempts after a failed one that is safe to repeat."`
	Timeout      time.Duration `group:"limits" default:"30s" help:"Longest time of one attempt."`
	MaxWait      time.Duration `group:"limits" name:"max-wait" default:"20s" help:"Longest time that one call waits between attempts."`
	Deadline     time.Duration `group:"limits" default:"50s" help:"Longest time of a whole tool call; hosts give up at 60s. 0 is no limit."`
	DrainTimeout time.Duration `group:"limits" name:"drain-timeout" default:"10s" help:"Longest time that running calls have to end after a signal, or after the input has ended."`

	Store        string `group:"replicas" placeholder:"URL" help:"Redis or Valkey that replicas share: redis://host:6379, or rediss:// for TLS. Nodes of a cluster have commas between them; with ?sentinel=NAME they are sentinels."`
	StoreFile    string `group:"replicas" name:"store-file" placeholder:"FILE" help:"File that holds the address of the store with user and password: rediss://user:password@host. They are in no flag: command lines are public."`
	StateKeyFile string `group:"replicas" name:"state-key-file" placeholder:"FILE" help:"File of the key that all replicas have: 32 random bytes in hex or base64. A second line is the key before it, which is still taken."`

	LogLevel  string `group:"logs" name:"log-level" enum:"debug,info,warn,error" default:"info" help:"Least level logged: debug, info, warn or error."`
	LogFormat string `group:"logs" name:"log-format" enum:"auto,text,json" default:"auto" help:"auto is text on a terminal and JSON otherwise."`
	LogFile   string `group:"logs" name:"log-file" placeholder:"FILE" help:"Append logs to this file instead of standard error."`
}

// Validate implements kong's check. It refuses values that have the right type and cannot be meant.
func (f *Flags) Validate() error {
	for _, v := range []struct {
		name  string
		value float64
	}{
		{"rate", f.Rate},
		{"burst", float64(f.Burst)},
		{"concurrency", float64(f.Concurrency)},
		{"retries", float64(f.Retries)},
		{"max-wait", f.MaxWait.Seconds()},
		{"deadline", f.Deadline.Seconds()},
		{"timeout", f.Timeout.Seconds()},
		{"drain-timeout", f.DrainTimeout.Seconds()},
	} {
		if v.value < 0 || math.IsNaN(v.value) || math.IsInf(v.value, 0) {
			return fmt.Errorf("--%s: must not be negative", v.name)
		}
	}
	if f.Timeout == 0 {
		return errors.New("--timeout: must be more than 0")
	}
	if f.DrainTimeout == 0 {
		return errors.New("--drain-timeout: must be more than 0: a write that was sent is not cut at once")
	}
	if f.Rate > 0 && f.Burst == 0 {
		return errors.New("--burst: must be at least 1 when --rate limits")
	}
	if err := f.AnswerBudget.Check(); err != nil {
		return fmt.Errorf("--answer-budget: %w", err)
	}
	if err := f.misplaced(); err != nil {
		return err
	}
	return f.selection().Check()
}

// selection returns the tools that the flags select.
func (f *Flags) selection() tools.Selection {
	return tools.Selection{
		Toolsets: names(f.Toolsets), Tools: names(f.SingleTools), Exclude: names(f.ExcludeTools),
		ReadOnly: f.ReadOnly, NoDestructive: f.NoDestructive,
	}
}

// names removes spaces and empty names from a list, so that "default, webhooks" in a variable works.
func names(list []string) []string {
	var names []string
	for _, name := range list {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// config builds the configuration of the server from the flags.
func (e *environment) config() (app.Config, error) {
	f := e.flags
	cfg := app.Config{
		Version:  version(),
		Deadline: f.Deadline,
		Budget:   f.AnswerBudget,

		Selection: f.selection(), DryRun: f.DryRun, Confirm: f.Confirm, NoApps: f.NoApps,
		ActingAdmin: f.ActingAdmin, AllowImpersonation: f.AllowImpersonation, MaskEmails: f.MaskEmails,

		Client: client.Config{
			BaseURL: f.APIURL, Version: f.APIVersion, Rate: f.Rate, Burst: f.Burst, Concurrency: f.Concurrency,
			Retries: f.Retries, Timeout: f.Timeout, MaxWait: f.MaxWait,
		},
	}
	if f.Sandbox {
		cfg.Sandbox = &app.Sandbox{StateFile: f.SandboxState, Quirks: f.SandboxQuirks, Warn: func(text string) { e.warn("%s", text) }}
		return cfg, nil
	}
	if f.SandboxState != "" || f.SandboxQuirks {
		return cfg, usagef("--sandbox-state and --sandbox-quirks need --sandbox")
	}
	if err := client.CheckURL(f.APIURL); err != nil {
		return cfg, usagef("--api-url: %w", err)
	}
	key, err := e.key()
	cfg.Client.Key = key
	return cfg, err
}

// keyedConfig is config for commands that need a key.
func (e *environment) keyedConfig() (app.Config, error) {
	cfg, err := e.config()
	if err == nil && cfg.Client.Key == "" && cfg.Sandbox == nil {
		err = usagef("no API key: set %s, or give --sandbox to try it without", keyVariable)
	}
	return cfg, err
}
