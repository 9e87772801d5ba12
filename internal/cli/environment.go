package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/nearest"
)

const prefix = "FEATUREBASE_"

// The variables that are not flags.
const (
	keyVariable     = prefix + "API_KEY"  // no flag: command lines are public
	baseURLVariable = prefix + "BASE_URL" // the official SDK's name of FEATUREBASE_API_URL
)

// foreign are variables of the official SDK: people have them set for other programs.
var foreign = []string{prefix + "LOG", prefix + "CUSTOM_HEADERS"}

// variables are the FEATUREBASE_ variables that are set. An empty one, or a literal ${...} that a host did not replace, counts as
// unset.
type variables map[string]string

// readVariables picks our variables from the environment.
func readVariables(environ []string) (vars variables, warnings []string, err error) {
	vars = variables{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		value = strings.TrimSpace(value)
		switch {
		case !strings.HasPrefix(name, prefix), value == "", strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}"):
		case slices.Contains(foreign, name):
			warnings = append(warnings, name+" is the SDK's and has no effect here")
		default:
			vars[name] = value
		}
	}
	if alias, ok := vars[baseURLVariable]; ok {
		name := variable("api-url")
		if value, both := vars[name]; both && value != alias {
			return nil, nil, usagef("%s and %s differ; set one of them", name, baseURLVariable)
		}
		vars[name] = alias
	}
	return vars, warnings, nil
}

// variable returns the variable of a flag.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Validate implements kong.Resolver.
func (variables) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver: what the command line does not say, the variable may.
func (v variables) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Name == "help" {
		return nil, nil //nolint:nilnil // kong's way of saying "not resolved here"
	}
	value, ok := v[variable(flag.Name)]
	if !ok {
		return nil, nil //nolint:nilnil // as above
	}
	return value, nil
}

// check refuses variables that belong to no flag of any command: a restriction that is silently ignored opens everything.
func (v variables) check(model *kong.Application) error {
	known := []string{keyVariable, baseURLVariable}
	collect := func(n *kong.Node) {
		for _, f := range n.Flags {
			known = append(known, variable(f.Name))
		}
	}
	collect(model.Node)
	for _, c := range model.Children {
		collect(c)
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if slices.Contains(known, name) {
			continue
		}
		if near := nearest.Name(name, known); near != "" {
			return usagef("unknown variable %s; did you mean %s?", name, near)
		}
		return usagef("unknown variable %s; see featurebase-mcp --help for the ones there are", name)
	}
	return nil
}

// helpWithVariable names the variable of each flag in the help.
func helpWithVariable(value *kong.Value) string {
	if value.Flag == nil || value.Name == "help" {
		return value.Help
	}
	return strings.TrimSuffix(value.Help, ".") + fmt.Sprintf(" ($%s).", variable(value.Name))
}
