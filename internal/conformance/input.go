//go:build conformance

package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
)

// A question goes to the client, by its model, its user or its roots.
type question struct {
	id         string
	capability string // that the client has to declare
	ask        func(*server.InputRequestBuilder)
	answer     func(mcp.InputResponses) (text string, ok bool)
}

// elicit asks the user.
func elicit(id, message, schema string) question {
	return question{
		id: id, capability: "elicitation",
		ask: func(b *server.InputRequestBuilder) {
			b.Elicit(id, mcp.ElicitationParams{Message: message, RequestedSchema: json.RawMessage(schema)})
		},
		answer: func(responses mcp.InputResponses) (string, bool) {
			given := server.ElicitationResponse(responses, id)
			if given == nil || given.Action == "" {
				return "", false
			}
			content, err := json.Marshal(given.Content)
			return fmt.Sprintf("action=%s, content=%s", given.Action, content), err == nil
		},
	}
}

// sample asks the client's model.
func sample(id, prompt string) question {
	return question{
		id: id, capability: "sampling",
		ask: func(b *server.InputRequestBuilder) {
			b.Sample(id, mcp.CreateMessageParams{
				Messages:  []mcp.SamplingMessage{{Role: mcp.RoleUser, Content: mcp.NewTextContent(prompt)}},
				MaxTokens: 100,
			})
		},
		answer: func(responses mcp.InputResponses) (string, bool) {
			given := server.SamplingResponse(responses, id)
			if given == nil {
				return "", false
			}
			content, err := mcp.ParseSamplingContent(given.Content)
			if err != nil {
				return "", false
			}
			text, ok := content.(mcp.TextContent)
			return text.Text, ok
		},
	}
}

// roots asks what folders the client works in.
func roots(id string) question {
	return question{
		id: id, capability: "roots",
		ask: func(b *server.InputRequestBuilder) { b.Roots(id) },
		answer: func(responses mcp.InputResponses) (string, bool) {
			given := server.RootsResponse(responses, id)
			if given == nil {
				return "", false
			}
			var names []string
			for _, root := range given.Roots {
				names = append(names, root.URI)
			}
			return strings.Join(names, ", "), true
		},
	}
}

// A dialogue is a tool that asks, in one or more rounds, and then answers with what it was told. Clients before 2026-07-28 are asked by requests
// of the server, which mcp-go makes.
type dialogue struct {
	name, description string
	arguments         []mcp.ToolOption
	answer            string // what its answer begins with
	stateful          bool   // between two rounds the client keeps a state
	adapts            bool   // leaves out what the client cannot be asked, where others refuse to be called
	rounds            func(mcp.CallToolRequest) [][]question
}

const (
	schemaName    = `{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}`
	schemaColor   = `{"type":"object","properties":{"color":{"type":"string"}},"required":["color"]}`
	schemaOK      = `{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}`
	schemaContext = `{"type":"object","properties":{"context":{"type":"string"}},"required":["context"]}`
	schemaUser    = `{"type":"object","properties":{
		"username":{"type":"string","description":"User's response"},
		"email":{"type":"string","description":"User's email address"}
	},"required":["username","email"]}`
	schemaDefaults = `{"type":"object","properties":{
		"name":{"type":"string","default":"John Doe"},
		"age":{"type":"integer","default":30},
		"score":{"type":"number","default":95.5},
		"status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},
		"verified":{"type":"boolean","default":true}
	}}`
	schemaEnums = `{"type":"object","properties":{
		"untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
		"titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},{"const":"value2","title":"Second Option"}]},
		"legacyEnum":{"type":"string","enum":["opt1","opt2"],"enumNames":["Option One","Option Two"]},
		"untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
		"titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},{"const":"value2","title":"Second Choice"}]}}
	}}`
)

// once is one round of questions that are always the same.
func once(questions ...question) func(mcp.CallToolRequest) [][]question { return rounds(questions) }

func rounds(questions ...[]question) func(mcp.CallToolRequest) [][]question {
	return func(mcp.CallToolRequest) [][]question { return questions }
}

