package workflow

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// summarizeConversation returns what a summary of one conversation needs, however long the conversation is.
var summarizeConversation = &engine.Operation{
	Name:  "summarize_conversation",
	Title: "Summarize conversation",
	Description: "Read one conversation for a summary, hand-over or reply: state, who waits for whom, the customer's last question, and the messages, long ones cut. " +
		"get_conversation has every word.",
	Effect:  engine.Read,
	Default: true,
	Input:   input.Args[summarizeConversationArgs](),
	Run:     func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).summarizeConversation(ctx) },
	Uses:    []string{"get_conversation"},
	Example: `{"conversationId":"<conversationId>"}`,
}

type summarizeConversationArgs struct {
	ConversationID input.ShortID `json:"conversationId"`
}

// How much of a conversation a summary needs: 24 messages stay within 2,000 tokens, whatever is in them.
const (
	digestThread   = 4800 // bytes of all messages
	digestMessage  = 600  // characters of one message
	digestQuestion = 800  // characters of the last question
)

// digestView shows the fields of a conversation above its messages.
var digestView = &render.View{
	Lines: "id title state snoozedUntil priority|flag adminAssigneeId teamAssigneeId tags=tags.name customAttributes created=createdAt lastActivity=lastActivityAt",
	// The following fields are those of a transcript.
	Opening: "source", Parts: "conversationParts", HTML: "bodyHtml", Customer: "title tags customAttributes",
}

