package markup

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"
)

var delimiters = [markCount]string{"**", "*", "~~"}

// setting is the place where a block of text is written.
type setting struct {
	heading bool
	item    bool // the block is the first one in an item of a list
	cell    bool // of a table, at any depth
}

// render writes the runs of a block as Markdown. It gives up a mark that Markdown cannot express at its place, in the middle of a word for instance,
// and writes the text again, so that it comes out as the same text without the mark would.
func (l *inline) render(p setting) []byte {
	if p.heading {
		l.joinLines()
	}
	for l.endsInBreak() {
		l.runs = l.runs[:len(l.runs)-1]
	}
	const attempts = 4
	for attempt := 1; ; attempt++ {
		l.measure()
		w := runWriter{inline: l, setting: p}
		w.write()
		if !w.gaveUp {
			return w.out
		}
		if attempt == attempts {
			for i := range l.runs {
				l.runs[i].marks = 0
			}
		}
		l.merge()
	}
}

// joinLines puts the lines of a heading on one line, because a heading of Markdown has one.
func (l *inline) joinLines() {
	runs, gap := l.runs[:0], false
	for _, r := range l.runs {
		if r.kind == breakRun {
			gap = true
			continue
		}
		r.space = (r.space || gap) && len(runs) > 0
		runs, gap = append(runs, r), false
	}
	l.runs = runs
	l.merge()
}

// merge joins neighbouring runs that have become alike.
func (l *inline) merge() {
	var buf []byte
	runs := l.runs[:0]
	for _, r := range l.runs {
		text := l.buf[r.start:r.end]
		if n := len(runs); n > 0 && r.kind <= codeRun && runs[n-1].isLike(&r) {
			if r.space {
				buf = append(buf, ' ')
			}
			buf = append(buf, text...)
			runs[n-1].end = len(buf)
			continue
		}
		r.start = len(buf)
		buf = append(buf, text...)
		r.end = len(buf)
		runs = append(runs, r)
	}
	l.buf, l.runs = buf, runs
}

// measure finds the last run that each mark and link reaches.
func (l *inline) measure() {
	for i, r := range l.runs {
		if r.link > 0 {
			l.links[r.link-1].last = i
		}
	}
	var until [markCount]int
	var reaches [markCount]bool
	for i := len(l.runs) - 1; i >= 0; i-- {
		r := &l.runs[i]
		if r.kind == breakRun {
			continue
		}
		if r.link > 0 {
			l.links[r.link-1].first = i
		}
		for m := range markCount {
			if r.marks&(1<<m) == 0 {
				reaches[m] = false
				continue
			}
			if !reaches[m] {
				until[m], reaches[m] = i, true
			}
			r.until[m] = until[m]
		}
	}
}

// runWriter writes the runs of a block.
type runWriter struct {
	*inline
	setting
	out    []byte
	spans  []span // the open ones, the outermost first
	closed byte   // the sign of the mark that was closed right before, or 0
	gaveUp bool   // a mark could not be expressed
}

// span is a mark or link whose opening sign is written.
type span struct {
	mark        mark // markCount for a link
	link        int
	first, last int // its runs
}

// sign returns the character that opens a span.
func (s span) sign() byte {
	if s.mark == markCount {
		return '['
	}
	return delimiters[s.mark][0]
}

func (w *runWriter) write() {
	for i := range w.runs {
		r := &w.runs[i]
		if r.kind == breakRun {
			w.out = append(w.out, '\n')
			w.closed = 0
			continue
		}
		if r.space && !w.atLineStart() {
			w.out = append(w.out, ' ')
			w.closed = 0
		}
		w.openSpans(i)
		w.writeRun(i)
		w.closeSpans(i)
	}
	if w.heading && bytes.HasSuffix(w.out, []byte("#")) { // otherwise Markdown drops it as the closing sign of the heading
		w.out = append(w.out[:len(w.out)-1], `\#`...)
	}
}

func (w *runWriter) atLineStart() bool { return len(w.out) == 0 || w.out[len(w.out)-1] == '\n' }

