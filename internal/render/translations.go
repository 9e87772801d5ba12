package render

import (
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// appendTranslations writes the texts of an object in other languages, each below a line with the language. One in the object's own language
// repeats the body, so it is left out.
func (w *Writer) appendTranslations(out []byte, body rawjson.Value) []byte {
	own := body.Get("locale").Text()
	for locale, texts := range body.Get(w.Translated).Members() {
		if texts.Kind() != rawjson.Object || locale == own && !body.Get(w.Body).IsEmpty() {
			continue
		}
		out = w.appendLanguage(out, locale)
		out, _ = w.AppendNamedLines(out, texts)
		out = w.appendBody(out, texts)
	}
	return out
}

// appendLanguage writes the line above the texts in another language.
func (w *Writer) appendLanguage(out []byte, locale string) []byte {
	return append(append(append(out, "\n--- in "...), legible.OneLine(w.Words(locale))...), " ---\n"...)
}
