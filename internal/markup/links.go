package markup

import (
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"featurebase-mcp/internal/legible"
)

// schemeOf returns the scheme of an address in lower case, or "" for a relative address. It skips the spaces and control characters that browsers skip.
func schemeOf(address string) string {
	scheme, _, found := strings.Cut(trimAddress(address), ":")
	if !found || strings.ContainsAny(scheme, "/?#\\") {
		return ""
	}
	return strings.ToLower(scheme)
}

// trimAddress removes from an address the characters that browsers skip, and invisible ones.
func trimAddress(address string) string {
	address = strings.TrimFunc(address, func(r rune) bool { return r <= ' ' || legible.IsInvisible(r) || legible.IsSpace(r) })
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || legible.IsInvisible(r) {
			return -1
		}
		return r
	}, address)
}

// isSafe reports whether an address only names a place. Other schemes run code, carry data or open files.
func isSafe(address string) bool {
	switch schemeOf(address) {
	case "", "http", "https", "mailto", "tel":
		return true
	default:
		return false
	}
}

// hostSpan returns the offsets of the host in an address. It reads as browsers do: the host stands behind the last @, and a backslash is a slash.
func hostSpan(address string) (start, end int) {
	switch scheme := schemeOf(address); {
	case scheme == "mailto":
		end = len(address)
		if query := strings.IndexByte(address, '?'); query >= 0 {
			end = query
		}
		return strings.LastIndexByte(address[:end], '@') + 1, end
	case scheme == "http", scheme == "https":
		start = len(scheme) + 1
	case scheme != "" || len(address) < 2 || !isSlash(address[0]) || !isSlash(address[1]):
		return 0, 0
	}
	for start < len(address) && isSlash(address[start]) {
		start++
	}
	end = len(address)
	if i := strings.IndexAny(address[start:], `/\?#`); i >= 0 {
		end = start + i
	}
	start += strings.LastIndexByte(address[start:end], '@') + 1
	if i := strings.LastIndexByte(address[start:end], ':'); i >= 0 && !strings.HasSuffix(address[start:end], "]") {
		end = start + i
	}
	return start, end
}

func isSlash(c byte) bool { return c == '/' || c == '\\' }

// hostOf returns the host of an address in the ASCII form of DNS. In that form, letters that look like Latin ones cannot pass for them.
func hostOf(address string) string {
	address = trimAddress(address)
	start, end := hostSpan(address)
	return lookupForm(address[start:end])
}

// lookupForm returns a host in the ASCII form of DNS.
func lookupForm(host string) string {
	if decoded, err := url.PathUnescape(host); err == nil {
		host = decoded
	}
	host = strings.Trim(strings.ToLower(host), ".")
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return host
	}
	if ascii, _ := idna.Lookup.ToASCII(host); ascii != "" { // also with an error: a form with mistakes still does not look like another host
		return ascii
	}
	return host
}

