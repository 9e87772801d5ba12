package engine_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/sandbox"
)

// messaging are calls that message people, where the example of the operation does not.
var messaging = map[string]string{
	"create_post":           `{"boardId":"<boardId>","title":"Export reports as CSV","notifyAdmins":true,"integrations":{"slack":true}}`,
	"update_post":           `{"postId":"<postId>","statusId":"<statusId>","sendStatusUpdateEmail":true}`,
	"publish_changelog":     `{"changelogId":"<changelogId>","locales":["en"],"sendEmail":true}`,
	"reply_to_conversation": `{"conversationId":"<conversationId>","type":"admin","messageType":"reply","bodyMarkdown":"Thank you for writing.\n\nThe **invoice** is [here](https://example.com/invoice)."}`,
	"update_ticket":         `{"ticketNumber":"<ticketNumber>","open":false}`,
	"reply_to_ticket":       `{"ticketNumber":"<ticketNumber>","type":"admin","messageType":"comment","body":"It works again."}`,
}

// asking are the examples, with the calls that message people in the place of those that do not.
func asking(t *testing.T) []enginetest.Example {
	t.Helper()
	list := enginetest.Examples(t)
	for i, e := range list {
		if arguments := messaging[e.Op.Name]; arguments != "" {
			list[i].Arguments = enginetest.Fill(t, arguments)
		}
	}
	return list
}

// organization is a sandbox that counts the requests of a server, and tells the writes it applied and what it would have sent out.
type organization struct {
	t    *testing.T
	api  http.RoundTripper
	app  *app.App
	mu   sync.Mutex
	sent []string
}

// organized starts a server in front of a sandbox of its own.
func organized(t *testing.T, cfg app.Config) *organization {
	t.Helper()
	o := &organization{t: t, api: enginetest.Box(t, sandbox.Options{Control: true}).Transport()}
	cfg.Client = enginetest.Behind(o)
	o.app = enginetest.New(t, cfg)
	return o
}

// RoundTrip implements http.RoundTripper.
func (o *organization) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/search") {
		o.mu.Lock()
		o.sent = append(o.sent, r.Method+" "+r.URL.Path)
		o.mu.Unlock()
	}
	return o.api.RoundTrip(r)
}

// outbox is what the sandbox would have sent to people and other systems.
func (o *organization) outbox() []string {
	o.t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(o.t.Context()), http.MethodGet, "http://127.0.0.1/_sandbox/outbox", http.NoBody)
	if err != nil {
		o.t.Fatal(err)
	}
	res, err := o.api.RoundTrip(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	content, _ := io.ReadAll(res.Body)
	var out struct {
		Data []struct {
			Type string `json:"type"`
		} `json:"data"`
	}
	if err := json.Unmarshal(content, &out); err != nil {
		o.t.Fatalf("%v: %s", err, content)
	}
	var types []string
	for _, entry := range out.Data {
		if entry.Type != "webhook" { // the organization's own, and of every write
			types = append(types, entry.Type)
		}
	}
	return types
}

// result is the outcome of a call.
type result struct {
	mcp.CallToolResult
	question string
}

// call makes a call of protocol 2026-07-28 by a client that declares what it can do.
func (o *organization) call(tool, arguments, capabilities string) result {
	o.t.Helper()
	line := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + arguments +
		`,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":` + capabilities + `}}}`
	answered, err := json.Marshal(o.app.MCP.HandleMessage(context.WithoutCancel(o.t.Context()), []byte(line)))
	if err != nil {
		o.t.Fatal(err)
	}
	var message struct {
		Result json.RawMessage `json:"result"`
	}
	var r result
	if err := json.Unmarshal(answered, &message); err != nil || json.Unmarshal(message.Result, &r.CallToolResult) != nil {
		o.t.Fatalf("%s", answered)
	}
	if asked := r.InputRequests["confirm"].Elicitation; asked != nil {
		r.question = asked.Message
	}
	return r
}

const (
	canAsk    = `{"elicitation":{}}`
	cannotAsk = `{}`
)

// What people read before they approve, for every operation that asks; for their eyes.
func TestTheQuestionSaysWhatHappensToWhat(t *testing.T) {
	t.Parallel()
	asked := 0
	questions := golden.Archive(t, "testdata/questions.txtar")
	o := organized(t, app.Config{Confirm: engine.ConfirmAlways, ActingAdmin: enginetest.ActingAdmin, AllowImpersonation: true})
	for _, e := range asking(t) {
		if !e.Op.Asked(engine.ConfirmAlways, e.Arguments) {
			continue
		}
		r := o.call(e.Op.Name, e.Arguments, canAsk)
		if r.question == "" || len(o.sent) > 0 {
			t.Fatalf("%s %s: asked %q, sent %v, %s", e.Op.Name, e.Arguments, r.question, o.sent, enginetest.Text(r.CallToolResult))
		}
		asked++
		questions.File(t, e.Op.Name, r.question)
	}
	if asked < 25 {
		t.Errorf("only %d operations ask", asked)
	}
}

