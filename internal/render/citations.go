package render

import (
	"fmt"
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// cited returns a message of the AI agent with its citations as [n], and the line of what these are.
func (t *Transcript) cited(message string, part rawjson.Value) (text, sources string) {
	n := 0
	for source := range part.Items("sources") {
		if n++; n > maxSources {
			continue
		}
		title, address := legible.OneLine(t.Words(source.Get("title").Text())), markup.LinkTarget(source.Get("url").Text())
		sources += fmt.Sprintf(" [%d]", n)
		for _, word := range []string{title, address} {
			if word != "" {
				sources += " " + word
			}
		}
		if address != "" {
			for _, link := range []string{`[\[%d\]](%s)`, "[%d](%s)"} {
				message = strings.ReplaceAll(message, fmt.Sprintf(link, n, address), fmt.Sprintf("[%d]", n))
			}
		}
	}
	switch {
	case n == 0:
		return message, ""
	case n > maxSources:
		sources += fmt.Sprintf(" and %d more", n-maxSources)
	}
	return message, "sources:" + sources
}

// maxSources is how many sources of one message are shown.
const maxSources = 10