// destination returns an address as the target of a Markdown link: with the host in ASCII, and with escapes for the characters that would end the target.
func destination(address string) string {
	address = trimAddress(address)
	if start, end := hostSpan(address); start < end {
		address = address[:start] + hostKept(address[start:end]) + address[end:]
	}
	brackets := strings.Count(address, "(") != strings.Count(address, ")") || strings.Index(address, ")") < strings.Index(address, "(")
	var b strings.Builder
	for i := range len(address) {
		switch c := address[i]; {
		case c <= ' ', c == 0x7f, strings.IndexByte("<>\\`|\"", c) >= 0, brackets && (c == '(' || c == ')'), c == '!' && strings.HasPrefix(address[i:], "!["):
			const hex = "0123456789ABCDEF"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		case c == '&' && entityLength(address[i:]) > 0:
			b.WriteString("&amp;")
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// hostKept returns a host of ASCII letters as it is, and any other in the form of DNS.
func hostKept(host string) string {
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return host
	}
	return lookupForm(host)
}

// longestEntity is the length of the longest entity of HTML, with & and semicolon.
const longestEntity = 33

// entityLength returns the length of the text at the start of s that Markdown could take for an entity, or 0.
func entityLength(s string) int {
	for i := 1; i < len(s) && i < longestEntity; i++ {
		switch c := s[i]; {
		case c == ';' && i > 1:
			return i + 1
		case c == '#' && i == 1, c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z':
		default:
			return 0
		}
	}
	return 0
}

// leadsElsewhere returns the host of an address if the text of the link names the host of somebody else, or if the address hides its host behind a name
// and an @. Otherwise it returns "".
func leadsElsewhere(text, address string) string {
	host := hostOf(address)
	if host == "" || strings.HasSuffix(text, leadsTo(host)) {
		return ""
	}
	if start, _ := hostSpan(trimAddress(address)); schemeOf(address) != "mailto" && start > 0 && trimAddress(address)[start-1] == '@' {
		return host
	}
	for word := range strings.FieldsFuncSeq(text, endsName) {
		if named := namedHost(word); named != "" && site(named) != site(host) {
			return host
		}
	}
	return ""
}

// leadsTo returns the words that warn of a link whose text names another host.
func leadsTo(host string) string { return " (leads to " + host + ")" }

// endsName reports whether a character can be neither in a host nor in the rest of an address.
func endsName(r rune) bool { return legible.IsSpace(r) || strings.ContainsRune(`"'<>(){}[],;|`, r) }

// reserved are the top-level domains that are in use but in no public list.
var reserved = words("example test invalid localhost local internal lan corp home onion")

// namedHost returns the host that a word names, or "". A dot alone does not make a host, because Node.js and report.pdf have one: the ending has to be
// in use.
func namedHost(word string) string {
	_, after, plain := strings.Cut(word, "://")
	if plain {
		word = after
	}
	if i := strings.IndexAny(word, `/\?#`); i >= 0 {
		word = word[:i]
	}
	word = word[strings.LastIndexByte(word, '@')+1:]
	word, _, _ = strings.Cut(word, ":")
	word = strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if !strings.ContainsAny(word, ".。．｡") {
		return ""
	}
	host := lookupForm(word)
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	suffix, managed := publicsuffix.PublicSuffix(host)
	if plain || strings.HasPrefix(host, "www.") || suffix != host && (managed || strings.Contains(suffix, ".") || reserved[suffix]) {
		return host
	}
	return ""
}

// site returns the registered domain of a host, below which one owner gives out all names.
func site(host string) string {
	if own, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return own
	}
	return host
}

// WithoutSignedURLs replaces each signed address in a text by the name of its file. A signed address opens the file to everyone who has it, and it
// names the key that signed it. It finds addresses that Markdown would not link: without a scheme, with any host, with any character but a gap,
// quotation marks, angle brackets and ideographs.
func WithoutSignedURLs(text string) string {
	var b strings.Builder
	done, at := 0, 0
	run, ampersand := 0, 0 // where a gap ends the address, and where the last & before it stands
	for {
		query := strings.IndexByte(text[at:], '?')
		if query < 0 {
			break
		}
		query += at
		if run <= query {
			run = len(text)
			if i := strings.IndexFunc(text[query:], breaksAddress); i >= 0 {
				run = query + i
			}
			ampersand = query + strings.LastIndexByte(text[query:run], '&')
		}
		start, end := at+addressStart(text[at:query]), run
		if i := strings.IndexFunc(text[query:run], endsQuery); i >= 0 && query+i > ampersand {
			end = query + i
		}
		at = end
		if address := trimPunctuation(text[start:end]); isSigned(address) {
			b.WriteString(text[done:start])
			b.WriteString("[file: " + fileName(address) + "]")
			done = start + len(address)
		}
	}
	if done == 0 {
		return text
	}
	return b.String() + text[done:]
}

// addressStart returns the offset of the address that a text ends with.
func addressStart(text string) int {
	start := 0
	if i := strings.LastIndexFunc(text, breaksAddress); i >= 0 {
		_, size := utf8.DecodeRuneInString(text[i:])
		start = i + size
	}
	host := strings.Index(text[start:], "//")
	if host < 0 {
		return start + strings.LastIndexAny(text[start:], "([{=,;|") + 1
	}
	before, found := strings.CutSuffix(text[start:start+host], ":")
	if !found {
		return start + host
	}
	return start + len(strings.TrimRightFunc(before, func(r rune) bool { return r < utf8.RuneSelf && legible.IsWordRune(r) }))
}

// endsQuery reports whether the character ends an address if no parameter follows: text of a script without spaces goes on right behind it.
func endsQuery(r rune) bool {
	return r >= utf8.RuneSelf && (!legible.IsWordRune(r) || r >= firstIdeograph)
}

// breaksAddress reports whether no address that people share has the character.
func breaksAddress(r rune) bool {
	return legible.IsSpace(r) || strings.ContainsRune("<>\"`", r)
}

// findAddress returns the offsets of the first web address in a text, or -1 and -1.
func findAddress(text string) (start, end int) {
	for from := 0; ; {
		i := strings.Index(text[from:], "://")
		if i < 0 {
			return -1, -1
		}
		i += from
		from = i + len("://")
		for _, scheme := range []string{"https", "http"} {
			start = i - len(scheme)
			if start < 0 || !strings.EqualFold(text[start:i], scheme) {
				continue
			}
			if before, _ := utf8.DecodeLastRuneInString(text[:start]); legible.IsWordRune(before) {
				break
			}
			if n := addressLength(text[start:]); n > 0 {
				return start, start + n
			}
		}
	}
}

// firstIdeograph is the first letter of the scripts without spaces, in which text follows an address without a gap.
const firstIdeograph = 0x2e80

// addressLength returns the length of the web address that a text begins with, or 0.
func addressLength(text string) int {
	colon := strings.Index(text, "://")
	if colon < 0 || !strings.EqualFold(text[:colon], "http") && !strings.EqualFold(text[:colon], "https") {
		return 0
	}
	host := colon + len("://")
	path, end := false, len(text)
	for i, r := range text[host:] {
		if i == 0 && r != '[' && (r >= utf8.RuneSelf || !legible.IsWordRune(r)) {
			return 0
		}
		if endsAddress(r) || endsQuery(r) || !path && (r == '(' || r == ')') {
			end = host + i
			break
		}
		if r >= utf8.RuneSelf && !path {
			return 0 // no host: DNS has ASCII alone
		}
		path = path || r == '/' || r == '?' || r == '#'
	}
	if end = len(trimPunctuation(text[:end])); end <= host {
		return 0
	}
	return end
}

// endsAddress reports whether an address in a text ends before the character.
func endsAddress(r rune) bool {
	return legible.IsSpace(r) || legible.IsInvisible(r) || strings.ContainsRune("<>\"`\\|", r)
}

// trimPunctuation removes the punctuation that ends a sentence rather than the address, by the rule of GitHub.
func trimPunctuation(address string) string {
	unopened := strings.Count(address, ")") - strings.Count(address, "(")
	for address != "" {
		switch last := address[len(address)-1]; {
		case strings.IndexByte("?!.,:;*_~'", last) >= 0:
		case last == ')' && unopened > 0:
			unopened--
		default:
			return address
		}
		address = address[:len(address)-1]
	}
	return ""
}

// The parameters of signed addresses. One of the signatures is enough. A proof counts only together with a term, because many ordinary links have a token.
var (
	signatures = words("x-amz-signature x-amz-credential x-amz-security-token x-goog-signature x-goog-credential x-oss-signature x-oss-credential key-pair-id awsaccesskeyid googleaccessid ossaccesskeyid")
	proofs     = words("signature sig sign token hmac hash jwt policy auth")
	terms      = words("expires expire exp expiry expiration expires_at expires_in se")
)

// words returns the set of the words in a list.
func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// isSigned reports whether an address opens a file for some time to everyone who has it.
func isSigned(address string) bool {
	_, query, found := strings.Cut(address, "?")
	if !found {
		return false
	}
	proof, term := false, false
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return strings.ContainsRune("&;#?|", r) }) {
		name, _, _ := strings.Cut(pair, "=")
		name = strings.ToLower(strings.TrimSpace(unescaped(name)))
		if signatures[name] {
			return true
		}
		proof, term = proof || proofs[name], term || terms[name]
	}
	return proof && term
}

// unescaped resolves the percent escapes in a text, and keeps those that are broken: a server may still read the others.
func unescaped(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		code, err := strconv.ParseUint(after[:min(2, len(after))], 16, 8)
		if len(after) < 2 || err != nil {
			b.WriteByte('%')
			s = after
			continue
		}
		b.WriteByte(byte(code))
		s = after[2:]
	}
}

// fileName returns the last part of the path of an address as a visible name of at most 100 characters.
func fileName(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	_, end := hostSpan(address)
	name := path.Base(strings.ReplaceAll(address[end:], `\`, "/"))
	name = path.Base(unescaped(name))
	name = strings.Join(strings.Fields(legible.Visible(strings.ToValidUTF8(name, ""))), " ")
	if name == "" || name == "." || name == "/" {
		return "unnamed"
	}
	const longest = 100
	if runes := []rune(name); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return name
}
