package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
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
func asking(t *testing.T) []example {
	t.Helper()
	f := finder{t: t, server: start(t, app.Config{Sandbox: &app.Sandbox{}}), found: map[string]json.RawMessage{}}
	list := examples(t)
	for i, e := range list {
		if arguments := messaging[e.op.Name]; arguments != "" {
			op := *e.op
			op.Example = arguments
			list[i].arguments = f.fill(&op)
		}
	}
	return list
}

// organization is a sandbox that counts the requests of a server, and tells the writes it applied and what it would have sent out.
type organization struct {
	t    *testing.T
	api  http.RoundTripper
	box  *sandbox.Sandbox
	app  *app.App
	mu   sync.Mutex
	sent []string
}

// organized starts a server in front of a sandbox of its own.
func organized(t *testing.T, cfg app.Config) *organization {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{NoAuth: true, Control: true})
	if err != nil {
		t.Fatal(err)
	}
	o := &organization{t: t, api: box.Transport(), box: box}
	cfg.Version, cfg.Selection = "test", tools.Selection{Toolsets: []string{tools.AllTools}}
	cfg.Client = client.Config{Version: "2026-01-01.nova", BaseURL: "http://127.0.0.1", NoAuth: true, Transport: o}
	if o.app, err = app.New(cfg); err != nil {
		t.Fatal(err)
	}
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

// outbox is what would have left the house for people and other tools.
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

// result is what a call came to.
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

func (r result) text() string {
	var b bytes.Buffer
	for _, content := range r.Content {
		b.WriteString(content.(mcp.TextContent).Text)
	}
	return b.String()
}

const (
	canAsk    = `{"elicitation":{}}`
	cannotAsk = `{}`
)

// What people read before they approve, for every operation that asks; for their eyes.
func TestTheQuestionSaysWhatHappensToWhat(t *testing.T) {
	t.Parallel()
	asked := 0
	o := organized(t, app.Config{Confirm: engine.ConfirmAlways, ActingAdmin: actingAdmin, AllowImpersonation: true})
	for _, e := range asking(t) {
		if !e.op.Asked() {
			continue
		}
		r := o.call(e.op.Name, e.arguments, canAsk)
		if r.question == "" || len(o.sent) > 0 {
			t.Fatalf("%s %s: asked %q, sent %v, %s", e.op.Name, e.arguments, r.question, o.sent, r.text())
		}
		asked++
		Golden(t, "questions/"+e.op.Name+".txt", []byte(r.question+"\n"))
	}
	if asked < 25 {
		t.Errorf("only %d operations ask", asked)
	}
}

// With --confirm always and a client that cannot ask, nothing that cannot be undone and no message leaves, whatever is called.
func TestNothingFinalAndNoMessageGoesOutUnasked(t *testing.T) {
	t.Parallel()
	made := 0
	o := organized(t, app.Config{Confirm: engine.ConfirmAlways, ActingAdmin: actingAdmin, AllowImpersonation: true})
	for _, e := range asking(t) {
		if e.op.Effect == engine.Read {
			continue
		}
		o.sent = nil
		r := o.call(e.op.Name, e.arguments, cannotAsk)
		switch {
		case !e.op.Asked():
			if made++; r.IsError || len(o.sent) == 0 {
				t.Errorf("%s was not done: %s", e.op.Name, r.text())
			}
		case !r.IsError || !strings.Contains(r.text(), "--confirm always") || len(o.sent) > 0:
			t.Errorf("%s: %s; sent %v", e.op.Name, r.text(), o.sent)
		}
		if out := o.outbox(); len(out) > 0 {
			t.Errorf("%s messaged people: %v", e.op.Name, out)
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
	cfg := app.Config{ActingAdmin: actingAdmin, AllowImpersonation: true}
	untouched, shared := organized(t, cfg), organized(t, cfg)
	for _, e := range asking(t) {
		if e.op.Effect == engine.Read {
			continue
		}
		o := shared
		if e.op.Effect == engine.Destroy { // of what other examples are about
			o = organized(t, cfg)
		}
		o.sent = nil
		before := len(o.outbox())
		if r := o.call(e.op.Name, e.arguments, cannotAsk); r.IsError || len(o.sent) == 0 {
			t.Errorf("%s: %s", e.op.Name, r.text())
		}
		if out := o.outbox()[before:]; (len(out) > 0) != e.op.Messages(e.arguments) {
			t.Errorf("%s %s sent %v", e.op.Name, e.arguments, out)
		}
		if final := e.op.Effect == engine.Destroy && !e.op.Reversible; !final && e.op.Confirm == "" {
			if r := o.call(e.op.Name, e.arguments, canAsk); r.question != "" {
				t.Errorf("%s was asked about: %s", e.op.Name, r.question)
			}
		} else if r := untouched.call(e.op.Name, e.arguments, canAsk); r.question == "" || len(untouched.sent) > 0 {
			t.Errorf("%s was not asked about: %s", e.op.Name, r.text())
		}
	}
}

// A dry run sends nothing, so it asks nothing.
func TestADryRunDoesNotAsk(t *testing.T) {
	t.Parallel()
	o := organized(t, app.Config{Confirm: engine.ConfirmAlways, DryRun: true, ActingAdmin: actingAdmin, AllowImpersonation: true})
	for _, e := range asking(t) {
		if e.op.Effect == engine.Read {
			continue
		}
		for _, capabilities := range []string{canAsk, cannotAsk} {
			if r := o.call(e.op.Name, e.arguments, capabilities); r.IsError || r.question != "" || len(o.sent) > 0 {
				t.Errorf("%s: %s%s", e.op.Name, r.question, r.text())
			}
		}
	}
}
