package workflow

import (
	"context"
	"fmt"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
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
