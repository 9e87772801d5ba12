package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

const trainingPath = "/v2/training_data/"

func (a *api) everyTrainingOperation() {
	a.t.Helper()
	a.do("GET", trainingPath+"files", nil).rows()
	file := text(a.do("POST", trainingPath+"files", object{"name": "Prices", "content": "All prices."}).ok(), "id")
	a.do("GET", trainingPath+"files/"+file, nil).ok()
	a.do("PATCH", trainingPath+"files/"+file, object{"name": "Price list"}).ok()
	a.do("DELETE", trainingPath+"files/"+file, nil).ok()
	a.do("GET", trainingPath+"qna", nil).rows()
	entry := text(a.do("POST", trainingPath+"qna", object{"questions": []any{"Is there a phone number?"}, "answer": "No."}).ok(), "id")
	a.do("GET", trainingPath+"qna/"+entry, nil).ok()
	a.do("PATCH", trainingPath+"qna/"+entry, object{"answer": "Not yet."}).ok()
	a.do("POST", trainingPath+"oracle", object{"questions": []any{"Is there a phone number?"}}).ok()
	a.do("DELETE", trainingPath+"qna/"+entry, nil).ok()
}

func TestATrainingFileWithAnExternalIDIsThereOnce(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	body := object{"name": "Refunds", "content": "  Five days.\n", "externalId": "refunds", "source": "crm"}
	made := a.do("POST", trainingPath+"files", body)
	if made.status != http.StatusCreated || made.ok()["contentHash"] != hashOf("Five days.") || made.ok()["content"] != nil || made.ok()["status"] != "completed" {
		t.Fatalf("%d %s", made.status, made.body)
	}
	id := text(made.ok(), "id")
	same := a.do("POST", trainingPath+"files", body)
	if same.status != http.StatusOK || string(same.body) != string(made.body) {
		t.Errorf("sent again, it is not left alone: %d %s", same.status, same.body)
	}
	body["content"] = "Ten days."
	changed := a.do("POST", trainingPath+"files", body)
	if changed.status != http.StatusOK || changed.ok()["id"] != id || changed.ok()["contentHash"] != hashOf("Ten days.") {
		t.Errorf("with another text: %d %s", changed.status, changed.body)
	}
	for query, want := range map[string]int{"source=crm": 1, "externalId=refunds": 1, "externalId=refund": 0, "source=handbook": 2, "status=failed": 0} {
		if rows := a.do("GET", trainingPath+"files?"+query, nil).rows(); len(rows) != want {
			t.Errorf("%s finds %d", query, len(rows))
		}
	}
	other := text(a.do("POST", trainingPath+"files", object{"name": "Other", "content": "x"}).ok(), "id")
	a.do("PATCH", trainingPath+"files/"+other, object{"externalId": "refunds"}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", trainingPath+"files", object{"name": "Both", "content": "x", "url": "https://e.example/a.pdf"}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", trainingPath+"files", object{"content": "x"}).fails(http.StatusBadRequest, "invalid_request")
}

func TestADocumentIsProcessedBeforeItIsCompleted(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for address, end := range map[string]string{"https://e.example/a.pdf": "completed", "https://nowhere.invalid/b.pdf": "failed"} {
		made := a.do("POST", trainingPath+"files", object{"url": address}).ok()
		if made["status"] != "processing" || made["indexStatus"] != "pending" || made["contentHash"] != nil || made["name"] == "" {
			t.Errorf("a document to fetch is %v", made)
		}
		path := trainingPath + "files/" + text(made, "id")
		if first, second := a.do("GET", path, nil).ok(), a.do("GET", path, nil).ok(); first["status"] != "processing" || second["status"] != end || (second["content"] != nil) != (end == "completed") {
			t.Errorf("%s: %v, then %v", address, first, second)
		}
	}
}

func TestQnaIsAddressedByExternalIDAndByQuestion(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	ask := func(body object) answer { return a.do("POST", trainingPath+"qna", body) }
	first := ask(object{"questions": []any{"Can I print a board?"}, "answer": "Yes.", "externalId": "print"})
	if first.status != http.StatusCreated || first.ok()["revision"] != 1.0 || first.ok()["match"] != nil {
		t.Fatalf("%d %s", first.status, first.body)
	}
	id := first.ok()["id"]
	if again := ask(object{"questions": []any{"can i  print a board"}, "answer": "Yes.", "externalId": "print"}); again.status != http.StatusOK || again.ok()["revision"] != 1.0 {
		t.Errorf("sent again, it is not left alone: %d %s", again.status, again.body)
	}
	more := ask(object{"questions": []any{"Is there a print view?", "Can I print a board?"}, "answer": "Press Ctrl+P."})
	if more.status != http.StatusOK || more.ok()["id"] != id || len(list(more.ok(), "questions")) != 2 || more.ok()["revision"] != 2.0 || more.ok()["answer"] != "Press Ctrl+P." {
		t.Errorf("by a question: %d %s", more.status, more.body)
	}
	path := trainingPath + "qna/" + text(first.ok(), "id")
	a.do("PATCH", path, object{"answer": "No.", "expectedRevision": 1}).fails(http.StatusConflict, "revision_conflict")
	if now := a.do("PATCH", path, object{"questions": []any{"Print?"}, "expectedRevision": 2}).ok(); len(list(now, "questions")) != 1 || now["revision"] != 3.0 {
		t.Errorf("an update replaces the questions: %v", now)
	}
	other := text(ask(object{"questions": []any{"Is there a dark mode?"}, "answer": "Yes.", "externalId": "dark"}).ok(), "id")
	a.do("PATCH", trainingPath+"qna/"+other, object{"questions": []any{"print"}}).fails(http.StatusConflict, "question_already_used")
	ask(object{"questions": []any{"Print?"}, "answer": "x", "externalId": "dark"}).fails(http.StatusConflict, "question_already_used")
	ask(object{"questions": []any{"Print?"}, "answer": "x", "externalId": "third"}).fails(http.StatusConflict, "question_already_used")
	ask(object{"questions": []any{"What is new?"}}).fails(http.StatusBadRequest, "invalid_request")
	many := []any{}
	for i := range mostQuestions {
		many = append(many, "Question "+strings.Repeat("x", i+1))
	}
	ask(object{"questions": many, "externalId": "dark"}).fails(http.StatusBadRequest, "invalid_request")
}

func TestOnMatchComparesWithWhatIsKnown(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	count := func() int { return len(a.do("GET", trainingPath+"qna?limit=100", nil).rows()) }
	before := count()
	body := func(mode string, questions ...any) object {
		return object{"questions": questions, "answer": "14 days.", "onMatch": mode}
	}
	const same, similar = "How long is an invitation valid, please?", "How long is an old invitation still valid?"
	a.do("POST", trainingPath+"qna", body("reject", same)).fails(http.StatusConflict, overlap)
	a.do("POST", trainingPath+"qna", body("update", similar)).fails(http.StatusConflict, overlap)
	updated := a.do("POST", trainingPath+"qna", body("update", "Is an invitation valid long?")).ok()
	if updated["externalId"] != "invitation-validity" || at(updated, "match", "verdict") != "same" || updated["answer"] != "14 days." {
		t.Errorf("update: %v", updated)
	}
	if count() != before {
		t.Errorf("%d entries, and %d before", count(), before)
	}
	if made := a.do("POST", trainingPath+"qna", body("create", similar)); made.status != http.StatusCreated || at(made.ok(), "match", "verdict") == "none" {
		t.Errorf("create: %d %s", made.status, made.body)
	}
	if none := a.do("POST", trainingPath+"qna", body("reject", "Do you sell umbrellas?")).ok(); at(none, "match", "verdict") != "none" {
		t.Errorf("nothing is like it: %v", none)
	}
}

func TestTheOracleWritesNothing(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	before := a.do("GET", trainingPath+"qna?limit=100", nil)
	for question, want := range map[string]string{
		"How long is an invitation valid?": "update_target", "Is an invitation valid long?": "update_qna", "Do you sell umbrellas?": "create",
		"Is there a calendar from Google to connect?": "review_article",
	} {
		if got := a.do("POST", trainingPath+"oracle", object{"questions": []any{question}, "answer": "14 days."}).ok(); got["action"] != want {
			t.Errorf("%s: %v, want %s", question, got, want)
		}
	}
	if after := a.do("GET", trainingPath+"qna?limit=100", nil); string(after.body) != string(before.body) {
		t.Error("the oracle wrote")
	}
}

// A comparison that cannot run leaves nothing behind.
func TestAFailedComparisonLeavesNothing(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	before := a.do("GET", trainingPath+"qna?limit=100", nil)
	a.sandbox.faults.set([]*fault{{Kind: "status", Status: http.StatusServiceUnavailable, Rate: 1, Operation: "createQna"}})
	a.do("POST", trainingPath+"qna", object{"questions": []any{"New?"}, "answer": "x", "onMatch": "reject"}).fails(http.StatusServiceUnavailable, "internal_error")
	if after := a.do("GET", trainingPath+"qna?limit=100", nil); string(after.body) != string(before.body) {
		t.Error("something was written")
	}
}

func TestTrainingDataIsServedInLaterVersions(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for version, status := range map[string]int{"2026-01-01.nova": 200, "2026-08-19.orbit": 200, "2026-09-03.pulsar": 200, "2025-12-12.clover": 400, "2030-01-01.x": 400} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+trainingPath+"qna", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer sk_test")
		r.Header.Set("Featurebase-Version", version)
		if got := a.send(r); got.status != status {
			t.Errorf("%s: %d %s", version, got.status, got.body)
		}
	}
}
