package markup

import (
	"net/netip"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"featurebase-mcp/internal/legible"
)

// schemeOf is the scheme of an address in lower case; a relative one has none. Browsers pass over spaces and controls in it.
func schemeOf(address string) string {
	scheme, _, found := strings.Cut(trimAddress(address), ":")
	if !found || strings.ContainsAny(scheme, "/?#\\") {
		return ""
	}
	return strings.ToLower(scheme)
}

// trimAddress takes out of an address what browsers pass over.
func trimAddress(address string) string {
	address = strings.TrimFunc(address, func(r rune) bool { return r <= ' ' || legible.IsInvisible(r) || legible.IsSpace(r) })
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || legible.IsInvisible(r) {
			return -1
		}
		return r
	}, address)
}

// isSafe admits the schemes that only name a place: none that runs, carries data or opens files.
func isSafe(address string) bool {
	switch schemeOf(address) {
	case "", "http", "https", "mailto", "tel":
		return true
	default:
		return false
	}
}

// hostSpan returns where the host of an address stands in it, as a browser takes it: after the last @, with slashes of either kind.
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

// hostOf is the host that an address leads to, in the form that is looked up: letters that look like others do not pass for them.
func hostOf(address string) string {
	address = trimAddress(address)
	start, end := hostSpan(address)
	return lookupForm(address[start:end])
}

func lookupForm(host string) string {
	if decoded, err := url.PathUnescape(host); err == nil {
		host = decoded
	}
	host = strings.Trim(strings.ToLower(host), ".")
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return host
	}
	if ascii, _ := idna.Lookup.ToASCII(host); ascii != "" { // what it cannot map is still better than what it looks like
		return ascii
	}
	return host
}

// destination is an address as the target of a Markdown link: with the host as it is looked up, and nothing that ends the target.
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

// hostKept is a host in letters that cannot be taken for others.
func hostKept(host string) string {
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return host
	}
	return lookupForm(host)
}

// longestEntity is the length of the longest name of a character in HTML, with its & and semicolon.
const longestEntity = 33

// entityLength is the length of what a Markdown reader could take for an entity at the start of s, or 0.
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

// leadsElsewhere returns where an address leads if its text names another place, or if the address itself hides it behind a name and an @.
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

// leadsTo is said in the text of a link that leads elsewhere than it says.
func leadsTo(host string) string { return " (leads to " + host + ")" }

// endsName reports what cannot be in the name of a host or its address.
func endsName(r rune) bool { return legible.IsSpace(r) || strings.ContainsRune(`"'<>(){}[],;|`, r) }

// reserved are the endings that are used without being given out.
var reserved = words("example test invalid localhost local internal lan corp home onion")

// namedHost is the host that a word of a text names, or nothing. A dot alone makes no name: the ending has to be one that is in use, so
// that Node.js and report.pdf are none.
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

// site is the part of a host that one owner has.
func site(host string) string {
	if own, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return own
	}
	return host
}

// WithoutSignatures replaces the signed addresses in a text by the names of their files. Whoever has one has the file, and they say whose
// key signed them.
func WithoutSignatures(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	var b strings.Builder
	for {
		start, end := findAddress(text)
		if start < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:start])
		if address := text[start:end]; isSigned(address) {
			b.WriteString("[file: " + fileName(address) + "]")
		} else {
			b.WriteString(address)
		}
		text = text[end:]
	}
}

// findAddress returns where the first web address in a text stands, or -1.
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

// firstIdeograph and all after it are letters that stand next to an address without a gap, in languages that know none.
const firstIdeograph = 0x2e80

// addressLength is how much of a text that begins with a scheme is a web address, or 0.
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
		if endsAddress(r) || r >= utf8.RuneSelf && (!legible.IsWordRune(r) || r >= firstIdeograph) || !path && (r == '(' || r == ')') {
			end = host + i
			break
		}
		if r >= utf8.RuneSelf && !path {
			return 0 // a host that is not looked up as it is written
		}
		path = path || r == '/' || r == '?' || r == '#'
	}
	if end = len(trimPunctuation(text[:end])); end <= host {
		return 0
	}
	return end
}

func endsAddress(r rune) bool {
	return legible.IsSpace(r) || legible.IsInvisible(r) || strings.ContainsRune("<>\"`\\|", r)
}

// trimPunctuation cuts off what ends a sentence rather than an address, as GitHub does.
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

// The parameters of signed addresses. Some alone tell one; a proof needs a term to, because many links have a token.
var (
	signatures = words("x-amz-signature x-amz-credential x-amz-security-token x-goog-signature x-goog-credential x-oss-signature x-oss-credential key-pair-id awsaccesskeyid googleaccessid ossaccesskeyid")
	proofs     = words("signature sig sign token hmac hash jwt policy auth")
	terms      = words("expires expire exp expiry expiration expires_at expires_in se")
)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// isSigned reports an address that opens a file for everyone who has it, for a time.
func isSigned(address string) bool {
	_, query, found := strings.Cut(address, "?")
	if !found {
		return false
	}
	proof, term := false, false
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' || r == '#' || r == '?' }) {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		name = strings.ToLower(name)
		if signatures[name] {
			return true
		}
		proof, term = proof || proofs[name], term || terms[name]
	}
	return proof && term
}

// fileName is the name of the file that an address leads to.
func fileName(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	_, end := hostSpan(address)
	name := path.Base(address[end:])
	if decoded, err := url.PathUnescape(name); err == nil {
		name = path.Base(decoded)
	}
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
