package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/install"
	"featurebase-mcp/tools"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish,powershell" help:"The shell: bash, zsh, fish or powershell."`
}

// Help says where the script goes.
func (completionCommand) Help() string {
	return `bash:       featurebase-mcp completion bash > ~/.local/share/bash-completion/completions/featurebase-mcp
zsh:        featurebase-mcp completion zsh > a file _featurebase-mcp in a folder of $fpath
fish:       featurebase-mcp completion fish > ~/.config/fish/completions/featurebase-mcp.fish
powershell: featurebase-mcp completion powershell >> $PROFILE`
}

// Run prints the script.
func (c completionCommand) Run(e *environment) error {
	commands, err := e.completed()
	if err != nil {
		return err
	}
	script := map[string]func([]completedCommand) string{"bash": bash, "zsh": zsh, "fish": fish, "powershell": powershell}[c.Shell]
	_, err = io.WriteString(e.Out, script(commands))
	return err
}

// completedCommand is a command as shells complete it.
type completedCommand struct {
	name, help string
	flags      []completedFlag
	words      []string // that may stand behind it
}

// completedFlag is a flag as shells complete it.
type completedFlag struct {
	name, help string
	value      bool     // a value follows
	values     []string // that are known; without any, a value is a file
	file       bool
}

// completed describes the whole command line, from its own declaration. The first is what there is without a command.
func (e *environment) completed() ([]completedCommand, error) {
	var all grammar
	parser, err := newParser(&all, e.Process, e.vars)
	if err != nil {
		return nil, err
	}
	known := map[string][]string{"completion": {"bash", "zsh", "fish", "powershell"}}
	for _, op := range tools.Inventory().All() {
		known["call"] = append(known["call"], op.Name)
	}
	known["tools"], known["--tools"], known["--exclude-tools"] = known["call"], known["call"], known["call"]
	for _, h := range install.Hosts() {
		known["install"] = append(known["install"], h.Name)
	}
	known["--toolsets"] = []string{tools.DefaultTools, tools.AllTools, "none"}
	for _, set := range tools.Inventory().Toolsets() {
		known["--toolsets"] = append(known["--toolsets"], set.Name)
	}
	commands := []completedCommand{{}}
	for _, node := range append([]*kong.Node{nil}, parser.Model.Children...) {
		c := completedCommand{}
		flags := slices.DeleteFunc(slices.Clone(parser.Model.Flags), func(f *kong.Flag) bool { return !takes(node, f) })
		if node != nil {
			c.name, c.help, c.words = node.Name, node.Help, known[node.Name]
			flags = append(flags, node.Flags...)
		}
		for _, f := range flags {
			values := known["--"+f.Name]
			if f.Enum != "" {
				values = f.EnumSlice()
			}
			isFile := slices.Contains([]string{"FILE", "PATH"}, f.PlaceHolder)
			c.flags = append(c.flags, completedFlag{"--" + f.Name, f.OrigHelp, !f.IsBool(), values, isFile})
		}
		if node == nil {
			commands[0] = c
		} else {
			commands[0].words = append(commands[0].words, c.name)
			commands = append(commands, c)
		}
	}
	return commands, nil
}

// brief is the beginning of a help, which has to fit into a line of a menu.
func brief(help string) string {
	sentence, _, _ := strings.Cut(help, ". ")
	part, _, _ := strings.Cut(sentence, ": ")
	part, _, _ = strings.Cut(part, "; ")
	return strings.NewReplacer("'", "", `"`, "", "`", "", "[", "(", "]", ")", "\\", "", "$", "").Replace(strings.TrimSuffix(part, "."))
}

// valuesOf writes a case of a shell for each flag that takes a value.
func valuesOf(commands []completedCommand, known, file, other string) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, c := range commands {
		for _, f := range c.flags {
			if !f.value || seen[f.name] {
				continue
			}
			seen[f.name] = true
			switch {
			case len(f.values) > 0:
				fmt.Fprintf(&b, known, f.name, strings.Join(f.values, " "))
			case f.file:
				fmt.Fprintf(&b, file, f.name)
			default:
				fmt.Fprintf(&b, other, f.name)
			}
		}
	}
	return b.String()
}

// names lists the flags of a command.
func (c completedCommand) names() string {
	names := make([]string, len(c.flags))
	for i, f := range c.flags {
		names[i] = f.name
	}
	return strings.Join(names, " ")
}

func bash(commands []completedCommand) string {
	var b strings.Builder
	b.WriteString(`# Completions of ` + app.Name + ` for bash.
_featurebase_mcp() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= flags= words= i
	if [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; elif [[ $cur == = ]]; then prev=${COMP_WORDS[COMP_CWORD-1]} cur=; fi
	case $prev in
` + valuesOf(commands, "\t%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", "\t%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", "\t%s) return ;;\n") + `	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in -*) ;; ` + strings.Join(commands[0].words, "|") + `) command=${COMP_WORDS[i]}; break ;; esac
	done
	case $command in
`)
	for _, c := range commands {
		fmt.Fprintf(&b, "\t'%s') flags='%s' words='%s' ;;\n", c.name, c.names(), strings.Join(c.words, " "))
	}
	b.WriteString(`	esac
	if [[ $cur == -* ]]; then words=$flags; fi
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _featurebase_mcp ` + app.Name + "\n")
	return b.String()
}

