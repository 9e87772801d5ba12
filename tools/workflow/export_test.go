package workflow

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/likeness"
)

// Person is somebody as a post, a comment or a conversation names them.
type Person struct{ ID, Name, Email, Type string }

// Firms is a job that says what customers tells of people: id, name, companies and revenue, a line each.
func Firms(people ...Person) *engine.Operation {
	return &engine.Operation{
		Name: "firms", Effect: engine.Read, Input: input.Args[struct{}](), Uses: customersReads,
		Run: func(ctx context.Context, j *engine.Job) (string, error) {
			asked := make([]person, len(people))
			for i, p := range people {
				asked[i] = person{p.ID, p.Name, p.Email, p.Type}
			}
			found, err := (&work{j}).customers(ctx, asked...)
			var b strings.Builder
			for _, p := range people {
				c := found[p.ID]
				fmt.Fprintf(&b, "%s | %s | %s | %s\n", p.ID, c.called(), c.firm(), c.revenue().figure())
			}
			return b.String(), err
		},
	}
}

// Takings is the figure of companies whose monthly spend is given; a negative one is unknown.
func Takings(partial bool, spend map[string]float64) string {
	r := &revenue{partial: partial}
	for name, amount := range spend {
		for range 2 { // two people of the company
			r.add(company{name: name, spend: max(0, amount), known: amount >= 0})
		}
	}
	return r.figure()
}

// EstimatedTokens is the estimate that bounds answers with many texts.
func EstimatedTokens(text string) int { return tokens(text) }

// WithoutPersonalData returns a text as propose_training would show it, of whom people, companies and messages tell.
func WithoutPersonalData(people, companies, messages []string, text string) string {
	p := &personalData{}
	for _, name := range people {
		p.know(name)
	}
	for _, name := range companies {
		p.knowCompany(name)
	}
	for i, message := range messages {
		p.hear(strconv.Itoa(i), message)
	}
	for _, message := range messages {
		p.listen(message)
	}
	p.listen(text)
	out, _ := p.without(text)
	return out
}

// AskSame reports of each pair of questions whether propose_training takes them for one, among all of them.
func AskSame(pairs [][2]string) []bool {
	var sets []likeness.TermSet
	for _, pair := range pairs {
		sets = append(sets, likeness.TermsOf(pair[0], ""), likeness.TermsOf(pair[1], ""))
	}
	rare := likeness.NewRarity(sets...)
	rare.Texts = max(rare.Texts, usualPosts)
	read := func(question string) *inquiry {
		q := &inquiry{question: question, wording: wording{doc: likeness.Read(question, "")}, whole: wording{doc: likeness.Read(question, "")}}
		q.prepare(rare)
		q.whole.prepare(rare)
		return q
	}
	same := make([]bool, len(pairs))
	for i, pair := range pairs {
		same[i] = asksSame(read(pair[0]), read(pair[1])) >= sameMatter
	}
	return same
}
