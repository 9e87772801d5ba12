package contract

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/packed"
)

func TestDocumentHoldsEveryOperationOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, op := range Load().Operations() {
		if seen[op.ID] {
			t.Errorf("%s appears twice", op.ID)
		}
		seen[op.ID] = true
		if Load().Operation(op.ID) != op {
			t.Errorf("%s is not found by its id", op.ID)
		}
		if !slices.Contains([]string{"read", "write", "destructive"}, op.Effect) || op.Toolset == "" || op.Summary == "" {
			t.Errorf("%s: effect %q, toolset %q, summary %q", op.ID, op.Effect, op.Toolset, op.Summary)
		}
	}
	if len(seen) != 157 {
		t.Errorf("%d operations, want 123 of nova, 11 of the training data and 23 previews", len(seen))
	}
	if got := Load().Operations()[0].ID; got != "listAdmins" {
		t.Errorf("the first operation is %s: the order of the document is lost", got)
	}
}

// What was published after nova is known in parts, so that each operation says where it was read, and what was cut off.
func TestLaterOperationsSayWhatWasReadOfThem(t *testing.T) {
	t.Parallel()
	later := 0
	for _, op := range Load().Operations() {
		if !slices.Contains(op.Versions, Load().Version()) {
			t.Errorf("%s: versions %q", op.ID, op.Versions)
		}
		if len(op.Versions) == 2 {
			continue
		}
		later++
		if len(op.Sources) == 0 || op.Read != "full" && op.Read != "part" || op.Read == "part" && op.Unread == "" {
			t.Errorf("%s: read %q from %q, without %q", op.ID, op.Read, op.Sources, op.Unread)
		}
	}
	if later != 34 {
		t.Errorf("%d operations came after nova", later)
	}
}

func TestEverySchemaCompiles(t *testing.T) {
	t.Parallel()
	for _, op := range Load().Operations() {
		if err := op.Compile(); err != nil {
			t.Error(err)
		}
	}
}

func TestPathParametersMatchThePath(t *testing.T) {
	t.Parallel()
	for _, op := range Load().Operations() {
		var holes, params []string
		for segment := range strings.SplitSeq(op.Path, "/") {
			if name, ok := strings.CutPrefix(segment, "{"); ok {
				holes = append(holes, strings.TrimSuffix(name, "}"))
			}
		}
		for _, p := range op.Parameters {
			if p.In == "path" {
				params = append(params, p.Name)
				if !p.Required {
					t.Errorf("%s: path parameter %s is not required", op.ID, p.Name)
				}
			}
			if p.Name == "Featurebase-Version" || p.Schema == nil || p.Schema["$ref"] != nil {
				t.Errorf("%s: parameter %+v", op.ID, p)
			}
		}
		slices.Sort(holes)
		slices.Sort(params)
		if !slices.Equal(holes, params) {
			t.Errorf("%s %s: parameters %v", op.ID, op.Path, params)
		}
	}
}

func TestListParametersTravelCommaSeparated(t *testing.T) {
	t.Parallel()
	for _, op := range Load().Operations() {
		for _, p := range op.Parameters {
			if p.Schema["type"] == "array" && p.Explode {
				t.Errorf("%s: %s repeats its name", op.ID, p.Name)
			}
		}
	}
}

func TestSearchesNameTheirFieldsInOrder(t *testing.T) {
	t.Parallel()
	fields := Load().Operation("searchContacts").SearchFields
	if len(fields) != 9 || fields[0].Name != "externalId" || fields[2].Name != "name" || !slices.Contains(fields[2].Operators, "~") ||
		fields[2].Note == "" || fields[3].Type != "enum:customer|lead" {
		t.Errorf("fields of searchContacts: %+v", fields)
	}
	if got := Load().Operation("searchPosts").SearchTotalCap; got["filter"] != 5000 || got["search"] != 200 {
		t.Errorf("caps of searchPosts: %v", got)
	}
	if !slices.Contains(Load().Operation("searchPosts").SearchAliases, "board_id") {
		t.Error("searchPosts has lost its aliases")
	}
}

func TestResolveFollowsAReferenceAndKeepsWhatStandsBesideIt(t *testing.T) {
	t.Parallel()
	author, _ := Load().Operation("createPost").Body["properties"].(map[string]any)["author"].(map[string]any)
	got := Load().Resolve(author)
	if got["$ref"] != nil || got["properties"] == nil {
		t.Errorf("not resolved: %v", got)
	}
	if got["description"] != author["description"] {
		t.Errorf("description %q, want the one beside the reference", got["description"])
	}
}

