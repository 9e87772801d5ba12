package names

import (
	"context"
	"slices"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/rawjson"
)

// Sought is the result of a search for one object.
type Sought struct {
	Given
	Found  []Thing  // the objects that have exactly what was given
	Near   []Thing  // the others, as the API ranked them, a few
	Looked int      // how many objects were looked at
	Hosts  []string // where the addresses of the organization lead, as far as seen
}

// mostNear is how many other objects a search keeps, for the words of a refusal.
const mostNear = 5

// Seek looks for the object of a kind with an address, a slug, a title or an e-mail, for kinds with too many objects to be listed. It compares
// exactly: what the API's search finds is only a candidate. operation is the one that failed if there is an error.
func (n *Cache) Seek(ctx context.Context, k *Kind, text string) (s Sought, operation string, err error) {
	s.Given = k.Read(text)
	questions := k.Links.Seek(s.Given)
	if n == nil {
		return s, questions[0].Operation, errNoNames
	}
	if s.IsLink && s.Slug == "" && s.ID == "" {
		return s, "", nil // an address of something else
	}
	for _, q := range questions {
		if err := n.pursue(ctx, k, q, &s); err != nil {
			return s, q.Operation, err
		}
		if len(s.Found) > 0 {
			return s, "", nil
		}
	}
	if k.Links.Sample && s.ID != "" {
		s.Found = []Thing{{ID: s.ID, Hosts: s.Hosts}}
	}
	return s, "", nil
}

// pursue looks at the objects that one request finds.
func (n *Cache) pursue(ctx context.Context, k *Kind, q Question, s *Sought) error {
	req, err := n.requests.Request(q.Operation, q.Arguments)
	if err != nil {
		return err
	}
	for page, err := range client.Pages(ctx, n.client.Do, req, q.Most) {
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			if q.Inside == "" {
				s.look(k, rawjson.Value(item))
				continue
			}
			for inner := range rawjson.Value(item).Items(q.Inside) {
				s.look(k, inner)
			}
		}
		if len(s.Found) > 0 {
			return nil
		}
	}
	return nil
}

// look compares one object with what was given.
func (s *Sought) look(k *Kind, item rawjson.Value) {
	t, ok := thingOf(k, item)
	if !ok || !k.IsID(t.ID) {
		return
	}
	s.Looked++
	for _, host := range t.Hosts {
		if !slices.Contains(s.Hosts, host) {
			s.Hosts = append(s.Hosts, host)
		}
	}
	known := func(other Thing) bool { return other.ID == t.ID }
	switch {
	case t.is(k, s.Given):
		if !slices.ContainsFunc(s.Found, known) {
			s.Found = append(s.Found, t)
		}
	case len(s.Near) < mostNear && !slices.ContainsFunc(s.Near, known):
		s.Near = append(s.Near, t)
	}
}
