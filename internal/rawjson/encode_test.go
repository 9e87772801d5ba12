package rawjson

import (
	"encoding/json"
	"testing"
)

func TestAStringIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "plain", `a "quote" and a \`, "tab\tline\nfeed\r\x00\x1f\x7f", "<b>&amp;</b>", "Köln 🙏\u2028", "\ufffd", "ends in ü", "ü\"",
	} {
		var got string
		if err := json.Unmarshal(AppendString(nil, s), &got); err != nil || got != s {
			t.Errorf("%q became %q, %v", s, got, err)
		}
	}
	if got := string(AppendString([]byte("x"), "a\xffb\xc3<")); got != `x"a`+"\ufffd"+`b`+"\ufffd"+`<"` {
		t.Errorf("got %s", got)
	}
}
