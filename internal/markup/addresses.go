package markup

import (
	"strings"

	"featurebase-mcp/internal/legible"
)

// Hosted is the address of a thing on the web, as the target of a Markdown link; empty for any other.
func Hosted(address string) string {
	if s := schemeOf(address); s != "http" && s != "https" || strings.ContainsFunc(address, legible.IsControl) {
		return ""
	}
	return destination(address)
}

// Escaped is a text as Markdown shows it.
func Escaped(s string) string {
	t := textWriter{text: []byte(s), inLink: true}
	for t.at < len(t.text) {
		t.writeByte()
	}
	return string(t.out)
}
