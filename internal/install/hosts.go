package install

import "slices"

// Host is a program that starts MCP servers, as far as its configuration goes.
type Host struct {
	Name  string // as people type it
	Title string
	Then  string // what makes the host read the file, and where the server is seen then

	linux, darwin, windows []string // where the file may be, the usual place first; ~ and $NAME are folders (see Machine.expand)
	signs                  []string // what else shows that the host is there
	command                string   // what starts it, where it is a command

	format format
	path   []string // to the entries
	shape  object   // of an entry; a slot is filled in
	input  input    // a question by which the host itself gets the key
}

// input is a question that a host asks, and whose answer it keeps among its own secrets.
type input struct {
	list, by  string // where questions stand, and the field that tells them apart
	item      object
	reference string // how an entry names the answer
}

// variablesField is where the shapes of hosts with an input have their variables.
const variablesField = "env"

// Hosts are all hosts that can be set up, in the order in which people are asked.
func Hosts() []*Host {
	plain := object{{"command", theCommand}, {"args", theArgs}, {"env", theVariables}}
	servers := []string{"mcpServers"}
	return []*Host{
		{
			Name: "claude-desktop", Title: "Claude Desktop", Then: "Quit Claude Desktop and open it again: Settings, Developer lists the server.",
			linux:  []string{"$XDG_CONFIG_HOME/Claude/claude_desktop_config.json"},
			darwin: []string{"~/Library/Application Support/Claude/claude_desktop_config.json"},
			windows: []string{
				"$APPDATA/Claude/claude_desktop_config.json",
				"$LOCALAPPDATA/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/claude_desktop_config.json", // where it comes from the store of the system
			},
			format: jsonWithComments{}, path: servers, shape: plain,
		},
		{
			Name: "claude-code", Title: "Claude Code", Then: "Start Claude Code again: /mcp lists the server, and so does claude mcp list.",
			linux: []string{"$CLAUDE_CONFIG_DIR|~/.claude.json"}, darwin: []string{"$CLAUDE_CONFIG_DIR|~/.claude.json"}, windows: []string{"$CLAUDE_CONFIG_DIR|~/.claude.json"},
			signs: []string{"~/.claude"}, command: "claude",
			format: jsonWithComments{}, path: servers, shape: append(object{{"type", "stdio"}}, plain...),
		},
		{
			Name: "cursor", Title: "Cursor", Then: "Cursor reads the file at once: Settings, MCP lists the server.",
			linux: []string{"~/.cursor/mcp.json"}, darwin: []string{"~/.cursor/mcp.json"}, windows: []string{"~/.cursor/mcp.json"},
			format: jsonWithComments{}, path: servers, shape: plain,
		},
		visualStudioCode("vscode", "VS Code", "Code"),
		visualStudioCode("vscode-insiders", "VS Code Insiders", "Code - Insiders"),
		{
			Name: "windsurf", Title: "Windsurf", Then: "Press refresh among the MCP servers of Cascade.",
			linux: []string{"~/.codeium/windsurf/mcp_config.json"}, darwin: []string{"~/.codeium/windsurf/mcp_config.json"}, windows: []string{"~/.codeium/windsurf/mcp_config.json"},
			format: jsonWithComments{}, path: servers, shape: plain,
		},
		{
			Name: "zed", Title: "Zed", Then: "Zed reads the file at once: the settings of the Agent Panel list the server.",
			linux: []string{"$XDG_CONFIG_HOME/zed/settings.json"}, darwin: []string{"~/.config/zed/settings.json"}, windows: []string{"$APPDATA/Zed/settings.json"},
			format: jsonWithComments{}, path: []string{"context_servers"}, shape: plain,
		},
		{
			Name: "codex", Title: "Codex", Then: "Start Codex again: codex mcp list shows the server, and so does /mcp.",
			linux: []string{"$CODEX_HOME|~/.codex/config.toml"}, darwin: []string{"$CODEX_HOME|~/.codex/config.toml"}, windows: []string{"$CODEX_HOME|~/.codex/config.toml"},
			command: "codex",
			format:  tables{}, path: []string{"mcp_servers"}, shape: plain,
		},
		{
			Name: "gemini", Title: "Gemini CLI", Then: "Start Gemini CLI again, in a folder that it trusts: /mcp lists the server.",
			linux: []string{"~/.gemini/settings.json"}, darwin: []string{"~/.gemini/settings.json"}, windows: []string{"~/.gemini/settings.json"},
			command: "gemini",
			format:  jsonWithComments{}, path: servers, shape: plain,
		},
		{
			Name: "qwen", Title: "Qwen Code", Then: "Start Qwen Code again: /mcp lists the server.",
			linux: []string{"~/.qwen/settings.json"}, darwin: []string{"~/.qwen/settings.json"}, windows: []string{"~/.qwen/settings.json"},
			command: "qwen",
			format:  jsonWithComments{}, path: servers, shape: plain,
		},
		{
			Name: "copilot", Title: "GitHub Copilot", Then: "Start Copilot CLI again: /mcp show lists the server. Sessions of Copilot in VS Code read the same file.",
			linux:   []string{"$COPILOT_HOME|~/.copilot/mcp-config.json"},
			darwin:  []string{"$COPILOT_HOME|~/.copilot/mcp-config.json"},
			windows: []string{"$COPILOT_HOME|~/.copilot/mcp-config.json"},
			command: "copilot",
			format:  jsonWithComments{}, path: servers,
			shape: append(append(object{{"type", "local"}}, plain...), field{"tools", initial{[]string{"*"}}}),
		},
		{
			Name: "opencode", Title: "opencode", Then: "Start opencode again: opencode mcp list shows the server.",
			linux:   []string{"$XDG_CONFIG_HOME/opencode/opencode.json", "$XDG_CONFIG_HOME/opencode/opencode.jsonc"},
			darwin:  []string{"$XDG_CONFIG_HOME/opencode/opencode.json", "$XDG_CONFIG_HOME/opencode/opencode.jsonc"},
			windows: []string{"$XDG_CONFIG_HOME/opencode/opencode.json", "$XDG_CONFIG_HOME/opencode/opencode.jsonc"},
			command: "opencode",
			format:  jsonWithComments{}, path: []string{"mcp"},
			shape: object{{"type", "local"}, {"command", theWords}, {"environment", theVariables}, {"enabled", initial{true}}},
		},
		{
			Name: "goose", Title: "Goose", Then: "Start Goose again: the extensions list the server.",
			linux: []string{"$XDG_CONFIG_HOME/goose/config.yaml"}, darwin: []string{"~/.config/goose/config.yaml"}, windows: []string{"$APPDATA/Block/goose/config/config.yaml"},
			command: "goose",
			format:  mappings{}, path: []string{"extensions"},
			shape: object{
				{"name", Name},
				{"type", "stdio"},
				{"enabled", initial{true}},
				{"description", initial{"Featurebase: feedback, changelogs, help center, inbox"}},
				{"cmd", theCommand},
				{"args", theArgs},
				{"envs", theVariables},
				{"timeout", initial{60}},
			},
		},
		{
			Name: "cline", Title: "Cline", Then: "Cline reads the file at once: MCP Servers, Installed lists the server.",
			linux: []string{
				"~/.cline/data/settings/cline_mcp_settings.json",
				"$XDG_CONFIG_HOME/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
			},
			darwin: []string{
				"~/.cline/data/settings/cline_mcp_settings.json",
				"~/Library/Application Support/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
			},
			windows: []string{
				"~/.cline/data/settings/cline_mcp_settings.json",
				"$APPDATA/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
			},
			command: "cline",
			format:  jsonWithComments{}, path: servers, shape: plain,
		},
	}
}

