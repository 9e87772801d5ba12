package install

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// Links are addresses of a host that show a person the entry and add it once they agree. A page can have them, since what they name comes from npm: no
// path of anybody's machine is in them.
func Links() map[string]string {
	npx := Entry{Command: []string{"npx", "-y", program}}
	links := map[string]string{}
	for _, sandbox := range []bool{false, true} {
		npx.Sandbox = sandbox
		name, suffix := Name, ""
		if sandbox {
			name, suffix = Name+"-sandbox", " sandbox"
		}
		cursor := cursorEntry(npx)
		links["Cursor"+suffix] = "https://cursor.com/en/install-mcp?name=" + name + "&config=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(asJSON(cursor))))
		for _, h := range []*Host{Find("vscode"), Find("vscode-insiders")} {
			link := "https://insiders.vscode.dev/redirect/mcp/install?name=" + name + "&config=" + escaped(asJSON(h.fields(npx, nil).present()))
			if !sandbox {
				link += "&inputs=" + escaped(asJSON([]object{h.input.item}))
			}
			if h.Name == "vscode-insiders" {
				link += "&quality=insiders"
			}
			links[h.Title+suffix] = link
		}
	}
	return links
}

// cursorEntry names a variable of the person's shell, since a link holds no key and Cursor asks for none.
func cursorEntry(e Entry) object {
	entry := Find("cursor").fields(e, nil)
	for i, f := range entry {
		if f.name == variablesField && !e.Sandbox {
			entry[i].value = object{{keyVariable, "${env:" + keyVariable + "}"}}
		}
	}
	return entry.present()
}

// escaped is a text in the query of an address, as encodeURIComponent writes it.
func escaped(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// asJSON writes a value in one line, without blanks.
func asJSON(value any) string {
	text := style{}.render(value, 0)
	var compact strings.Builder
	encoder := json.NewEncoder(&compact)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(json.RawMessage(text)) // it was written just now
	return strings.TrimSuffix(compact.String(), "\n")
}
