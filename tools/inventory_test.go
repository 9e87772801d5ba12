package tools_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

var toolName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// Each tool as hosts see it, without its schema. docs/tools.md has the same in words, where a review sees a change of what every user's
// context contains.
func TestPublishedTools(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().All() {
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			if !toolName.MatchString(op.Name) || op.Title == "" || op.Description == "" || op.Effect.String() == "undeclared" {
				t.Error("name, title, description and effect have to be stated")
			}
			tool := tools.Inventory().Tool(op, false)
			if tool.Name != op.Name || tool.Title != op.Title || tool.Description != op.Describe() {
				t.Errorf("%s, %q, %q is published", tool.Name, tool.Title, tool.Description)
			}
			hints := tool.Annotations
			want := mcp.ToolAnnotation{
				Title: op.Title, ReadOnlyHint: new(op.Effect == engine.Read), DestructiveHint: hints.DestructiveHint,
				IdempotentHint: hints.IdempotentHint, OpenWorldHint: new(true),
			}
			if diff := cmp.Diff(want, hints); diff != "" { // the document knows what may be repeated; TestHintsFollowTheWordsOfTheProtocol knows what is destructive
				t.Error(diff)
			}
			if op.Effect == engine.Read && !*hints.IdempotentHint {
				t.Error("a read that may not be repeated")
			}
			if r := op.ActingAdmin; r != nil && r.When == "" { // only without an admin to act as, each call has to name one
				for acting, tool := range map[bool]mcp.Tool{false: tool, true: tools.Inventory().Tool(op, true)} {
					var schema struct {
						Required []string `json:"required"`
					}
					if err := json.Unmarshal(tool.RawInputSchema, &schema); err != nil || slices.Contains(schema.Required, r.Need) == acting {
						t.Errorf("with an admin to act as: %v: %v, required are %v", acting, err, schema.Required)
					}
				}
			}
		})
	}
}

// A hint that repeats what is searched anyway finds nothing more.
// A description says what a tool does. Directories refuse those that tell the model what to do besides, or speak against other tools.
func TestDescriptionsOrderNobodyAbout(t *testing.T) {
	t.Parallel()
	orders := regexp.MustCompile(`(?i)\b(you must|you should|always (use|call)|never (use|call)|instead of (any|all) other|before (using|calling) any|ignore|best tool|prefer this)\b`)
	for _, op := range tools.Inventory().All() {
		if found := orders.FindString(op.Description); found != "" {
			t.Errorf("%s: %q", op.Name, found)
		}
	}
}

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
			open := bytes.ReplaceAll(schema, []byte(`"additionalProperties":true`), nil) // the one place where true is no schema
			if bytes.Contains(open, []byte(bad)) {
				t.Errorf("%s: the schema contains %s", op.Name, bad)
			}
		}
		// The body of a preview is known in part, so that it takes other fields, too.
		if open := op.Preview != "" && op.Method != http.MethodGet && op.Method != http.MethodDelete; bytes.Contains(schema, []byte(`"additionalProperties":false`)) == open {
			t.Errorf("%s: closed is %v", op.Name, !open)
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
		args, _ := rawjson.Decode(rawjson.Encode(enginetest.Sample(op, false)))
		if err := compiled.Validate(args); err != nil {
			t.Errorf("%s: arguments that the tool takes do not fit the schema it publishes: %v", op.Name, err)
		}
	}
}
