package tools

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
)

// trainingFileView shows the text of a file as articles are shown. The hash is for programs that compare files.
var trainingFileView = &render.View{
	Row:     "id name status|shared indexStatus|shared characters=characterCount externalId source|shared created=createdAt|date begins=contentPreview|text",
	Lines:   "id name status indexStatus characters=characterCount externalId source contentHash created=createdAt",
	Written: "id name status indexStatus externalId source contentHash",
	Hide:    "contentPreview",
	Stored:  "content=contentPreview",
	Body:    "content", Markdown: "content", Staff: true,
}

// qnaView shows the first of the questions in a row, and all of them in a document.
var qnaView = &render.View{
	Row:     "id questions|few answer|text externalId source|shared indexStatus|shared created=createdAt|date",
	Lines:   "id title questions externalId source revision indexStatus match created=createdAt",
	Written: "id questions|few externalId source revision indexStatus match",
	Body:    "answer", Markdown: "answer", Staff: true,
}

// oracleView has the advice first, then what it is about.
var oracleView = &render.View{Lines: "action existing target candidates checkTruncated", Staff: true}

// trainingData are the operations on what the AI agent learns from besides the help center: files, and questions with their answers.
var trainingData = &engine.Toolset{
	Name: "training-data", Description: "What the AI agent learns from besides the help center: files, and questions with their answers.",
	Also: "knowledge, bot, sources, snippets, learning",
	Operations: []*engine.Operation{
		{
			Name:        "list_training_files",
			Title:       "List training files",
			Description: "List the files that the AI agent learns from.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/training_data/files",
			Version:     orbit,
			Input:       input.Args[listTrainingFiles](),
			Output:      trainingFileView,
			Example:     `{}`,
		},
		{
			Name:        "get_training_file",
			Title:       "Get training file",
			Description: "Get one training file with its text. processing ends in completed or failed.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/training_data/files/{trainingFileId}",
			Version:     orbit,
			Input:       input.Args[getTrainingFile](),
			Output:      trainingFileView,
			Example:     `{"trainingFileId":"<trainingFileId>"}`,
		},
		{
			Name:        "create_training_file",
			Title:       "Create training file",
			Description: "Add a text, or the document at a url, for the AI agent to learn from, or update the one with this externalId.",
			Effect:      engine.Write,
			Overwrites:  true,
			Method:      http.MethodPost,
			Path:        "/v2/training_data/files",
			Version:     orbit,
			Undo:        "delete_training_file trainingFileId=made",
			Input:       input.Args[createTrainingFile](),
			Rules:       []input.Rule{{Need: "content|url"}},
			Output:      trainingFileView,
			Example:     `{"name":"Refund policy","content":"Refunds take **five** working days.","externalId":"refund-policy"}`,
		},
		{
			Name:        "update_training_file",
			Title:       "Update training file",
			Description: "Rename a training file or replace its text.",
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/training_data/files/{trainingFileId}",
			Version:     orbit,
			Input:       input.Args[updateTrainingFile](),
			Output:      trainingFileView,
			Example:     `{"trainingFileId":"<trainingFileId>","name":"Onboarding"}`,
		},
		{
			Name:        "delete_training_file",
			Title:       "Delete training file",
			Description: "Delete a training file for good.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/training_data/files/{trainingFileId}",
			Version:     orbit,
			Input:       input.Args[deleteTrainingFile](),
			Example:     `{"trainingFileId":"<trainingFileId>"}`,
		},
		{
			Name:        "list_qna",
			Title:       "List Q&A entries",
			Description: "List the questions and answers that the AI agent learns from.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/training_data/qna",
			Version:     orbit,
			Input:       input.Args[listQna](),
			Output:      qnaView,
			Example:     `{}`,
		},
		{
			Name:        "get_qna",
			Title:       "Get Q&A entry",
			Description: "Get one Q&A entry with all its questions, its answer and its revision.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/training_data/qna/{qnaId}",
			Version:     orbit,
			Input:       input.Args[getQna](),
			Output:      qnaView,
			Example:     `{"qnaId":"<qnaId>"}`,
		},
		{
			Name:  "create_qna",
			Title: "Create Q&A entry",
			Description: "Teach the AI agent an answer. An entry with this externalId or question gets the questions added and its answer replaced. " +
				"onMatch compares with other knowledge first.",
			Effect:     engine.Write,
			Overwrites: true,
			Method:     http.MethodPost,
			Path:       "/v2/training_data/qna",
			Version:    orbit,
			Undo:       "delete_qna qnaId=made",
			Unsaid:     []engine.Unsaid{comparisonFailed},
			Input:      input.Args[createQna](),
			Output:     qnaView,
			Example:    `{"questions":["Can I export a board as PDF?"],"answer":"Open **Board > Export**.","externalId":"export-board"}`,
		},
		{
			Name:        "update_qna",
			Title:       "Update Q&A entry",
			Description: "Change a Q&A entry. questions replaces all of them; expectedRevision refuses to overwrite a newer one.",
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/training_data/qna/{qnaId}",
			Version:     orbit,
			Unsaid:      []engine.Unsaid{comparisonFailed},
			Input:       input.Args[updateQna](),
			Output:      qnaView,
			Example:     `{"qnaId":"<qnaId>","answer":"An invitation is valid for 14 days."}`,
		},
		{
			Name:        "delete_qna",
			Title:       "Delete Q&A entry",
			Description: "Delete a Q&A entry for good.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/training_data/qna/{qnaId}",
			Version:     orbit,
			Input:       input.Args[deleteQna](),
			Example:     `{"qnaId":"<qnaId>"}`,
		},
		{
			Name:        "ask_qna_oracle",
			Title:       "Ask Q&A oracle",
			Description: "Ask what to do with a proposed Q&A entry, given what the AI agent knows. Advice that can miss knowledge.",
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/training_data/oracle",
			Version:     orbit,
			Input:       input.Args[askQnaOracle](),
			Output:      oracleView,
			Example:     `{"questions":["How long is an invitation valid?"],"answer":"14 days."}`,
		},
	},
}

