package main

import (
	"fmt"
	"regexp"
	"strings"
)

// variable is one of the owner's names. The tree of this project has the placeholder, which no other text holds.
type variable struct {
	name        string
	placeholder string
	form        string // regular expression of the whole value; none lets quotes, backslashes and dollars in, which manifests would have to escape
	means       string // what the form asks for, for people
	mayStay     bool   // a release may go out with the placeholder
}

// module is the variable that is found by its place, since its placeholder is the name of the program too.
const module = "OWNER_MODULE"

const (
	aName    = `[\pL\pN][\pL\pN .,&()+-]*[\pL\pN.)]`
	aURL     = `https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*`
	aMail    = `[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+\.[A-Za-z]+`
	twoParts = `[A-Za-z0-9._-]+/[A-Za-z0-9._-]+`
)

// variables are all that packaging/owner.env has to set.
func variables() []variable {
	const name, url, contact = "letters, digits, blanks and .,&()+-", "an https address without a slash at its end", "an e-mail address or an https address"
	return []variable{
		{name: "OWNER_ORG", placeholder: "example-org", form: `[A-Za-z0-9]+(-[A-Za-z0-9]+)*`, means: "a name as GitHub has it"},
		{name: "OWNER_NAME", placeholder: "The featurebase-mcp authors", form: aName, means: name, mayStay: true},
		{name: "OWNER_PUBLISHER", placeholder: "Example Org", form: aName, means: name},
		{name: module, placeholder: "featurebase-mcp", form: `[A-Za-z0-9][A-Za-z0-9._~/-]*[A-Za-z0-9]`, means: "the path of a Go module", mayStay: true},
		{name: "OWNER_REPOSITORY", placeholder: "https://github.com/example-org/featurebase-mcp", form: aURL, means: url},
		{name: "OWNER_HOMEPAGE", placeholder: "https://featurebase-mcp.example.invalid", form: aURL, means: url},
		{name: "OWNER_CONTACT", placeholder: "support@example.invalid", form: aMail + "|" + aURL, means: contact},
		{name: "OWNER_SECURITY_CONTACT", placeholder: "security@example.invalid", form: aMail + "|" + aURL, means: contact},
		{name: "OWNER_IMAGE", placeholder: "ghcr.io/example-org/featurebase-mcp", form: `[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+`, means: "an image without a tag, in lower case"},
		{name: "OWNER_TAP", placeholder: "example-org/tap", form: twoParts, means: "two names with a slash between"},
		{name: "OWNER_BUCKET", placeholder: "example-org/scoop-bucket", form: twoParts, means: "two names with a slash between"},
		{name: "OWNER_NPM_SCOPE", placeholder: "@example-org", form: `@[a-z0-9][a-z0-9._-]*`, means: "a scope of npm, with its @"},
		{name: "OWNER_WINGET", placeholder: "ExampleOrg.FeaturebaseMCP", form: `[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+`, means: "an identifier of winget, Publisher.Package"},
		{name: "OWNER_REGISTRY_NAME", placeholder: "io.github.example-org/featurebase-mcp", form: twoParts, means: "a name of the MCP registry, namespace/name"},
	}
}

// values are the values of the variables, by name.
type values map[string]string

// readEnv reads the file that sets the variables, as a shell would: comments, NAME="value", and ${NAME} of a line above.
func readEnv(text string) (values, error) {
	set := values{}
	for number, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if unquoted := strings.TrimSuffix(strings.TrimPrefix(value, `"`), `"`); len(value) == len(unquoted)+2 {
			value = unquoted
		}
		if !ok || strings.Contains(value, `"`) {
			return nil, fmt.Errorf("line %d is not NAME=\"value\"", number+1)
		}
		if _, twice := set[name]; twice {
			return nil, fmt.Errorf("line %d sets %s again", number+1, name)
		}
		var unknown []string
		set[name] = regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllStringFunc(value, func(use string) string {
			used, known := set[use[2:len(use)-1]]
			if !known {
				unknown = append(unknown, use)
			}
			return used
		})
		if len(unknown) > 0 {
			return nil, fmt.Errorf("line %d uses %s, which is not set above it", number+1, unknown[0])
		}
	}
	return set, set.check()
}

// check refuses values of a wrong form, and names that are missing or unknown.
func (v values) check() error {
	known := map[string]bool{}
	for _, is := range variables() {
		known[is.name] = true
		value, set := v[is.name]
		if !set {
			return fmt.Errorf("%s is not set", is.name)
		}
		if !regexp.MustCompile(`^(?:` + is.form + `)$`).MatchString(value) {
			return fmt.Errorf("%s is %q, and has to be %s", is.name, value, is.means)
		}
	}
	for name := range v {
		if !known[name] {
			return fmt.Errorf("%s is no variable of the owner's", name)
		}
	}
	return nil
}

// unsettled are the variables that still have a placeholder with which nothing can be released.
func (v values) unsettled() []string {
	var names []string
	for _, is := range variables() {
		if v[is.name] == is.placeholder && !is.mayStay {
			names = append(names, is.name)
		}
	}
	return names
}
