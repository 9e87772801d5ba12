package workflow

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// ConversationRows adds to conversations what decides which one comes first: the customer with company and revenue, who waits for whom, and
// until when the conversation sleeps. The API's lists have ids and fields of their own about waiting; its searches have even less.
var ConversationRows = &engine.Addition{
	Uses: append([]string{"get_conversation"}, customersReads...),
	Do: func(ctx context.Context, j *engine.Job, body []byte, first int) []byte {
		return (&work{j}).completeConversations(ctx, body, first)
	},
}

// detailedRows is how many rows of a page are completed: each takes up to two requests.
const detailedRows = 25

// threadView says where the messages of a conversation stand.
var threadView = &render.View{Opening: "source", Parts: "conversationParts"}

// rowFacts are the facts that are added to a row.
type rowFacts struct {
	id      string
	asleep  rawjson.Value // snoozedUntil
	closed  bool
	person  person
	firm    string // companies by the row itself
	waits   string
	contact *customer
}

// completeConversations completes the rows of a list from first on, or a single conversation.
func (j *work) completeConversations(ctx context.Context, body []byte, first int) []byte {
	doc := rawjson.Repair(body)
	if doc.Kind("data") != rawjson.Array {
		opening, parts, _ := (&render.Writer{View: threadView}).Thread(doc)
		stands, _ := standingIn(doc, opening, parts)
		if row := stands.row(); row != "" {
			return engine.WithMember(doc, "waits", rawjson.AppendString(nil, row))
		}
		return doc
	}
	items := slices.Collect(doc.Items("data"))
	last := min(len(items), first+detailedRows)
	facts := make([]rowFacts, len(items))
	for i := min(first, last); i < last; i++ {
		facts[i] = j.rowFacts(items[i])
	}
	shown := facts[min(first, last):last]
	if err := j.All(ctx,
		engine.Part{What: "who waits", Do: func(ctx context.Context) error { return j.readStandings(ctx, shown) }},
		engine.Part{What: contactsPart, Do: func(ctx context.Context) error { return j.readFirms(ctx, shown) }},
	); err != nil {
		return doc
	}
	out := withRows(doc, func(i int, item rawjson.Value) []byte { return facts[i].appendTo(item) })
	if rest := len(items) - last; rest > 0 && j.May("get_conversation") {
		note := "company, revenue, snoozedUntil and waits are read for " + strconv.Itoa(detailedRows) + " rows; not for the last " + strconv.Itoa(rest) + " of this page"
		out = engine.WithMember(out, "note", rawjson.AppendString(nil, note))
	}
	return out
}

// rowFacts reads what a row itself tells. The customer is the one on the other side, or else the first participant who is one.
func (j *work) rowFacts(row rawjson.Value) rowFacts {
	f := rowFacts{id: row.Get("id").Text(), closed: row.Get("state").Text() == "closed", asleep: row.Get("snoozedUntil")}
	user := row.Get("conversationUser")
	if user.Kind() != rawjson.Object {
		for v := range row.Items("participants") {
			if side(v.Get("type").Text()) == customerSide {
				user = v
				break
			}
		}
	}
	f.person = j.personIn(user)
	f.firm = customer{companies: j.companies(user)}.firm()
	return f
}

// personIn reads somebody whom an object names.
func (j *work) personIn(v rawjson.Value) person {
	return person{j.lineOf(v, "id"), j.lineOf(v, "name"), j.lineOf(v, "email"), v.Get("type").Text()}
}

// readStandings finds out who waits in those rows that are not closed.
func (j *work) readStandings(ctx context.Context, rows []rowFacts) error {
	if !j.May("get_conversation") {
		return nil
	}
	var open []*rowFacts
	for i := range rows {
		if rows[i].id != "" && !rows[i].closed {
			open = append(open, &rows[i])
		}
	}
	return j.Each(ctx, "who waits", len(open), func(ctx context.Context, i int) error {
		return j.Look(ctx, "a conversation", "get_conversation", map[string]any{"conversationId": open[i].id}, func(body []byte) {
			thread := rawjson.Repair(body)
			opening, parts, _ := (&render.Writer{View: threadView}).Thread(thread)
			stands, _ := standingIn(thread, opening, parts)
			open[i].waits = stands.row()
			open[i].asleep = slices.Clone(thread.Get("snoozedUntil"))
		})
	})
}

// readFirms finds the companies of the customers.
func (j *work) readFirms(ctx context.Context, rows []rowFacts) error {
	if slices.ContainsFunc(customersReads, func(operation string) bool { return !j.May(operation) }) {
		return nil
	}
	people := make([]person, len(rows))
	for i := range rows { // not a copy of the row: who waits is found out meanwhile
		people[i] = rows[i].person
	}
	found, err := j.customers(ctx, people...)
	for i := range rows {
		if c, ok := found[rows[i].person.id]; ok && c.read {
			rows[i].contact = &c
		}
	}
	return err
}

// appendTo returns the row with the facts.
func (f rowFacts) appendTo(row rawjson.Value) []byte {
	if row.Kind() != rawjson.Object {
		return row
	}
	out := []byte(row)
	add := func(name, text string) {
		if text != "" {
			out = engine.WithMember(out, name, rawjson.AppendString(nil, text))
		}
	}
	name, firm := cmp.Or(f.person.name, f.person.email), f.firm
	if f.contact != nil {
		name, firm = f.contact.called(), f.contact.firm()
	}
	add("customer", name)
	add("company", firm)
	if f.contact != nil && firm != "" {
		add("revenue", f.contact.revenue().figure())
	}
	add("waits", f.waits)
	if row.Kind("snoozedUntil") == rawjson.Missing {
		add("snoozedUntil", f.asleep.Text())
	}
	return out
}

// withRows returns the page of a list with other items.
func withRows(page rawjson.Value, row func(i int, item rawjson.Value) []byte) []byte {
	out := make([]byte, 0, len(page)+len(page)/4)
	out = append(out, '{')
	empty := len(out)
	for name, v := range page.Members() {
		out = rawjson.AppendNext(out, empty, func(out []byte) ([]byte, bool) {
			out = append(rawjson.AppendString(out, name), ':')
			if name != "data" {
				return append(out, v...), true
			}
			out = append(out, '[')
			i := 0
			for item := range v.Items() {
				if i > 0 {
					out = append(out, ',')
				}
				out = append(out, row(i, item)...)
				i++
			}
			return append(out, ']'), true
		})
	}
	return append(out, '}')
}
