package likeness

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// organization returns the documents of some posts, and the rarity of their words among them and among enough others.
func organization(posts ...[2]string) ([]Document, *Rarity) {
	documents := make([]Document, len(posts))
	sets := make([]TermSet, len(posts))
	for i, post := range posts {
		documents[i] = Read(post[0], post[1])
		sets[i] = documents[i].Terms
	}
	for i := range 60 {
		sets = append(sets, TermsOf(fmt.Sprintf("Download and print the project plan %d", i), "Our team works with the tasks and projects of the month."))
	}
	return documents, NewRarity(sets...)
}

func score(r *Rarity, wanted, other Document) Likeness {
	return r.Wanted(r.Profile(wanted)).Compare(r.Profile(other))
}

// One rare abbreviation is enough, one common word is not, and courtesies are nothing.
func TestRareWordsDecideAlone(t *testing.T) {
	t.Parallel()
	posts, r := organization([2]string{"Print labels as ZPL", ""}, [2]string{"Night mode, please: my eyes hurt after ten in the evening", ""})
	if l := score(r, Read("ZPL download", ""), posts[0]); l.Score < 0.4 || !slices.Equal(l.Words, []string{"ZPL"}) {
		t.Errorf("%+v", l)
	}
	if l := score(r, Read("zpl download", ""), posts[0]); l.Score < 0.4 {
		t.Errorf("in small letters: %+v", l)
	}
	for _, text := range []string{"Please add a night shift, thanks", "Please, please, please!", "download"} {
		if l := score(r, Read(text, ""), posts[1]); l.Score > 0.15 {
			t.Errorf("%s: %+v", text, l)
		}
	}
}

// A wish in one sentence of a post about something else is found, and the sentence is shown.
func TestAWishStandsInOneSentence(t *testing.T) {
	t.Parallel()
	const wish = "While I am at it: the GST number is missing on the receipt, and our tax office sends it back."
	filler := strings.Repeat("I would like folders inside of folders, because the list gets long. ", 30)
	posts, r := organization([2]string{"more folders pls", filler + wish + " Colours would help, too."})
	for _, wanted := range []Document{Read("Missing GST number on the receipt", ""), Read("", "Hello, we have a problem. There is no GST number on our receipts. It is the law here.")} {
		if l := score(r, wanted, posts[0]); l.Score < 0.3 || l.Sentence != wish {
			t.Errorf("%+v", l)
		}
	}
}

// Slips of the pen, other forms of a word and compounds are found; other words are not.
func TestWordsThatAreSpelledAlike(t *testing.T) {
	t.Parallel()
	posts, r := organization(
		[2]string{"Recurring invoices", ""}, [2]string{"Тёмная тема", ""}, [2]string{"Vorlagen für jede Rechnung", ""}, [2]string{"Uploads over 50 MB fail", ""},
		[2]string{"Power BI connector", ""}, [2]string{"Contact form", ""}, [2]string{"Contact list", ""}, [2]string{"Contract form", ""}, [2]string{"Contract list", ""},
	)
	for _, tc := range []struct {
		text  string
		post  int
		found bool
	}{
		{"recuring invocies", 0, true},
		{"тёмный режим", 1, true},
		{"Rechnungsvorlagen", 2, true},
		{"50MB upload", 3, true},
		{"PowerBI", 4, true},
		{"contract", 5, false},
	} {
		if l := score(r, Read(tc.text, ""), posts[tc.post]); (l.Score > 0.1) != tc.found {
			t.Errorf("%s: %+v", tc.text, l)
		}
	}
}

func TestTextsAreSplitIntoSentences(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 100)
	for _, tc := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"One sentence", 1},
		{"The rate is 7.7 percent at example.com. And here is another one.", 2},
		{"Yes! I would like that.", 1},
		{"夜に使うと画面が明るすぎます。対応してほしいと思います。", 2},
		{long, 3},
	} {
		got := Sentences(tc.text)
		if len(got) != tc.want || strings.Join(strings.Fields(strings.Join(got, " ")), "") != strings.Join(strings.Fields(tc.text), "") {
			t.Errorf("%.40q: %q", tc.text, got)
		}
	}
}

// The phrasings of a text are its title, its weightiest sentences and the parts of the wish, each of them once and within the limit of the API.
func TestPhrasings(t *testing.T) {
	t.Parallel()
	_, r := organization()
	for _, tc := range []struct {
		title, text string
		want        []string
	}{
		{"SSO", "", []string{"SSO"}},
		{"dark mode", "", []string{"dark mode", "*dark", "*mode"}},
		{"Autenticación de dos factores", "", []string{"Autenticación de dos factores", "*Autenticación", "*de dos factores"}},
		{"ダークモードがほしいです", "", []string{"ダークモードがほしいです", "*ダークモード"}},
		{"", "Zeppelins need mooring masts. Thanks for all.", []string{"Zeppelins need mooring masts.", "*Zeppelins", "*need mooring", "*masts"}},
	} {
		var got []string
		for _, p := range r.Phrasings(Read(tc.title, tc.text)) {
			query := p.Query
			if p.Part {
				query = "*" + query
			}
			got = append(got, query)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s%s: %q", tc.title, tc.text, got)
		}
	}
	for _, p := range r.Phrasings(Read("", strings.Repeat("Zeppelins need masts, ", 2000))) {
		if n := len([]rune(p.Query)); n > 500 {
			t.Errorf("%d characters", n)
		}
	}
}

// What each part of a wish finds is more than what one part finds as the first, and a search that finds nearly everything tells nearly nothing.
func TestRanksAreFused(t *testing.T) {
	t.Parallel()
	part := func(total int, ids ...string) Ranking { return Ranking{Phrasing{Part: true}, ids, total} }
	whole := Ranking{IDs: []string{"a", "b", "c"}, Total: 3}
	found := Fuse([]Ranking{whole, part(4, "b", "a"), part(90, "c", "a", "d")}, 100)
	if !(found["a"].Score() > found["b"].Score() && found["b"].Score() > found["c"].Score() && found["c"].Score() > found["d"].Score()) {
		t.Errorf("%+v", found)
	}
	if a, d := found["a"], found["d"]; a.Best != 1 || a.Part != 2 || d.Best != 0 || d.Told >= found["b"].Told {
		t.Errorf("%+v", found)
	}
	if one := Fuse([]Ranking{{IDs: []string{"a", "b"}, Total: 2}, {}}, 100); one["a"].Score() != 1 || one["b"].Score() >= 1 {
		t.Errorf("a wish of one word: %+v", one)
	}
	if len(Fuse(nil, 100)) != 0 {
		t.Error("nothing is found by nothing")
	}
}
