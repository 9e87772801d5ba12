package client

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"unicode"
)

const (
	maxMessage = 500 // runes of a sentence of the API
	maxWord    = 128 // runes of a name of the API: a code, an argument, a request id
)

// scrubber cleans texts that come from outside before anyone sees them.
type scrubber struct{ key string }

func newScrubber(key string) scrubber { return scrubber{key: key} }

// secret replaces the key, should it be echoed.
func (s scrubber) secret(text string) string {
	if s.key == "" {
		return text
	}
	return strings.ReplaceAll(text, s.key, "[API key]")
}

// leastKey is the length from which no word is taken for a key that does not look like one of Featurebase's.
const leastKey = 16

// body is an answer without the key, should it be echoed: whoever reads answers has no business with it. A key such as "test", which a
// sandbox is content with, is a word like others there, and would be taken out of people's texts.
func (s scrubber) body(raw []byte) []byte {
	if !strings.HasPrefix(s.key, "sk_") && len(s.key) < leastKey || !bytes.Contains(raw, []byte(s.key)) {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte(s.key), []byte("[API key]"))
}

// text is the start of raw on one line, at most limit runes, without the key, control characters and
// invisible ones, which could hide words or reorder them.
func (s scrubber) text(raw string, limit int) string {
	// The key goes last but one: dropped runes may stand inside it, and a cut may leave half of it.
	return cut(s.secret(plain(raw)), limit)
}

var (
	tag      = regexp.MustCompile(`<[/!?a-zA-Z][^<>]*>`)
	openTag  = regexp.MustCompile(`<([/!?a-zA-Z])`)
	userInfo = regexp.MustCompile(`(://)[^\s/?#@]*@`)
	urlQuery = regexp.MustCompile(`(://[^\s?#]*)[?#]\S+`)
)

// words is text for what a server says at length: also without the tags of HTML, and without the parts of URLs that
// hold secrets, such as the signature of a file's address.
func (s scrubber) words(raw string, limit int) string {
	text := tag.ReplaceAllString(s.secret(plain(raw)), " ")
	text = openTag.ReplaceAllString(text, "< $1")
	text = userInfo.ReplaceAllString(text, "$1")
	text = urlQuery.ReplaceAllString(text, "$1?…")
	return s.text(text, limit)
}

// plain is raw with single spaces and visible runes only.
func plain(raw string) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, raw)
	return strings.Join(strings.Fields(visible), " ")
}

// cut shortens text to limit runes, the last of them an ellipsis.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	runes := 0
	end := 0
	for i := range text {
		if runes++; runes == limit {
			end = i
		}
	}
	if runes <= limit {
		return text
	}
	return text[:end] + "…"
}

// cause is err, unless its text or that of an error it wraps holds the key: then only the text is left.
func (s scrubber) cause(err error) error {
	if err == nil || s.key == "" || !strings.Contains(err.Error(), s.key) {
		return err
	}
	return errors.New(s.text(err.Error(), maxMessage))
}
