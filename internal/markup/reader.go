package markup

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"featurebase-mcp/internal/css"
	"featurebase-mcp/internal/legible"
)

// sink takes what a person sees of a document, in its order: texts, elements and media. It gets nothing that is hidden. Each start has its end, except for
// void elements.
type sink interface {
	text(text []byte)
	start(e element, a *attributes)
	end(e element)
	media(m media)
	// full reports whether the sink takes no more, so that the reader stops.
	full() bool
}

// element is the name of an element with its traits.
type element struct {
	tag    atom.Atom
	traits traits
}

// media is a picture or a player.
type media struct {
	word  string // image, video, audio or embed
	title string // the words of its author about it
	src   string // its address
}

// maxOpen bounds how many elements are open in each other. Browsers have the same bound, and put deeper elements beside each other, too.
const maxOpen = 512

// reader reads HTML by the rules of browsers that decide what is seen. It builds no tree. Browsers repeat unclosed formatting in each paragraph, so that
// the tree of a few kilobytes of hostile tags takes gigabytes; here, time and memory grow with the number of tags.
type reader struct {
	z     *html.Tokenizer
	sink  sink
	attrs attributes
	sheet *css.Sheet // of the document, or nil
	open  []openElement
	// lingering are the formatting elements that the end of another element closed. They go on until their own end tag.
	lingering  []lingering
	concealing int  // how many of the lingering elements hide their text
	formatted  int  // how many formatting elements have begun
	mention    int  // the number of open elements at the mention that has shown no text yet; 0 for none
	foreign    int  // how many elements of SVG and MathML are open
	paragraphs int  // how many are open
	inForm     bool // the end tag of a form has not come yet
	blank      bool // the rest of the document is hidden
	hidden     hiddenText
	source
}

// lingering is a formatting element that goes on after the end of the element around it.
type lingering struct {
	tag      atom.Atom
	number   int
	conceals bool
}

// openElement is an element whose end has not come.
type openElement struct {
	element
	shade     css.Shade
	ground    css.Ground
	keys      []string // its name, classes and ids, if there is a stylesheet
	hides     bool     // it hides its content, or an element around it does
	concealed bool     // its own attributes hide its content
	clings    bool     // a formatting element that hides its text is around it, and moves into the blocks inside if it ends before them
	awaits    bool     // a source element inside has its address
	number    int      // counts the formatting elements in their order
	lingering int      // how many elements lingered when it began
	name      string   // of an element that has no atom
	label     string   // of a mention or a player
}

// read gives a sink what a person sees of a body, until the sink is full and search bytes are read. It returns how many bytes it has read, and what it left
// out of them because nobody sees it.
func read(body []byte, s sink, search int, keeps bool) (n int, hidden Hidden) {
	r := reader{sink: s, open: make([]openElement, 1, 8), hidden: hiddenText{keeps: keeps}}
	r.open[0].ground = css.Page
	r.sheet = css.Elements(body, maxToken)
	r.blank = r.sheet.IsExhausted()
	r.goOnAt(body, 0)
	for r.unfinished || !s.full() || r.at < search {
		if !r.next() && !r.goOnBehindData() {
			break
		}
	}
	r.closeTo(1)
	return r.at, r.hidden.found()
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
	case html.CommentToken:
		r.hidden.comment(string(r.z.Text()))
	default:
	}
	return true
}

func (r *reader) top() *openElement { return &r.open[len(r.open)-1] }

// isQuiet reports whether text at this place is hidden.
func (r *reader) isQuiet() bool {
	return r.blank || r.top().hides || r.shade() != 0 || r.concealing > 0
}

func (r *reader) text(isRaw bool) {
	text := r.z.Raw()
	if len(text) >= maxToken && !isRaw {
		text = r.whole(text)
	}
	if r.isQuiet() {
		r.unseenText(text, isRaw)
		return
	}
	for part := range parts(text) {
		r.show(part)
	}
}

