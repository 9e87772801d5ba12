package apps

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"slices"
	"strings"
)

// scheme is how the addresses of the pages begin.
const scheme = "ui://featurebase/"

//go:embed views
var files embed.FS

// View is one panel.
type View struct {
	Name        string // as operations name it
	Title       string // for people
	Description string
	parts       []string // the scripts and styles that its own ones build on
}

// Views returns all panels.
func Views() []View {
	return []View{
		{"plan", "Plan", "A plan of changes, before and after, with rows to leave out and a button that applies it.", []string{"question", "changes"}},
		{"triage", "Triage", "The queue, one post after the other beside those like it; what is chosen becomes a plan.", []string{"changes", "pair"}},
		{"report", "Report", "The figures of a period as charts, each point with its number.", nil},
		{"conversation", "Conversation", "The messages of a conversation, notes apart, and a reply that is looked at before it is sent.", []string{"changes", "pair"}},
		{"confirm", "Question", "A question about one call, which goes out when the user agrees.", []string{"question"}},
	}
}

// Known reports whether there is a panel of this name.
func Known(name string) bool {
	return slices.ContainsFunc(Views(), func(v View) bool { return v.Name == name })
}

// URI returns the address of the panel of this name.
func URI(name string) string { return scheme + name }

// URI returns the address of the page.
func (v View) URI() string { return URI(v.Name) }

// HTML returns the page, whole: a host shows it as it is and fetches nothing for it.
func (v View) HTML() string {
	var script, style strings.Builder
	tight := strings.NewReplacer(": ", ":", "; ", ";", " {", "{", "{ ", "{", " }", "}", ", ", ",")
	signs := strings.NewReplacer(" => ", "=>", " === ", "===", " !== ", "!==", " && ", "&&", " || ", "||", " ?? ", "??", " = ", "=") // which no text of a script has
	for _, name := range slices.Concat([]string{"client", "page"}, v.parts, []string{v.Name}) {
		script.WriteString(signs.Replace(served(name + ".js")))
		style.WriteString(tight.Replace(served(name + ".css")))
	}
	return page(v.Title, script.String(), style.String())
}

// page puts the parts together. The script and the styles are allowed by their hashes, so that no other text can become one of them, whatever a
// customer wrote.
func page(title, script, style string) string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '` + hash(script) + `'; style-src '` + hash(style) + `'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Featurebase: ` + title + `</title>
<style>` + style + `</style>
</head>
<body>
<main id="app" aria-busy="true"><p class="dim">Waiting for the answer…</p></main>
<p id="said" role="status" class="away"></p>
<div id="leads" aria-hidden="true"></div>
<script>` + script + `</script>
</body>
</html>
`
}

// served returns an embedded file without indentation, empty lines and lines of comments, which a browser does not need. It is empty for a part
// that has no such file. No text of the scripts goes over several lines.
func served(name string) string {
	data, err := files.ReadFile("views/" + name)
	if err != nil {
		return ""
	}
	var b strings.Builder
	inside := false // a comment of several lines
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		begins := strings.HasPrefix(line, "/**")
		if inside = inside || begins; inside {
			inside = !strings.HasSuffix(line, "*/")
			continue
		}
		if line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// hash returns what a content security policy knows a script or style by.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
