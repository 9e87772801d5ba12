package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/doctor"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/install"
	"featurebase-mcp/internal/nearest"
	"featurebase-mcp/tools"
)

type installCommand struct {
	Hosts []string `arg:"" optional:"" name:"HOST" help:"Hosts to set up, such as claude-desktop; without one, all that are found."`

	Yes    bool `short:"y" novariable:"" help:"Ask nothing, and write."`
	Remove bool `novariable:"" help:"Take this server out of the hosts' configurations again."`
}

// Help names the hosts and says what is written.
func (installCommand) Help() string {
	var names []string
	for _, h := range install.Hosts() {
		names = append(names, h.Name)
	}
	return "HOST is one of " + strings.Join(names, ", ") + `.
The lines that change are shown first. Comments, order and other servers in a file stay, and a copy of it is kept. Flags that choose tools become
arguments of the server; without one, those of an entry that is there already stay. With --dry-run nothing is written. The key is asked for, tried with one
read and kept in a file that only you can read, or asked for by the host itself where it can keep it. With --sandbox there is none.`
}

// setup is an installation under way.
type setup struct {
	*environment
	installCommand
	machine install.Machine
	store   install.Store
	failed  bool // for one of the hosts
}

// Run sets up hosts, or takes this server out of them.
func (c installCommand) Run(ctx context.Context, e *environment) error {
	m := e.machine()
	if m.Home == "" {
		return usagef("there is no home folder: set HOME, or USERPROFILE on Windows")
	}
	s := &setup{environment: e, installCommand: c, machine: m, store: install.Store{Machine: m, Now: time.Now}}
	hosts, err := s.hosts()
	if err != nil {
		return err
	}
	if c.Remove {
		err = s.remove(ctx, hosts)
	} else {
		err = s.install(ctx, hosts)
	}
	if err == nil && s.failed {
		return ended(exitFailed)
	}
	return err
}

// machine is the one that the process runs on.
func (e *environment) machine() install.Machine {
	get := func(name string) string {
		for _, entry := range e.Environ {
			if key, value, _ := strings.Cut(entry, "="); key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
				return value
			}
		}
		return ""
	}
	home := get("HOME")
	if runtime.GOOS == "windows" {
		home = get("USERPROFILE")
	}
	return install.Machine{System: runtime.GOOS, Home: home, Getenv: get, LookPath: exec.LookPath}
}

// hosts returns those that are named, or else those that are found.
func (s *setup) hosts() ([]*install.Host, error) {
	all := install.Hosts()
	var names []string
	for _, h := range all {
		names = append(names, h.Name)
	}
	var chosen []*install.Host
	for _, name := range s.Hosts {
		h := install.Find(name)
		if near := nearest.Name(name, names); h == nil && near != "" {
			return nil, usagef("there is no host %q; did you mean %s?", name, near)
		} else if h == nil {
			return nil, usagef("there is no host %q; there are %s", name, strings.Join(names, ", "))
		}
		chosen = append(chosen, h)
	}
	switch {
	case len(s.Hosts) > 0:
		return chosen, nil
	case s.Remove:
		return all, nil
	}
	for _, h := range all {
		if s.machine.Has(h) {
			chosen = append(chosen, h)
		}
	}
	if len(chosen) == 0 {
		return nil, usagef("no host was found on this machine; name one: %s", strings.Join(names, ", "))
	}
	return chosen, nil
}

// say prints a line for the user.
func (s *setup) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.Out, format+"\n", args...)
}

// complain prints why a host is left out. The others are set up.
func (s *setup) complain(h *install.Host, err error) {
	s.failed = true
	s.warn("%s: %s", h.Title, s.plain(err))
}

