package likeness

import (
	"math/bits"
	"slices"
)

// near is a word that stands for another one, and for how much of it.
type near struct {
	stem   string
	factor float64
}

// How much a word stands for one that is spelled almost alike, and which words do.
const (
	asTypo     = 0.7
	asForm     = 0.7 // another form of the word: тёмная, тёмный
	asPart     = 0.8
	asTail     = 0.6 // the known end of a compound whose beginning nobody else uses
	typoFrom   = 5   // letters of a word in which one may be wrong
	typosFrom  = 9   // letters of a word in which two may be wrong
	mostTypos  = 2
	formFrom   = 4 // letters with which forms of a word begin alike
	formEnding = 3 // letters by which their lengths differ at most
	sameEnding = 4 // letters by which the lengths of two words with one stem differ at most
	partFrom   = 4 // letters of a part of a compound
	tailFrom   = 6
)

// nearTo returns the words of the texts at hand that stand for a word: with a slip of the pen in one of the two, in another form, or as a part of it.
// Only a word that is known from one text may be a slip or an unusual form. Of two words that many write, neither is.
func (r *Rarity) nearTo(letters string) []near {
	if found, ok := r.looked[letters]; ok {
		return found
	}
	own := []rune(letters)
	ownStem := stem(own)
	found := r.partsOf(own)
	if len(own) >= formFrom && !IsUnspaced(own[0]) {
		common, ownSorts := r.With[ownStem] > 1, sortsOf(own)
		for n := max(formFrom, len(own)-formEnding); n <= len(own)+formEnding; n++ {
			for _, other := range r.words(n) {
				switch {
				case other.stem == ownStem || common && other.common:
				case isForm(own, other.letters):
					found = append(found, near{other.stem, asForm})
				case bits.OnesCount64(ownSorts^other.sorts) <= 2*mostTypos && isTypo(own, other.letters):
					found = append(found, near{other.stem, asTypo})
				}
			}
		}
	}
	r.looked[letters] = found
	return found
}

// known is a word of the texts at hand.
type known struct {
	letters []rune
	stem    string
	sorts   uint64 // of its letters
	common  bool   // several texts have it
}

// words returns the known words with a number of letters. They are sorted by that once, because each word of a wish is compared with all of them.
func (r *Rarity) words(length int) []known {
	if r.byLength == nil {
		r.byLength = map[int][]known{}
		for spelled, stem := range r.spelled {
			letters := []rune(spelled)
			r.byLength[len(letters)] = append(r.byLength[len(letters)], known{letters, stem, sortsOf(letters), r.With[stem] > 1})
		}
	}
	return r.byLength[length]
}

// sortsOf has a bit for each sort of letter in a word. One wrong letter changes two bits at most, so that most pairs of words need no closer look.
func sortsOf(letters []rune) (sorts uint64) {
	for _, letter := range letters {
		sorts |= 1 << (letter & 63)
	}
	return sorts
}

// partsOf returns the parts of a compound that the texts at hand have as words: two, or a long one at its end.
func (r *Rarity) partsOf(letters []rune) (found []near) {
	for i := partFrom; i <= len(letters)-partFrom; i++ {
		tail, ok := r.spelled[string(letters[i:])]
		if !ok {
			continue
		}
		for linked := range 3 { // Rechnung-s-vorlage, Aufgabe-n-liste
			if i-linked < partFrom {
				break
			}
			if head, ok := r.spelled[string(letters[:i-linked])]; ok {
				return []near{{head, asPart}, {tail, asPart}}
			}
		}
		if found == nil && len(letters)-i >= tailFrom {
			found = []near{{tail, asTail}}
		}
	}
	return found
}

// isForm reports whether two words begin alike and differ in their endings alone.
func isForm(a, b []rune) bool {
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	longer := max(len(a), len(b))
	return same >= formFrom && same*3 >= longer*2 && longer-same <= formEnding
}

// isTypo reports whether few letters of two words are wrong, missing, too many or in the wrong order.
func isTypo(a, b []rune) bool {
	most := 0
	switch shorter := min(len(a), len(b)); {
	case shorter >= typosFrom:
		most = mostTypos
	case shorter >= typoFrom:
		most = 1
	}
	if most == 0 || max(len(a), len(b))-min(len(a), len(b)) > most {
		return false
	}
	// The distance of Damerau and Levenshtein, with three rows of its table.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			wrong := 1
			if a[i] == b[j] {
				wrong = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+wrong)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		if slices.Min(row) > most {
			return false
		}
		before, last, row = last, row, before
	}
	return last[len(b)] <= most
}

// alikeForms returns how much a word stands for one with the same stem. Words with endings of very different lengths often mean different things: profits
// and profitability.
func alikeForms(a, b string) float64 {
	if n := len(a) - len(b); n > sameEnding || n < -sameEnding {
		return asForm
	}
	return 1
}
