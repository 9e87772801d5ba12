package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// mostQuestions is the number of questions that an entry may have.
const mostQuestions = 50

// qna returns the kind of Q&A entries.
func qna() *kind {
	return &kind{
		name: qnaKind, title: "Q&A entry", path: "/v2/training_data/qna", isID: store.IsObjectID,
		render: func(_ *call, shown, _ object) { shown["indexStatus"], shown["match"] = "indexed", nil },
		keep:   keepSame("externalId", "source"),
		order:  func(*call) ordering { return byField("createdAt", true) },
		set: map[string]setter{
			"externalId": setOwnID, "expectedRevision": notStored, "onMatch": notStored,
			"questions": func(c *call, draft object, value any) error { return c.setQuestions(draft, value) },
		},
	}
}

// conflict returns the refusal of a write that does not go with what is there.
func conflict(code, message string) *failure {
	return &failure{status: http.StatusConflict, code: code, message: message}
}

// normalQuestion returns a question in the form in which two of them are the same.
func normalQuestion(question string) string {
	return strings.TrimRight(strings.ToLower(strings.Join(strings.Fields(question), " ")), "?!. ")
}

// asking returns the entry that has a question, or nil.
func (c *call) asking(question string) object {
	wanted := normalQuestion(question)
	return c.store.Kind(qnaKind).Find(func(o object) bool {
		return slices.ContainsFunc(list(o, "questions"), func(q any) bool { known, _ := q.(string); return normalQuestion(known) == wanted })
	})
}

// setQuestions replaces the questions of an entry. A creation that addresses an entry adds to them.
func (c *call) setQuestions(draft object, value any) error {
	given, _ := value.([]any)
	all := []any{}
	if c.op.ID == "createQna" {
		all = slices.Clone(list(draft, "questions"))
	}
	for _, v := range given {
		question, _ := v.(string)
		if strings.TrimSpace(question) == "" {
			return refused("questions", "A question is empty")
		}
		if other := c.asking(question); other != nil && other["id"] != draft["id"] {
			return conflict("question_already_used", fmt.Sprintf("The entry %s has the question %q", text(other, "id"), question))
		}
		if !slices.ContainsFunc(all, func(q any) bool { known, _ := q.(string); return normalQuestion(known) == normalQuestion(question) }) {
			all = append(all, strings.TrimSpace(question))
		}
	}
	if len(all) == 0 || len(all) > mostQuestions {
		return refused("questions", fmt.Sprintf("An entry has 1 to %d questions", mostQuestions))
	}
	draft["questions"] = all
	return nil
}

// addressed returns the entry that a creation is about, or nil: the one with its external id, or the one with one of its questions.
func (c *call) addressed() object {
	if known := c.store.Kind(qnaKind).Find(func(o object) bool { return o["externalId"] != nil && o["externalId"] == c.body["externalId"] }); known != nil {
		return known
	}
	for _, v := range list(c.body, "questions") {
		question, _ := v.(string)
		if known := c.asking(question); known != nil {
			return known
		}
	}
	return nil
}

// createQna adds an entry, or adds the questions to the entry that it addresses and replaces its answer.
func createQna(c *call) (int, any, error) {
	known := c.addressed()
	draft := object{"title": nil, "externalId": nil, "source": nil, "revision": 1.0}
	if known != nil {
		draft = maps.Clone(known)
		if known["externalId"] != nil && c.body["externalId"] != nil && known["externalId"] != c.body["externalId"] {
			return 0, nil, conflict("question_already_used", "The entry "+text(known, "id")+" has this question and another external ID")
		}
	}
	match, target, err := c.matched(known, draft)
	if err != nil {
		return 0, nil, err
	}
	if target != nil { // onMatch update found an entry that asks the same
		known, draft = target, maps.Clone(target)
	}
	if err := c.apply(draft); err != nil {
		return 0, nil, err
	}
	if list(draft, "questions") == nil || text(draft, "answer") == "" {
		return 0, nil, refused("questions", "A new entry needs questions and an answer")
	}
	status := http.StatusOK
	if known == nil {
		status = http.StatusCreated
		c.insert(c.kind, draft)
		known = draft
	} else {
		c.replace(known, draft)
	}
	shown := c.shown(c.kind, known)
	shown["match"] = match
	return status, shown, nil
}

// replace puts a changed draft into the place of its entry, which has the next revision then. Without a change, the entry stays as it is.
func (c *call) replace(known, draft object) {
	if reflect.DeepEqual(known, draft) {
		return
	}
	draft["revision"] = number(known, "revision") + 1
	clear(known)
	maps.Copy(known, draft)
	known["updatedAt"] = stamp(c.store.Now())
}

func updateQna(c *call) (int, any, error) {
	known, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	if expected := c.body["expectedRevision"]; expected != nil && fmt.Sprint(expected) != fmt.Sprint(known["revision"]) {
		return 0, nil, conflict("revision_conflict", fmt.Sprintf("The entry has the revision %v", known["revision"]))
	}
	draft := maps.Clone(known)
	if err := c.apply(draft); err != nil {
		return 0, nil, err
	}
	match, target, err := c.matched(known, draft)
	if err != nil {
		return 0, nil, err
	}
	if target != nil {
		return 0, nil, conflict(overlap, "The entry "+text(target, "id")+" asks the same, and an update merges no entries")
	}
	c.replace(known, draft)
	shown := c.shown(c.kind, known)
	shown["match"] = match
	return http.StatusOK, shown, nil
}
