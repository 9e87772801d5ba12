package cli

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/nearest"
)

// commandLine is a command line that is cut into its parts. Values are not parsed.
type commandLine struct {
	command *kong.Node // nil: none is named
	given   []string   // names of flags
	words   []string   // behind the command
}

// cut cuts a command line into its parts, or says which word of it is wrong.
func cut(model *kong.Application, args []string) (commandLine, error) {
	var line commandLine
	for i := 0; i < len(args); i++ {
		word := args[i]
		switch {
		case word == "--":
			line.words = append(line.words, args[i+1:]...)
			return line, line.complete()
		case len(word) > 1 && word[0] == '-':
			name, _, hasValue := strings.Cut(word, "=")
			flag := line.flag(model, name)
			if flag == nil {
				return line, line.unknownFlag(model, name)
			}
			line.given = append(line.given, flag.Name)
			if flag.IsBool() || hasValue {
				continue
			}
			i++
			if i == len(args) {
				return line, usagef("%s needs a value: %s", name, flag.OrigHelp)
			}
			if strings.HasPrefix(args[i], "--") && line.flag(model, args[i]) != nil {
				return line, usagef("%s needs a value, and %s is a flag", name, args[i])
			}
		case line.command == nil:
			if line.command = child(model.Node, word); line.command == nil {
				return line, unknownCommand(model, word)
			}
		default:
			line.words = append(line.words, word)
		}
	}
	return line, line.complete()
}

// flag returns the flag of that name, dashes included, that may stand here.
func (l commandLine) flag(model *kong.Application, name string) *kong.Flag {
	flags := model.Flags
	if l.command != nil {
		flags = append(slices.Clone(flags), l.command.Flags...)
	}
	i := slices.IndexFunc(flags, func(f *kong.Flag) bool { return name == "--"+f.Name || f.Short != 0 && name == "-"+string(f.Short) })
	if i < 0 {
		return nil
	}
	return flags[i]
}

func child(node *kong.Node, name string) *kong.Node {
	i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == name })
	if i < 0 {
		return nil
	}
	return node.Children[i]
}

// complete refuses a command line that has too few or too many words.
func (l commandLine) complete() error {
	if l.command == nil || slices.Contains(l.given, "help") || slices.Contains(l.given, "version") {
		return nil
	}
	takes := l.command.Positional
	for i, p := range takes {
		if p.Required && len(l.words) <= i {
			return usagef("%s needs a %s: %s %s --help tells how it is written", l.command.Name, p.Name, app.Name, l.command.Name)
		}
	}
	if many := len(takes) > 0 && takes[len(takes)-1].IsSlice(); len(l.words) > len(takes) && !many {
		return usagef("%s is a word too many: %s %s --help tells what %s takes", excerpt(l.words[len(takes)]), app.Name, l.command.Name, l.command.Name)
	}
	return nil
}

// foreignTo refuses a flag that the command does not accept.
func (l commandLine) foreignTo(model *kong.Application) error {
	for _, f := range model.Flags {
		if !slices.Contains(l.given, f.Name) || takes(l.command, f) {
			continue
		}
		var others []string
		for _, n := range model.Children {
			if takes(n, f) {
				others = append(others, n.Name)
			}
		}
		return usagef("%s does not take --%s; these do: %s", l.command.Name, f.Name, strings.Join(others, ", "))
	}
	return nil
}

// keyNames are flags that users try to give the key with.
var keyNames = []string{"--api-key", "--apikey", "--key", "--token", "--api-token", "--secret"}

const noKeyFlag = "there is no flag for the API key, because other users of a machine can see command lines: " +
	"set " + keyVariable + ", or name a file that holds it with --api-key-file. If the key was real, make a new one"

func (l commandLine) unknownFlag(model *kong.Application, name string) error {
	if slices.Contains(keyNames, name) {
		return usagef("unknown flag %s: "+noKeyFlag, name)
	}
	for _, n := range model.Children {
		if n != l.command && (commandLine{command: n}).flag(model, name) != nil {
			return usagef("%s is a flag of %s, and stands behind it: %s %s %s", name, n.Name, app.Name, n.Name, name)
		}
	}
	var known []string
	for _, f := range model.Flags {
		if takes(l.command, f) {
			known = append(known, "--"+f.Name)
		}
	}
	help := app.Name + " --help"
	if l.command != nil {
		help = app.Name + " " + l.command.Name + " --help"
		for _, f := range l.command.Flags {
			known = append(known, "--"+f.Name)
		}
	}
	if near := nearest.Name(name, known); near != "" && strings.HasPrefix(name, "--") {
		return usagef("unknown flag %s; did you mean %s?", name, near)
	}
	return usagef("unknown flag %s; %s lists them", name, help)
}

func unknownCommand(model *kong.Application, word string) error {
	var names []string
	for _, n := range model.Children {
		names = append(names, n.Name)
	}
	switch near := nearest.Name(word, names); {
	case looksLikeKey(word):
		return usagef("this looks like an API key: " + noKeyFlag)
	case isTool(word):
		return usagef("%s is a tool: %s call %s calls it", word, app.Name, word)
	case near != "":
		return usagef("unknown command %q; did you mean %s?", word, near)
	}
	return usagef("unknown command %q; there are %s. Without a command, the program serves MCP over standard input and output", word, strings.Join(names, ", "))
}

// plain words an error for users. It names files without the system call, names settings as the user wrote them, and hides keys.
func (p Process) plain(err error) string {
	text := err.Error()
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		text = strings.Replace(text, file.Error(), file.Path+": "+whyNot(file.Err), 1)
	}
	return hideKeys(p.asWritten(text))
}

// whyNot says why a file cannot be opened.
func whyNot(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return "this user may not open it"
	case errors.Is(err, syscall.EISDIR):
		return "it is a folder, and a file is needed"
	case errors.Is(err, syscall.ENOTDIR):
		return "a part of this path is no folder"
	case errors.Is(err, syscall.ENXIO):
		return "it is a pipe that nobody reads; start the reader first"
	}
	return "it cannot be used as a file here"
}

// asWritten replaces flags by their variables where the user has set the variable.
func (p Process) asWritten(text string) string {
	vars, _, _ := readVariables(p.Environ)
	return regexp.MustCompile(`--[a-z][a-z-]*`).ReplaceAllStringFunc(text, func(flag string) string {
		onLine := func(arg string) bool { return arg == flag || strings.HasPrefix(arg, flag+"=") }
		name := variable(strings.TrimPrefix(flag, "--"))
		_, set := vars[name]
		_, aliased := vars[baseURLVariable]
		switch {
		case !set || slices.ContainsFunc(p.Args, onLine):
			return flag
		case name == variable("api-url") && aliased:
			return baseURLVariable
		}
		return name
	})
}
