package legible_test

import (
	"strings"
	"testing"

	"featurebase-mcp/internal/legible"
)

func TestMaskEmails(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, want string }{
		{"", ""},
		{"nobody", "nobody"},
		{"jo@example.com", "j***@example.com"},
		{"Write to jo.h+news@example.com, or <JO_2@mail.example>.", "Write to j***@example.com, or <J***@mail.example>."},
		{"a@x.example b@y.example", "a***@x.example b***@y.example"},
		{`jo\_h@example.com`, "j***@example.com"},
		{"[**jo@example.com**](mailto:jo@example.com)", "[**j***@example.com**](mailto:j***@example.com)"},
		{"https://x.example/?email=jo%40example.com&b=1", "https://x.example/?email=j***%40example.com&b=1"},
		{"50%4 of jo%41", "50%4 of jo%41"},
		{"élodie@example.com", "é***@example.com"},
		{"jo@exam…", "j***@exam…"},
		{"@nora could you, please @ ten", "@nora could you, please @ ten"},
		{"@@", "@@"},
		{strings.Repeat("@", 100000), strings.Repeat("@", 100000)},
	} {
		if got := legible.MaskEmails(tc.text); got != tc.want {
			t.Errorf("%.60q: got %.60q, want %.60q", tc.text, got, tc.want)
		}
		if again := legible.MaskEmails(tc.want); again != tc.want {
			t.Errorf("%.60q masked again: %.60q", tc.want, again)
		}
	}
}
