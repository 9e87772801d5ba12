package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// verdict is how a task was done.
type verdict struct {
	task       *task
	calls      int
	characters int // of the answers that were read; 0 where nobody counted them
	facts      []said
	problems   []string // refused calls, writes that were not asked for, writes that are missing
}

// said is a fact with the words for it, and whether the text has them.
type said struct {
	label string
	words string
	found bool
}

// found counts the facts that were found.
func (v *verdict) found() int {
	n := 0
	for _, f := range v.facts {
		if f.found {
			n++
		}
	}
	return n
}

// passed reports whether all facts were found and nothing went wrong.
func (v *verdict) passed() bool { return v.found() == len(v.facts) && len(v.problems) == 0 }

// judgeFacts looks for the facts of a task in a text. In the answers of tools they stand as the tools show them.
func (v *verdict) judgeFacts(in *scope, text string, ofTools bool) error {
	text = normal(text)
	for _, f := range v.task.facts {
		form := f.value
		if ofTools && f.shown != "" {
			form = f.shown
		}
		words, err := in.fill(form)
		if err != nil {
			return fmt.Errorf("%s: fact %s: %w", v.task.name, f.label, err)
		}
		words = strings.TrimSpace(words)
		if words == "" {
			return fmt.Errorf("%s: fact %s: it is empty in this organization", v.task.name, f.label)
		}
		for line := range strings.SplitSeq(words, "\n") {
			ways := strings.Split(strings.TrimSpace(line), " || ")
			v.facts = append(v.facts, said{f.label, line, slices.ContainsFunc(ways, func(way string) bool { return holds(text, normal(way)) })})
		}
	}
	return nil
}

// normal returns a text in which the same fact has the same letters: without case, marks of Markdown and commas in numbers, with single spaces, and
// with one behind each comma and colon, which JSON does without.
func normal(text string) string {
	letters := []rune(strings.ToLower(text))
	digit := func(i int) bool { return i >= 0 && i < len(letters) && unicode.IsDigit(letters[i]) }
	var b strings.Builder
	for i, r := range letters {
		switch {
		case strings.ContainsRune("*_`\"'“”„‘’«»~|\\", r):
		case r == ',' && digit(i-1) && digit(i+1) && digit(i+2) && digit(i+3) && !digit(i+4):
		case (r == ',' || r == ':') && (!digit(i-1) || !digit(i+1)):
			b.WriteRune(r)
			b.WriteByte(' ')
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// holds reports whether a text has some words, not as a part of longer ones: 7 is neither in 17 nor in 7.5 nor in 2026-11-07.
func holds(text, words string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], words)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(words)
		if boundary(text[:start], words, false) && boundary(text[end:], words, true) {
			return true
		}
		from = start + 1
	}
}

// boundary reports whether words end where a text stands before them or after them.
func boundary(text, words string, after bool) bool {
	var next, edge rune
	if after {
		next, _ = utf8.DecodeRuneInString(text)
		edge, _ = utf8.DecodeLastRuneInString(words)
	} else {
		next, _ = utf8.DecodeLastRuneInString(text)
		edge, _ = utf8.DecodeRuneInString(words)
	}
	isWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	if text == "" || !isWord(edge) {
		return true
	}
	if isDate(words) && after && next == 't' { // of a time: 2026-11-01T12:00Z
		return true
	}
	if !unicode.IsDigit(edge) || !strings.ContainsRune(".,-:/", next) {
		return !isWord(next)
	}
	far := []rune(text)
	beyond := ' '
	switch {
	case after && len(far) > 1:
		beyond = far[1]
	case !after && len(far) > 1:
		beyond = far[len(far)-2]
	}
	return !unicode.IsDigit(beyond)
}

// isDate reports whether a text is a day in the form of the API.
func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil || len(text) > len(time.DateOnly) && isDate(text[len(text)-len(time.DateOnly):])
}

// judgeCalls counts the answers, and names the calls that were refused.
func (v *verdict) judgeCalls(list []answer) {
	v.calls = len(list)
	for _, a := range list {
		v.characters += utf8.RuneCountInString(a.text)
		if a.refused {
			v.problems = append(v.problems, fmt.Sprintf("%s %s was refused: %.300s", a.call.tool, a.call.arguments, a.text))
		}
	}
}

// judgeWrites holds the journal of the sandbox against the writes that the task asks for: each of them once, and no other.
func (v *verdict) judgeWrites(in *scope, journal []applied) error {
	left := slices.Clone(journal)
	for _, w := range v.task.writes {
		i, err := w.among(in, left)
		if err != nil {
			return fmt.Errorf("%s: write %s: %w", v.task.name, w.operation, err)
		}
		if i < 0 {
			v.problems = append(v.problems, "not written as asked for: "+w.describe(in))
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, a := range left {
		v.problems = append(v.problems, fmt.Sprintf("written, but not asked for: %s %s %v", a.Operation, a.Path, a.Body))
	}
	return nil
}

// among returns the index of the write in a journal, or -1.
func (w write) among(in *scope, journal []applied) (int, error) {
	for i, a := range journal {
		fits := a.Operation == w.operation
		for _, c := range w.body {
			want, err := in.fill(c.value)
			if err != nil {
				return 0, err
			}
			field, err := in.fill(c.field)
			if err != nil {
				return 0, err
			}
			got := text(at(a.Body, field))
			if c.field == "path" {
				got = a.Path
			}
			if c.part {
				fits = fits && strings.Contains(normal(got), normal(want))
			} else {
				fits = fits && got == want
			}
		}
		if fits {
			return i, nil
		}
	}
	return -1, nil
}

// describe returns the write in words.
func (w write) describe(in *scope) string {
	all := []string{w.operation}
	for _, c := range w.body {
		want, err := in.fill(c.value)
		if err != nil {
			want = c.value
		}
		sign := "="
		if c.part {
			sign = "~"
		}
		all = append(all, c.field+sign+want)
	}
	return strings.Join(all, " ")
}
