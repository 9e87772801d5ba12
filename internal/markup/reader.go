package markup

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"featurebase-mcp/internal/legible"
)

// sink takes what a reader of HTML sees, in the order of the document: texts, elements with their ends, and media. What a sink is told of
// is visible; every start but those of void elements has its end.
type sink interface {
	text(text []byte)
	start(e element, a *attributes)
	end(e element)
	media(m media)
	// full reports that the sink wants no more.
	full() bool
}

// element is what it is called and what is known of it.
type element struct {
	tag    atom.Atom
	traits traits
}

// media is a picture or a player.
type media struct {
	word  string // what it is
	title string // what its author says of it
	src   string // where it comes from
}

// maxOpen bounds the open elements. Deeper ones stand beside each other, as in browsers, which have the same bound.
const maxOpen = 512

// reader reads HTML as a browser does, as far as that decides what is seen. It builds no tree: the tree of a few kilobytes of ill-meant tags
// can take gigabytes, because unclosed formatting is repeated in each paragraph. So time and memory are those of the tags.
type reader struct {
	z     *html.Tokenizer
	sink  sink
	attrs attributes
	open  []openElement
	// lingering are the formatting elements that were closed by the end of another one: they go on until their own.
	lingering  []lingering
	concealing int  // of those, how many conceal their text
	formatted  int  // the formatting elements that have begun
	mention    int  // how many elements are open where a mention begins that has shown no text yet; 0 is none
	foreign    int  // open SVG and MathML
	paragraphs int  // open ones
	inForm     bool // a form has begun, wherever its end tag will come
	blank      bool // nothing more is seen
	source
}

// lingering is a formatting element that goes on after what it stood in.
type lingering struct {
	tag      atom.Atom
	number   int
	conceals bool
}

// openElement is an element whose end has not come yet.
type openElement struct {
	element
	shade     shade
	hides     bool   // all that is in it, by itself or by what it stands in
	concealed bool   // by itself
	clings    bool   // to the blocks in it, because a formatting element around them that conceals its text is put into them if it ends first
	awaits    bool   // the address of what it plays
	number    int    // of a formatting element, in the order of their beginnings
	lingering int    // how many there were when it began
	name      string // of what has no atom
	label     string // of a mention or a player
}

// read shows a sink what a reader of the body sees, until the sink is full, and returns how many bytes it has read.
func read(body []byte, s sink) int {
	r := reader{sink: s, open: make([]openElement, 1, 8)}
	r.goOnAt(body, 0)
	for r.unfinished || !s.full() {
		if !r.next() && !r.goOnBehindData() {
			break
		}
	}
	r.closeTo(1)
	return r.at
}

// next reads one token.
func (r *reader) next() bool {
	token := r.z.Next()
	if token == html.ErrorToken {
		return false
	}
	r.at += len(r.z.Raw()) + r.passed
	r.passed, r.unfinished = 0, false
	isRaw := r.isRaw
	r.isRaw = false
	switch token {
	case html.TextToken:
		r.text(isRaw)
	case html.StartTagToken:
		r.startTag(false)
	case html.SelfClosingTagToken:
		r.startTag(true)
	case html.EndTagToken:
		r.endTag()
	default:
	}
	return true
}

func (r *reader) top() *openElement { return &r.open[len(r.open)-1] }

// isQuiet reports that nothing is seen here.
func (r *reader) isQuiet() bool {
	return r.blank || r.top().hides || r.shade() != 0 || r.concealing > 0
}

func (r *reader) text(isRaw bool) {
	text := r.z.Raw()
	if len(text) >= maxToken && !isRaw {
		text = r.whole(text)
	}
	if r.isQuiet() {
		return
	}
	for part := range parts(text) {
		r.show(part)
	}
}

// show shows a part of a text.
func (r *reader) show(text []byte) {
	if bytes.IndexByte(text, '&') >= 0 && r.top().tag != atom.Xmp && r.top().tag != atom.Plaintext {
		text = []byte(html.UnescapeString(string(text)))
	}
	if r.mention > 0 {
		if text = bytes.TrimLeft(text, " \t\r\n"); len(text) == 0 {
			return
		}
		r.mention = 0
		if text[0] != '@' && text[0] != '#' {
			r.sink.text([]byte("@"))
		}
	}
	if bytes.Contains(text, []byte("://")) {
		text = []byte(WithoutSignatures(string(text)))
	}
	r.sink.text(text)
}

