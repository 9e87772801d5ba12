package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const own = "../contract.json"

// doctored writes a copy of our document with changes, and returns where it is.
func doctored(t *testing.T, name string, encode func(any) ([]byte, error), change func(document object)) string {
	t.Helper()
	content, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	var document object
	if err := json.Unmarshal(content, &document); err != nil {
		t.Fatal(err)
	}
	change(document)
	content, err = encode(document)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// in returns the object at a path of keys.
func in(o object, keys ...string) object {
	for _, key := range keys {
		o, _ = o[key].(object)
	}
	return o
}

func schema(document object, name string) object { return in(document, "components", "schemas", name) }

// Each change of a document is told once, and nothing else is.
func TestDoctoredCopiesAreTold(t *testing.T) {
	t.Parallel()
	parameter := func(document object, path, name string) object {
		for _, p := range list(in(document, "paths", path, "get"), "parameters") {
			if p.(object)["name"] == name {
				return p.(object)
			}
		}
		t.Fatalf("%s has no parameter %s", path, name)
		return nil
	}
	for name, tc := range map[string]struct {
		change func(document object)
		want   []string
	}{
		"nothing": {func(object) {}, nil},
		"other words and other names of holes": {func(d object) {
			paths := in(d, "paths")
			paths["/v2/boards/{boardId}"] = paths["/v2/boards/{id}"]
			delete(paths, "/v2/boards/{id}")
			schema(d, "CreatePostInput")["description"] = "Other words."
		}, nil},
		"a new operation": {func(d object) {
			in(d, "paths")["/v2/roadmaps"] = object{"get": object{"operationId": "listRoadmaps"}}
		}, []string{"new: GET /v2/roadmaps (listRoadmaps)"}},
		"an operation that is gone": {func(d object) { delete(in(d, "paths", "/v2/comment"), "delete") }, []string{"gone: DELETE /v2/comment (deleteCommentLegacy)"}},
		"a new parameter": {func(d object) {
			op := in(d, "paths", "/v2/training_data/qna", "get")
			op["parameters"] = append(list(op, "parameters"), object{"name": "title", "in": "query", "schema": object{"type": "string"}})
		}, []string{"new: query title: GET /v2/training_data/qna (listQna)"}},
		"a parameter that is gone": {func(d object) {
			op := in(d, "paths", "/v2/training_data/qna", "get")
			op["parameters"] = slices.DeleteFunc(list(op, "parameters"), func(p any) bool { return p.(object)["name"] == "source" })
		}, []string{"gone: query source: GET /v2/training_data/qna (listQna)"}},
		"another bound of a parameter": {func(d object) {
			in(parameter(d, "/v2/training_data/qna", "source"), "schema")["maxLength"] = 64
		}, []string{"different: query source: maxLength 100 here, 64 there: GET /v2/training_data/qna (listQna)"}},
		"a parameter that is required": {func(d object) { parameter(d, "/v2/training_data/qna", "source")["required"] = true }, []string{"different: query source: required there, optional here: GET /v2/training_data/qna (listQna)"}},
		"values": {func(d object) { schema(d, "TrainingFileStatus")["enum"] = []any{"processing", "completed", "paused"} }, []string{
			"different: query status: value failed is gone: GET /v2/training_data/files (listTrainingFiles)",
			"different: query status: value paused is new: GET /v2/training_data/files (listTrainingFiles)",
		}},
		"fields of a body": {func(d object) {
			input := schema(d, "UpdateQnaInput")
			in(input, "properties")["answerFormat"] = object{"type": "object", "properties": object{"kind": object{"type": "string"}}}
			delete(in(input, "properties"), "title")
			in(input, "properties", "questions", "items")["maxLength"] = 500
			in(input, "properties", "expectedRevision")["type"] = "string"
			input["required"] = []any{"answer"}
		}, []string{
			"different: body answer: required there, optional here: PATCH /v2/training_data/qna/{} (updateQna)",
			"different: body expectedRevision: type integer|string here, string there: PATCH /v2/training_data/qna/{} (updateQna)",
			"different: body questions[]: maxLength none here, 500 there: PATCH /v2/training_data/qna/{} (updateQna)",
			"gone: body title: PATCH /v2/training_data/qna/{} (updateQna)",
			"new: body answerFormat: PATCH /v2/training_data/qna/{} (updateQna)",
		}},
		"a body that is gone": {func(d object) { delete(in(d, "paths", "/v2/training_data/oracle", "post"), "requestBody") }, []string{"gone: body: POST /v2/training_data/oracle (askQnaOracle)"}},
		"the same as another server and another version say it": {func(d object) {
			d["openapi"] = "3.0.3"
			d["servers"] = []any{object{"url": "https://do.featurebase.app/v2/"}}
			paths := object{}
			for path, item := range in(d, "paths") {
				paths[strings.TrimPrefix(path, "/v2")] = item
			}
			d["paths"] = paths
			body := in(paths, "/training_data/oracle", "post", "requestBody", "content")
			body["application/json; charset=utf-8"] = body["application/json"]
			delete(body, "application/json")
			paths["/boards"] = object{"$ref": "#/x-items/a~1b"}
			d["x-items"] = object{"a/b": in(d, "paths", "/boards")}
			status := schema(d, "TrainingFileStatus")
			status["nullable"] = true
			status["enum"] = append(list(status, "enum"), nil)
		}, []string{"gone: GET /v2/boards (listBoards)"}},
		"a flag beside a bound": {func(d object) {
			maps.Copy(in(parameter(d, "/v2/training_data/qna", "source"), "schema"), object{"minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false})
		}, []string{
			"different: query source: exclusiveMinimum none here, 0 there: GET /v2/training_data/qna (listQna)",
			"different: query source: maximum none here, 9 there: GET /v2/training_data/qna (listQna)",
		}},
		"forms that are told apart by a value": {func(d object) {
			in(schema(d, "CreateQnaInput"), "properties")["source"] = object{"oneOf": []any{
				object{"type": "object", "properties": object{"kind": object{"type": "string", "const": "a"}}}, object{"type": "object", "properties": object{"kind": object{"type": "string", "const": "b"}}},
			}}
		}, []string{
			"different: body source: maxLength 100 here, none there: POST /v2/training_data/qna (createQna)",
			"different: body source: minLength 1 here, none there: POST /v2/training_data/qna (createQna)",
			"different: body source: type string here, object there: POST /v2/training_data/qna (createQna)",
			"new: body source.kind: POST /v2/training_data/qna (createQna)",
		}},
		"the same in other words": {func(d object) {
			status := schema(d, "TrainingFileStatus")
			in(d, "components", "schemas")["TrainingFileStatus"] = object{"anyOf": []any{object{"type": "string", "enum": status["enum"]}, object{"type": "null"}}}
			input := schema(d, "CreateQnaInput")
			in(d, "components", "schemas")["CreateQnaInput"] = object{"allOf": []any{input}}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			encodings := map[string]func(any) ([]byte, error){"a.json": json.Marshal}
			if len(tc.want) > 2 {
				encodings["a.yaml"] = yaml.Marshal
			}
			for file, encode := range encodings {
				var out strings.Builder
				err := run(&out, own, []string{doctored(t, file, encode, tc.change)})
				lines := strings.Split(strings.TrimSpace(out.String()), "\n")
				if got := lines[:len(lines)-1]; !slices.Equal(got, tc.want) || (err != nil) != (len(tc.want) > 0) {
					t.Errorf("%s: %v\n%s\nwant\n%s", file, err, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
				}
			}
		})
	}
}

// Two files are one document: the operations of one, the schemas of both.
func TestSeveralFilesAreOneDocument(t *testing.T) {
	t.Parallel()
	training := func(path string) bool { return strings.HasPrefix(path, "/v2/training_data/") }
	split := func(keep func(path string) bool) func(object) {
		return func(d object) {
			paths := in(d, "paths")
			for path := range paths {
				if !keep(path) {
					delete(paths, path)
				}
			}
		}
	}
	first := doctored(t, "a.json", json.Marshal, split(training))
	second := doctored(t, "b.json", json.Marshal, split(func(path string) bool { return !training(path) }))
	var out strings.Builder
	if err := run(&out, own, []string{first, second}); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := run(&out, own, []string{first}); err == nil {
		t.Error("one of them is the whole")
	}
}

// Each form of an object has its own value of the field that tells them apart: all of them count, whichever comes first.
func TestValuesOfAllFormsCount(t *testing.T) {
	t.Parallel()
	kinds := func(names ...string) string {
		var forms []any
		for _, name := range names {
			forms = append(forms, object{"type": "object", "properties": object{"kind": object{"type": "string", "const": name}}})
		}
		return doctored(t, "x.json", json.Marshal, func(d object) { in(schema(d, "CreateQnaInput"), "properties")["source"] = object{"oneOf": forms} })
	}
	ours := kinds("a", "b")
	for want, names := range map[string][]string{
		"": {"b", "a"},
		"different: body source.kind: value b is gone: POST /v2/training_data/qna (createQna)": {"a"},
		"different: body source.kind: value c is new: POST /v2/training_data/qna (createQna)":  {"a", "b", "c"},
	} {
		var out strings.Builder
		err := run(&out, ours, []string{kinds(names...)})
		if got, _, _ := strings.Cut(out.String(), "\n"); (err != nil) != (want != "") || want != "" && got != want {
			t.Errorf("%v: %v %s", names, err, out.String())
		}
	}
}

// What a reference stands for that leads nowhere is not known, and that is said.
func TestLostReferencesAreTold(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	err := run(&out, own, []string{doctored(t, "a.json", json.Marshal, func(d object) { delete(in(d, "components", "schemas"), "TrainingFileStatus") })})
	if err == nil || !strings.Contains(out.String(), "references that lead nowhere: 1, such as #/components/schemas/TrainingFileStatus") {
		t.Error(out.String())
	}
}

func TestWhatIsNoDocumentIsRefused(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"a page": "<html>", "a list": "[]", "no paths": "openapi: 3.1.0", "another version": "swagger: \"2.0\"\npaths: {}"} {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(&strings.Builder{}, own, []string{path}); err == nil {
			t.Errorf("%s is taken for a document", name)
		}
	}
	if err := run(&strings.Builder{}, own, nil); err == nil {
		t.Error("no document is enough")
	}
}
