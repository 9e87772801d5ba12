package workflow_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/workflow"
)

// rawContact is a contact or a voter, as the API gives it.
type rawContact struct {
	ID, Name, Type string
	Email          *string
	Companies      []rawCompany
}

type rawCompany struct {
	ID, Name     string
	MonthlySpend *float64
}

// spending is what companies pay, each counted once, in the words of an answer.
func spending(companies ...rawCompany) string {
	sum, unknown, seen := 0.0, 0, map[string]bool{}
	known := 0
	for _, c := range companies {
		switch {
		case seen[c.ID]:
			continue
		case c.MonthlySpend == nil:
			unknown++
		default:
			known++
			sum += *c.MonthlySpend
		}
		seen[c.ID] = true
	}
	amount := commas(int(sum + 0.5))
	switch {
	case known == 0 && unknown == 0:
		return "none"
	case known == 0:
		return "unknown"
	case unknown > 0:
		return "at least " + amount
	}
	return amount
}

func commas(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// The companies of people and what they pay are those that their contacts have, and take few requests, with e-mail addresses and without.
func TestCustomersAreThoseOfTheContacts(t *testing.T) {
	t.Parallel()
	for _, o := range organizations {
		t.Run(o.now.Format("2006-01-02"), func(t *testing.T) {
			t.Parallel()
			f := factsOf(t, sandbox.Options{Seed: o.Seed, Clock: o.Clock})
			all := everything[rawContact](f, "/v2/contacts", map[string][]string{"contactType": {"all"}})
			if len(all) < 120 {
				t.Fatalf("%d contacts", len(all))
			}
			for _, tc := range []struct {
				name      string
				people    int
				addresses bool
				most      int64 // requests
			}{
				{"everybody, as posts and conversations name them", len(all), true, 30},
				{"a few, as comments name them", 20, false, 20},
				{"everybody, as comments name them", len(all), false, 2},
			} {
				var people []workflow.Person
				var want strings.Builder
				for _, c := range all[:tc.people] {
					p := workflow.Person{ID: c.ID, Name: c.Name, Type: c.Type}
					if c.Email != nil && tc.addresses {
						p.Email = *c.Email
					}
					people = append(people, p)
					var firms []string
					for _, company := range c.Companies {
						firms = append(firms, company.Name)
					}
					fmt.Fprintf(&want, "%s | %s | %s | %s\n", c.ID, c.Name, strings.Join(firms, ", "), spending(c.Companies...))
				}
				var requests atomic.Int64
				box := enginetest.Box(t, sandbox.Options{Seed: o.Seed, Clock: o.Clock}).Transport()
				api := enginetest.Wire(func(r *http.Request) (*http.Response, error) {
					requests.Add(1)
					return box.RoundTrip(r)
				})
				env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{Client: api.Client(t)}}
				got, isError := enginetest.CallIn(t, env, workflow.Firms(people...), `{}`)
				if isError || got != want.String() {
					t.Errorf("%s:\n%s\nis not\n%s", tc.name, got, want.String())
				}
				if n := requests.Load(); n > tc.most {
					t.Errorf("%s: %d requests, at most %d are meant", tc.name, n, tc.most)
				}
			}
		})
	}
}

// Teammates and bots are not looked up, and somebody who is gone keeps the name that is known.
func TestOnlyCustomersAreLookedUp(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, http.StatusNotFound, `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"No such contact","status":404}}`)
	env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{Client: api.Client(t)}}
	got, isError := enginetest.CallIn(t, env, workflow.Firms(
		workflow.Person{ID: "64b0c2f19d3e5a7788990001", Name: "Nora", Type: "admin"},
		workflow.Person{ID: "64b0c2f19d3e5a7788990002", Name: "Assistant", Type: "bot"},
		workflow.Person{ID: "64b0c2f19d3e5a7788990003", Name: "Jo", Type: "customer"},
	), `{}`)
	const want = "64b0c2f19d3e5a7788990001 |  |  | unknown\n64b0c2f19d3e5a7788990002 |  |  | unknown\n64b0c2f19d3e5a7788990003 | Jo |  | unknown\n"
	if sent := api.Arrived(); isError || got != want || len(sent) != 1 || sent[0].Path != "/v2/contacts/64b0c2f19d3e5a7788990003" {
		t.Errorf("%v\n%s", sent, got)
	}
}

// Unknown is not zero, and a company counts once.
func TestRevenueSaysWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		partial bool
		spend   map[string]float64
		want    string
	}{
		{false, nil, "none"},
		{true, nil, "unknown"},
		{false, map[string]float64{"A": -1}, "unknown"},
		{false, map[string]float64{"A": 0}, "0"},
		{false, map[string]float64{"A": 1200, "B": 650.5}, "1,851"},
		{false, map[string]float64{"A": 1200, "B": -1}, "at least 1,200"},
		{true, map[string]float64{"A": 1200}, "at least 1,200"},
	} {
		if got := workflow.Takings(tc.partial, tc.spend); got != tc.want {
			t.Errorf("%v: %s, not %s", tc.spend, got, tc.want)
		}
	}
}
