package markup

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"featurebase-mcp/internal/legible"
)

// A model reads a text as Markdown, changes some of it and sends all of it back. Markdown cannot hold captions, players, callouts and what else editors make,
// so the HTML of what the model did not change is taken from the text that is there.

// Keep returns the HTML of a new text with the old HTML of each part that is the same in both. The new text is what [WrittenHTML] has made of Markdown. Keep
// returns "" if the old text has nothing that Markdown does not hold, so that the new one can be sent as it is. The error says which part was changed so
// that it would lose something, and is fit for a model.
func Keep(old, fresh string) (string, error) {
	if !hasTags([]byte(old)) || len(old) > longestKept {
		return "", nil
	}
	k := keeper{}
	special := false
	for _, text := range blocksOf(old) {
		p := part{html: text, from: len(k.before)}
		written, err := WrittenHTML(HTMLToMarkdown(text))
		if err != nil {
			return "", nil //nolint:nilerr // no Markdown can be the same
		}
		p.blocks = blocksOf(written)
		p.special = shapeOf(text) != shapeOf(written)
		special = special || p.special
		k.parts = append(k.parts, p)
		k.before = append(k.before, p.blocks...)
	}
	if !special {
		return "", nil
	}
	k.after = blocksOf(fresh)
	k.align()
	return k.join()
}

// longestKept is how many bytes of an old text are compared. Longer ones are not written by people.
const longestKept = 1 << 20

// keeper puts a new text together from the parts of an old one that are the same.
type keeper struct {
	parts  []part
	before []string // what the parts become by way of Markdown, block by block
	after  []string // the blocks of the new text
	same   []int    // for each block before, the index of the same one after, or -1
}

// part is a block of the old text, or what stands between two blocks.
type part struct {
	html    string
	blocks  []string // the same, by way of Markdown
	from    int      // the index of the first of them
	special bool     // Markdown does not hold all of it
	kept    bool
}

// blocksOf cuts HTML into the blocks that stand in no other element, and what stands between them. Each part is well-formed if the whole is.
func blocksOf(text string) []string {
	var parts []string
	var open []atom.Atom
	z := html.NewTokenizer(strings.NewReader(text))
	from, at := 0, 0
	cut := func(to int) {
		if part := strings.TrimSpace(text[from:to]); part != "" {
			parts = append(parts, part)
		}
		from = to
	}
	for {
		token := z.Next()
		if token == html.ErrorToken {
			cut(len(text))
			return parts
		}
		start := at
		at += len(z.Raw())
		if token != html.StartTagToken && token != html.SelfClosingTagToken && token != html.EndTagToken {
			continue
		}
		name, _ := z.TagName()
		e := elementOf(name)
		isBlock := e.traits&block != 0
		if token == html.EndTagToken {
			if i := slices.Index(open, e.tag); i >= 0 {
				open = open[:i]
			}
			if len(open) == 0 && isBlock {
				cut(at)
			}
			continue
		}
		if n := len(open); n > 0 && open[n-1] == atom.P && e.traits&endsP != 0 {
			open = open[:n-1]
		}
		if len(open) == 0 && isBlock {
			cut(start)
		}
		switch {
		case e.traits&void == 0 && len(open) < maxOpen:
			open = append(open, e.tag)
		case len(open) == 0 && isBlock:
			cut(at)
		}
	}
}

// wrappers are elements without a look of their own, which Markdown does not have.
var wrappers = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Section: true, atom.Article: true, atom.Main: true, atom.Header: true, atom.Footer: true, atom.Br: true,
	atom.Span: true, atom.Thead: true, atom.Tbody: true, atom.Tfoot: true, atom.Font: true, atom.Wbr: true,
}

// alike are elements that look like others.
var alike = map[atom.Atom]atom.Atom{
	atom.B: atom.Strong, atom.I: atom.Em, atom.S: atom.Del, atom.Strike: atom.Del, atom.Kbd: atom.Code, atom.Samp: atom.Code, atom.Tt: atom.Code,
}

// shapeOf returns the words of a text with the elements around them that a visitor sees. Two texts with the same shape look the same.
func shapeOf(text string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch token := z.Next(); token {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			for word := range strings.FieldsSeq(string(z.Text())) {
				b.WriteString(word)
				b.WriteByte('\n')
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			look := looks(t)
			if wrappers[t.DataAtom] && look == "" {
				continue
			}
			name := t.Data
			if same, ok := alike[t.DataAtom]; ok {
				name = same.String()
			}
			if token == html.EndTagToken {
				name = "/" + name
			}
			fmt.Fprintf(&b, "<%s%s>\n", name, look)
		default: // comments and document types show nothing
		}
	}
}

// looks returns the attributes of an element that a visitor notices.
func looks(t html.Token) string {
	var b strings.Builder
	for _, a := range t.Attr {
		switch {
		case a.Key == "href", a.Key == "src":
			fmt.Fprintf(&b, " %s=%s", a.Key, resolved([]byte(a.Val)))
		case a.Key == "style", a.Key == "width", a.Key == "height", a.Key == "colspan", a.Key == "rowspan", a.Key == "align", strings.HasPrefix(a.Key, "data-"):
			fmt.Fprintf(&b, " %s=%s", a.Key, a.Val)
		}
	}
	return b.String()
}

