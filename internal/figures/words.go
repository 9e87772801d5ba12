package figures

import (
	"strconv"
	"strings"
	"unicode"
)

// token is a word, a number or a sign of a sentence.
type token struct {
	text  string // as it is written
	plain string // as the vocabulary has it
	gap   bool   // punctuation stands before it, so that it does not belong to the token before

	digits bool // it is a number in digits, with the value
	value  float64
	date   date // a date in digits, such as 2026-03-02
	clock  int  // a time of day in minutes, 1 more than it is; 0: it is none
	order  bool // a number with the mark of an ordinal: 1st, 1.
}

// date is a day, as far as it is known: 0 stands for a part that is not said.
type date struct{ year, month, day int }

// tokens cuts a sentence into its words. Names such as AES-256 and v2 are words, not numbers.
func tokens(sentence string) []token {
	var list []token
	letters := []rune(sentence)
	gap := false
	for i := 0; i < len(letters); {
		r := letters[i]
		switch {
		case isDigit(r) && !joined(letters, i):
			t, end := readNumber(letters, i)
			t.gap = gap
			list, gap, i = append(list, t), false, end
		case isLetter(r):
			end := i
			for end < len(letters) && (isLetter(letters[end]) || isDigit(letters[end]) || (letters[end] == '-' || letters[end] == '.') && end+1 < len(letters) && isDigit(letters[end+1])) {
				end++
			}
			text := string(letters[i:end])
			list, gap, i = append(list, token{text: text, plain: plain(text), gap: gap}), false, end
		case strings.ContainsRune("€$£¥%", r):
			list, gap, i = append(list, token{text: string(r), plain: string(r), gap: gap}), false, i+1
		default:
			gap = gap || !unicode.IsSpace(r) && !strings.ContainsRune("-*_~\u2011×\"'“”„‘’", r)
			i++
		}
	}
	return list
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLetter(r rune) bool { return unicode.In(r, unicode.L, unicode.M) }

// joined reports whether a digit belongs to what stands before it without a space, such as the number of an issue.
func joined(letters []rune, i int) bool {
	return i > 0 && (letters[i-1] == '#' || letters[i-1] == '/' || letters[i-1] == '@' || letters[i-1] == ':' || isDigit(letters[i-1]))
}

// readNumber reads the number, date or time of day at a digit.
func readNumber(letters []rune, from int) (t token, end int) {
	end = from
	for end < len(letters) && (isDigit(letters[end]) || end+1 < len(letters) && strings.ContainsRune(".,:'’-/\u00a0\u202f", letters[end]) && isDigit(letters[end+1])) {
		end++
	}
	text := string(letters[from:end])
	switch {
	case strings.ContainsRune(text, ':'):
		t.clock = readClock(text)
	case strings.ContainsAny(text, "/-"):
		if d, ok := isoDate(text); ok {
			t.date = d
			break
		}
		at := strings.IndexAny(text, "/-") // a range, 9-10, or what nobody knows to be a date, 3/4/2026
		if strings.Count(text, "/") > 1 {
			break
		}
		text = text[:at]
		end = from + len([]rune(text)) // the rest follows as a number of its own
		t.value, t.digits = number(text)
	default:
		if d, ok := dottedDate(text); ok {
			t.date = d
			break
		}
		t.value, t.digits = number(text)
	}
	t.text, t.plain = text, text
	suffix := end
	for suffix < len(letters) && isLetter(letters[suffix]) {
		suffix++
	}
	if suffix == end {
		t.order = end < len(letters) && letters[end] == '.'
		return t, end
	}
	v, word := words(), plain(string(letters[end:suffix]))
	_, isTime := v.time[word]
	_, isClock := v.clocks[word]
	switch {
	case word == "st" || word == "nd" || word == "rd" || word == "th" || word == "er":
		t.order = true
		return t, suffix
	case isTime, isClock, v.sizes[word]:
		return t, end // the unit follows as a word
	default:
		text = string(letters[from:suffix]) // 2FA
		return token{text: text, plain: plain(text)}, suffix
	}
}

// number reads a number with separators of thousands or decimals, as they are written in any country.
func number(text string) (float64, bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return !isDigit(r) })
	if len(parts) == 0 {
		return 0, false
	}
	thousands := len(parts) > 1 && len(parts[0]) <= 3
	for _, part := range parts[1:] {
		thousands = thousands && len(part) == 3
	}
	joined := strings.Join(parts, "")
	if !thousands && len(parts) > 1 {
		joined = strings.Join(parts[:len(parts)-1], "") + "." + parts[len(parts)-1]
	}
	value, err := strconv.ParseFloat(joined, 64)
	return value, err == nil
}

func isoDate(text string) (date, bool) {
	parts := strings.Split(text, "-")
	if len(parts) != 3 || len(parts[0]) != 4 || len(parts[1]) != 2 || len(parts[2]) != 2 {
		return date{}, false
	}
	return dateOf(parts[0], parts[1], parts[2])
}

func dottedDate(text string) (date, bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) != 4 {
		return date{}, false
	}
	return dateOf(parts[2], parts[1], parts[0])
}

func dateOf(year, month, day string) (date, bool) {
	y, err := strconv.Atoi(year)
	m, bad := strconv.Atoi(month)
	d, worse := strconv.Atoi(day)
	if err != nil || bad != nil || worse != nil || m < 1 || m > 12 || d < 1 || d > 31 {
		return date{}, false
	}
	return date{y, m, d}, true
}

// readClock returns the minutes of a time of day, and 1 more, or 0 for what is none.
func readClock(text string) int {
	hour, minute, _ := strings.Cut(text, ":")
	h, err := strconv.Atoi(hour)
	m, bad := strconv.Atoi(minute)
	if err != nil || bad != nil || h > 24 || m > 59 || len(minute) != 2 {
		return 0
	}
	return h*60 + m + 1
}
