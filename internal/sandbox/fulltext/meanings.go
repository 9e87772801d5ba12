package fulltext

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Vocabulary stands in for what a search by meaning has learned: the words that people use for the same thing, in several languages.
type Vocabulary struct {
	silent  map[string]bool     // words that say nothing about a matter
	means   map[string][]int    // the meanings of an entry of one word
	open    map[string]bool     // the entries that match with any ending
	phrases map[string][]phrase // the entries of several words, by the first two bytes
	longest int                 // letters of the longest entry of one word
	memory  memory
}

// phrase is an entry of several words. A word that ends in * matches with any ending.
type phrase struct {
	words   []string
	meaning int
}

// Read reads a vocabulary in the form of seed/meanings.txt.
func Read(text string) *Vocabulary {
	v := &Vocabulary{silent: map[string]bool{}, means: map[string][]int{}, open: map[string]bool{}, phrases: map[string][]phrase{}}
	meaning := 0
	for line := range strings.Lines(text) {
		entries := strings.Fields(fold(line))
		if len(entries) == 0 || entries[0] == "#" {
			continue
		}
		if entries[0] == "-" {
			for _, word := range entries[1:] {
				v.silent[word] = true
			}
			continue
		}
		meaning++
		for _, entry := range entries {
			v.add(entry, meaning)
		}
	}
	return v
}

func (v *Vocabulary) add(entry string, meaning int) {
	if parts := strings.Split(entry, "_"); len(parts) > 1 {
		v.phrases[entry[:2]] = append(v.phrases[entry[:2]], phrase{parts, meaning})
		return
	}
	word, open := strings.CutSuffix(entry, "*")
	if !slices.Contains(v.means[word], meaning) {
		v.means[word] = append(v.means[word], meaning)
	}
	v.open[word] = v.open[word] || open
	v.longest = max(v.longest, utf8.RuneCountInString(word))
}

// What may follow an entry in a word that means the same.
const (
	shortest = 4 // letters of an entry that takes an ending
	ending   = 2 // letters of any ending
	longTail = 6 // letters of the end of a compound that is known alone
	link     = 4 // letters of what an open entry has before the next part of a compound
)

// lookup returns the meanings of a word: of the entry that it is, or of the longest one that it begins with. Behind an open entry it may have more
// letters, at most most of them.
func (v *Vocabulary) lookup(word []rune, most int) []int {
	for n := min(len(word), v.longest); n > 0; n-- {
		entry := string(word[:n])
		means, rest := v.means[entry], len(word)-n
		if means != nil && (rest == 0 || n >= shortest && rest <= ending || v.open[entry] && rest <= most) {
			return means
		}
	}
	return nil
}

// phraseAt returns the meanings of the longest phrase that a list of words begins with, and how many words it has.
func (v *Vocabulary) phraseAt(list []string) (means []int, n int) {
	if len(list[0]) < 2 {
		return nil, 0
	}
	for _, p := range v.phrases[list[0][:2]] {
		if len(p.words) < n || len(p.words) > len(list) {
			continue
		}
		fits := true
		for i, want := range p.words {
			beginning, open := strings.CutSuffix(want, "*")
			rest, begins := strings.CutPrefix(list[i], beginning)
			fits = fits && begins && (rest == "" || open || len(beginning) >= shortest && len(rest) <= ending)
		}
		switch {
		case fits && len(p.words) > n:
			means, n = []int{p.meaning}, len(p.words)
		case fits:
			means = append(means, p.meaning)
		}
	}
	return means, n
}

// parts returns the terms of a word: one, or two if it is a compound of two entries, such as "Rechnungsvorlage". Of a compound whose beginning is
// unknown, the end tells the meaning.
func (v *Vocabulary) parts(word string) []Term {
	letters := []rune(word)
	if means := v.lookup(letters, ending); means != nil {
		return []Term{{stem(word), means}}
	}
	for i := shortest; i <= len(letters)-shortest; i++ {
		if tail := v.lookup(letters[i:], link); tail != nil {
			if head := v.lookup(letters[:i], link); head != nil {
				return []Term{{string(letters[:i]), head}, {stem(string(letters[i:])), tail}}
			}
		}
	}
	means := v.lookup(letters, len(letters))
	for i := shortest; means == nil && i <= len(letters)-longTail; i++ {
		means = v.lookup(letters[i:], ending)
	}
	return []Term{{stem(word), means}}
}

// unspaced returns the terms of a word in a script without spaces: the entries in it, and pairs of letters where there are none.
func (v *Vocabulary) unspaced(letters []rune) (terms []Term) {
	for i := 0; i < len(letters); {
		n := min(len(letters)-i, v.longest)
		for ; n > 0; n-- {
			if entry := string(letters[i : i+n]); v.means[entry] != nil || v.silent[entry] {
				break
			}
		}
		if n > 0 {
			if means := v.means[string(letters[i:i+n])]; means != nil {
				terms = append(terms, Term{string(letters[i : i+n]), means})
			}
			i += n
			continue
		}
		if i+1 < len(letters) {
			terms = append(terms, Term{string(letters[i : i+2]), nil})
		}
		i++
	}
	return terms
}