func (r *reader) startTag(selfClosing bool) {
	name, more := r.z.TagName()
	e := openElement{element: elementOf(name)}
	if e.tag == 0 {
		e.name = string(name)
	}
	r.isRaw = holdsRawText(e.tag)
	if !r.imply(e.element) {
		return
	}
	if r.foreignRoot() > 0 {
		e.traits &= unseen | void // the names of HTML mean nothing else there
	}
	r.attrs.clear()
	for more {
		var key, value []byte
		key, value, more = r.z.TagAttr()
		r.attrs.set(key, value)
	}
	hidden, inside, own := r.look(e.element)
	switch {
	case e.tag == atom.Source:
		r.media()
	case e.traits&void != 0:
		if !hidden && inside == 0 && !r.isQuiet() {
			r.void(e.element)
		}
	case e.tag == atom.Html || e.tag == atom.Body || e.tag == atom.Frameset:
		r.blank = r.blank || hidden
	case e.tag == atom.Head:
	default:
		e.concealed = own
		r.push(e, hidden, inside)
		if root := r.foreignRoot(); root > 0 && selfClosing {
			r.close(len(r.open) - 1)
		} else if root > 0 {
			r.z.NextIsNotRawText()
			r.isRaw = false
		}
	}
}

// look says what an element's attributes do to its content: whether they hide it, in what shade it stands, and whether that is their doing.
func (r *reader) look(e element) (hidden bool, inside shade, own bool) {
	hidden, inside = isHidden(e.tag, &r.attrs), r.top().shade
	if e.traits&tablePart == 0 {
		inside = r.shade()
	}
	if r.attrs.has(attrStyle) {
		s := parseStyle(r.attrs.get(attrStyle))
		hidden, inside, own = hidden || s.hides(), s.shade(inside), s.shade(0) != 0
	}
	return hidden, inside, hidden || own
}

// shade is the one that text stands in. What stands in a table but in no cell of it is shown before the table, where its style does not
// reach.
func (r *reader) shade() shade {
	inside := r.top().shade
	if r.top().tag == atom.Table || r.top().traits&(tablePart|scope) == tablePart {
		if i := r.tableContext(); i > 0 {
			inside |= r.open[i-1].shade
		}
	}
	return inside
}

// push opens an element.
func (r *reader) push(e openElement, hidden bool, inside shade) {
	outer := *r.top()
	if len(r.open) > maxOpen {
		r.closeTo(len(r.open) - 1)
	}
	if isPlayer(e.tag) && !hidden && inside == 0 && !r.isQuiet() {
		r.player(&e)
	}
	e.hides = outer.hides || r.blank || hidden || e.traits&unseen != 0 || outer.clings && e.traits&special != 0
	e.clings = outer.clings || e.concealed && e.traits&formatting != 0
	e.shade, e.lingering = inside, len(r.lingering)
	if e.traits&formatting != 0 {
		r.formatted++
		e.number = r.formatted
	}
	r.open = append(r.open, e)
	r.tally(e.tag, 1)
	if e.hides {
		return
	}
	if r.mention == 0 && isMention(&r.attrs) {
		r.mention = len(r.open)
		r.top().label = r.mentionLabel()
	}
	r.sink.start(e.element, &r.attrs)
}

// closeTo closes all but the first n open elements, which something else ends.
func (r *reader) closeTo(n int) { r.closeBetween(n, len(r.open), false) }

// closeBetween closes the open elements from one place to another, the first of them by its own tag or not; those inside stay open.
func (r *reader) closeBetween(from, to int, own bool) {
	for i := to - 1; i >= from; i-- {
		e := &r.open[i]
		if r.mention == i+1 {
			r.mention = 0
			if e.label != "" && !r.isQuiet() {
				r.sink.text([]byte("@" + e.label))
			}
		}
		if !e.hides {
			r.sink.end(e.element)
		}
		ownEnd := own && i == from
		if e.traits&tableCell == tableCell || e.traits&marker != 0 && ownEnd {
			for len(r.lingering) > e.lingering {
				r.endLingering(len(r.lingering) - 1)
			}
		}
		if e.traits&formatting != 0 && !ownEnd {
			r.linger(e)
		}
		r.tally(e.tag, -1)
	}
	if r.mention > to {
		r.mention -= to - from
	}
	r.open = slices.Delete(r.open, from, to)
}

