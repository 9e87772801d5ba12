package likeness_test

import (
	"testing"

	"featurebase-mcp/internal/likeness"
)

// The language of a sentence is known by its little words, and unknown where it has none, or those of several languages.
func TestLanguagesAreKnown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"How do I send an invitation again?":          "en",
		"Wie lange ist eine Einladung gültig?":        "de",
		"¿Cómo puedo volver a enviar una invitación?": "es",
		"Comment exporter toutes mes données ?":       "fr",
		"Como posso exportar os meus dados?":          "pt",
		"Come posso esportare tutti i miei dati?":     "it",
		"Hoe kan ik mijn gegevens exporteren?":        "nl",
		"Как мне экспортировать все мои данные?":      "ru",
		"Dark mode":       "",
		"":                "",
		"招待はいつまで有効ですか":    "",
		"export CSV 2026": "",
		"de la":           "",
		"Kuinka kauan kutsu on voimassa järjestelmässä": "",
	} {
		if got := likeness.Language(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}
