package input_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/tools"
)

// The contract sweep holds the checks against the API document; this holds what is published against the checks, so that a model sees
// every name, kind, required argument, enum value and numeric bound, be it in the schema or in words.
func TestWhatIsPublishedIsWhatIsChecked(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().All() {
		for _, lost := range unpublished(op, op.Input.Schema()) {
			t.Errorf("%s: %s", op.Name, lost)
		}
	}
}

func TestWhatIsNotPublishedIsNoticed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ tool, published, damaged string }{
		{"list_posts", `"q":`, `"r":`},
		{"list_posts", `"maximum":100`, `"maximum":10`},
		{"list_posts", `"default":10`, `"default":20`},
		{"get_ticket", `"minimum":1`, `"minimum":2`},
		{"create_comment", `"upvotes":{"type":"number"}`, `"upvotes":{"type":"number","minimum":1}`},
		{"list_posts", `"trending",`, ``},
		{"list_posts", `{"type":"boolean"`, `{"type":"string"`},
		{"create_post", `"required":["boardId","title"]`, `"required":["boardId"]`},
		{"create_post", `"userId":{"type":"string"},`, ``},
		{"create_post", `"jira":{"type":"boolean"}`, `"jira":{"type":"string"}`},
		{"upsert_contact", `name, monthly`, `name?, monthly`},
		{"update_contact_email_preferences", `"changelog":{"type":"string","enum":["subscribed","unsubscribed"]}`, `"changelog":{"type":"string","enum":["subscribed"]}`},
		{"search_posts", `"enum":["=",`, `"enum":[`},
		{"search_posts", `authorId `, ``},
		{"search_posts", `upvotes eta monthly`, `upvotes monthly`},
		{"search_comments", `; score:desc`, ``},
	} {
		op := tools.Inventory().Lookup(tc.tool)
		damaged := bytes.Replace(op.Input.Schema(), []byte(tc.published), []byte(tc.damaged), 1)
		if bytes.Equal(damaged, op.Input.Schema()) {
			t.Errorf("%s does not publish %s", tc.tool, tc.published)
		}
		if len(unpublished(op, damaged)) == 0 {
			t.Errorf("%s with %q for %q goes unnoticed", tc.tool, tc.damaged, tc.published)
		}
	}
}

// unpublished returns what a published schema does not tell of the checks.
func unpublished(op *engine.Operation, published json.RawMessage) []string {
	var p jsonschema.Schema
	if err := json.Unmarshal(published, &p); err != nil {
		return []string{err.Error()}
	}
	lost := compareFields("", op.Input.Shape(), &p)
	for _, name := range op.Input.Shape().Names {
		tag := op.Input.Shape().Props[name].Tag
		if tag.Get("filters") == "" {
			continue
		}
		if q, _ := p.Properties.Get(name); q != nil {
			lost = append(lost, missing(name, q.Description, input.FilterNames(input.Filters(tag))...)...)
		}
	}
	return lost
}

func compareFields(path string, sh *input.Shape, p *jsonschema.Schema) []string {
	var names []string
	for pair := p.Properties.Oldest(); pair != nil; pair = pair.Next() {
		names = append(names, pair.Key)
	}
	if diff := cmp.Diff([][]string{sh.Names, sh.Schema.Required}, [][]string{names, p.Required}); diff != "" {
		return []string{path + " checked (-), published (+): " + diff}
	}
	var lost []string
	for _, name := range sh.Names {
		q, _ := p.Properties.Get(name)
		lost = append(lost, compareValue(input.JoinPath(path, name), sh.Props[name], q)...)
	}
	return lost
}

func compareValue(path string, sh *input.Shape, p *jsonschema.Schema) []string {
	facts := func(s *jsonschema.Schema) string {
		least := s.Minimum
		if least == "1" && s.Maximum != "" {
			least = "" // a bounded count begins with one, which goes without saying
		}
		return fmt.Sprintf("%s %s..%s %v", s.Type, least, s.Maximum, s.Default)
	}
	if checked, published := facts(sh.Schema), facts(p); checked != published {
		return []string{fmt.Sprintf("%s is %s, published %s", path, checked, published)}
	}
	switch {
	case sh.Items != nil:
		items := *p.Items
		items.Description = p.Description
		return compareValue(path+"[]", sh.Items, &items)
	case sh.Props != nil && p.Properties != nil:
		return compareFields(path, sh, p)
	case sh.Props != nil:
		return missing(path, p.Description, fieldWords(sh)...)
	case p.Enum == nil && len(sh.Enum) > input.LongEnum:
		return nil
	case p.Enum == nil:
		return missing(path, p.Description, orderWords(input.EnumOf(sh.Schema))...)
	case !slices.Equal(input.EnumOf(sh.Schema), input.EnumOf(p)):
		return []string{fmt.Sprintf("%s is one of %v, published %v", path, sh.Schema.Enum, p.Enum)}
	}
	return nil
}

// fieldWords returns what a description has to say of an object's fields.
func fieldWords(sh *input.Shape) []string {
	var words []string
	for _, name := range sh.Names {
		field := sh.Props[name].Schema
		word := name + "?"
		if slices.Contains(sh.Schema.Required, name) {
			word = name
		}
		switch {
		case field.Enum != nil:
			word += ": " + strings.Join(input.EnumOf(field), "|")
		case field.Type == "boolean" || field.Type == "number" || field.Type == "integer" || field.Type == "object":
			word += ": " + field.Type
		}
		words = append(words, word)
	}
	return words
}

// orderWords returns what a description has to say of the orders that a list can be sorted in.
func orderWords(orders []string) []string {
	var words []string
	for _, order := range orders {
		field, direction, _ := strings.Cut(order, ":")
		if slices.Contains(orders, field+":asc") && slices.Contains(orders, field+":desc") {
			words = append(words, field, ":"+direction)
		} else {
			words = append(words, order)
		}
	}
	return words
}

func missing(path, text string, words ...string) []string {
	var lost []string
	said := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;{}(", r) })
	for i := range said {
		said[i] = strings.TrimSuffix(said[i], ".")
	}
	for _, word := range words {
		if strings.Contains(word, ": ") && strings.Contains(text, word) {
			continue
		}
		if !slices.Contains(said, word) {
			lost = append(lost, fmt.Sprintf("%s: %q is not in its description", path, word))
		}
	}
	return lost
}
