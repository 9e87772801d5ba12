package tools_test

import (
	"strings"
	"testing"

	"featurebase-mcp/tools"
)

// An argument that takes something else than an id says so, in at most four words: a model that sees only the schema looks ids up otherwise.
func TestArgumentsThatTakeNamesSayIt(t *testing.T) {
	t.Parallel()
	const most = 4 // words
	said := 0
	for _, set := range tools.Inventory().Toolsets() {
		for _, op := range set.Operations {
			for _, name := range op.Input.Shape().Names {
				ref, ok := op.Refs[name]
				if !ok {
					ref, ok = set.Refs[name]
				}
				if !ok || ref.Kind.List == "" && ref.Kind.Links == nil {
					continue
				}
				words := []string{"name"}
				if ref.Kind.Links != nil {
					words = append(words, "link", "slug", "e-mail", "title")
				}
				text := op.Input.Shape().Props[name].Schema.Description
				if !saysOne(text, most, words...) {
					t.Errorf("%s.%s takes a %s by %s and does not say it in %d words: %q", op.Name, name, ref.Kind.Word, strings.Join(words, ", "), most, text)
				}
				said++
			}
		}
	}
	if said < 100 {
		t.Errorf("only %d arguments", said)
	}
}

// saysOne reports whether a clause of a text has one of the words, and few of others.
func saysOne(text string, most int, words ...string) bool {
	for clause := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(".;,", r) }) {
		for _, word := range words {
			if n := len(strings.Fields(clause)); n <= most && strings.Contains(" "+clause+" ", " "+word+" ") {
				return true
			}
		}
	}
	return false
}