// align finds the parts that are the same in the new text.
func (k *keeper) align() {
	k.same = Align(k.before, k.after)
	for i := range k.parts {
		p := &k.parts[i]
		p.kept = len(p.blocks) > 0
		for n := range p.blocks {
			at := k.same[p.from+n]
			p.kept = p.kept && at >= 0 && at == k.same[p.from]+n
		}
	}
	for i := range k.parts { // what shows nothing stays with what stands before it
		if p := &k.parts[i]; len(p.blocks) == 0 {
			p.kept = i == 0 || k.parts[i-1].kept
		}
	}
}

// join returns the new text with the parts that are kept. Pictures and players of other parts are put back where the new text names them.
func (k *keeper) join() (string, error) {
	owner := map[int]int{} // of the first block of a part that is kept
	var media []medium
	for i, p := range k.parts {
		switch {
		case p.kept && len(p.blocks) > 0:
			owner[k.same[p.from]] = i
		case !p.kept:
			media = append(media, mediaOf(p.html)...)
		}
	}
	if err := k.checkChanged(owner); err != nil {
		return "", err
	}
	var b strings.Builder
	for i := 0; i < len(k.parts) && len(k.parts[i].blocks) == 0; i++ {
		b.WriteString(k.parts[i].html + "\n")
	}
	for at := 0; at < len(k.after); {
		i, kept := owner[at]
		if !kept {
			var text string
			text, media = withMedia(k.after[at], media)
			b.WriteString(text + "\n")
			at++
			continue
		}
		b.WriteString(k.parts[i].html + "\n")
		at += len(k.parts[i].blocks)
		for i++; i < len(k.parts) && len(k.parts[i].blocks) == 0; i++ {
			b.WriteString(k.parts[i].html + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// medium is a picture, a player or a link to a signed file.
type medium struct {
	html string // as it is written in the old text
	name string // what it becomes by way of Markdown
}

// mediaOf returns the media in HTML.
func mediaOf(text string) []medium {
	var list []medium
	add := func(html string) {
		if written, err := WrittenHTML(HTMLToMarkdown(html)); err == nil && written != "" {
			list = append(list, medium{html, strings.TrimSuffix(strings.TrimPrefix(written, "<p>"), "</p>")})
		}
	}
	z := html.NewTokenizer(strings.NewReader(text))
	at, from := 0, -1
	var inside atom.Atom
	for {
		token := z.Next()
		if token == html.ErrorToken {
			return list
		}
		start := at
		at += len(z.Raw())
		if token == html.TextToken {
			continue
		}
		t := z.Token()
		switch {
		case inside != 0:
			if token == html.EndTagToken && t.DataAtom == inside {
				add(text[from:at])
				inside = 0
			}
		case token == html.EndTagToken:
		case t.DataAtom == atom.Img || t.DataAtom == atom.Embed:
			add(text[start:at])
		case isPlayer(t.DataAtom), t.DataAtom == atom.A && slices.ContainsFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "href" && isSigned(a.Val) }):
			inside, from = t.DataAtom, start
		}
	}
}

// withMedia puts back the media that a block names. It returns those that are left.
func withMedia(block string, media []medium) (string, []medium) {
	var left []medium
	for _, m := range media {
		if !strings.Contains(block, m.name) {
			left = append(left, m)
			continue
		}
		block = strings.Replace(block, m.name, m.html, 1)
	}
	return block, left
}

// checkChanged returns an error for a part that has been changed although Markdown does not hold its frame: a caption, a callout, something that opens.
func (k *keeper) checkChanged(owner map[int]int) error {
	taken := map[int]bool{}
	for first, i := range owner {
		for n := range k.parts[i].blocks {
			taken[first+n] = true
		}
	}
	for _, p := range k.parts {
		frame := frameOf(p.html)
		if p.kept || !p.special || frame == "" {
			continue
		}
		words := strings.Fields(Excerpt(p.html, len(p.html)))
		for at, block := range k.after {
			if taken[at] {
				continue
			}
			in := map[string]bool{}
			for word := range strings.FieldsSeq(Excerpt(block, len(block))) {
				in[word] = true
			}
			same := 0
			for _, word := range words {
				if in[word] {
					same++
				}
			}
			if 2*same >= len(words) && same > 0 {
				return fmt.Errorf("the part %q is in <%s>, which Markdown cannot hold, so that a change would lose it: leave this part as it was read, or remove it whole",
					legible.Truncate(60, []rune(strings.Join(words, " "))), frame)
			}
		}
	}
	return nil
}

// frames are the elements around text that Markdown does not have.
var frames = map[atom.Atom]bool{atom.Figure: true, atom.Details: true, atom.Aside: true}

// frameOf returns the name of the element around a text that Markdown does not hold, or "". Editors mark their own blocks by attributes and by names with a
// hyphen.
func frameOf(text string) string {
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			name, more := z.TagName()
			tag := string(bytes.Clone(name))
			if e := elementOf(name); frames[e.tag] && (e.tag != atom.Figure || strings.Contains(text, "figcaption")) || strings.Contains(tag, "-") {
				return tag
			}
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				if kind := strings.ToLower(string(value)); string(key) == "data-type" && kind != "mention" && !strings.HasPrefix(kind, "task") {
					return tag + " data-type=" + legible.Truncate(30, []rune(kind))
				}
			}
		default: // only a start has a name and attributes
		}
	}
}
