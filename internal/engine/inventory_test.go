package engine_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

var toolName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// Each tool as hosts see it. The golden files are for the eyes: a change of what every user's context holds shows in a review.
func TestPublishedTools(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().All() {
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			if !toolName.MatchString(op.Name) || op.Title == "" || op.Description == "" || op.Effect.String() == "undeclared" {
				t.Error("name, title, description and effect have to be stated")
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, rawjson.Encode(tools.Inventory().Tool(op, false)), "", "  "); err != nil {
				t.Fatal(err)
			}
			golden(t, "tools/"+op.Name+".json", append(pretty.Bytes(), '\n'))
		})
	}
}

// A hint that repeats what is searched anyway finds nothing more.
func TestSearchHintsAddWords(t *testing.T) {
	t.Parallel()
	for _, set := range tools.Inventory().Toolsets() {
		for _, op := range set.Operations {
			hint, _ := tools.Inventory().Bare(op).Meta.AdditionalFields["anthropic/searchHint"].(string)
			if hint == "" || hint != set.Also {
				t.Errorf("%s has the search hint %q, its toolset %q", op.Name, hint, set.Also)
			}
			for _, word := range strings.FieldsFunc(hint, func(r rune) bool { return r == ' ' || r == ',' }) {
				if strings.Contains(op.Name, strings.ToLower(word)) {
					t.Errorf("%s: the search hint repeats %q", op.Name, word)
				}
			}
		}
	}
}

// Hosts drop tools whose schema is more than flat and plain.
func TestSchemasArePortable(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().All() {
		schema := op.Input.Schema()
		for _, bad := range []string{`"$ref"`, `"$defs"`, `"$schema"`, `"$id"`, `"anyOf"`, `"oneOf"`, `"allOf"`, `"type":[`, `:true`, `\u00`} {
			if bytes.Contains(schema, []byte(bad)) {
				t.Errorf("%s: the schema contains %s", op.Name, bad)
			}
		}
		if !bytes.Contains(schema, []byte(`"additionalProperties":false`)) {
			t.Errorf("%s: the schema is not closed", op.Name)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(op.Name, doc); err != nil {
			t.Fatal(err)
		}
		compiled, err := c.Compile(op.Name)
		if err != nil {
			t.Errorf("%s: %v", op.Name, err)
			continue
		}
		args, _ := rawjson.Decode(rawjson.Encode(sample(op, false)))
		if err := compiled.Validate(args); err != nil {
			t.Errorf("%s: arguments that the tool takes do not fit the schema it publishes: %v", op.Name, err)
		}
	}
}

// An error that names a tool to find an id with must name one that exists.
func TestEveryIDInAPathHasAFinder(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().All() {
		for part := range strings.SplitSeq(op.Path, "/") {
			name, ok := engine.Hole(part)
			if !ok {
				continue
			}
			if finder := tools.Inventory().Lookup(tools.Inventory().FinderOf(name)); finder == nil || finder.Effect != engine.Read {
				t.Errorf("%s: no tool finds a %s", op.Name, name)
			}
			_, resolved := tools.Inventory().RefsOf(op)[name]
			if sh := op.Input.Shape().Props[name]; sh.Wire == nil && sh.Schema.Type != "integer" && !resolved {
				t.Errorf("%s: %s goes into the path unchecked; give it the type objectID, shortID or externalID", op.Name, name)
			}
		}
	}
}
