package legible

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// leastRun is how many invisible characters in a row can carry words. Single ones are what editors, keyboards and mail programs leave behind.
const leastRun = 4

// Carried returns how many of the characters that [Visible] leaves out of s could carry words, and the words, as far as they can be read. Tags are an
// alphabet that nobody sees, so each of them counts. Of the others a run of at least four counts: it spells something in bits, or in bytes, as variation
// selectors do. Control characters of ASCII and broken bytes do not count.
func Carried(s string) (n int, words string) {
	if !MayCarry([]byte(s)) {
		return 0, ""
	}
	var b strings.Builder
	var run []rune
	var f VisibleFilter
	kept := 0 // invisible characters of the run that stay, such as the tags of a flag
	end := func() {
		if dropped := len(run) - kept; dropped > 0 && (dropped >= leastRun || strings.ContainsFunc(string(run), isTag)) {
			n += dropped
			if said := spelled(run); said != "" {
				b.WriteString(said + " ")
			}
		}
		run, kept = run[:0], 0
	}
	for _, r := range s {
		before, stays := f.Keep(r)
		kept += utf8.RuneCountInString(before)
		if carries(r) {
			if run = append(run, r); stays {
				kept++
			}
			continue
		}
		end()
	}
	end()
	return n, strings.TrimSuffix(b.String(), " ")
}

// carries reports whether a character shows nothing and can be part of a run that spells something. The last two of each plane are no characters.
func carries(r rune) bool {
	return r >= utf8.RuneSelf && r != utf8.RuneError && r != '\ufffc' && r&0xfffe != 0xfffe && IsInvisible(r)
}

// isTag reports whether a character is a letter, digit or sign of the alphabet of tags.
func isTag(r rune) bool { return r > firstTag && r <= cancelTag }

// spelled reads a run of invisible characters: tags as the characters of ASCII that they stand for, and variation selectors as the bytes that they number.
func spelled(run []rune) string {
	const selectors, supplement = '\ufe00', '\U000e0100'
	var text []byte
	for _, r := range run {
		switch {
		case isTag(r):
			text = append(text, byte(r-firstTag)) //nolint:gosec // tags number the characters of ASCII
		case r >= selectors && r < selectors+16:
			text = append(text, byte(r-selectors))
		case r >= supplement && r < supplement+240:
			text = append(text, byte(r-supplement+16))
		}
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, string(text)))
}

// MayCarry reports whether Carried could find something. It is quick, and errs on the side of yes.
func MayCarry(s []byte) bool {
	found := 0
	for i := beyondASCII(s, 0); i < len(s); i = beyondASCII(s, i+1) {
		switch c := s[i]; c {
		default:
			if c >= 0xf3 { // the planes of tags, of many selectors, and for private use
				return true
			}
		case 0xe3, 0xf0: // the scripts of East Asia, with one blank among them, and pictures
			if i+1 < len(s) && (c == 0xe3 && s[i+1] != 0x85 || c == 0xf0 && s[i+1] >= 0x9f) {
				continue
			}
			fallthrough
		case 0xc2, 0xcd, 0xd8, 0xe1, 0xe2, 0xee, 0xef:
			if r, _ := utf8.DecodeRune(s[i:]); (r < '\u2010' || r > '\u2027') && carries(r) { // between are dashes, quotes and dots
				if found++; found == leastRun {
					return true
				}
			}
		}
	}
	return false
}

// beyondASCII returns the index, from an index on, of the first byte beyond ASCII, or the length.
func beyondASCII(s []byte, from int) int {
	const high = 0x8080808080808080
	for ; from+8 <= len(s); from += 8 {
		if found := binary.LittleEndian.Uint64(s[from:]) & high; found != 0 {
			return from + bits.TrailingZeros64(found)/8
		}
	}
	for from < len(s) && s[from] < utf8.RuneSelf {
		from++
	}
	return from
}