// comparisonFailed is what the pages say of a 503, which elsewhere leaves open whether a write was made. Without onMatch nothing is compared.
var comparisonFailed = engine.Unsaid{
	Failures: []client.Kind{client.KindServer},
	Status:   http.StatusServiceUnavailable,
	Given:    "onMatch",
	Nothing:  true,
	Words:    "By Featurebase's reference, the comparison with other knowledge could not run.",
}

type listTrainingFiles struct {
	Status     string `json:"status,omitempty" jsonschema:"enum=processing,enum=completed,enum=failed"`
	ExternalID string `json:"externalId,omitempty" jsonschema:"minLength=1,maxLength=255"`
	Source     string `json:"source,omitempty" jsonschema:"minLength=1,maxLength=100"`
	input.Page
	input.Detail
}

type getTrainingFile struct {
	TrainingFileID input.ObjectID `json:"trainingFileId"`
	input.Document
}

type createTrainingFile struct {
	Name       string         `json:"name,omitempty" jsonschema:"minLength=1,maxLength=255" jsonschema_description:"Needed with content."`
	Content    markup.Source  `json:"content,omitempty" jsonschema:"maxLength=2000000" jsonschema_description:"Markdown, to 200 KB; longer by url."`
	URL        markup.Address `json:"url,omitempty"`
	ExternalID string         `json:"externalId,omitempty" jsonschema:"minLength=1,maxLength=255"`
	Source     string         `json:"source,omitempty" jsonschema:"minLength=1,maxLength=100" jsonschema_description:"Label."`
}

type updateTrainingFile struct {
	TrainingFileID input.ObjectID `json:"trainingFileId"`
	Name           string         `json:"name,omitempty" jsonschema:"minLength=1,maxLength=255"`
	Content        markup.Source  `json:"content,omitempty" jsonschema:"maxLength=2000000" jsonschema_description:"Markdown, to 200 KB."`
	ExternalID     string         `json:"externalId,omitempty" jsonschema:"minLength=1,maxLength=255"`
	Source         string         `json:"source,omitempty" jsonschema:"minLength=1,maxLength=100"`
}

type deleteTrainingFile struct {
	TrainingFileID input.ObjectID `json:"trainingFileId"`
}

type listQna struct {
	ExternalID string `json:"externalId,omitempty" jsonschema:"minLength=1,maxLength=255"`
	Source     string `json:"source,omitempty" jsonschema:"minLength=1,maxLength=100"`
	input.Page
	input.Detail
}

type getQna struct {
	QnaID input.ObjectID `json:"qnaId"`
	input.Document
}

type createQna struct {
	Questions  []string      `json:"questions,omitempty" jsonschema:"maxItems=50" jsonschema_description:"Variants of one question."`
	Answer     markup.Source `json:"answer,omitempty" jsonschema:"minLength=1,maxLength=100000" jsonschema_description:"Markdown."`
	Title      string        `json:"title,omitempty"`
	ExternalID string        `json:"externalId,omitempty" jsonschema:"minLength=1,maxLength=255" jsonschema_description:"Makes repeating safe."`
	Source     string        `json:"source,omitempty" jsonschema:"minLength=1,maxLength=100" jsonschema_description:"Label."`
	OnMatch    string        `json:"onMatch,omitempty" jsonschema:"enum=reject,enum=update,enum=create"`
}

type updateQna struct {
	QnaID            input.ObjectID `json:"qnaId"`
	Questions        []string       `json:"questions,omitempty" jsonschema:"maxItems=50"`
	Answer           markup.Source  `json:"answer,omitempty" jsonschema:"minLength=1,maxLength=100000" jsonschema_description:"Markdown."`
	Title            string         `json:"title,omitempty"`
	Source           string         `json:"source,omitempty" jsonschema:"minLength=1,maxLength=100"`
	ExpectedRevision revision       `json:"expectedRevision,omitempty"`
	OnMatch          string         `json:"onMatch,omitempty" jsonschema:"enum=reject,enum=update,enum=create"`
}

type deleteQna struct {
	QnaID input.ObjectID `json:"qnaId"`
}

type askQnaOracle struct {
	Questions  []string      `json:"questions,omitempty" jsonschema:"maxItems=50"`
	Answer     markup.Source `json:"answer,omitempty" jsonschema_description:"Markdown."`
	ExternalID string        `json:"externalId,omitempty" jsonschema:"minLength=1,maxLength=255"`
	ExcludeIDs []string      `json:"excludeIds,omitempty" jsonschema_description:"Entries not to compare with."`
}

// revision is the revision of a Q&A entry. The pages do not say whether it is a number or a text, so a number goes out as one.
type revision string

// Wire returns the number that a text of digits is.
func (revision) Wire(v any, _ reflect.StructTag) (any, error) {
	text, _ := v.(string)
	if text != "" && len(text) < 16 && text[0] != '0' && strings.Trim(text, "0123456789") == "" {
		return json.Number(text), nil
	}
	return v, nil
}
