package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/tools"
)

// describeTool prints what a tool does, what it takes and how it is called. off is the setting that switches it off, or empty.
func describeTool(out io.Writer, name string, acting bool, off string) error {
	op, set, err := toolNamed(name)
	if err != nil {
		return err
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(tools.Inventory().Schema(op, acting), &schema); err != nil {
		return err
	}
	var b bytes.Buffer
	facts := []string{"toolset " + set.Name, op.Effect.String()}
	if op.Reversible {
		facts = append(facts, "reversible")
	}
	if op.Default {
		facts = append(facts, "in the default set")
	}
	facts = append(facts, op.VersionWords()...)
	fmt.Fprintf(&b, "%s: %s\n%s, %d tokens\n\n%s\n", op.Name, op.Title, strings.Join(facts, ", "), tools.Tokens(op), wrapped(op.Describe(), 0))
	if off != "" {
		fmt.Fprintf(&b, "\nIt is switched off by %s.\n", off)
	}
	writeArguments(&b, &schema, tools.Inventory().NamesTaken(op))
	writeExample(&b, op)
	_, err = out.Write(b.Bytes())
	return err
}

// nameColumn is the width of the column of names.
const nameColumn = 26

func writeArguments(b *bytes.Buffer, schema *jsonschema.Schema, named map[string]string) {
	if schema.Properties.Len() == 0 {
		b.WriteString("\nIt takes no arguments.\n")
		return
	}
	b.WriteString("\nArguments:\n")
	for p := schema.Properties.Oldest(); p != nil; p = p.Next() {
		text := argumentText(p.Value, slices.Contains(schema.Required, p.Key))
		if word := named[p.Key]; word != "" {
			text = strings.TrimSuffix(text, " Or name.") // the sentence says whose
			text += " The name of " + article(word) + " will do."
		} else if fields := fieldsNamed(p.Value, named); len(fields) > 0 {
			text += " Names will do for " + strings.Join(fields, ", ") + "."
		}
		name := fmt.Sprintf("  %-*s", nameColumn-2, p.Key)
		if len(p.Key) > nameColumn-3 {
			name += "\n" + strings.Repeat(" ", nameColumn)
		}
		b.WriteString(name + wrapped(text, nameColumn) + "\n")
	}
}

// argumentText describes an argument by its type, its bounds and the words of its declaration.
func argumentText(s *jsonschema.Schema, required bool) string {
	facts := []string{kindOf(s)}
	if required {
		facts = append(facts, "required")
	}
	to := " to"
	if s.Minimum == "" {
		to = "up to"
	}
	if bounds := strings.TrimSpace(bound("from", s.Minimum) + bound(to, s.Maximum)); bounds != "" {
		facts = append(facts, bounds)
	}
	if s.Default != nil {
		facts = append(facts, fmt.Sprint("default ", s.Default))
	}
	text := strings.TrimSpace(strings.Join(facts, ", ") + ". " + s.Description)
	return strings.TrimSuffix(text, ".") + "."
}

// kindOf describes the type of a value.
func kindOf(s *jsonschema.Schema) string {
	switch {
	case s.Enum != nil:
		words := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			words[i] = fmt.Sprint(v)
		}
		return strings.Join(words, " or ")
	case s.Type == "array":
		of := kindOf(s.Items)
		return "list of " + cmp.Or(map[string]string{"object": "objects", "number": "numbers", "integer": "integers"}[of], of)
	case s.Format == "date-time":
		return "time, such as 2026-01-31T09:00:00Z"
	case s.Properties.Len() > 0:
		var fields []string
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			fields = append(fields, p.Key)
		}
		return "object with " + strings.Join(fields, ", ")
	default:
		return cmp.Or(map[string]string{"string": "text", "boolean": "true or false"}[s.Type], s.Type)
	}
}

func bound(word string, n json.Number) string {
	if n == "" {
		return ""
	}
	return word + " " + n.String()
}

func article(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// fieldsNamed lists the inner fields of an argument, or those of a filter, that take names.
func fieldsNamed(s *jsonschema.Schema, named map[string]string) []string {
	var fields []string
	for _, word := range strings.FieldsFunc(s.Description, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' }) {
		if named[word] != "" && !slices.Contains(fields, word) {
			fields = append(fields, word)
		}
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if named[p.Key] != "" {
			fields = append(fields, p.Key)
		}
	}
	return fields
}

// writeExample prints a call that works on the sandbox once the ids in angle brackets are filled in, and what finds them.
func writeExample(b *bytes.Buffer, op *engine.Operation) {
	words := []string{app.Name, "call", "--sandbox"}
	admin, customer := op.ExampleNeeds()
	if admin {
		words = append(words, "--acting-admin", "<e-mail>")
	}
	if customer {
		words = append(words, "--allow-impersonation")
	}
	words = append(words, op.Name)
	if op.Example != "{}" && op.Example != "" {
		words = append(words, "'"+op.Example+"'")
	}
	fmt.Fprintf(b, "\nExample:\n  %s\n", strings.Join(words, " "))
	var told []string
	for _, id := range regexp.MustCompile(`<(\w+)>`).FindAllStringSubmatch(op.Example, -1) {
		if finder := tools.Inventory().FinderOf(id[1]); finder != "" && !slices.Contains(told, id[1]) {
			told = append(told, id[1])
			fmt.Fprintf(b, "  %s finds the %s.\n", finder, id[1])
		}
	}
	if admin {
		b.WriteString("  list_admins finds the e-mail.\n")
	}
}

// lineWidth is the greatest length of a line of prose in characters, indentation included.
const lineWidth = 100

// wrapped breaks a text into lines. All but the first are indented.
func wrapped(text string, indent int) string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && indent+len([]rune(line))+1+len([]rune(word)) > lineWidth {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n"+strings.Repeat(" ", indent))
}