func (s *setup) install(ctx context.Context, hosts []*install.Host) error {
	command, err := s.command()
	if err != nil {
		return err
	}
	entry := install.Entry{Command: command, Args: s.arguments(), KeyFile: s.machine.KeyFile(), Sandbox: s.flags.Sandbox}
	if file := s.flags.APIKeyFile; file != "" {
		if entry.KeyFile, err = filepath.Abs(file); err != nil {
			return err
		}
	}
	var agreed []*install.Change
	needsKey := false
	for _, h := range hosts {
		change, err := s.machine.Install(h, entry)
		if err != nil {
			s.complain(h, err)
			continue
		}
		if change.IsNone() {
			s.say("%s: nothing to do, %s has this server.", h.Title, change.File)
			needsKey = needsKey || !h.KeepsKeys()
			continue
		}
		yes, err := s.agree(ctx, change, "Add this server to "+h.Title+"?")
		if err != nil {
			return err
		}
		if yes {
			agreed = append(agreed, change)
			needsKey = needsKey || !h.KeepsKeys()
		}
	}
	if s.flags.DryRun {
		return nil
	}
	if needsKey && !entry.Sandbox {
		if err := s.provideKey(ctx, entry.KeyFile); err != nil {
			return err
		}
	}
	for _, change := range agreed {
		backup, err := s.store.Install(change)
		if err != nil {
			s.complain(change.Host, err)
			continue
		}
		s.say("%s: written to %s%s\n  %s", change.Host.Title, change.File, kept(backup), change.Host.Then)
	}
	return nil
}

func (s *setup) remove(ctx context.Context, hosts []*install.Host) error {
	removed := false
	for _, h := range hosts {
		change, err := s.store.Removal(h)
		if err != nil {
			if len(s.Hosts) > 0 { // nobody asked about the others
				s.complain(h, err)
			}
			continue
		}
		if change.IsNone() {
			if len(s.Hosts) > 0 {
				s.say("%s: nothing to do, this server is not in %s.", h.Title, change.File)
			}
			continue
		}
		yes, err := s.agree(ctx, change, "Take this server out of "+h.Title+"?")
		if err != nil {
			return err
		}
		if !yes {
			continue
		}
		backup, err := s.store.Remove(change)
		if err != nil {
			s.complain(h, err)
			continue
		}
		removed = true
		s.say("%s: taken out of %s%s", h.Title, change.File, kept(backup))
	}
	if !removed {
		return nil
	}
	gone, err := s.store.RemoveKey()
	if gone {
		s.say("The key is removed: no host uses %s any more.", s.machine.KeyFile())
	}
	return err
}

func kept(backup string) string {
	if backup == "" {
		return ""
	}
	return " (as it was: " + backup + ")"
}

// agree shows what changes and asks whether it may be written. Where nobody can be asked, nothing is.
func (s *setup) agree(ctx context.Context, change *install.Change, question string) (bool, error) {
	s.say("%s: %s\n%s", change.Host.Title, change.File, hideKeys(strings.TrimSuffix(change.Diff(), "\n")))
	switch {
	case s.flags.DryRun:
		return false, nil
	case s.Yes:
		return true, nil
	case !isTerminal(s.In):
		return false, usagef("nobody can be asked here, so nothing was written: --yes writes it, --dry-run shows it alone")
	}
	answer, err := s.ask(ctx, question+" [y/N] ")
	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"), err
}

// command returns what starts this program from anywhere.
func (s *setup) command() ([]string, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if parts := strings.Split(filepath.ToSlash(path), "/"); slices.Contains(parts, "_npx") { // a cache that npm empties
		npx := []string{"npx", "-y", app.Name}
		if runtime.GOOS == "windows" { // npx is a script there, which hosts cannot start
			npx = append([]string{"cmd", "/c"}, npx...)
		}
		return npx, nil
	} else if strings.Contains(filepath.ToSlash(path), "/go-build") && parts[len(parts)-2] == "exe" {
		return nil, usagef("go run builds a program that is gone afterwards: build it with go build, put it where it is to stay, and run that")
	}
	// A link such as Homebrew's stays where it is when what it leads to is replaced by a newer version.
	if named, err := exec.LookPath(s.Name); err == nil && isSame(named, path) {
		if path, err = filepath.Abs(named); err != nil {
			return nil, err
		}
	}
	return []string{path}, nil
}

func isSame(one, other string) bool {
	a, err := os.Stat(one)
	if err != nil {
		return false
	}
	b, err := os.Stat(other)
	return err == nil && os.SameFile(a, b)
}

