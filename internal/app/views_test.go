package app_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/apps"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/tools"
)

// panelled returns a client of a server, which declares that it shows panels, or does not.
func panelled(t *testing.T, cfg app.Config, shows bool) *mcpclient.Client {
	t.Helper()
	return hostNamed(t, cfg, shows, "a host")
}

// hostNamed is panelled for a client that goes by a name.
func hostNamed(t *testing.T, cfg app.Config, shows bool, name string) *mcpclient.Client {
	t.Helper()
	cfg.Version, cfg.Sandbox = "test", &app.Sandbox{}
	cfg.Client.Version = "2026-01-01.nova"
	a, err := app.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	host, err := mcpclient.NewInProcessClientWithOptions(a.MCP)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	t.Cleanup(func() {
		_ = host.Close()
		a.Close(ctx)
	})
	if err := host.Start(ctx); err != nil {
		t.Fatal(err)
	}
	hello := mcp.InitializeRequest{Params: mcp.InitializeParams{ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION, ClientInfo: mcp.Implementation{Name: name, Version: "1"}}}
	if shows {
		hello.Params.Capabilities.Extensions = map[string]any{wire.AppsExtension: map[string]any{"mimeTypes": []any{wire.AppsMIME}}}
	}
	if _, err := host.Initialize(ctx, hello); err != nil {
		t.Fatal(err)
	}
	return host
}

// resourceOf returns the address of the panel that a tool names.
func resourceOf(tool mcp.Tool) string {
	if tool.Meta == nil {
		return ""
	}
	ui, _ := tool.Meta.AdditionalFields["ui"].(map[string]any)
	uri, _ := ui["resourceUri"].(string)
	return uri
}

func TestPanelsAreListedAndRead(t *testing.T) {
	t.Parallel()
	host := panelled(t, app.Config{Selection: tools.Selection{Toolsets: []string{tools.AllTools}}}, true)
	listed, err := host.ListResources(t.Context(), mcp.ListResourcesRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range apps.Views() {
		i := slices.IndexFunc(listed.Resources, func(r mcp.Resource) bool { return r.URI == v.URI() })
		if i < 0 || listed.Resources[i].MIMEType != wire.AppsMIME {
			t.Fatalf("%s is not listed as a page of a panel: %+v", v.URI(), listed.Resources)
		}
		read, err := host.ReadResource(t.Context(), mcp.ReadResourceRequest{Params: mcp.ReadResourceParams{URI: v.URI()}})
		if err != nil {
			t.Fatal(err)
		}
		page, _ := read.Contents[0].(mcp.TextResourceContents)
		meta, err := json.Marshal(page.Meta)
		if err != nil {
			t.Fatal(err)
		}
		if page.MIMEType != wire.AppsMIME || page.Text != v.HTML() || !strings.Contains(string(meta), `"connectDomains":[]`) || !strings.Contains(string(meta), `"resourceDomains":[]`) {
			t.Errorf("%s: %s, %s", v.URI(), page.MIMEType, meta)
		}
	}
}

// Each tool that names a panel names one that exists, in every mode; a tool that may ask has one that can.
func TestToolsNameTheirPanels(t *testing.T) {
	t.Parallel()
	for _, mode := range []engine.ConfirmMode{engine.ConfirmAuto, engine.ConfirmAlways, engine.ConfirmNever} {
		host := panelled(t, app.Config{Confirm: mode, Selection: tools.Selection{Toolsets: []string{tools.AllTools}}}, true)
		list, err := host.ListTools(t.Context(), mcp.ListToolsRequest{})
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]string{}
		for _, tool := range list.Tools {
			if uri := resourceOf(tool); uri != "" {
				named[tool.Name] = strings.TrimPrefix(uri, "ui://featurebase/")
				if !apps.Known(named[tool.Name]) {
					t.Errorf("%s names %s, which does not exist", tool.Name, uri)
				}
			}
		}
		confirms := map[engine.ConfirmMode]string{engine.ConfirmAuto: "confirm", engine.ConfirmAlways: "confirm"}[mode]
		messages := map[engine.ConfirmMode]string{engine.ConfirmAlways: "confirm"}[mode]
		for tool, want := range map[string]string{
			"plan_changes": "plan", "apply_plan": "plan", "triage_queue": "triage", "feedback_report": "report", "support_report": "report",
			"summarize_conversation": "conversation", "get_post": "", "delete_post": confirms, "reply_to_conversation": messages,
		} {
			if named[tool] != want {
				t.Errorf("--confirm %s: %s names %q, expected %q", mode, tool, named[tool], want)
			}
		}
	}
}

func TestWithoutPanelsThereAreNone(t *testing.T) {
	t.Parallel()
	host := panelled(t, app.Config{NoApps: true}, true)
	for _, client := range []*mcpclient.Client{host, panelled(t, app.Config{}, false)} {
		listed, err := client.ListResources(t.Context(), mcp.ListResourcesRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range listed.Resources {
			if strings.HasPrefix(r.URI, "ui:") {
				t.Errorf("%s is listed", r.URI)
			}
		}
	}
	list, err := host.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range list.Tools {
		if uri := resourceOf(tool); uri != "" {
			t.Errorf("%s names %s", tool.Name, uri)
		}
	}
	if meta := viewOf(t, host, "triage_queue", `{"limit":2}`); meta != "" {
		t.Errorf("data of a panel: %s", meta)
	}
}

// viewOf calls a tool and returns the data of its panel as JSON, which is empty if there is none.
func viewOf(t *testing.T, host *mcpclient.Client, tool, args string) string {
	t.Helper()
	var arguments map[string]any
	if err := json.Unmarshal([]byte(args), &arguments); err != nil {
		t.Fatal(err)
	}
	res, err := host.CallTool(t.Context(), mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: arguments}})
	if err != nil {
		t.Fatal(err)
	}
	if res.Meta == nil || res.Meta.AdditionalFields[engine.MetaView] == nil {
		return ""
	}
	data, err := json.Marshal(res.Meta.AdditionalFields[engine.MetaView])
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The data of a panel goes to clients that show panels alone, and a mask holds in it as in the text.
func TestDataOfPanelsGoesToThoseWhoShowThem(t *testing.T) {
	t.Parallel()
	cfg := app.Config{MaskEmails: true, Selection: tools.Selection{Toolsets: []string{tools.AllTools}}}
	shows, bare, leaks := panelled(t, cfg, true), panelled(t, cfg, false), hostNamed(t, cfg, true, "openai-mcp")
	for tool, args := range map[string]string{
		"triage_queue": `{"limit":2}`, "feedback_report": `{"startDate":"2026-10-01","endDate":"2026-10-31"}`, "summarize_conversation": `{"conversationId":"10083"}`,
		"plan_changes": `{"tool":"upsert_contact","rows":[{"email":"jo.nobody@example.com","name":"Jo"}]}`,
	} {
		view := viewOf(t, shows, tool, args)
		if view == "" || strings.Contains(view, "jo.nobody@") {
			t.Errorf("%s: the data of its panel is %q", tool, view)
		}
		if view := viewOf(t, bare, tool, args); view != "" {
			t.Errorf("%s: a client without panels got %s", tool, view)
		}
		if view := viewOf(t, leaks, tool, args); view != "" {
			t.Errorf("%s: a client whose model may read metadata got %s", tool, view)
		}
	}
}
