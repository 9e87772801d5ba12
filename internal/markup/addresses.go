package markup

import (
	"strings"

	"featurebase-mcp/internal/legible"
)

// LinkTarget returns an http or https address in the form that stands between the parentheses of a Markdown link. It returns "" for any other address.
func LinkTarget(address string) string {
	if s := schemeOf(address); s != "http" && s != "https" || strings.ContainsFunc(address, legible.IsControl) {
		return ""
	}
	return destination(address)
}

// Escape returns the Markdown that shows s as it is.
func Escape(s string) string {
	t := textWriter{text: []byte(s), inLink: true}
	for t.at < len(t.text) {
		t.writeByte()
	}
	return string(t.out)
}