// arguments returns the settings that were given as arguments of a server, or nil without any.
func (s *setup) arguments() []string {
	f := s.flags
	var args []string
	for _, setting := range []struct{ name, value string }{
		{"sandbox-state", f.SandboxState},
		{"sandbox-quirks", strconv.FormatBool(f.SandboxQuirks)},
		{"api-url", f.APIURL},
		{"api-version", f.APIVersion},
		{"toolsets", strings.Join(names(f.Toolsets), ",")},
		{"tools", strings.Join(names(f.SingleTools), ",")},
		{"exclude-tools", strings.Join(names(f.ExcludeTools), ",")},
		{"read-only", strconv.FormatBool(f.ReadOnly)},
		{"no-destructive", strconv.FormatBool(f.NoDestructive)},
		{"confirm", string(f.Confirm)},
		{"no-apps", strconv.FormatBool(f.NoApps)},
		{"acting-admin", f.ActingAdmin},
		{"allow-impersonation", strconv.FormatBool(f.AllowImpersonation)},
		{"mask-emails", strconv.FormatBool(f.MaskEmails)},
	} {
		flag := "--" + setting.name
		if !s.isGiven(flag) {
			continue
		}
		if setting.value != "true" {
			flag += "=" + setting.value
		}
		args = append(args, flag)
	}
	return args
}

// isGiven reports whether a flag stands in the command line, or its variable is set.
func (e *environment) isGiven(flag string) bool {
	return e.vars[variable(strings.TrimPrefix(flag, "--"))] != "" ||
		slices.ContainsFunc(e.Args, func(arg string) bool { return arg == flag || strings.HasPrefix(arg, flag+"=") })
}

// provideKey sees to it that the file holds a key that Featurebase takes.
func (s *setup) provideKey(ctx context.Context, file string) error {
	key, err := s.key() // of the variable, or of the file that was named
	if err != nil {
		return err
	}
	isNew := key != "" && s.flags.APIKeyFile == ""
	if key == "" {
		content, err := os.ReadFile(file) //nolint:gosec // the program's own
		if err == nil {
			key, err = s.cleanKey(string(content), file)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if key == "" {
		isNew = true
		if !isTerminal(s.In) {
			return usagef("there is no key: set %s, name a file with --api-key-file, or run this at a terminal, which asks for it", keyVariable)
		}
		if key, err = s.askForKey(ctx); err != nil {
			return err
		}
	}
	if err := s.try(ctx, key); err != nil {
		return err
	}
	if !isNew {
		return nil
	}
	if err := s.store.WriteKey(key); err != nil {
		return err
	}
	s.say("The key works. It is kept in %s, which only you can read.", file)
	return nil
}

func (s *setup) askForKey(ctx context.Context) (string, error) {
	typed, err := s.askSecretly(ctx, "Featurebase API key (Settings, API in the dashboard; it is not shown): ")
	if err != nil {
		return "", err
	}
	key, err := s.cleanKey(typed, "what was typed")
	if err == nil && key == "" {
		err = errors.New("there is no key, so nothing was written")
	}
	return key, err
}

// try asks for one harmless list with the key.
func (s *setup) try(ctx context.Context, key string) error {
	cfg, err := s.config()
	if err != nil {
		return err
	}
	cfg.Client.Key, cfg.Client.Retries = key, 0
	a, _, closeLog, err := s.build(ctx, cfg, s.callLogger)
	if err != nil {
		return err
	}
	defer closeLog()
	sets := slices.DeleteFunc(tools.Inventory().Toolsets(), func(set *engine.Toolset) bool { return set.Name != "boards" })
	findings, err := doctor.Examine(ctx, doctor.Subject{Client: a.Client, Address: s.flags.APIURL, APIVersion: s.flags.APIVersion, KeySource: "your input", Toolsets: sets})
	for _, f := range findings {
		if f.Level == doctor.Problem && err == nil {
			err = fmt.Errorf("nothing was written: %s; %s", f.Text, f.Next)
		} else if f.Level == doctor.Warning {
			s.warn("%s: %s", f.Check, f.Text)
		}
	}
	return s.closeApp(ctx, a, err)
}