func zsh(commands []completedCommand) string {
	var b strings.Builder
	b.WriteString("#compdef " + app.Name + `
# Completions of ` + app.Name + ` for zsh.
_featurebase_mcp() {
	local command= word
	local -a flags offered
	case ${words[CURRENT-1]} in
` + valuesOf(commands, "\t%s) offered=(%s); _describe value offered; return ;;\n", "\t%s) _files; return ;;\n", "\t%s) return ;;\n") + `	esac
	for word in ${words[2,CURRENT-1]}; do
		case $word in ` + strings.Join(commands[0].words, "|") + `) command=$word; break ;; esac
	done
	case $command in
`)
	for _, c := range commands {
		var flags, offered []string
		for _, f := range c.flags {
			flags = append(flags, fmt.Sprintf("'%s:%s'", f.name, brief(f.help)))
		}
		for _, word := range c.words {
			if help := helpOf(commands, word); c.name == "" && help != "" {
				word += ":" + brief(help)
			}
			offered = append(offered, "'"+word+"'")
		}
		fmt.Fprintf(&b, "\t'%s') flags=(%s) offered=(%s) ;;\n", c.name, strings.Join(flags, " "), strings.Join(offered, " "))
	}
	b.WriteString(`	esac
	if [[ ${words[CURRENT]} == -* ]]; then _describe -o flag flags; elif (( $#offered )); then _describe word offered; else _files; fi
}
if [[ $funcstack[1] == _featurebase-mcp ]]; then _featurebase_mcp "$@"; else compdef _featurebase_mcp ` + app.Name + "; fi\n")
	return b.String()
}

func helpOf(commands []completedCommand, name string) string {
	i := slices.IndexFunc(commands, func(c completedCommand) bool { return c.name == name })
	if i < 0 {
		return ""
	}
	return commands[i].help
}

func fish(commands []completedCommand) string {
	var b strings.Builder
	b.WriteString("# Completions of " + app.Name + " for fish.\ncomplete -c " + app.Name + " -f\n")
	for _, c := range commands {
		condition := "__fish_use_subcommand"
		if c.name != "" {
			condition = "__fish_seen_subcommand_from " + c.name
			fmt.Fprintf(&b, "complete -c %s -n __fish_use_subcommand -a %s -d '%s'\n", app.Name, c.name, brief(c.help))
			if len(c.words) > 0 {
				fmt.Fprintf(&b, "complete -c %s -n '%s' -a '%s'\n", app.Name, condition, strings.Join(c.words, " "))
			}
		}
		for _, f := range c.flags {
			fmt.Fprintf(&b, "complete -c %s -n '%s' -l %s -d '%s'", app.Name, condition, strings.TrimPrefix(f.name, "--"), brief(f.help))
			switch {
			case len(f.values) > 0:
				fmt.Fprintf(&b, " -x -a '%s'", strings.Join(f.values, " "))
			case f.file:
				b.WriteString(" -r -F")
			case f.value:
				b.WriteString(" -x")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func powershell(commands []completedCommand) string {
	var b strings.Builder
	b.WriteString("# Completions of " + app.Name + ` for PowerShell.
Register-ArgumentCompleter -Native -CommandName ` + app.Name + ` -ScriptBlock {
	param($wordToComplete, $commandAst, $cursorPosition)
	$values = @{
` + valuesOf(commands, "\t\t'%s' = '%s'\n", "", "") + `	}
	$flags = @{
`)
	for _, c := range commands {
		fmt.Fprintf(&b, "\t\t'%s' = '%s'\n", c.name, c.names())
	}
	b.WriteString("\t}\n\t$words = @{\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "\t\t'%s' = '%s'\n", c.name, strings.Join(c.words, " "))
	}
	b.WriteString(`	}
	$typed = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
	if ($wordToComplete -ne '') { $typed = @($typed | Select-Object -SkipLast 1) }
	$command = @($typed | Where-Object { $_ -ne '' -and $words.ContainsKey($_) })[0]
	if ($null -eq $command) { $command = '' }
	$offered = $words[$command]
	if ($typed.Count -gt 0 -and $values.ContainsKey($typed[-1])) { $offered = $values[$typed[-1]] }
	elseif ($wordToComplete -like '-*') { $offered = $flags[$command] }
	$offered -split ' ' | Where-Object { $_ -ne '' -and $_ -like "$wordToComplete*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`)
	return b.String()
}
