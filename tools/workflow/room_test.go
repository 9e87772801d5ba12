package workflow_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// longTexts are what customers may write without end, in signs that cost many tokens each.
func longTexts() map[string]string {
	dice := rand.New(rand.NewPCG(1, 2))
	drawn := func(letters string, word int) string {
		var b strings.Builder
		signs := []rune(letters)
		for i := range 1000 {
			if word > 0 && i%word == word-1 {
				b.WriteByte(' ')
			}
			b.WriteRune(signs[dice.IntN(len(signs))])
		}
		return b.String()
	}
	return map[string]string{
		"smilies": drawn("🙂🙏🎉🚀🐛🧾🏗️👩‍💻", 0), "Chinese": drawn("時間表請求導出發票客戶團隊顏色模式", 0), "Thai": drawn("กขคงจฉชซฌญฎฏฐณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ", 0),
		"accents": drawn("éüøñçãřžłőğışæœ", 7), "words of nonsense": drawn("abcdefghijklmnopqrstuvwxyz", 9), "one long word": drawn("abcdefghijklmnopqrstuvwxyz", 0),
		"keys": drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0), "signs": drawn(`#+-*/=?!%&$"'(){}[]~^|;:,.`, 0),
		"prose": strings.Repeat("Please let us export more than a thousand rows at a time, because our accountants need them on Monday. ", 10),
	}
}

// However long and odd the words of customers are, the answers of reports stay within their room, and keep their figures.
func TestReportsStayWithinTheirRoom(t *testing.T) {
	t.Parallel()
	written := []string{"title", "content", "name", "bodyHtml", "bodyMarkdown", "choice", "value", "tagName", "email"}
	for what, text := range longTexts() {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			box := enginetest.Box(t, sandbox.Options{})
			c := enginetest.Client(t, enginetest.Behind(forger{t: t, under: box.Transport(), forge: func(name, _ string) (any, bool) { return text, slices.Contains(written, name) }}))
			env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Now: box.Now}, Account: engine.Account{Client: c}}
			for _, call := range []struct{ tool, arguments, figure string }{
				{"feedback_report", `{}`, "\nnew posts: 39, before 18 (+21)\n"},
				{"feedback_report", `{"boardId":"64b921c0d0013bb2e0000002","period":"month"}`, "\nunanswered at the end of the period: 12 of 13 posts"},
				{"feedback_report", `{"period":"quarter"}`, "\nunanswered at the end of the period: "},
				{"support_report", `{}`, "\ninbox new: 32, before 2 (+30)\n"},
				{"support_report", `{"period":"quarter"}`, "\nwaiting for the team now: 26 "},
				{"draft_changelog", `{}`, "\nlooked at: all 6 posts in "},
				{"draft_changelog", `{"since":"2020-01-01"}`, "\nlooked at: all 29 posts in "},
				{"survey_summary", `{"surveyId":"6a8449405664ce05d0000001"}`, "\n- average 7.26, median 8; NPS +11 of 27 scores: "},
				{"survey_summary", `{"surveyId":"6a2e97c05664ce05d0000002"}`, "\nresponses: 22, "},
				{"survey_summary", `{}`, "surveys: 3; "},
			} {
				answer, isError := enginetest.CallIn(t, env, tools.Inventory().Lookup(call.tool), call.arguments)
				if tokens := enginetest.Tokens(t, answer); isError || tokens > mostTokens || !strings.Contains(answer, call.figure) {
					t.Errorf("%s %s: %d tokens, without %q\n%.3000s", call.tool, call.arguments, tokens, call.figure, answer)
				}
			}
		})
	}
}
