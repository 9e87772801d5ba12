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
	n, line := 0, []string{"sources:"}
	for source := range part.Items("sources") {
		if n++; n > maxSources {
			continue
		}
		line = append(line, fmt.Sprintf("[%d]", n))
		if title := legible.OneLine(t.Words(source.Get("title").Text())); title != "" {
			line = append(line, title)
		}
		address := markup.LinkTarget(source.Get("url").Text())
		if address == "" {
			continue
		}
		line = append(line, address)
		for _, link := range []string{`[\[%d\]](%s)`, "[%d](%s)"} {
			message = strings.ReplaceAll(message, fmt.Sprintf(link, n, address), fmt.Sprintf("[%d]", n))
		}
	}
	switch {
	case n == 0:
		return message, ""
	case n > maxSources:
		line = append(line, fmt.Sprintf("and %d more", n-maxSources))
	}
	return message, strings.Join(line, " ")
}

// maxSources is how many sources of one message are shown.
const maxSources = 10
