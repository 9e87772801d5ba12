package tools_test

import (
	"cmp"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

// inWords are rules that the document states in words alone, so that its schemas admit what breaks them.
var inWords = map[input.Rule]string{
	{When: "from.type=admin", Need: "recipients"}:        "outreach without anybody to reach",
	{When: "from.type=contact", Refuse: "recipients"}:    "the document calls them recipients of admin outreach",
	{When: "state=snoozed", Need: "snoozedUntil"}:        "stated in both descriptions",
	{When: "aggregation=percentile", Need: "percentile"}: "stated in the description of percentile",
}

// Whatever combination of arguments is accepted, the document accepts what it becomes; and what the rules refuse, the document refuses
// too, or the rule is one that it states in words.
func TestWhatIsAcceptedFits(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().Endpoints() {
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			c, wire := enginetest.Contract(op), newBodies(t)
			var seed [32]byte
			copy(seed[:], op.Name)
			random := rand.New(rand.NewChaCha8(seed))
			accepted := 0
			for range 300 {
				raw := rawjson.Encode(randomArguments(op, random))
				body, refusal := wire.of(op, raw)
				if refusal == "" {
					accepted++
					if problems := c.ValidateBody(body); len(problems) > 0 && (body != nil || c.BodyRequired) {
						t.Fatalf("%s is accepted, and the document refuses it: %v", raw, problems)
					}
					continue
				}
				if strings.Contains(refusal, "nothing to change") {
					continue
				}
				if reason := wire.tooStrict(op, c, raw); reason != "" {
					t.Fatalf("%s is refused, and the document accepts it: %s\n%v", raw, reason, refusal)
				}
			}
			if accepted == 0 {
				t.Error("nothing was accepted")
			}
		})
	}
}

// bodies makes calls and keeps the body of the request.
type bodies struct {
	t    *testing.T
	env  engine.Env
	body any
}

func newBodies(t *testing.T) *bodies {
	t.Helper()
	b := &bodies{t: t}
	b.env = enginetest.Permissive(enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(cmp.Or[io.ReadCloser](r.Body, http.NoBody))
		if err == nil && len(sent) > 0 {
			b.body, err = contract.Decode(sent)
		}
		return enginetest.Response(http.StatusOK, `{"id":"1"}`), err
	}).Client(t))
	return b
}

// of is what an operation sends as its body, or the words with which it refuses the arguments.
func (b *bodies) of(op *engine.Operation, arguments []byte) (body any, refusal string) {
	b.t.Helper()
	b.body = nil
	if text, isError := enginetest.CallIn(b.t, b.env, op, string(arguments)); isError {
		return nil, text
	}
	return b.body, ""
}

// tooStrict says why a refusal is not one of the document's, or nothing.
func (b *bodies) tooStrict(op *engine.Operation, c *contract.Operation, arguments []byte) string {
	unruled := *op
	unruled.Rules = nil
	body, refusal := b.of(&unruled, arguments)
	if refusal != "" {
		return "it is refused without the rules too: the sample is wrong"
	}
	if len(c.ValidateBody(body)) > 0 {
		return ""
	}
	unruled.Rules = slices.DeleteFunc(slices.Clone(op.Rules), func(r input.Rule) bool { return inWords[r] != "" })
	if len(unruled.Rules) < len(op.Rules) {
		if _, refusal := b.of(&unruled, arguments); refusal == "" {
			return ""
		}
	}
	if atLeastOneInWords[op.Name] != "" {
		return ""
	}
	return "no rule of the document"
}

// atLeastOneInWords are the operations that need one of several arguments by the document's words.
var atLeastOneInWords = map[string]string{
	"create_comment":    "a comment is on something",
	"add_post_voter":    "without any, the vote would be that of the key's owner",
	"remove_post_voter": "without any, the vote would be that of the key's owner",
}

// randomArguments leaves out any of the optional arguments, at every level, and takes any value of an enum.
func randomArguments(op *engine.Operation, random *rand.Rand) map[string]any {
	args := randomly(op.Input.Shape(), enginetest.Sample(op, random.IntN(4) == 0), random).(map[string]any)
	for name, sh := range op.Input.Shape().Props {
		if _, there := args[name]; !there && (random.IntN(2) == 0 || slices.Contains(op.Input.Shape().Schema.Required, name)) && name != input.ClearArg {
			args[name] = randomly(sh, enginetest.SampleValue(sh, name, false), random)
		}
	}
	if op.ActingAdmin != nil && op.ActingAdmin.When == "" {
		args[op.ActingAdmin.Need] = enginetest.AnID
	}
	if r := op.ActingAdmin; r != nil && r.When != "" && input.Holds(r.When, args) {
		args[r.Need] = enginetest.AnID
	}
	return args
}

func randomly(sh *input.Shape, v any, random *rand.Rand) any {
	switch v := v.(type) {
	case map[string]any:
		if sh.Props == nil {
			return v
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !slices.Contains(sh.Schema.Required, name) && random.IntN(2) == 0 && len(v) > 1 {
				delete(v, name)
			} else {
				v[name] = randomly(sh.Props[name], v[name], random)
			}
		}
		return v
	case string:
		if len(sh.Enum) > 0 {
			return sh.Enum[random.IntN(len(sh.Enum))]
		}
	}
	return v
}