var dialogues = []dialogue{
	{
		name: "test_sampling", description: "Asks the client's model.", answer: "LLM response: ",
		arguments: []mcp.ToolOption{mcp.WithString("prompt", mcp.Required())},
		rounds: func(r mcp.CallToolRequest) [][]question {
			return [][]question{{sample("reply", r.GetString("prompt", ""))}}
		},
	},
	{
		name: "test_elicitation", description: "Asks the user.", answer: "User response: ",
		arguments: []mcp.ToolOption{mcp.WithString("message", mcp.Required())},
		rounds: func(r mcp.CallToolRequest) [][]question {
			return [][]question{{elicit("user", r.GetString("message", ""), schemaUser)}}
		},
	},
	{
		name: "test_elicitation_sep1034_defaults", description: "Asks the user, with defaults.", answer: "Elicitation completed: ",
		rounds: once(elicit("user", "Please review the form.", schemaDefaults)),
	},
	{
		name: "test_elicitation_sep1330_enums", description: "Asks the user to choose.", answer: "Elicitation completed: ",
		rounds: once(elicit("user", "Please choose.", schemaEnums)),
	},
	{
		name: "test_missing_capability", description: "Needs a client with a model.", answer: "LLM response: ",
		rounds: once(sample("reply", "Say something.")),
	},
	{
		name: "test_streaming_elicitation", description: "Asks the user in its result.", answer: "User response: ",
		rounds: once(elicit("user", "Please fill in.", schemaUser)),
	},
	{
		name: "test_input_required_result_elicitation", description: "Asks the user for a name.", answer: "Hello: ",
		rounds: once(elicit("user_name", "What is your name?", schemaName)),
	},
	{
		name: "test_input_required_result_sampling", description: "Asks the client's model for a capital.", answer: "The model says: ",
		rounds: once(sample("capital_question", "What is the capital of France?")),
	},
	{
		name: "test_input_required_result_list_roots", description: "Asks for the client's roots.", answer: "Roots: ",
		rounds: once(roots("client_roots")),
	},
	{
		name: "test_input_required_result_request_state", description: "Has the client keep a state.", answer: "state-ok: ", stateful: true,
		rounds: once(elicit("confirm", "Please confirm", schemaOK)),
	},
	{
		name: "test_input_required_result_tampered_state", description: "Refuses a state that it did not give.", answer: "state-ok: ", stateful: true,
		rounds: once(elicit("confirm", "Please confirm", schemaOK)),
	},
	{
		name: "test_input_required_result_multiple_inputs", description: "Asks for three things at once.", answer: "All answered: ", stateful: true,
		rounds: once(elicit("user_name", "What is your name?", schemaName), sample("greeting", "Generate a greeting"), roots("client_roots")),
	},
	{
		name: "test_input_required_result_multi_round", description: "Asks one thing after the other.", answer: "Both answered: ", stateful: true,
		rounds: rounds(
			[]question{elicit("step1", "Step 1: What is your name?", schemaName)},
			[]question{elicit("step2", "Step 2: What is your favorite color?", schemaColor)},
		),
	},
	{
		name: "test_input_required_result_capabilities", description: "Asks what the client can be asked.", answer: "Answered: ", adapts: true,
		rounds: once(elicit("user_name", "What is your name?", schemaName), sample("greeting", "Generate a greeting")),
	},
}

func addDialogues(s *server.MCPServer) {
	for _, d := range dialogues {
		s.AddTool(mcp.NewTool(d.name, append(d.arguments, mcp.WithDescription(d.description))...), d.call)
	}
}

// call asks what has not been answered, or answers.
func (d dialogue) call(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	all := d.rounds(r)
	round, given := 0, r.Params.InputResponses
	switch {
	case !d.stateful:
	case r.Params.RequestState == "":
		given = nil // without the state it is not known what they answer
	default:
		var ok bool
		if round, ok = roundOf(d.name, r.Params.RequestState); !ok {
			return nil, &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: "requestState is not one that this server gave for this tool."}
		}
	}
	missing := func(q question) bool { return !declares(ctx, q.capability) }
	if d.adapts {
		all[round] = slices.DeleteFunc(slices.Clone(all[round]), missing)
	} else if i := slices.IndexFunc(all[round], missing); i >= 0 {
		return nil, missingCapability(all[round][i].capability)
	}
	if texts, complete := answers(all[round], given); complete {
		if round++; round == len(all) {
			return mcp.NewToolResultText(d.answer + strings.Join(texts, "; ")), nil
		}
	}
	builder := server.NewInputRequestBuilder("")
	for _, q := range all[round] {
		q.ask(builder)
	}
	if d.stateful {
		builder.RequestState(state(d.name, round))
	}
	return builder.ToolResult(), nil
}

// answers are what the client said to the questions, if it answered each.
func answers(questions []question, given mcp.InputResponses) (texts []string, complete bool) {
	for _, q := range questions {
		text, ok := q.answer(given)
		if !ok {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}

// declares reports whether the client can be asked in this way.
func declares(ctx context.Context, capability string) bool {
	var can mcp.ClientCapabilities
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		if info.ClientCapabilities != nil {
			can = *info.ClientCapabilities
		}
	} else if known, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo); ok {
		can = known.GetClientCapabilities()
	}
	switch capability {
	case "elicitation":
		return wire.CanElicit(ctx)
	case "sampling":
		return can.Sampling != nil
	default:
		return can.Roots != nil
	}
}

func missingCapability(capability string) error {
	return &wire.CodedError{
		Code:    mcp.MISSING_REQUIRED_CLIENT_CAPABILITY,
		Message: "This tool needs a client that declares " + capability + ".",
		Data:    map[string]any{"requiredCapabilities": map[string]any{capability: map[string]any{}}},
	}
}
