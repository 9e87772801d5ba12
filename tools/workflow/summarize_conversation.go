package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// summarizeConversation returns what a summary of one conversation needs, however long the conversation is.
var summarizeConversation = &engine.Operation{
	Name:        "summarize_conversation",
	Title:       "Summarize conversation",
	Description: "Read one conversation for a summary, hand-over or reply: state, who waits for whom, the customer's last question, and the messages, long ones cut.",
	Effect:      engine.Read,
	Default:     true,
	Input:       input.Args[summarizeConversationArgs](),
	View:        "conversation",
	Run:         func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).summarizeConversation(ctx) },
	Uses:        []string{"get_conversation"},
	Example:     `{"conversationId":"<conversationId>"}`,
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
	w := &render.Writer{View: digestView, Mask: j.MaskEmails, Minutes: true, Labels: j.Labels(ctx, j.Inventory.Lookup("get_conversation"), body)}
	d := newDigest(j, w, body)
	lines, places := w.AppendNamedLines(nil, body)
	var b strings.Builder
	b.WriteString(engine.Marked(append(places, render.IndentedLines)...))
	b.Write(lines)
	if left := render.LeftOut(w.Taken().Characters); left != "" {
		b.WriteString(left + "\n")
	}
	stands, _ := standingIn(d.body, d.opening, d.parts)
	fmt.Fprintf(&b, "waiting: %s\n", stands.sentence(d.stamp))
	b.WriteString(d.lastQuestion())
	messages, hidden := d.messages()
	fmt.Fprintf(&b, "messages: %s\n", d.extent(hidden))
	b.Write(messages)
	j.Show(ctx, func() engine.Shown { return newDigest(j, w, body).panel(ctx) })
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

func (d *digest) stamp(at string) string { return d.Text(legible.OneLine(legible.Minute(at))) }

// questions matches the question marks of the world's languages. It leaves out the mark that begins the parameters of an address.
var questions = legible.Pattern(`[？؟;՞፧]|\?(?:[^\pL\pN_%]|$)`)

// lastQuestion returns the customer's last message with a question, word for word, or else the customer's last message.
func (d *digest) lastQuestion() string {
	t := &render.Transcript{Writer: d.Writer, Longest: digestQuestion}
	label, text, id, hidden := "", "", "", 0
	for _, m := range exchange(d.body, d.opening, d.parts) {
		message, left := t.MessageAndHidden(m.part)
		asks := questions().MatchString(message)
		if m.who != customerSide || message == "" || !asks && label == "last question of the customer" {
			continue
		}
		label, text, id, hidden = "last message of the customer", message, m.part.Get("id").Text(), left.Characters
		if asks {
			label = "last question of the customer"
		}
	}
	if label == "" {
		return ""
	}
	out := fmt.Appendf(nil, "%s [%s]", label, legible.OneLine(d.Text(cmp.Or(id, "opening"))))
	if hidden > 0 {
		out = fmt.Appendf(out, " (%s)", render.LeftOut(hidden))
	}
	out = append(out, ":\n"...)
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
		case who == customerSide:
			sorts[0].n++
		case who == teamSide:
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

// messages returns the transcript: all of it, or its beginning and end with the counts of what lies between. Of messages that repeat each other, one is shown.
func (d *digest) messages() (text []byte, hidden int) {
	runs := render.Runs(d.parts)
	lengths := make([]int, len(runs))
	for i, run := range runs {
		lengths[i] = len(d.write(nil, nil, runs[i:i+1]))
		hidden += len(run) - 1
	}
	head, tail := 0, len(runs)
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
		return d.write(nil, d.opening, runs), hidden
	}
	out := d.write(nil, d.opening, runs[:head])
	between := slices.Concat(runs[head:tail]...)
	hidden += tail - head
	out = fmt.Appendf(out, "--- %s from %s to %s not shown: %s%s ---\n", legible.Count(len(between), "part"),
		d.stamp(between[0].Get("createdAt").Text()), d.stamp(between[len(between)-1].Get("createdAt").Text()), tally(between), d.work.Hint("get_conversation", "; get_conversation has them"))
	return d.write(out, nil, runs[tail:]), hidden
}

// write appends messages to the transcript. The first one has the day.
func (d *digest) write(out []byte, opening rawjson.Value, runs [][]rawjson.Value) []byte {
	t := &render.Transcript{Writer: d.Writer, Out: out, Names: d.names, Longest: digestMessage}
	if opening != nil {
		t.Opening(d.body.Get("createdAt").Text(), opening)
	}
	for _, run := range runs {
		t.Run(run)
	}
	t.EndEvents()
	return t.Out
}
