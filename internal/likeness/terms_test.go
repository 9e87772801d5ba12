package likeness

import (
	"slices"
	"testing"
)

// Words are the same in all their forms, in scripts with and without spaces.
func TestTermsAreTheSameInAllForms(t *testing.T) {
	t.Parallel()
	for _, same := range [][2]string{
		{"Exporting invoices", "export INVOICE"},
		{"größe", "GRÖßE"},
		{"Éléphants", "elephant"},
		{"Настройки", "настройка"},
		{"Rechnungen", "Rechnung"},
		{"東京都", "東京"},
		{"ダークモード", "モード"},
	} {
		share, words := NewRarity(TermsOf(same[1], ""), TermsOf("something else", "")).Coverage(TermsOf(same[1], ""), TermsOf(same[0], ""))
		if share == 0 || len(words) == 0 {
			t.Errorf("%q and %q share nothing", same[0], same[1])
		}
	}
	if share, _ := NewRarity(TermsOf("dark", "")).Coverage(TermsOf("dark mode", ""), TermsOf("calendar sync", "")); share != 0 {
		t.Errorf("two texts without a common word are alike by %v", share)
	}
}

// What most texts have says little, and a title says more than the text below it.
func TestRareWordsDecide(t *testing.T) {
	t.Parallel()
	texts := []Document{
		Read("Dark mode for the app", "The app is bright."),
		Read("Calendar sync for the app", "The app does not know my calendar."),
		Read("Export for the app", "The dark side of the app."),
	}
	r := NewRarity(texts[0].Terms, texts[1].Terms, texts[2].Terms)
	wanted := Read("the app in dark mode", "")
	var shares []float64
	for _, text := range texts {
		shares = append(shares, r.Wanted(r.Profile(wanted)).Compare(r.Profile(text)).Score)
	}
	if slices.Max(shares) != shares[0] || shares[2] <= shares[1] {
		t.Errorf("%v: the first is meant, and the third has a word of it", shares)
	}
	if _, words := r.Coverage(wanted.Terms, texts[0].Terms); len(words) < 2 || !slices.Contains(words[:2], "dark") || !slices.Contains(words[:2], "mode") {
		t.Errorf("the words that matched: %v", words)
	}
	if share, _ := r.Coverage(TermSet{}, texts[0].Terms); share != 0 {
		t.Error("nothing is found of nothing")
	}
}