// linger keeps a formatting element that something else has closed. So many of them that some have to be forgotten are an attempt to
// hide something: then nothing more is shown.
func (r *reader) linger(e *openElement) {
	if len(r.lingering) == maxOpen {
		r.blank = r.blank || r.lingering[0].conceals
		r.endLingering(0)
	}
	r.lingering = append(r.lingering, lingering{e.tag, e.number, e.concealed})
	if e.concealed {
		r.concealing++
	}
}

func (r *reader) endLingering(i int) {
	if r.lingering[i].conceals {
		r.concealing--
	}
	r.lingering = slices.Delete(r.lingering, i, i+1)
}

// lastLingering returns the place of the one of that name that began last, or -1.
func (r *reader) lastLingering(tag atom.Atom) int {
	last := -1
	for i, l := range r.lingering {
		if l.tag == tag && (last < 0 || l.number > r.lingering[last].number) {
			last = i
		}
	}
	return last
}

// closeFormatting closes a formatting element by its own tag, and what is open in it, but not the blocks. They move out of it, into the shade
// from which it may have kept them.
func (r *reader) closeFormatting(i int) {
	kept := r.open[i-1].shade &^ r.open[i].shade
	for inside := len(r.open) - 1; inside >= i; inside-- {
		if r.open[inside].traits&special != 0 {
			r.open[inside].shade |= kept
		} else {
			r.closeBetween(inside, inside+1, inside == i)
		}
	}
}

// tally counts the open elements that are looked for at many tags and are seldom there.
func (r *reader) tally(tag atom.Atom, by int) {
	switch tag {
	case atom.P:
		r.paragraphs += by
	case atom.Svg, atom.Math:
		r.foreign += by
	default:
	}
}

func (r *reader) endTag() {
	name, _ := r.z.TagName()
	e := elementOf(name)
	if e.tag == atom.P || e.tag == atom.Br {
		r.breakOut()
	}
	switch {
	case e.tag == atom.Br:
		r.attrs.clear()
		if !r.isQuiet() {
			r.void(e)
		}
	case e.traits&void != 0 || e.tag == atom.Html || e.tag == atom.Body || e.tag == atom.Head:
	default:
		r.inForm = r.inForm && e.tag != atom.Form
		r.endElement(e, name)
	}
}

// endElement ends the open or lingering element of that name that began last.
func (r *reader) endElement(e element, name []byte) {
	switch i, last := r.find(e, name), r.lastLingering(e.tag); {
	case last >= 0 && (i == 0 || r.lingering[last].number > r.open[i].number):
		r.endLingering(last)
	case i > 0:
		r.close(i)
	case e.tag == atom.P && !r.isQuiet():
		r.attrs.clear()
		r.sink.start(e, &r.attrs)
		r.sink.end(e)
	}
}

// close closes an element by its own tag.
func (r *reader) close(i int) {
	switch e := r.open[i]; {
	case e.traits&formatting != 0:
		r.closeFormatting(i)
	case e.tag == atom.Form:
		r.closeBetween(i, i+1, true)
	default:
		r.closeBetween(i, len(r.open), true)
	}
}

// find returns the place of the open element that an end tag ends, or 0.
func (r *reader) find(e element, name []byte) int {
	if i := r.findForeign(e.tag, name); i > 0 {
		return i
	}
	switch {
	case e.tag == atom.P:
		return r.openParagraph()
	case e.tag == atom.Li:
		return r.innermost(e.tag, scope, atom.Ol, atom.Ul)
	case e.tag == atom.Table || e.traits&tablePart != 0:
		return r.innermost(e.tag, 0, atom.Table, atom.Template)
	case e.traits&heading != 0:
		for i := len(r.open) - 1; i > 0 && r.open[i].traits&scope == 0; i-- {
			if r.open[i].traits&heading != 0 {
				return i
			}
		}
		return 0
	case e.tag == 0:
		for i := len(r.open) - 1; i > 0 && r.open[i].traits&special == 0; i-- {
			if r.open[i].is(0, name) {
				return i
			}
		}
		return 0
	case e.traits&(special|formatting) != 0:
		return r.innermost(e.tag, scope)
	default:
		return r.innermost(e.tag, special)
	}
}