func TestValidateBody(t *testing.T) {
	t.Parallel()
	const id = "64b0c2f19d3e5a7788990011"
	for name, c := range map[string]struct {
		operation, body string
		want            []Problem
	}{
		"a valid post":             {"createPost", `{"boardId":"` + id + `","title":"Hi there","tags":["a"],"author":{"email":"a@b.example"}}`, nil},
		"a missing field":          {"createPost", `{"boardId":"x"}`, []Problem{{"title", "Required"}}},
		"an unknown key":           {"createPost", `{"boardId":"x","title":"Hi there","zzz":1}`, []Problem{{"", "Unrecognized key(s) in object: 'zzz'"}}},
		"an unknown key inside":    {"createPost", `{"boardId":"x","title":"Hi there","author":{"zzz":1}}`, []Problem{{"author", "Unrecognized key(s) in object: 'zzz'"}}},
		"a free map stays free":    {"createPost", `{"boardId":"x","title":"Hi there","customFields":{"anything":["a"]}}`, nil},
		"a wrong type":             {"createPost", `{"boardId":"x","title":7}`, []Problem{{"title", "Expected string, received number"}}},
		"a wrong enum":             {"createPost", `{"boardId":"x","title":"Hi there","visibility":"secret"}`, []Problem{{"visibility", "Invalid enum value. Expected 'public' | 'authorOnly' | 'companyOnly', received 'secret'"}}},
		"a wrong e-mail":           {"addPostVoter", `{"email":"nobody"}`, []Problem{{"email", "Invalid email"}}},
		"a wrong date":             {"createComment", `{"content":"x","postId":"y","createdAt":"yesterday"}`, []Problem{{"createdAt", "Invalid date-time"}}},
		"neither of two":           {"upsertContact", `{"name":"Ada"}`, []Problem{{"", "At least one of 'userId', 'email' is required"}}},
		"null is not one of two":   {"createComment", `{"content":"x","postId":null}`, []Problem{{"postId", "Expected string, received null"}}},
		"a clause":                 {"searchPosts", `{"query":{"field":"boardId","operator":"=","value":"x"}}`, nil},
		"a group":                  {"searchPosts", `{"query":{"operator":"AND","value":[{"field":"boardId","operator":"=","value":"x"}]}}`, nil},
		"an unknown key in clause": {"searchPosts", `{"query":{"field":"boardId","operator":"=","value":"x","not":true}}`, []Problem{{"query", "Unrecognized key(s) in object: 'not'"}}},
		"an array":                 {"searchPosts", `[]`, []Problem{{"", "Expected object, received array"}}},
		"a body where none goes":   {"blockContact", `{"id":"x"}`, []Problem{{"", "This endpoint takes no request body"}}},
		"an empty one there":       {"blockContact", `{}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := Decode([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := Load().Operation(c.operation).ValidateBody(body); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestValidateQuery(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query string
		want  []Problem
	}{
		"nothing":            {"", nil},
		"everything":         {"limit=5&cursor=x&boardId=a,b&tags=x&tags=y&inReview=true&sortBy=recent&sortOrder=asc&q=a", nil},
		"too small":          {"limit=0", []Problem{{"limit", "minimum: got 0, want 1"}}},
		"not a number":       {"limit=ten", []Problem{{"limit", "Expected number, received 'ten'"}}},
		"not an integer":     {"limit=1.5", []Problem{{"limit", "Expected integer, received number"}}},
		"not a boolean":      {"inReview=yes", []Problem{{"inReview", "Expected 'true' or 'false', received 'yes'"}}},
		"not in the list":    {"sortOrder=up", []Problem{{"sortOrder", "Invalid enum value. Expected 'asc' | 'desc', received 'up'"}}},
		"twice":              {"limit=1&limit=2", []Problem{{"limit", "Expected one value, received several"}}},
		"unknown":            {"zzz=1", []Problem{{"", "Unrecognized key(s) in object: 'zzz'"}}},
		"the case of a name": {"boardid=1", []Problem{{"", "Unrecognized key(s) in object: 'boardid'"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(c.query)
			if err != nil {
				t.Fatal(err)
			}
			if got := Load().Operation("listPosts").ValidateQuery(query); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestQueryFillsDefaultsAndSplitsLists(t *testing.T) {
	t.Parallel()
	got, found := Load().Operation("listPosts").Query(url.Values{"boardId": {"a,b"}, "inReview": {"true"}})
	if len(found) > 0 {
		t.Fatal(found)
	}
	if got["limit"] != 10.0 || got["sortBy"] != "createdAt" || got["inReview"] != true {
		t.Errorf("values %v", got)
	}
	if list, _ := got["boardId"].([]any); len(list) != 2 || list[1] != "b" {
		t.Errorf("boardId %v", got["boardId"])
	}
}

func TestValidateResponse(t *testing.T) {
	t.Parallel()
	const failure = `{"error":{"type":"api_error","code":"internal","message":"x","status":500}}`
	for name, c := range map[string]struct {
		operation string
		status    int
		body      string
		wrong     string // part of the complaint; empty for a valid answer
	}{
		"a documented answer":       {"deletePost", 200, `{"id":"x","object":"post","deleted":true}`, ""},
		"a field too few":           {"deletePost", 200, `{"id":"x","object":"post"}`, "deleted"},
		"a new field is no problem": {"deletePost", 200, `{"id":"x","object":"post","deleted":true,"new":1}`, ""},
		"any success by class":      {"addPostVoter", 201, `{"id":"x","object":"voter","added":true,"postId":"y"}`, ""},
		"a status nobody promised":  {"deletePost", 204, `{}`, "204 is not documented"},
		"a documented failure":      {"deletePost", 404, failure, ""},
		"any failure by default":    {"deletePost", 418, failure, ""},
		"a flat failure":            {"deletePost", 404, `{"success":false}`, "error"},
		"a page of HTML":            {"deletePost", 404, `<html>`, "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Load().Operation(c.operation).ValidateResponse(c.status, []byte(c.body))
			if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("got %v, want %q", err, c.wrong)
			}
		})
	}
}

func TestDecodeRefusesTextAfterTheDocument(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{}{}`, `{} x`, `{}}`, ``, `{`} {
		if v, err := Decode([]byte(text)); err == nil {
			t.Errorf("%q gives %v", text, v)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		source, err := packed.Unpack(carried)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := parse(source); err != nil {
			b.Fatal(err)
		}
	}
}
