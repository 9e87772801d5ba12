package engine_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/tools"
)

// finder puts ids in place of the names that stand for them.
type finder struct {
	t      *testing.T
	server *mcpclient.Client
	found  map[string]json.RawMessage
}

var placeholder = regexp.MustCompile(`"<(\w+)>"`)

// fill returns the example of an operation as it can be called.
func (f finder) fill(op *engine.Operation) string {
	return placeholder.ReplaceAllStringFunc(op.Example, func(match string) string {
		name := placeholder.FindStringSubmatch(match)[1]
		if f.found[name] == nil {
			f.found[name] = f.find(name)
		}
		return string(f.found[name])
	})
}

// elsewhere are the names that stand for what no finder's rows have: the tool whose example shows it, and where in the answer.
var elsewhere = map[string]struct {
	tool string
	at   *regexp.Regexp
}{
	"attachedTagId":      {"get_conversation", regexp.MustCompile(`(?m)^tags: .*?"id":"(\w+)"`)},
	"conversationPartId": {"get_conversation", regexp.MustCompile(`(?m)^\[(\d+)\] [-\d :]*(?:admin|customer|lead)\b`)},
	"companyContactId":   {"list_company_contacts", regexp.MustCompile(`"id":"(\w+)"`)},
	"fromUrl":            {"list_redirect_rules", regexp.MustCompile(`"fromUrl":"([^"]+)"`)},
}

// find returns what a name stands for: the field of that name, or the id, in the first row that has it of what the example of its
// finder answers.
func (f finder) find(name string) json.RawMessage {
	f.t.Helper()
	if place, ok := elsewhere[name]; ok {
		text := f.show(place.tool, name)
		found := place.at.FindStringSubmatch(text)
		if found == nil {
			f.t.Fatalf("%s answers no %s: %s", place.tool, name, text)
		}
		return json.RawMessage(strconv.Quote(found[1]))
	}
	text := f.show(tools.Inventory().FinderOf(name), name)
	var list struct {
		Data []map[string]json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		f.t.Fatalf("the tool that finds a %s answers no list: %s", name, text)
	}
	for _, field := range []string{name, "id"} {
		for _, row := range list.Data {
			if row[field] != nil {
				return row[field]
			}
		}
	}
	f.t.Fatalf("no row has a %s: %s", name, text)
	return nil
}

// show answers the example of the tool that shows what a name stands for.
func (f finder) show(tool, name string) string {
	f.t.Helper()
	op := tools.Inventory().Lookup(tool)
	if op == nil {
		f.t.Fatalf("no tool finds a %s", name)
	}
	text, _ := ask(f.t, f.server, op.Name, f.fill(op))
	return text
}