// visualStudioCode is a build of VS Code, whose files are in a folder of its own.
func visualStudioCode(name, title, folder string) *Host {
	const id = "featurebase-key"
	return &Host{
		Name: name, Title: title, Then: title + " asks for the key when the server starts first, and keeps it: MCP: List Servers shows the server.",
		linux:   []string{"$XDG_CONFIG_HOME/" + folder + "/User/mcp.json"},
		darwin:  []string{"~/Library/Application Support/" + folder + "/User/mcp.json"},
		windows: []string{"$APPDATA/" + folder + "/User/mcp.json"},
		format:  jsonWithComments{}, path: []string{"servers"},
		shape: object{{"type", "stdio"}, {"command", theCommand}, {"args", theArgs}, {variablesField, theVariables}},
		input: input{
			list: "inputs", by: "id", reference: "${input:" + id + "}",
			item: object{{"type", "promptString"}, {"id", id}, {"description", "Featurebase API key"}, {"password", true}},
		},
	}
}

// Find returns the host of a name, or nil.
func Find(name string) *Host {
	for _, h := range Hosts() {
		if h.Name == name {
			return h
		}
	}
	return nil
}

// KeepsKeys reports whether the host asks for the key itself and keeps it.
func (h *Host) KeepsKeys() bool { return h.input.list != "" }

// entry is the path to the entry of this server.
func (h *Host) entry() []string { return slices.Concat(h.path, []string{Name}) }

// places returns where the file of the host may be on a system.
func (h *Host) places(system string) []string {
	switch system {
	case "darwin":
		return h.darwin
	case "windows":
		return h.windows
	}
	return h.linux
}

// id is what tells the question apart from others.
func (i input) id() string {
	id, _ := pick(plain(i.item), i.by)
	return id.(string) //nolint:forcetypeassert // a text in each declaration
}

// laidOver returns decoded values with the question among them.
func (i input) laidOver(values any) any {
	list, _ := pick(values, i.list)
	items, _ := list.([]any)
	for _, item := range items {
		if id, _ := pick(item, i.by); id == i.id() {
			return values
		}
	}
	return place(values, []string{i.list}, append(slices.Clip(items), plain(i.item)))
}

// without returns decoded values without the question.
func (i input) without(values any) any {
	list, there := pick(values, i.list)
	items, _ := list.([]any)
	if !there {
		return values
	}
	kept := []any{}
	for _, item := range items {
		if id, _ := pick(item, i.by); id != i.id() {
			kept = append(kept, item)
		}
	}
	return place(values, []string{i.list}, kept)
}