// openSpans opens the marks and the link that begin at a run, the longest first, so that spans nest. A span that reaches beyond the one around it is cut
// there.
func (w *runWriter) openSpans(i int) {
	r := &w.runs[i]
	var begin [markCount + 1]span
	n := 0
	if r.link > 0 && w.links[r.link-1].first == i {
		begin[0] = span{mark: markCount, link: r.link, first: i, last: w.links[r.link-1].last}
		n = 1
	}
	for m := range markCount {
		if r.marks&(1<<m) != 0 && !slices.ContainsFunc(w.spans, func(s span) bool { return s.mark == m }) {
			begin[n] = span{mark: m, first: i, last: r.until[m]}
			n++
		}
	}
	slices.SortStableFunc(begin[:n], func(a, b span) int { return b.last - a.last })
	for k, s := range begin[:n] {
		if top := len(w.spans) - 1; top >= 0 && s.last > w.spans[top].last {
			if s.mark == markCount { // the link stays whole, and the mark around its beginning goes
				w.giveUp(w.spans[top].mark, i, w.spans[top].last)
			}
			s.last = min(s.last, w.spans[top].last)
		}
		if s.mark == markCount {
			w.gapAfterExclamation()
			w.out = append(w.out, '[')
			w.closed = 0
		} else {
			if !w.canOpen(i, s, begin[k+1:n]) || !w.canClose(s) {
				w.giveUp(s.mark, i, s.last)
				continue
			}
			w.out = append(w.out, delimiters[s.mark]...)
		}
		w.spans = append(w.spans, s)
	}
}

// giveUp removes a mark from some of the runs.
func (w *runWriter) giveUp(m mark, first, last int) {
	w.gaveUp = true
	if m < markCount {
		for i := first; i <= last; i++ {
			w.runs[i].marks &^= 1 << m
		}
	}
}

// canOpen reports whether Markdown takes a delimiter before a run for the opening one of a mark, given the spans that begin inside it.
func (w *runWriter) canOpen(i int, s span, inside []span) bool {
	sign := delimiters[s.mark][0]
	before, _ := utf8.DecodeLastRune(w.out)
	if w.closed == sign || s.mark == deleted && before == '~' {
		return false
	}
	if w.atLineStart() || util.IsSpaceRune(before) {
		return true
	}
	word := !util.IsPunctRune(w.firstRune(i)) && !slices.ContainsFunc(inside, func(other span) bool { return other.sign() != sign })
	nested := slices.ContainsFunc(w.spans, func(open span) bool { return open.sign() == sign && open.first < i })
	if util.IsPunctRune(before) {
		return !nested || word // it could as well close the mark around it
	}
	return !nested && word
}

// canClose reports whether Markdown takes a delimiter behind a span for the closing one.
func (w *runWriter) canClose(s span) bool {
	r := &w.runs[s.last]
	if s.mark == deleted && w.buf[r.end-1] == '~' { // Markdown ignores three in a row
		return false
	}
	inLink := slices.ContainsFunc(w.spans, func(open span) bool { return open.mark == markCount })
	linkEnds := r.link > 0 && w.links[r.link-1].last == s.last
	if w.isGapAfter(s.last) || linkEnds && inLink {
		return true
	}
	after := w.firstRune(s.last + 1)
	if next := w.runs[s.last+1]; next.link > 0 && next.link != r.link {
		after = '['
	}
	if util.IsPunctRune(after) {
		return true
	}
	if linkEnds {
		return false
	}
	for m := range markCount {
		if r.marks&(1<<m) != 0 && r.until[m] == s.last && delimiters[m][0] != delimiters[s.mark][0] {
			return false
		}
	}
	last, _ := utf8.DecodeLastRune(w.buf[r.start:r.end])
	return r.kind == textRun && !util.IsPunctRune(last)
}

// firstRune returns the first character of a run in Markdown.
func (w *runWriter) firstRune(i int) rune {
	r := &w.runs[i]
	switch r.kind {
	case codeRun:
		return '`'
	case addressRun:
		return '<'
	case checkboxRun:
		return '['
	case breakRun:
		return ' '
	default:
		first, _ := utf8.DecodeRune(w.buf[r.start:r.end])
		return first
	}
}

// isGapAfter reports whether a gap or the end of the line follows a run.
func (w *runWriter) isGapAfter(i int) bool {
	return i+1 == len(w.runs) || w.runs[i+1].kind == breakRun || w.runs[i+1].space
}

// closeSpans closes the marks and the link that end at a run.
func (w *runWriter) closeSpans(i int) {
	for n := len(w.spans); n > 0 && w.spans[n-1].last == i; n-- {
		s := w.spans[n-1]
		if s.mark == markCount {
			w.out = append(w.out, "]("...)
			w.out = append(w.out, w.links[s.link-1].href...)
			w.out = append(w.out, ')')
			w.closed = 0
		} else {
			w.out = append(w.out, delimiters[s.mark]...)
			w.closed = delimiters[s.mark][0]
		}
		w.spans = w.spans[:n-1]
	}
}

// gapAfterExclamation separates an exclamation mark from the bracket of a link. Together they would make a picture, which hosts fetch.
func (w *runWriter) gapAfterExclamation() {
	if bytes.HasSuffix(w.out, []byte("!")) {
		w.out = append(w.out, ' ')
	}
}
