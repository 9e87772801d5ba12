package render_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/render"
)

func TestBudgetsThatNoAnswerCouldKeepAreRefused(t *testing.T) {
	t.Parallel()
	for budget, ok := range map[render.Budget]bool{0: true, render.LeastBudget: true, 24_000: true, render.LeastBudget - 1: false, 1: false, -1: false} {
		if err := budget.Check(); (err == nil) != ok {
			t.Errorf("%d: %v", budget, err)
		}
	}
}

func TestWhateverIsSaidIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		budget := render.Budget(rapid.IntRange(int(render.LeastBudget), 10_000).Draw(t, "budget"))
		text := enginetest.DrawText(t) + string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		got := budget.Bound(text)
		if len(got) > int(budget) || !utf8.ValidString(got) {
			t.Fatalf("%d bytes with a budget of %d", len(got), budget)
		}
		if valid := strings.ToValidUTF8(text, "\ufffd"); len(valid) <= int(budget) && got != valid {
			t.Fatalf("%q became %q", valid, got)
		}
	})
}