func (j *work) summarizeConversation(ctx context.Context) (string, error) {
	body, err := j.Get(ctx, "the conversation", "get_conversation", j.Arguments())
	if err != nil {
		return "", err
	}
	body = j.Named(ctx, j.Inventory.Lookup("get_conversation"), rawjson.Repair(body), "full")
	digestView.Parse()
	w := &render.Writer{View: digestView, Mask: j.MaskEmails, Minutes: true}
	lines, places := w.AppendNamedLines(nil, body)
	d := newDigest(j, w, body)
	var b strings.Builder
	b.WriteString(engine.Marked(append(places, render.IndentedLines)...))
	b.Write(lines)
	fmt.Fprintf(&b, "waiting: %s\n", d.waiting())
	b.WriteString(d.lastQuestion())
	messages, hidden := d.messages()
	fmt.Fprintf(&b, "messages: %s\n", d.extent(hidden))
	b.Write(messages)
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// digest is the state of one summarize_conversation call.
type digest struct {
	*render.Writer
	work          *work
	body, opening rawjson.Value
	parts         []rawjson.Value
	names         map[string]string
}

func newDigest(j *work, w *render.Writer, body []byte) *digest {
	d := &digest{work: j, Writer: w, body: body}
	d.opening, d.parts, _ = w.Thread(body)
	t := w.NewTranscript(nil)
	for _, part := range d.parts {
		t.Learn(part)
	}
	d.names = t.Names
	return d
}

// speaker returns who wrote a part: customer, admin or bot, or an empty text for an event. note reports an internal note of the team.
func speaker(part rawjson.Value) (who string, note bool) {
	who = part.Get("author", "type").Text()
	switch who {
	case "lead", "guest", "contact":
		who = customerSpeaks
	}
	return who, part.Get("partType").Text() == "admin_note"
}

// The speakers other than admins.
const (
	customerSpeaks = "customer"
	botSpeaks      = "bot"
)

// said is a message that both sides can see.
type said struct {
	part rawjson.Value
	who  string
	at   string
}

// exchange returns the messages that both sides can see, with the opening message.
func (d *digest) exchange() []said {
	var list []said
	if d.opening != nil {
		who, _ := speaker(d.opening)
		list = append(list, said{d.opening, who, d.body.Get("createdAt").Text()})
	}
	for _, part := range d.parts {
		if who, note := speaker(part); who != "" && !note {
			list = append(list, said{part, who, part.Get("createdAt").Text()})
		}
	}
	return list
}

// waiting says who waits for whom, by who spoke last, and since when, by the first message without an answer.
func (d *digest) waiting() string {
	list := d.exchange()
	if len(list) == 0 {
		return "nobody: there are no messages"
	}
	last := list[len(list)-1]
	theirs := last.who == customerSpeaks
	since := last.at
	for i := len(list) - 1; i >= 0 && (list[i].who == customerSpeaks) == theirs; i-- {
		since = list[i].at
	}
	stamp := d.stamp(since)
	switch state := d.body.Get("state").Text(); {
	case theirs && state == "closed":
		return "nobody: it is closed, but the customer spoke last, at " + stamp
	case state == "closed":
		return "nobody: it is closed"
	case theirs:
		return "the customer waits for the team since " + stamp
	case last.who == botSpeaks && d.asksAfter(list) != "":
		return "the customer waits for the team since " + d.asksAfter(list) + ", unless the bot's answer of " + d.stamp(last.at) + " was enough"
	default:
		return "the team waits for the customer since " + stamp
	}
}

// asksAfter returns since when a customer has had only answers of bots. It is empty if an admin answered last or no customer wrote.
func (d *digest) asksAfter(list []said) (since string) {
	i := len(list) - 1
	for i >= 0 && list[i].who == botSpeaks {
		i--
	}
	for ; i >= 0 && list[i].who == customerSpeaks; i-- {
		since = d.stamp(list[i].at)
	}
	return since
}

func (d *digest) stamp(at string) string { return d.Text(legible.OneLine(legible.Minute(at))) }

// questions matches the question marks of the world's languages. It leaves out the mark that begins the parameters of an address.
var questions = legible.Pattern(`[？؟;՞፧]|\?(?:[^\pL\pN_%]|$)`)

// lastQuestion returns the customer's last message with a question, word for word, or else the customer's last message.
func (d *digest) lastQuestion() string {
	t := &render.Transcript{Writer: d.Writer, Longest: digestQuestion}
	label, text, id := "", "", ""
	for _, m := range d.exchange() {
		message := t.Message(m.part)
		asks := questions().MatchString(message)
		if m.who != customerSpeaks || message == "" || !asks && label == "last question of the customer" {
			continue
		}
		label, text, id = "last message of the customer", message, m.part.Get("id").Text()
		if asks {
			label = "last question of the customer"
		}
	}
	if label == "" {
		return ""
	}
	out := fmt.Appendf(nil, "%s [%s]:\n", label, legible.OneLine(d.Text(cmp.Or(id, "opening"))))
	return string(legible.AppendIndented(out, t.Shortened(text)))
}

// tally says how many messages of each sort the parts have.
func tally(parts []rawjson.Value) string {
	sorts := []struct {
		one, more string
		n         int
	}{{"by customers", "by customers", 0}, {"by admins", "by admins", 0}, {"by bots", "by bots", 0}, {"internal note", "internal notes", 0}, {"event", "events", 0}}
	for _, part := range parts {
		who, note := speaker(part)
		switch {
		case note:
			sorts[3].n++
		case who == customerSpeaks:
			sorts[0].n++
		case who == "admin":
			sorts[1].n++
		case who != "":
			sorts[2].n++
		default:
			sorts[4].n++
		}
	}
	var words []string
	for _, s := range sorts {
		switch {
		case s.n == 1:
			words = append(words, "1 "+s.one)
		case s.n > 1:
			words = append(words, legible.Thousands(s.n)+" "+s.more)
		}
	}
	return strings.Join(words, ", ")
}

// extent says how many messages were read and how many of them are shown. The API returns the latest 500 parts.
func (d *digest) extent(hidden int) string {
	const most = 500
	all := d.parts
	if d.opening != nil {
		all = append([]rawjson.Value{d.opening}, all...)
	}
	if len(all) == 0 {
		return "none"
	}
	text := "all " + legible.Thousands(len(all))
	if len(d.parts) >= most {
		text = fmt.Sprintf("the latest %d and the opening one; the API gives no more", len(d.parts))
	}
	if counts := tally(all); counts != "" {
		text += " (" + counts + ")"
	}
	if hidden > 0 {
		text += ", " + legible.Thousands(len(all)-hidden) + " of them shown"
	}
	return text + ", oldest first"
}

// messages returns the transcript: all of it, or its beginning and end with the counts of what lies between.
func (d *digest) messages() (text []byte, hidden int) {
	lengths := make([]int, len(d.parts))
	for i, part := range d.parts {
		lengths[i] = len(d.write(nil, nil, []rawjson.Value{part}))
	}
	head, tail := 0, len(d.parts)
	room := digestThread - len(d.write(nil, d.opening, nil))
	for _, share := range []struct {
		room int
		next func() (int, bool) // the index of the next part to show
		take func()
	}{
		{room * 3 / 4, func() (int, bool) { return tail - 1, tail > head }, func() { tail-- }},
		{room, func() (int, bool) { return head, head < tail }, func() { head++ }},
	} {
		for spare := room - share.room; ; {
			i, more := share.next()
			if !more || room-lengths[i] < spare {
				break
			}
			room -= lengths[i]
			share.take()
		}
	}
	if head == tail {
		return d.write(nil, d.opening, d.parts), 0
	}
	out := d.write(nil, d.opening, d.parts[:head])
	between := d.parts[head:tail]
	out = fmt.Appendf(out, "--- %s from %s to %s not shown: %s%s ---\n", legible.Count(len(between), "part"),
		d.stamp(between[0].Get("createdAt").Text()), d.stamp(between[len(between)-1].Get("createdAt").Text()), tally(between), d.work.Hint("get_conversation", "; get_conversation has them"))
	return d.write(out, nil, d.parts[tail:]), len(between)
}

// write appends messages to the transcript. The first one has the day.
func (d *digest) write(out []byte, opening rawjson.Value, parts []rawjson.Value) []byte {
	t := &render.Transcript{Writer: d.Writer, Out: out, Names: d.names, Longest: digestMessage}
	if opening != nil {
		t.Opening(d.body.Get("createdAt").Text(), opening)
	}
	for _, part := range parts {
		t.Part(part)
	}
	t.EndEvents()
	return t.Out
}
