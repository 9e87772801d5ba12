package markup

import (
	"bytes"
	"io"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxToken bounds what the tokenizer keeps of one token: it copies the token, and notes where each attribute stands. Texts that are longer are read
// in pieces, and tags are read without the data: addresses in them, of which nothing is shown. Any other token of that length ends the reading, and
// what follows is counted as cut: nothing that it would have hidden is shown.
const maxToken = 1 << 21

// source is where a reader reads.
type source struct {
	body       []byte
	at         int  // how much of it has been read
	passed     int  // what was left out of the next token
	isRaw      bool // the next text is in an element in which tags are text
	unfinished bool // the text that has been read goes on
}

// goOnAt has the tokenizer begin anew, with some bytes before the rest of the body.
func (r *reader) goOnAt(body []byte, at int, before ...byte) {
	r.body, r.at = body, at
	var rest io.Reader = bytes.NewReader(body[at:])
	if len(before) > 0 {
		rest = io.MultiReader(bytes.NewReader(before), rest)
	}
	r.z = html.NewTokenizer(rest)
	r.z.SetMaxBuf(maxToken)
}

// holdsRawText reports the elements behind whose start tag the tokenizer is in a state that it would not begin with.
func holdsRawText(tag atom.Atom) bool {
	switch tag {
	case atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Plaintext, atom.Script, atom.Style, atom.Textarea, atom.Title, atom.Xmp:
		return true
	default:
		return false
	}
}

// whole returns as much of a text that was cut by maxToken as makes whole parts, and goes on behind it.
func (r *reader) whole(text []byte) []byte {
	rest := text
	for part := range parts(text) {
		if len(part) == len(rest) { // the last one, whose end is not that of the text
			break
		}
		rest = rest[len(part):]
	}
	r.goOnAt(r.body, r.at-len(rest))
	r.unfinished = true
	return text[:len(text)-len(rest)]
}

// goOnBehindData goes on at a tag that was too long, without the data: addresses in it. It reports whether there was such a tag.
func (r *reader) goOnBehindData() bool {
	if tag := r.z.Raw(); r.passed > 0 || len(tag) < maxToken || tag[0] != '<' || tag[1] == '/' { // behind any other long token there is none
		return false
	}
	short, length := withoutData(r.body[r.at:])
	if length == 0 || len(short) >= maxToken {
		return false
	}
	r.goOnAt(r.body, r.at+length, short...)
	r.at, r.passed = r.at-length, length-len(short)
	return true
}

// withoutData returns the start tag that a text begins with, without what the long data: addresses in it hold, and how long it was; 0 for none.
// It reads a tag as the tokenizer does.
func withoutData(text []byte) (short []byte, length int) {
	const space = " \n\r\t\f"
	i := 1
	skip := func() {
		for i < len(text) && bytes.IndexByte([]byte(space), text[i]) >= 0 {
			i++
		}
	}
	until := func(ends string) {
		n := bytes.IndexAny(text[i:], ends)
		if n < 0 {
			n = len(text) - i
		}
		i += n
	}
	copied := 0
	for until(space + "/>"); ; {
		for skip(); i < len(text) && text[i] == '/'; skip() {
			i++
		}
		if i >= len(text) {
			return nil, 0
		}
		if text[i] == '>' {
			i++
			return append(short, text[copied:i]...), i
		}
		i++ // the first character of a name may be any
		if until(space + "/=>"); i < len(text) && text[i] == '/' {
			continue
		}
		if skip(); i >= len(text) || text[i] != '=' {
			continue
		}
		i++
		if skip(); i >= len(text) || text[i] != '"' && text[i] != '\'' {
			until(space + ">")
			continue
		}
		quote := text[i]
		i++
		n := bytes.IndexByte(text[i:], quote)
		if n < 0 {
			return nil, 0
		}
		if n > longestAttribute && bytes.EqualFold(text[i:i+len(dataScheme)], []byte(dataScheme)) {
			short = append(short, text[copied:i+len(dataScheme)]...)
			copied = i + n
		}
		i += n + 1
	}
}

const dataScheme = "data:"