// With --confirm always and a client that cannot ask, nothing that cannot be undone and no message leaves, whatever is called.
func TestNothingFinalAndNoMessageGoesOutUnasked(t *testing.T) {
	t.Parallel()
	made := 0
	o := organized(t, app.Config{Confirm: engine.ConfirmAlways, ActingAdmin: enginetest.ActingAdmin, AllowImpersonation: true})
	for _, e := range asking(t) {
		if e.Op.Effect == engine.Read || e.Op.Run != nil { // what a plan asks is tried with plans
			continue
		}
		o.sent = nil
		r := o.call(e.Op.Name, e.Arguments, cannotAsk)
		switch {
		case !e.Op.Asked(engine.ConfirmAlways, e.Arguments):
			if made++; r.IsError || len(o.sent) == 0 {
				t.Errorf("%s was not done: %s", e.Op.Name, enginetest.Text(r.CallToolResult))
			}
		case !r.IsError || !strings.Contains(enginetest.Text(r.CallToolResult), "--confirm always") || len(o.sent) > 0:
			t.Errorf("%s: %s; sent %v", e.Op.Name, enginetest.Text(r.CallToolResult), o.sent)
		}
		if out := o.outbox(); len(out) > 0 {
			t.Errorf("%s messaged people: %v", e.Op.Name, out)
		}
	}
	if made < 15 {
		t.Errorf("only %d calls needed no question", made)
	}
}

// In mode auto a client that cannot ask leaves approval to its host, and one that can is asked before what is final or declared so. What the
// declarations say of messages is what the sandbox then sends: no call messages people without a notice, and none has one in vain.
func TestAutoRunsWhereNobodyCanBeAsked(t *testing.T) {
	t.Parallel()
	cfg := app.Config{ActingAdmin: enginetest.ActingAdmin, AllowImpersonation: true}
	untouched, shared := organized(t, cfg), organized(t, cfg)
	for _, e := range asking(t) {
		if e.Op.Effect == engine.Read || e.Op.Run != nil { // what a plan asks is tried with plans
			continue
		}
		o := shared
		if e.Op.Effect == engine.Destroy { // of what other examples are about
			o = organized(t, cfg)
		}
		o.sent = nil
		before := len(o.outbox())
		if e.Op.Preview != "" && e.Op.Asked(engine.ConfirmAuto, e.Arguments) { // this mode is as strict with it as the next one
			if r := o.call(e.Op.Name, e.Arguments, cannotAsk); !r.IsError || !strings.Contains(enginetest.Text(r.CallToolResult), "a preview") || len(o.sent) > 0 {
				t.Errorf("%s: %s; sent %v", e.Op.Name, enginetest.Text(r.CallToolResult), o.sent)
			}
			if r := untouched.call(e.Op.Name, e.Arguments, canAsk); r.question == "" || len(untouched.sent) > 0 {
				t.Errorf("%s was not asked about: %s", e.Op.Name, enginetest.Text(r.CallToolResult))
			}
			continue
		}
		if r := o.call(e.Op.Name, e.Arguments, cannotAsk); r.IsError || len(o.sent) == 0 {
			t.Errorf("%s: %s", e.Op.Name, enginetest.Text(r.CallToolResult))
		}
		if out := o.outbox()[before:]; (len(out) > 0) != e.Op.Messages(e.Arguments) {
			t.Errorf("%s %s sent %v", e.Op.Name, e.Arguments, out)
		}
		if !e.Op.Asked(engine.ConfirmAuto, e.Arguments) {
			if r := o.call(e.Op.Name, e.Arguments, canAsk); r.question != "" {
				t.Errorf("%s was asked about: %s", e.Op.Name, r.question)
			}
		} else if r := untouched.call(e.Op.Name, e.Arguments, canAsk); r.question == "" || len(untouched.sent) > 0 {
			t.Errorf("%s was not asked about: %s", e.Op.Name, enginetest.Text(r.CallToolResult))
		}
	}
}

// A dry run sends nothing, so it asks nothing.
func TestADryRunDoesNotAsk(t *testing.T) {
	t.Parallel()
	o := organized(t, app.Config{Confirm: engine.ConfirmAlways, DryRun: true, ActingAdmin: enginetest.ActingAdmin, AllowImpersonation: true})
	for _, e := range asking(t) {
		if e.Op.Effect == engine.Read || e.Op.Run != nil { // what a plan asks is tried with plans
			continue
		}
		for _, capabilities := range []string{canAsk, cannotAsk} {
			if r := o.call(e.Op.Name, e.Arguments, capabilities); r.IsError || r.question != "" || len(o.sent) > 0 {
				t.Errorf("%s: %s%s", e.Op.Name, r.question, enginetest.Text(r.CallToolResult))
			}
		}
	}
}