// findForeign returns the place of an element of SVG or MathML that an end tag ends. There, names alone count.
func (r *reader) findForeign(tag atom.Atom, name []byte) int {
	if root := r.foreignRoot(); root > 0 {
		for i := len(r.open) - 1; i >= root; i-- {
			if r.open[i].is(tag, name) {
				return i
			}
		}
	}
	return 0
}

func (e *openElement) is(tag atom.Atom, name []byte) bool {
	return e.tag == tag && (tag != 0 || e.name == string(name))
}

// openParagraph returns the place of the paragraph that its end tag ends, and that a block ends without one, or 0.
func (r *reader) openParagraph() int {
	if r.paragraphs == 0 {
		return 0
	}
	return r.innermost(atom.P, scope, atom.Button)
}

// innermost returns the place of the innermost open element of that name, as long as nothing with one of the traits or names of the bounds
// is between.
func (r *reader) innermost(tag atom.Atom, bound traits, bounds ...atom.Atom) int {
	for i := len(r.open) - 1; i > 0; i-- {
		switch e := &r.open[i]; {
		case e.tag == tag:
			return i
		case e.traits&bound != 0 || slices.Contains(bounds, e.tag):
			return 0
		}
	}
	return 0
}

// imply closes what a start tag ends without saying so, and reports whether the tag means anything where it stands.
func (r *reader) imply(e element) bool {
	if r.foreignRoot() > 0 && !slices.Contains(breakingOut, e.tag) {
		return true
	}
	r.breakOut()
	if e.traits&tablePart != 0 {
		return r.implyTable(e.tag)
	}
	if e.tag == atom.Form && !r.implyForm() {
		return false
	}
	if e.traits&endsP != 0 {
		if i := r.openParagraph(); i > 0 {
			r.closeTo(i)
		}
	}
	switch e.tag {
	case atom.Li:
		r.implyItem(atom.Li, atom.Li)
	case atom.Dd, atom.Dt:
		r.implyItem(atom.Dd, atom.Dt)
	case atom.A, atom.Nobr, atom.Button:
		if i := r.innermost(e.tag, scope); i > 0 {
			r.close(i)
		}
	case atom.Option, atom.Optgroup:
		if r.top().tag == atom.Option {
			r.closeTop()
		}
	case atom.Table: // a table that stands in another, but in no cell of it, ends it
		if i := r.tableContext(atom.Td, atom.Th, atom.Caption); i > 0 && r.open[i].tag == atom.Table {
			r.closeTo(i)
		}
	default:
		if e.traits&heading != 0 && r.top().traits&heading != 0 {
			r.closeTop()
		}
	}
	return true
}

// closeTop closes the innermost element before another one of its kind. Formatting that is open again inside it keeps it open, so what it
// hides stays hidden where that is possible.
func (r *reader) closeTop() {
	if e := r.top(); len(r.lingering) == 0 || !e.hides && e.shade == 0 {
		r.closeTo(len(r.open) - 1)
	}
}

// implyForm reports whether a form holds what follows: there is one at a time, and in a table it holds nothing.
func (r *reader) implyForm() bool {
	if r.inForm {
		return false
	}
	r.inForm = true
	i := r.tableContext(atom.Td, atom.Th, atom.Caption)
	return i == 0 || r.open[i].tag != atom.Table
}

// implyItem closes the open item of a list that another item follows.
func (r *reader) implyItem(names ...atom.Atom) {
	for i := len(r.open) - 1; i > 0; i-- {
		e := &r.open[i]
		if slices.Contains(names, e.tag) {
			r.closeTo(i)
			return
		}
		if e.traits&special != 0 && e.tag != atom.Address && e.tag != atom.Div && e.tag != atom.P {
			return
		}
	}
}

// implyTable closes what cannot be around a part of a table, and opens what has to be.
func (r *reader) implyTable(tag atom.Atom) bool {
	var i int
	switch tag {
	case atom.Td, atom.Th:
		i = r.tableContext(atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot)
	case atom.Tr:
		i = r.tableContext(atom.Tbody, atom.Thead, atom.Tfoot)
	default:
		i = r.tableContext()
	}
	if i == 0 {
		return false
	}
	r.closeTo(i + 1)
	if cell := tag == atom.Td || tag == atom.Th; cell || tag == atom.Tr {
		if r.top().tag == atom.Table {
			r.pushImplied(atom.Tbody)
		}
		if cell && r.top().tag != atom.Tr {
			r.pushImplied(atom.Tr)
		}
	}
	return true
}

