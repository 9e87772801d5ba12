package workflow

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"featurebase-mcp/internal/likeness"
)

// The least likeness of two questions that ask the same, and of two whole messages that tell something instead. Entries with a question that asks something else teach wrong answers, which is worse
// than an entry that is not found.
const (
	sameMatter  = 0.45
	sameMessage = 0.6
	besides     = 400 // characters of a message that are compared besides what it asks
)

// wording is a text that is compared with others.
type wording struct {
	doc     likeness.Document
	profile likeness.Profile
	wanted  *likeness.Wanted
}

func (c *wording) prepare(rare *likeness.Rarity) {
	c.profile = rare.Profile(c.doc)
	c.wanted = rare.Wanted(c.profile)
}

// alike returns how much two texts say the same, each compared with the other: a long one has what many short ones want.
func (c *wording) alike(o *wording) float64 {
	return min(c.wanted.Compare(o.profile).Score, o.wanted.Compare(c.profile).Score)
}

// asksSame reports how much two questions ask the same: 0 where a word of one says the opposite of the other's, or where they name different things or numbers.
func asksSame(a, b *inquiry) float64 {
	alike := a.alike(&b.wording)
	if alike < sameMatter && !asksBack().MatchString(a.question) && !asksBack().MatchString(b.question) { // what stands besides a question may be the same in all letters of a company
		if whole := a.whole.alike(&b.whole); whole >= sameMessage {
			alike = whole
		}
	}
	if alike < sameMatter || opposed(a.question, b.question) || named(a.question).differ(named(b.question)) {
		return 0
	}
	return alike
}

// opposites are words of which each says the opposite of the first in its line.
const opposites = `import export
importar exportar
importieren exportieren
importer exporter
enable disable
activate deactivate
aktivieren deaktivieren
activer désactiver
activar desactivar
add remove delete
hinzufügen entfernen löschen
ajouter supprimer enlever
añadir eliminar quitar
create delete
connect disconnect
verbinden trennen
restore delete archive
wiederherstellen löschen archivieren
upload download
hochladen herunterladen
upgrade downgrade cancel
start stop
show hide
lock unlock
open close
subscribe unsubscribe
publish unpublish
increase decrease
copy move
invite remove
before after
first last`

// opposedTo has the stems that say the opposite of a stem.
var opposedTo = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(opposites) {
		words := strings.Fields(line)
		first := stemOf(words[0])
		for _, word := range words[1:] {
			m[first] = append(m[first], stemOf(word))
			m[stemOf(word)] = append(m[stemOf(word)], first)
		}
	}
	return m
})

func stemOf(word string) string {
	for stem := range likeness.Terms(word) {
		return stem
	}
	return nameKey(word)
}

// opposed reports whether a question has a word that says the opposite of one in the other, which lacks it.
func opposed(a, b string) bool {
	ours, theirs := map[string]bool{}, map[string]bool{}
	for words, text := range map[*map[string]bool]string{&ours: a, &theirs: b} {
		for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !isPartOfWord(r) }) {
			(*words)[stemOf(word)] = true
		}
	}
	for word := range ours {
		for _, other := range opposedTo()[word] {
			if theirs[other] && !theirs[word] && !ours[other] {
				return true
			}
		}
	}
	return false
}

// things are what a question names: numbers, and words with a capital inside of a sentence.
type things struct{ numbers, names map[string]bool }

func named(question string) things {
	t := things{map[string]bool{}, map[string]bool{}}
	begins := true
	for word := range strings.FieldsSeq(question) {
		bare := strings.TrimFunc(word, func(r rune) bool { return !isPartOfWord(r) })
		first, _ := utf8.DecodeRuneInString(bare)
		switch {
		case bare == "":
		case digitsIn(bare) > 0:
			t.numbers[nameKey(bare)] = true
		case unicode.IsUpper(first) && !begins && utf8.RuneCountInString(bare) > 1:
			t.names[stemOf(bare)] = true
		}
		begins = strings.HasSuffix(word, ".") || strings.HasSuffix(word, "?") || strings.HasSuffix(word, "!") || strings.HasSuffix(word, ":")
	}
	return t
}

// differ reports whether both name numbers, or both name things, of which none is the same.
func (t things) differ(o things) bool {
	return disjoint(t.numbers, o.numbers) || disjoint(t.names, o.names)
}

func disjoint(a, b map[string]bool) bool {
	for word := range a {
		if b[word] {
			return false
		}
	}
	return len(a) > 0 && len(b) > 0
}