// show gives the sink a part of a text.
func (r *reader) show(text []byte) {
	if bytes.IndexByte(text, '&') >= 0 && r.top().tag != atom.Xmp && r.top().tag != atom.Plaintext {
		text = []byte(html.UnescapeString(string(text)))
	}
	if legible.MayCarry(text) {
		r.hidden.carried(string(text))
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
	if bytes.IndexByte(text, '?') >= 0 {
		text = []byte(WithoutSignedURLs(string(text)))
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
		e.traits &= unseen | void // there, the names of HTML have no other meaning
	}
	r.attrs.clear()
	for more {
		var key, value []byte
		key, value, more = r.z.TagAttr()
		r.attrs.set(key, value)
		if r.sheet.AsksFor(key) {
			r.attrs.setNamed(key, value)
		}
	}
	hidden, inside, own := r.look(&e)
	switch {
	case e.tag == atom.Source:
		r.media()
	case e.traits&void != 0:
		if !hidden && inside == 0 && !r.isQuiet() {
			r.void(e.element)
		} else if isPicture(e.tag) {
			r.unseenWords(attrAlt)
		}
	case e.tag == atom.Html || e.tag == atom.Body || e.tag == atom.Frameset:
		r.blank = r.blank || hidden || own && len(r.open) > 1
		if root := &r.open[0]; len(r.open) == 1 {
			root.shade, root.ground, root.keys = inside, e.ground, append(root.keys, e.keys...)
		}
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

// look returns whether the attributes of an element hide its content, the shade inside it, and whether its own attributes are the cause of either.
func (r *reader) look(e *openElement) (hidden bool, inside css.Shade, own bool) {
	hidden, inside = isHidden(e.tag, &r.attrs), r.top().shade
	around := r.top()
	if e.traits&tablePart == 0 {
		inside = r.shade()
		around = r.foster()
	}
	e.ground = around.ground
	if s := r.style(e); s != nil {
		alone, _ := s.Shade(0, around.ground)
		hidden, own = hidden || s.Hides(), alone != 0
		inside, e.ground = s.Shade(inside, around.ground)
	}
	return hidden, inside, hidden || own
}

// style returns the style of an element from its attributes and the stylesheet, or nil if neither says anything.
func (r *reader) style(e *openElement) *css.Style {
	var all *css.Style
	add := func(s *css.Style) {
		if all == nil {
			all = &css.Style{}
		}
		all.Add(s)
	}
	if r.attrs.has(attrBgcolor) || r.attrs.has(attrColor) {
		ink := ""
		if e.tag == atom.Font {
			ink = string(r.attrs.get(attrColor))
		}
		add(css.Presentational(string(r.attrs.get(attrBgcolor)), ink))
	}
	if r.sheet != nil {
		name := e.name
		if e.tag != 0 {
			name = e.tag.String()
		}
		e.keys = css.Keys(name, r.attrs.get(attrID), r.attrs.get(attrClass))
		found := r.sheet.StyleOf(css.Element{Keys: e.keys, Attributes: r.attrs.named, Depth: len(r.open), Around: func(i int) []string { return r.open[i].keys }})
		if r.blank = r.blank || r.sheet.IsExhausted(); found != nil {
			add(found)
		}
	}
	if r.attrs.has(attrStyle) {
		add(css.Parse(r.attrs.get(attrStyle)))
	}
	return all
}

// shade returns the shade of text at this place. Browsers show the text that stands in a table, but in no cell, before the table, where the style of the
// table has no effect.
func (r *reader) shade() css.Shade { return r.top().shade | r.foster().shade }

// foster returns the element around text at this place: the innermost one, or in a table, but in no cell, the one around the table.
func (r *reader) foster() *openElement {
	if r.top().tag == atom.Table || r.top().traits&(tablePart|scope) == tablePart {
		if i := r.tableContext(); i > 0 {
			return &r.open[i-1]
		}
	}
	return r.top()
}

// push opens an element. It gives the sink its start if it is visible.
func (r *reader) push(e openElement, hidden bool, inside css.Shade) {
	outer := *r.top()
	if len(r.open) > maxOpen {
		r.closeTo(len(r.open) - 1)
	}
	if isPlayer(e.tag) {
		if hidden || inside != 0 || r.isQuiet() {
			r.unseenWords(attrTitle)
		} else {
			r.player(&e)
		}
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
		r.hidden.edge(e.element)
		if isMention(&r.attrs) {
			r.unseenWords(attrDataLabel)
		}
		return
	}
	if r.mention == 0 && isMention(&r.attrs) {
		r.mention = len(r.open)
		r.top().label = r.mentionLabel()
	}
	r.sink.start(e.element, &r.attrs)
}

// closeTo closes all open elements but the first n. Their own end tags are not the cause.
func (r *reader) closeTo(n int) { r.closeBetween(n, len(r.open), false) }

// closeBetween closes the open elements from one index to another. The first one may be closed by its own end tag. Elements behind them stay open.
func (r *reader) closeBetween(from, to int, own bool) {
	for i := to - 1; i >= from; i-- {
		e := &r.open[i]
		if r.mention == i+1 {
			r.mention = 0
			if e.label != "" && !r.isQuiet() {
				r.sink.text([]byte("@" + e.label))
			}
		}
		if e.hides {
			r.hidden.edge(e.element)
		} else {
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

// linger keeps a formatting element that the end of another element closed. If there are too many, the oldest is dropped; if that one hides text, the
// rest of the document stays hidden, because only an attack has so many.
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

// lastLingering returns the index of the lingering element with that name that began last, or -1.
func (r *reader) lastLingering(tag atom.Atom) int {
	last := -1
	for i, l := range r.lingering {
		if l.tag == tag && (last < 0 || l.number > r.lingering[last].number) {
			last = i
		}
	}
	return last
}

// closeFormatting closes a formatting element by its own end tag, with the inline elements inside. The blocks inside stay open and move out of it, into
// the shade that it may have undone for them.
func (r *reader) closeFormatting(i int) {
	kept := r.open[i-1].shade &^ r.open[i].shade
	outer, own := r.open[i-1].ground, r.open[i].ground
	for inside := len(r.open) - 1; inside >= i; inside-- {
		if r.open[inside].traits&special != 0 {
			block := &r.open[inside]
			block.shade |= kept
			if block.ground.Ink == own.Ink {
				block.ground.Ink = outer.Ink
			}
			if block.ground.Paper == own.Paper {
				block.ground.Paper = outer.Paper
			}
		} else {
			r.closeBetween(inside, inside+1, inside == i)
		}
	}
}

// tally counts open elements that most tags ask for and few documents have.
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

// endElement ends the open or lingering element with that name that began last.
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

// close closes an element by its own end tag.
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

// find returns the index of the open element that an end tag closes, or 0.
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

// findForeign returns the index of the element of SVG or MathML that an end tag closes, or 0. There, only the name matters.
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

// openParagraph returns the index of the paragraph that its end tag or the start of a block would close, or 0.
func (r *reader) openParagraph() int {
	if r.paragraphs == 0 {
		return 0
	}
	return r.innermost(atom.P, scope, atom.Button)
}

// innermost returns the index of the innermost open element with that name. It returns 0 if an element with one of the traits or names of the bounds is
// open inside it, or if there is none.
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

// imply closes the elements that a start tag ends implicitly. It reports whether the tag is valid at this place; browsers ignore the others.
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
	case atom.Table: // a table inside another one, but in no cell, closes the outer one
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

// closeTop closes the innermost element before another one of its kind. If that one is hidden and formatting lingers, it stays open: the formatting
// would hold it open in a browser, and its text must not appear.
func (r *reader) closeTop() {
	if e := r.top(); len(r.lingering) == 0 || !e.hides && e.shade == 0 {
		r.closeTo(len(r.open) - 1)
	}
}

// implyForm reports whether a form has content. A form inside a form is ignored, and in a table a form is empty.
func (r *reader) implyForm() bool {
	if r.inForm {
		return false
	}
	r.inForm = true
	i := r.tableContext(atom.Td, atom.Th, atom.Caption)
	return i == 0 || r.open[i].tag != atom.Table
}

// implyItem closes the open item of a list before the next one.
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

// implyTable closes the elements that cannot be around a part of a table, and opens those that must be.
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

// pushImplied opens an element that the document has no tag for.
func (r *reader) pushImplied(tag atom.Atom) {
	r.attrs.clear()
	r.push(openElement{element: element{tag, elements[tag]}, ground: r.top().ground}, false, r.top().shade)
}

// tableContext returns the index of the innermost open table, or of the innermost element inside it that has one of the names, or 0.
func (r *reader) tableContext(names ...atom.Atom) int {
	for i := len(r.open) - 1; i > 0 && r.open[i].tag != atom.Template; i-- {
		if r.open[i].tag == atom.Table || slices.Contains(names, r.open[i].tag) {
			return i
		}
	}
	return 0
}

// foreignRoot returns the index of the SVG or MathML around this place, or 0. Other rules hold there, except in the elements of SVG and MathML that
// contain HTML.
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

// breakOut closes the SVG and MathML around this place.
func (r *reader) breakOut() {
	for root := r.foreignRoot(); root > 0; root = r.foreignRoot() {
		r.closeTo(root)
	}
}

// void gives the sink an element that has no content.
func (r *reader) void(e element) {
	switch e.tag {
	case atom.Img, atom.Image:
		if r.isPixel(&openElement{element: e}) {
			r.unseenWords(attrAlt)
		} else {
			r.sink.media(media{"image", r.words(attrAlt), r.address(attrSrc)})
		}
	case atom.Embed:
		r.player(&openElement{element: e})
	case atom.Br, atom.Hr, atom.Input:
		r.sink.start(e, &r.attrs)
	default:
	}
}

// media reads a source element, which has the address of the player around it. The first one counts.
func (r *reader) media() {
	if e := r.top(); e.awaits && r.attrs.has(attrSrc) {
		e.awaits = false
		r.sink.media(media{playerWord(e.tag), e.label, r.address(attrSrc)})
	}
}

// isPixel reports whether the picture or player of a tag is too small to see.
func (r *reader) isPixel(e *openElement) bool {
	s := r.style(e)
	if s == nil {
		s = &css.Style{}
	}
	return s.IsPixel(string(r.attrs.get(attrWidth)), string(r.attrs.get(attrHeight)))
}

func isPicture(tag atom.Atom) bool { return tag == atom.Img || tag == atom.Image }

func isPlayer(tag atom.Atom) bool {
	return tag == atom.Video || tag == atom.Audio || tag == atom.Iframe || tag == atom.Object || tag == atom.Embed
}

func playerWord(tag atom.Atom) string {
	if tag == atom.Video || tag == atom.Audio {
		return tag.String()
	}
	return "embed"
}

// player gives the sink a player that has an address. The address of video and audio can also stand in a source element inside.
func (r *reader) player(e *openElement) {
	if r.isPixel(e) {
		r.unseenWords(attrTitle)
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

// words returns an attribute as visible text.
func (r *reader) words(name attribute) string {
	words := r.attrs.words(name)
	r.hidden.carried(words)
	return WithoutSignedURLs(legible.Visible(words))
}

// address returns an attribute as an address.
func (r *reader) address(name attribute) string { return r.attrs.address(name) }

// isMention reports whether attributes mark a mention, in the ways of common editors.
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

// mentionLabel returns the name in the attributes of a mention. Some editors leave the element empty and fill in the name by script.
func (r *reader) mentionLabel() string {
	name := attrDataLabel
	if len(r.attrs.get(name)) == 0 {
		name = attrDataID
	}
	return strings.TrimLeft(r.words(name), "@ ")
}
