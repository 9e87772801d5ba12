package markup

import (
	"bytes"
	"io"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxToken bounds how many bytes the tokenizer keeps of one token, 2 MB, because it copies the token and the place of each attribute. A longer text is
// read in pieces, and a longer tag without the data: addresses in it, which are never shown. Any other token of that length ends the reading, and the
// rest is counted as cut, so that nothing appears that the token would have hidden.
const maxToken = 1 << 21

// source is the place in a body where a reader reads.
type source struct {
	body       []byte
	at         int  // how many bytes were read
	passed     int  // how many bytes of the next token were left out
	isRaw      bool // the next text stands in an element where tags are text
	unfinished bool // the text that was read goes on
}

// goOnAt restarts the tokenizer at an offset of the body, with some bytes before the rest.
func (r *reader) goOnAt(body []byte, at int, before ...byte) {
	r.body, r.at = body, at
	var rest io.Reader = bytes.NewReader(body[at:])
	if len(before) > 0 {
		rest = io.MultiReader(bytes.NewReader(before), rest)
	}
	r.z = html.NewTokenizer(rest)
	r.z.SetMaxBuf(maxToken)
}

// holdsRawText reports whether the content of an element is text without tags. A tokenizer that restarts there would not know.
func holdsRawText(tag atom.Atom) bool {
	switch tag {
	case atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Plaintext, atom.Script, atom.Style, atom.Textarea, atom.Title, atom.Xmp:
		return true
	default:
		return false
	}
}

// whole returns the beginning of a text that maxToken cut, up to the end of the last whole part, and restarts behind it.
func (r *reader) whole(text []byte) []byte {
	rest := text
	for part := range parts(text) {
		if len(part) == len(rest) { // the last part, which the limit cut and not the text
			break
		}
		rest = rest[len(part):]
	}
	r.goOnAt(r.body, r.at-len(rest))
	r.unfinished = true
	return text[:len(text)-len(rest)]
}

// goOnBehindData reads a tag that was too long again, without the data: addresses in it. It reports whether the last token was such a tag.
func (r *reader) goOnBehindData() bool {
	if tag := r.z.Raw(); r.passed > 0 || len(tag) < maxToken || tag[0] != '<' || tag[1] == '/' { // another long token is no tag
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

// withoutData returns the start tag that a text begins with, without the content of long data: addresses, and the length of the whole tag. The length is
// 0 if the tag has no end. It reads a tag as the tokenizer does.
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
		i++ // the first character of a name can be any
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
