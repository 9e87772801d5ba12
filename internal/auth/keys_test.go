package auth

import (
	"strings"
	"testing"
)

func TestOnlyKeysForSignaturesAreUsed(t *testing.T) {
	t.Parallel()
	set := `{"keys":[{"kid":"a","use":"sig"},{"kid":"b","use":"enc"},{"kid":"c"},{"kid":"d","key_ops":["encrypt"]},{"kid":"e","key_ops":["verify"]},7]}`
	got := string(signingKeys([]byte(set)))
	for kid, used := range map[string]bool{"a": true, "b": false, "c": true, "d": false, "e": true} {
		if strings.Contains(got, `"kid":"`+kid+`"`) != used {
			t.Errorf("%s is used: %v, in %s", kid, !used, got)
		}
	}
	if got := string(signingKeys([]byte("<html>"))); got != "<html>" {
		t.Errorf("a page became %s", got)
	}
}
