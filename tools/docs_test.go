package tools_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/golden"
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
	called := map[string]enginetest.Example{}
	for _, e := range enginetest.Examples(t) {
		called[e.Op.Name] = e
	}
	var index, sections strings.Builder
	var all, byDefault cost
	for _, set := range tools.Inventory().Toolsets() {
		var whole, part cost
		fmt.Fprintf(&sections, "\n## %s\n\n%s\n", set.Name, set.Description)
		for _, op := range set.Operations {
			tokens := tokensOf(t, op)
			whole.add(tokens)
			if op.Default {
				part.add(tokens)
			}
			writeTool(t, &sections, op, tokens, called[op.Name])
		}
		fmt.Fprintf(&index, "| [%s](#%s) | %s | %s | %s |\n", set.Name, set.Name, set.Description, whole, part)
		if set.Operations[0].Preview == "" {
			all.tools, all.tokens = all.tools+whole.tools, all.tokens+whole.tokens
		}
		byDefault.tools, byDefault.tokens = byDefault.tools+part.tools, byDefault.tokens+part.tokens
	}
	fmt.Fprintf(&index, "| all, without the previews | | %s | %s |\n", all, byDefault)
	golden.File(t, "../docs/tools.md", docsHead+index.String()+writes()+sections.String())
}

const writesHead = `
## What writes do

Every tool that writes, and what is declared about it. Hosts get the second column as destructiveHint, whose words are the protocol's: false for
what only adds. **Taken away** needs ` + "`--no-destructive`" + ` to be off and the scope ` + "`featurebase:destructive`" + `. **Messages** are asked about with ` + "`--confirm always`" + `,
and **asked** with ` + "`--confirm auto`" + `, too. A post or a ticket is filed for a customer, which credits a wish and needs no leave; a comment, a reply or a message
speaks as the customer, which needs ` + "`--allow-impersonation`" + `.

| tool | changes what was there | takes away | messages | asked | in a customer's name |
| --- | --- | --- | --- | --- | --- |
`

// writes is the table of all operations that are more than a read.
func writes() string {
	var b strings.Builder
	b.WriteString(writesHead)
	for _, op := range tools.Inventory().All() {
		if op.Effect == engine.Read {
			continue
		}
		changes := "no"
		if *tools.Inventory().Bare(op).Annotations.DestructiveHint {
			changes = "yes"
		}
		taken := when(op.TakesAway)
		switch {
		case op.Reversible:
			taken = "yes, and another call undoes it"
		case op.Effect == engine.Destroy:
			taken = "for good"
		case op.TakesAway == "":
			taken = "no"
		}
		var told, asked []string
		for _, n := range op.Notifies {
			told = append(told, strings.Join(strings.Fields(n.To+" "+when(n.When)+unless(n.Unless)), " "))
		}
		for _, a := range op.Confirm {
			asked = append(asked, cmp.Or(when(a.When), "always"))
		}
		if op.Effect == engine.Destroy && !op.Reversible {
			asked = append(asked, "always")
		}
		if op.Asks != nil {
			asked, told = append(asked, "once for all rows, and for a single one as its tool"), append(told, "whom its rows message")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", op.Name, changes, taken,
			cmp.Or(strings.Join(told, "; "), "nobody"), cmp.Or(strings.Join(asked, "; "), "no"), cmp.Or(when(op.Impersonates), "no"))
	}
	return b.String()
}

// when words conditions of which one has to hold.
func when(conditions string) string {
	if conditions == "" {
		return ""
	}
	return "with `" + strings.ReplaceAll(conditions, "|", "` or `") + "`"
}

func unless(conditions string) string {
	if conditions == "" {
		return ""
	}
	return " unless `" + strings.ReplaceAll(conditions, "|", "` or `") + "`"
}

// cost is what some tools take of a context.
type cost struct{ tools, tokens int }

func (c *cost) add(tokens int) { c.tools, c.tokens = c.tools+1, c.tokens+tokens }

// String returns two cells of the table.
func (c cost) String() string { return fmt.Sprintf("%d | %d", c.tools, c.tokens) }

func writeTool(t *testing.T, b *strings.Builder, op *engine.Operation, tokens int, e enginetest.Example) {
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
	facts = append(facts, op.VersionWords()...)
	fmt.Fprintf(b, "\n### %s\n\n%s · %d tokens\n\n%s\n\n", op.Name, strings.Join(facts, " · "), tokens, op.Describe())
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
	fmt.Fprintf(b, "```sh\n%s\n```\n", e.Command(t))
}

// describe words an argument: its kind, its bounds and what its declaration says of it.
func describe(s *jsonschema.Schema) string {
	facts := []string{kindOf(s)}
	if s.Minimum != "" || s.Maximum != "" {
		to := " to "
		if s.Minimum == "" {
			to = "up to "
		}
		facts = append(facts, strings.TrimSpace(bound("from ", s.Minimum)+bound(to, s.Maximum)))
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