// pushImplied opens an element that no tag stands for.
func (r *reader) pushImplied(tag atom.Atom) {
	r.attrs.clear()
	r.push(openElement{element: element{tag, elements[tag]}}, false, r.top().shade)
}

// tableContext returns the place of the innermost open table or of what stands inside it with one of the names, or 0.
func (r *reader) tableContext(names ...atom.Atom) int {
	for i := len(r.open) - 1; i > 0 && r.open[i].tag != atom.Template; i-- {
		if r.open[i].tag == atom.Table || slices.Contains(names, r.open[i].tag) {
			return i
		}
	}
	return 0
}

// foreignRoot returns the place of the SVG or MathML around what is read, or 0. There, other rules hold, but not in those elements that hold
// HTML again.
func (r *reader) foreignRoot() int {
	if r.foreign == 0 {
		return 0
	}
	for i := len(r.open) - 1; i > 0; i-- {
		switch r.open[i].tag {
		case atom.Svg, atom.Math:
			return i
		case atom.Foreignobject, atom.Desc, atom.Title, atom.Mi, atom.Mo, atom.Mn, atom.Ms, atom.Mtext, atom.AnnotationXml:
			return 0
		default:
		}
	}
	return 0
}

// breakOut closes the SVG and MathML around an element that cannot be in them.
func (r *reader) breakOut() {
	for root := r.foreignRoot(); root > 0; root = r.foreignRoot() {
		r.closeTo(root)
	}
}

// void shows an element that has no content.
func (r *reader) void(e element) {
	switch e.tag {
	case atom.Img, atom.Image:
		if !r.isPixel() {
			r.sink.media(media{"image", r.words(attrAlt), r.address(attrSrc)})
		}
	case atom.Embed:
		r.player(&openElement{element: e})
	case atom.Br, atom.Hr, atom.Input:
		r.sink.start(e, &r.attrs)
	default:
	}
}

// media is the first of the addresses in a player that has none itself.
func (r *reader) media() {
	if e := r.top(); e.awaits && r.attrs.has(attrSrc) {
		e.awaits = false
		r.sink.media(media{playerWord(e.tag), e.label, r.address(attrSrc)})
	}
}

func (r *reader) isPixel() bool {
	return isPixel(&r.attrs, parseStyle(r.attrs.get(attrStyle)))
}

func isPlayer(tag atom.Atom) bool {
	return tag == atom.Video || tag == atom.Audio || tag == atom.Iframe || tag == atom.Object || tag == atom.Embed
}

func playerWord(tag atom.Atom) string {
	if tag == atom.Video || tag == atom.Audio {
		return tag.String()
	}
	return "embed"
}

// player shows an element that plays something, if it says what. Films and sounds may say so inside.
func (r *reader) player(e *openElement) {
	if r.isPixel() {
		return
	}
	e.label = r.words(attrTitle)
	src := r.address(attrSrc)
	if e.tag == atom.Object {
		src = r.address(attrData)
	}
	if src != "" {
		r.sink.media(media{playerWord(e.tag), e.label, src})
	}
	e.awaits = src == "" && (e.tag == atom.Video || e.tag == atom.Audio)
}

// words is an attribute that is shown as text.
func (r *reader) words(name attribute) string {
	return WithoutSignatures(legible.Visible(r.attrs.words(name)))
}

// address is an attribute that says where something is.
func (r *reader) address(name attribute) string { return r.attrs.address(name) }

// isMention reports the marks that editors put on the name of someone who is addressed.
func isMention(a *attributes) bool {
	if strings.EqualFold(string(a.get(attrDataType)), "mention") {
		return true
	}
	for class := range bytes.FieldsSeq(a.get(attrClass)) {
		if strings.EqualFold(string(class), "mention") {
			return true
		}
	}
	return false
}

// mentionLabel is the name of a mention that shows no text: editors fill it in by script.
func (r *reader) mentionLabel() string {
	name := attrDataLabel
	if len(r.attrs.get(name)) == 0 {
		name = attrDataID
	}
	return strings.TrimLeft(r.words(name), "@ ")
}
