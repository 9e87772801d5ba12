package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/nearest"
)

const prefix = "FEATUREBASE_"

// The variables that are not flags.
const (
	keyVariable     = prefix + "API_KEY"  // no flag: command lines are public
	baseURLVariable = prefix + "BASE_URL" // the official SDK's name of FEATUREBASE_API_URL
)

// foreign are variables of the official SDK, which users may have set for other programs.
var foreign = []string{prefix + "LOG", prefix + "CUSTOM_HEADERS"}

// variables are the FEATUREBASE_ variables that are set. An empty one counts as unset, and so does a ${...} that a host did not replace.
type variables map[string]string

// readVariables returns the FEATUREBASE_ variables of an environment. notes are warnings about variables that have no effect.
func readVariables(environ []string) (vars variables, notes []string, err error) {
	vars = variables{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		name = variableName(name)
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		value = strings.TrimSpace(strings.TrimPrefix(value, byteOrderMark))
		switch {
		case value == "", isServiceLink(name, value):
		case strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}"):
			notes = append(notes, name+" holds a ${...} that nothing has replaced, and counts as unset")
		case slices.Contains(foreign, name):
			notes = append(notes, name+" is the SDK's and has no effect here")
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
	return vars, notes, nil
}

// isServiceLink reports a variable that Kubernetes sets in every container beside a service. For a service called featurebase these are
// FEATUREBASE_SERVICE_HOST, FEATUREBASE_SERVICE_PORT, FEATUREBASE_PORT=tcp://10.0.0.1:80, FEATUREBASE_PORT_80_TCP and others.
func isServiceLink(name, value string) bool {
	_, port, numbered := strings.Cut(name, "_PORT_")
	return strings.HasSuffix(name, "_SERVICE_HOST") || strings.Contains(name, "_SERVICE_PORT") ||
		strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://") || numbered && strings.TrimLeft(port, "0123456789") != port
}

// variable returns the variable of a flag.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// hasVariable reports whether a flag can be set by a variable. The tag novariable marks those that belong to this one run.
func hasVariable(flag *kong.Flag) bool {
	return flag != nil && flag.Name != "help" && flag.Name != "version" && !flag.Tag.Has("novariable")
}

// Validate implements kong.Resolver.
func (variables) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver. It gives a flag the value of its variable when the command line has none.
func (v variables) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if value, ok := v[variable(flag.Name)]; ok && hasVariable(flag) {
		return value, nil
	}
	return nil, nil //nolint:nilnil // kong's way of saying "not resolved here"
}

// check looks for variables that belong to no flag of any command. It refuses one that may be a misspelt setting, because a restriction that is
// silently ignored opens everything. The others belong to other programs, and notes warn that they have no effect.
func (v variables) check(model *kong.Application) (notes []string, err error) {
	known, restricting := []string{keyVariable, baseURLVariable}, []string(nil)
	for _, node := range append([]*kong.Node{model.Node}, model.Children...) {
		for _, f := range node.Flags {
			if hasVariable(f) {
				known = append(known, variable(f.Name))
			}
			if f.Tag.Has("restricts") {
				restricting = append(restricting, variable(f.Name))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if slices.Contains(known, name) {
			continue
		}
		if near := misspelt(name, known, restricting); near != "" {
			return nil, usagef("unknown variable %s; did you mean %s? A variable of another program has to go by a name that is less like it", name, near)
		}
		note := name + " is no setting of " + app.Name + " and has no effect here"
		if near := nearest.Name(strings.TrimPrefix(name, prefix), bare(known)); near != "" {
			note += "; if it was meant for it, the name is " + prefix + near
		}
		notes = append(notes, note)
	}
	return notes, nil
}

// misspelt returns the variable that a name is a misspelling of, or the restriction that it contains, such as READ_ONLY in READ_ONLY_MODE.
func misspelt(name string, known, restricting []string) string {
	name = strings.TrimPrefix(name, prefix)
	if near := nearest.Slip(name, bare(known)); near != "" {
		return prefix + near
	}
	plain := strings.ReplaceAll(name, "_", "")
	for _, r := range bare(restricting) {
		if strings.Contains(plain, strings.ReplaceAll(r, "_", "")) {
			return prefix + r
		}
	}
	return ""
}

// bare removes the common prefix from names of variables, because with it all names look alike to a comparison.
func bare(names []string) []string {
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = strings.TrimPrefix(name, prefix)
	}
	return short
}

// helpWithVariable adds the name of the variable to the help of a flag.
func helpWithVariable(value *kong.Value) string {
	if !hasVariable(value.Flag) {
		return value.Help
	}
	return strings.TrimSuffix(value.Help, ".") + " ($" + variable(value.Name) + ")."
}
