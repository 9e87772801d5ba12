package caller

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestASecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	who := Caller{Key: "sk_hidden"}
	var said bytes.Buffer
	for _, format := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%X", "%d", "%T %v"} {
		fmt.Fprintf(&said, format+"\n", who.Key, who.Key)
		fmt.Fprintf(&said, format+"\n", who, who)
	}
	encoded, err := json.Marshal(who) //nolint:musttag // nobody should, but somebody might
	said.Write(encoded)
	slog.New(slog.NewJSONHandler(&said, nil)).Info("call", "caller", who, "key", who.Key)
	slog.New(slog.NewTextHandler(&said, nil)).Info("call", "caller", who, "key", who.Key, "error", errors.Join(err, fmt.Errorf("%v", who)))
	for _, hidden := range []string{"hidden", fmt.Sprintf("%x", "hidden"), fmt.Sprintf("%X", "hidden")} {
		if strings.Contains(said.String(), hidden) {
			t.Errorf("%s is in\n%s", hidden, said.String())
		}
	}
	if who.Key.Reveal() != "sk_hidden" || !strings.Contains(said.String(), placeholder) {
		t.Error("there was nothing to hide")
	}
}

func TestACallerGoesThroughTheContext(t *testing.T) {
	t.Parallel()
	if got := From(t.Context()); got.Principal != "" || got.Limited() {
		t.Errorf("nobody: %+v", got)
	}
	got := From(With(t.Context(), Caller{Principal: "p", Scopes: Scopes{}}))
	if got.Principal != "p" || !got.Limited() {
		t.Errorf("%+v", got)
	}
	if !(Caller{Limits: []Limit{{ReadOnly: true}}}).Limited() {
		t.Error("a limit does not limit")
	}
}
