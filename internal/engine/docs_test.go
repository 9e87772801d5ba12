package engine_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/tools"
)

const docsHead = `# Tools

What each tool does, takes and costs. This page is written by ` + "`make update`" + `, from the declarations in ` + "`tools/`" + `.

- **read** changes nothing, **write** adds or changes, **destructive** deletes or takes away: for good, unless it is said to be reversible.
- **default** tools are there unless you choose others, with ` + "`--toolsets`, `--tools` and `--exclude-tools`" + `.
- **tokens** are what a tool takes of the context of every conversation: name, description and input schema, counted with the vocabulary o200k.
- Arguments in bold are required. Whatever is left out is not sent. Lists take ` + "`limit` and `cursor`" + `. ` + "`detail`" + ` chooses between short rows and everything.
  ` + "`offset`" + ` goes on where a long text was cut.
- The examples work as they stand, without a key: the sandbox starts the same each time, ids included.

| toolset | what it holds | tools | tokens | by default | tokens |
| --- | --- | ---: | ---: | ---: | ---: |
`

// The page for people says what the program has, and its examples are those that are called above.
func TestDocsAreFresh(t *testing.T) {
	t.Parallel()
	called := map[string]example{}
	for _, e := range examples(t) {
		called[e.op.Name] = e
	}
	var index, sections strings.Builder
	var all, byDefault cost
	for _, set := range tools.Inventory().Toolsets() {
		var whole, part cost
		fmt.Fprintf(&sections, "\n## %s\n\n%s\n", set.Name, set.Description)
		for _, op := range set.Operations {
			tokens := CountTokens(t, op)
			whole.add(tokens)
			if op.Default {
				part.add(tokens)
			}
			writeTool(t, &sections, op, tokens, called[op.Name])
		}
		fmt.Fprintf(&index, "| [%s](#%s) | %s | %s | %s |\n", set.Name, set.Name, set.Description, whole, part)
		all.tools, all.tokens = all.tools+whole.tools, all.tokens+whole.tokens
		byDefault.tools, byDefault.tokens = byDefault.tools+part.tools, byDefault.tokens+part.tokens
	}
	fmt.Fprintf(&index, "| all | | %s | %s |\n", all, byDefault)
	Golden(t, "../../../docs/tools.md", []byte(docsHead+index.String()+sections.String()))
}

// cost is what some tools take of a context.
type cost struct{ tools, tokens int }

func (c *cost) add(tokens int) { c.tools, c.tokens = c.tools+1, c.tokens+tokens }

// String returns two cells of the table.
func (c cost) String() string { return fmt.Sprintf("%d | %d", c.tools, c.tokens) }

func writeTool(t *testing.T, b *strings.Builder, op *engine.Operation, tokens int, e example) {
	t.Helper()
	facts := []string{op.Title, op.Effect.String()}
	if op.Reversible {
		facts = append(facts, "reversible")
	}
	switch {
	case op.Default:
		facts = append(facts, "default")
	case op.Legacy:
		facts = append(facts, "exposed by name and by `--toolsets all` alone")
	}
	fmt.Fprintf(b, "\n### %s\n\n%s · %d tokens\n\n%s\n\n", op.Name, strings.Join(facts, " · "), tokens, op.Description)
	var schema jsonschema.Schema
	if err := json.Unmarshal(op.Input.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	for p := schema.Properties.Oldest(); p != nil; p = p.Next() {
		name := "`" + p.Key + "`"
		if slices.Contains(schema.Required, p.Key) {
			name = "**" + name + "**"
		}
		fmt.Fprintf(b, "- %s: %s\n", name, strings.ReplaceAll(describe(p.Value), "<", `\<`))
	}
	if schema.Properties.Len() > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "```sh\n%s\n```\n", e.command(t))
}

// describe words an argument: its kind, its bounds and what its declaration says of it.
func describe(s *jsonschema.Schema) string {
	facts := []string{kindOf(s)}
	if s.Minimum != "" || s.Maximum != "" {
		facts = append(facts, strings.TrimSpace(bound("from ", s.Minimum)+bound(" to ", s.Maximum)))
	}
	if s.Default != nil {
		facts = append(facts, fmt.Sprint("default ", s.Default))
	}
	text := strings.Join(facts, ", ")
	if s.Description != "" {
		text += ". " + s.Description
	}
	return text
}

func kindOf(s *jsonschema.Schema) string {
	switch {
	case s.Enum != nil:
		words := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			words[i] = fmt.Sprintf("`%v`", v)
		}
		return strings.Join(words, ", ")
	case s.Type == "array":
		of := kindOf(s.Items)
		return "list of " + cmp.Or(map[string]string{"object": "objects", "number": "numbers", "integer": "integers"}[of], of)
	case s.Format == "date-time":
		return "time"
	default:
		return cmp.Or(map[string]string{"string": "text", "boolean": "true or false"}[s.Type], s.Type)
	}
}

func bound(word string, n json.Number) string {
	if n == "" {
		return ""
	}
	return word + n.String()
}

// command returns the example as it is typed.
func (e example) command(t *testing.T) string {
	t.Helper()
	words := []string{"featurebase-mcp call --sandbox"}
	if e.admin != "" {
		words = append(words, "--acting-admin "+e.admin)
	}
	if e.customer {
		words = append(words, "--allow-impersonation")
	}
	words = append(words, e.op.Name)
	if e.arguments != "{}" {
		words = append(words, "'"+e.arguments+"'")
	}
	if strings.Contains(e.arguments, "'") {
		t.Errorf("%s: a shell would end the example at its apostrophe", e.op.Name)
	}
	return strings.Join(words, " ")
}
