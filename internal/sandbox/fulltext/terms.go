package fulltext

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Term is a word of a text, or a phrase, as it is compared.
type Term struct {
	stem  string
	means []int // the meanings that it has in the vocabulary
}

// Terms returns the terms of a search, each once.
func (v *Vocabulary) Terms(search string) []Term {
	var distinct []Term
	for _, term := range v.terms(search) {
		if !slices.ContainsFunc(distinct, func(other Term) bool { return other.stem == term.stem }) {
			distinct = append(distinct, term)
		}
	}
	return distinct
}

// found weighs the best match of a term among others, from 0 to 1.
func (t Term) found(others []Term) float64 {
	best := 0.0
	for _, other := range others {
		switch {
		case other.stem == t.stem:
			return 1
		case len(t.stem) >= 4 && strings.HasPrefix(other.stem, t.stem), len(other.stem) >= 4 && strings.HasPrefix(t.stem, other.stem) && len(t.stem) < 2*len(other.stem):
			best = max(best, asPrefix)
		case best < asMeaning && slices.ContainsFunc(t.means, func(meaning int) bool { return slices.Contains(other.means, meaning) }):
			best = asMeaning
		case best < asTypo && (t.means == nil || other.means == nil) && mistyped(t.stem, other.stem):
			best = asTypo
		}
	}
	return best
}

// mistyped reports whether two words of at least five letters differ by one letter that is wrong, missing or too many, or by two that changed places.
func mistyped(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 5 || len(b) > len(a)+1 {
		return false
	}
	i, j := 0, 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	for j < len(a)-i && a[len(a)-1-j] == b[len(b)-1-j] {
		j++
	}
	left := len(a) - i - j
	return left == 0 || len(a) == len(b) && (left == 1 || left == 2 && a[i] == b[i+1] && a[i+1] == b[i])
}

// remembered is how many texts a vocabulary remembers the terms of, since each search reads all of them again.
const remembered = 3000

// memory holds the terms of texts.
type memory struct {
	sync.Mutex
	terms map[string][]Term
}

// terms returns the terms of a text without the words that say nothing about the matter, unless it has no others.
func (v *Vocabulary) terms(text string) []Term {
	v.memory.Lock()
	defer v.memory.Unlock()
	terms, known := v.memory.terms[text]
	if known {
		return terms
	}
	if terms = v.read(text); len(v.memory.terms) >= remembered || v.memory.terms == nil {
		v.memory.terms = map[string][]Term{}
	}
	v.memory.terms[text] = terms
	return terms
}

func (v *Vocabulary) read(text string) (telling []Term) {
	all := strings.FieldsFunc(text, func(c rune) bool { return !unicode.In(c, unicode.L, unicode.N, unicode.M) })
	if len(all) == 0 {
		return nil
	}
	plain := make([]string, len(all))
	for i, word := range all {
		plain[i] = fold(word)
	}
	var silent []Term
	for i := 0; i < len(all); i++ {
		means, n := v.phraseAt(plain[i:])
		_, size := utf8.DecodeRuneInString(plain[i])
		abbreviation := len(all[i]) > 1 && all[i] == strings.ToUpper(all[i]) && text != strings.ToUpper(text)
		switch {
		case n > 0:
			telling = append(telling, Term{strings.Join(plain[i:i+n], " "), means})
			i += n - 1
		case !abbreviation && (v.silent[plain[i]] || size == 1 && len(plain[i]) == 1 && !unicode.IsDigit(rune(plain[i][0]))):
			silent = append(silent, v.of(plain[i])...)
		default:
			telling = append(telling, v.of(plain[i])...)
		}
	}
	if len(telling) == 0 {
		return silent
	}
	return telling
}

func (v *Vocabulary) of(word string) []Term {
	letters := []rune(word)
	if unicode.In(letters[0], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
		return v.unspaced(letters)
	}
	return v.parts(word)
}

// Words splits a text into lower-case stems.
func Words(text string) []string {
	fields := strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, field := range fields {
		fields[i] = stem(field)
	}
	return fields
}

// spellings has letters that people take for others, although the tables of Unicode do not.
var spellings = strings.NewReplacer("ß", "ss", "ł", "l", "ø", "o", "æ", "ae", "œ", "oe")

// fold returns a text in lower case and without accents.
func fold(text string) string {
	text = strings.ToLower(text)
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return spellings.Replace(strings.Map(func(r rune) rune {
				if unicode.Is(unicode.Mn, r) {
					return -1
				}
				return r
			}, norm.NFKD.String(text)))
		}
	}
	return text
}

// stem cuts the common endings of English words, so that "exports", "exporting" and "exported" have the same stem.
func stem(word string) string {
	for _, ending := range []string{"ications", "ication", "ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "e", "y"} {
		if rest, ok := strings.CutSuffix(word, ending); ok && len(rest) >= 3 {
			return rest
		}
	}
	return word
}
