package workflow

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// company is a company of customers. What it pays is unknown where the organization has not told Featurebase; that is not zero.
type company struct {
	id, name string
	spend    float64 // a month
	known    bool    // spend was told
}

// companies reads the companies of a contact or of a voter.
func (j *work) companies(contact rawjson.Value) []company {
	var all []company
	for v := range contact.Items("companies") {
		c := company{id: j.lineOf(v, "id"), name: j.lineOf(v, "name")}
		if spend := v.Get("monthlySpend"); spend.Kind() == rawjson.Number {
			amount, err := strconv.ParseFloat(string(spend), 64)
			c.spend, c.known = amount, err == nil && !math.IsInf(amount, 0)
		}
		if c.id != "" || c.name != "" {
			all = append(all, c)
		}
	}
	return all
}

// revenue adds up what companies pay a month. Each company counts once, however many people of it are added.
type revenue struct {
	seen    map[string]bool
	sum     float64
	known   int // companies that sum covers
	unknown int // companies that may pay, but nobody has told Featurebase how much
	partial bool
}

// add adds companies that were not added before.
func (r *revenue) add(companies ...company) {
	for _, c := range companies {
		key := cmp.Or(c.id, c.name)
		if r.seen[key] {
			continue
		}
		if r.seen == nil {
			r.seen = map[string]bool{}
		}
		r.seen[key] = true
		if c.known {
			r.sum += c.spend
			r.known++
		} else {
			r.unknown++
		}
	}
}

// whole returns the sum as a whole number. It is what answers show, and so it is what they sort by.
func (r *revenue) whole() int { return int(math.Round(min(max(r.sum, -1e15), 1e15))) }

// figure returns the sum in words: "1,850", "at least 1,850" where companies of unknown revenue or voters that were not read could add to it,
// or "unknown". It is "none" for people without a company.
func (r *revenue) figure() string {
	switch {
	case r.known == 0 && (r.unknown > 0 || r.partial):
		return unknownRevenue
	case r.known == 0:
		return "none"
	case r.unknown > 0 || r.partial:
		return "at least " + legible.Thousands(r.whole())
	default:
		return legible.Thousands(r.whole())
	}
}

const unknownRevenue = "unknown"

// compare orders revenues from the highest to the lowest. One of which nothing is known comes last, because it may be zero.
func (r *revenue) compare(other *revenue) int {
	if (r.known > 0) != (other.known > 0) {
		if r.known > 0 {
			return -1
		}
		return 1
	}
	return cmp.Compare(other.whole(), r.whole())
}

// customer is a person outside of the team, as the contacts know them.
type customer struct {
	id, name, email string
	companies       []company
	read            bool // the contact was read: no companies means that there are none
}

// called returns the name of the customer, or the e-mail address where the name is missing.
func (c customer) called() string { return cmp.Or(c.name, c.email) }

// revenue returns what the companies of the customer pay.
func (c customer) revenue() *revenue {
	r := &revenue{partial: !c.read}
	r.add(c.companies...)
	return r
}

// firm names the companies of the customer. It is empty where there are none, or none are known.
func (c customer) firm() string {
	names := make([]string, 0, len(c.companies))
	for _, one := range c.companies {
		names = append(names, inList(cmp.Or(one.name, one.id)))
	}
	return legible.Commas(names...)
}

// How many contacts are read, and how.
const (
	contactsAtOnce  = 50   // e-mail addresses in one search
	fewContacts     = 24   // up to so many are read one by one
	contactsBrowsed = 1000 // contacts that were active last, which are read where more are missing
	contactsAsked   = 60   // read one by one at most
)

// customersReads are the operations that customers reads with.
var customersReads = []string{"search_contacts", "get_contact"}

// customers are people by the ids of their contacts.
type customers map[string]customer

// customers finds the companies of people, which posts, comments and conversations do not tell. It makes few requests: a search takes fifty
// e-mail addresses, and only whoever has none is read alone. The answer names how many could not be read.
func (j *work) customers(ctx context.Context, people ...person) (customers, error) {
	r := &contactReader{work: j, found: customers{}, wanted: map[string]person{}}
	for _, p := range people {
		if p.id != "" && (side(p.kind) == customerSide || p.kind == "") {
			if known, again := r.wanted[p.id]; !again || known.email == "" {
				r.wanted[p.id] = p
			}
		}
	}
	for _, read := range []func(context.Context) error{r.byEmail, r.browse, r.oneByOne} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	for _, p := range r.wanted {
		if _, ok := r.found[p.id]; !ok {
			r.found[p.id] = customer{id: p.id, name: p.name, email: p.email}
		}
	}
	return r.found, nil
}

// contactReader is the state of one call of customers.
type contactReader struct {
	*work
	wanted map[string]person

	mu    sync.Mutex
	found customers
}

// keep keeps the contacts of a list that are wanted.
func (r *contactReader) keep(items ...rawjson.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range items {
		c := customer{id: r.lineOf(v, "id"), name: r.lineOf(v, "name"), email: r.lineOf(v, "email"), companies: r.companies(v), read: true}
		if p, ok := r.wanted[c.id]; ok {
			c.name, c.email = cmp.Or(c.name, p.name), cmp.Or(c.email, p.email)
			r.found[c.id] = c
		}
	}
}

func (r *contactReader) keepAll(c engine.Collection, err error) error {
	for _, item := range objects(c.Items) {
		r.keep(rawjson.Repair(item))
	}
	return err
}

// missing returns the ids of the people that were not found yet, in order.
func (r *contactReader) missing() []string {
	var ids []string
	for id := range r.wanted {
		if _, ok := r.found[id]; !ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// byEmail searches those whose e-mail address is known. Masked addresses find nobody.
func (r *contactReader) byEmail(ctx context.Context) error {
	if r.MaskEmails {
		return nil
	}
	var emails []any
	for _, id := range r.missing() {
		if email := r.wanted[id].email; strings.Contains(email, "@") {
			emails = append(emails, email)
		}
	}
	chunks := slices.Collect(slices.Chunk(emails, contactsAtOnce))
	return r.Each(ctx, contactsPart, len(chunks), func(ctx context.Context, i int) error {
		wire := map[string]any{"query": map[string]any{"operator": "AND", "value": []any{where("email", "IN", chunks[i])}}}
		return r.keepAll(r.List(ctx, contactsPart, "search_contacts", wire, 2*contactsAtOnce)) // a lead may have the address of a customer
	})
}

// browse reads the contacts that were active last. Where many people have no address, they are likely to be among them.
func (r *contactReader) browse(ctx context.Context) error {
	if len(r.missing()) <= fewContacts {
		return nil
	}
	return r.Each(ctx, contactsPart, 1, func(ctx context.Context, _ int) error {
		return r.keepAll(r.List(ctx, contactsPart, "search_contacts", inOrder("lastActivity:desc"), contactsBrowsed))
	})
}

// oneByOne reads the contacts of those who are still missing. One that does not exist any more is not missed.
func (r *contactReader) oneByOne(ctx context.Context) error {
	ids := r.missing()
	return r.Each(ctx, contactsPart, min(len(ids), contactsAsked), func(ctx context.Context, i int) error {
		body, err := r.Get(ctx, contactsPart, "get_contact", map[string]any{"contactId": ids[i]})
		if engine.Gone(err) {
			return nil
		}
		if err == nil {
			r.keep(rawjson.Repair(body))
		}
		return err
	})
}

// contactsPart names the contacts in the words for a failure.
const contactsPart = "the companies of customers"
