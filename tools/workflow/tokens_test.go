package workflow_test

import (
	"strings"
	"testing"

	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/tools/workflow"
)

// The estimate is near what a real vocabulary makes of what people write, and not far below for anything else.
func TestTokensAreEstimated(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"English":    "Every Monday I pull the open requests into a spreadsheet for our planning round, and the export stops at the first page (again).",
		"a row":      "[6ad34dc68c2fe90da80000f6] awaiting moderation, Feature requests, status Duplicate, 15 days, 3 votes, 2 comments, option-to-collapse-the-sidebar-completely",
		"German":     "Für unser Team in Köln wäre außerdem ein Semikolon als Trennzeichen nötig; Excel öffnet die Datei sonst in einer einzigen Spalte.",
		"French":     "Nous aimerions que l'export respecte les filtres affichés à l'écran, sinon il faut tout corriger à la main chaque semaine.",
		"Russian":    "Пожалуйста, добавьте тёмную тему: вечером белый экран слишком яркий, и глаза быстро устают.",
		"Greek":      "Παρακαλώ προσθέστε σκούρο θέμα, γιατί η λευκή οθόνη κουράζει τα μάτια το βράδυ.",
		"Hebrew":     "בבקשה הוסיפו מצב כהה, המסך הלבן מעייף את העיניים בערב.",
		"Arabic":     "يرجى إضافة الوضع الداكن لأن الشاشة البيضاء ترهق العينين في المساء.",
		"Hindi":      "कृपया डार्क मोड जोड़ें, शाम को सफेद स्क्रीन आँखों को थका देती है।",
		"Japanese":   "夜になると白い画面がまぶしいので、ダークモードを追加してください。",
		"Chinese":    "请添加深色模式，晚上白色屏幕太亮，眼睛很累。",
		"Korean":     "저녁에는 흰 화면이 너무 밝아서 눈이 아프니 다크 모드를 추가해 주세요.",
		"letters":    strings.Repeat("W", 100),
		"accents":    strings.Repeat("é", 100),
		"Tifinagh":   strings.Repeat("ⵣ", 50),
		"cuneiform":  strings.Repeat("𒀀", 50),
		"pictures":   strings.Repeat("🙂", 50),
		"old Slavic": strings.Repeat("Ѿ", 50),
		"signs":      strings.Repeat("%$#@!", 30),
		"an address": "https://x.example/a/b?q=1&r=2 https://x.example/a/b?q=1&r=2",
	} {
		counted, estimated := enginetest.Tokens(t, text), workflow.EstimatedTokens(text)
		t.Logf("%s: %d estimated, %d in o200k", name, estimated, counted)
		if 10*estimated < 7*counted || estimated > 4*counted {
			t.Errorf("%s: %d estimated, %d in o200k", name, estimated, counted)
		}
	}
}
