package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
)

const (
	namesKept     = time.Minute     // how long a list of names serves, and how long answers do without one that could not be had
	namesNew      = 5 * time.Second // how old a list may be to say that it does not have a name: somebody may just have given it
	namesWait     = time.Second     // how long an answer waits for names, which it can do without
	lookUpTime    = 20 * time.Second
	MaxNames      = 2000     // of one kind
	longestThing  = 4 << 10  // bytes that a thing is called by
	longestSource = 64 << 10 // bytes of how a conversation began
	longestName   = 200      // characters of one, where it takes the place of an id: a page may have the id a thousand times
	maxPages      = 20       // of a list: an API that gives a few items a page, and ever more pages, is not followed
)

// Names knows what the boards, admins and so on of one organization are called. Each list is asked for when it is first needed, by one
// request whoever waits for it, and kept for a minute. It belongs to one client, since another key may see another organization.
type Names struct {
	client    *client.Client
	inventory *Inventory
	now       func() time.Time

	Patience time.Duration // how long an answer waits for names, which it can do without

	mu     sync.Mutex
	latest map[*Kind]*directory // the newest of each kind, which may be still on its way
}

// NewNames returns an empty cache of the names that c can see. It asks for nothing yet.
func NewNames(c *client.Client, inv *Inventory) *Names {
	return &Names{client: c, inventory: inv, now: time.Now, Patience: namesWait, latest: map[*Kind]*directory{}}
}

// errNoNames says that a call was given no Names to look into.
var errNoNames = errors.New("names are not looked up")

// Thing is what one id stands for.
type Thing struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Email   string `json:"email"`
	Title   string `json:"title"`
	Updated string `json:"updatedAt"`
	Source  struct {
		HTML string `json:"bodyHtml"`
	} `json:"source"`
}

// called is the name of a thing. Posts and the like have a title; a conversation without one goes by how it began.
func (t Thing) called() string {
	name := cmp.Or(strings.TrimSpace(t.Name), t.Email, strings.TrimSpace(t.Title))
	if name != "" || t.Source.HTML == "" {
		return name
	}
	const longest = 60 // characters
	return markup.Excerpt(t.Source.HTML, longest)
}

// directory is one list of things with their names, or the failure to get it.
type directory struct {
	Since time.Time     // when it was asked for
	Done  chan struct{} // closed when the rest is there

	err    error
	things []Thing
	cut    bool           // there are more
	ByName map[string]int // how many have a name
	ByID   map[string]string
}

// ask returns the list of a kind as it was at most maxAge ago: the one that is there or under way, or a new one. A lookup that failed is
// not kept. The lookup goes on when ctx ends, because others may wait for it.
func (n *Names) ask(ctx context.Context, k *Kind, maxAge time.Duration) *directory {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	if d := n.latest[k]; d != nil && (!d.isThere() || d.err == nil && now.Sub(d.Since) < maxAge) {
		return d
	}
	d := &directory{Since: now, Done: make(chan struct{})}
	n.latest[k] = d
	go d.fill(context.WithoutCancel(ctx), n.client, n.inventory, k)
	return d
}

func (d *directory) isThere() bool {
	select {
	case <-d.Done:
		return true
	default:
		return false
	}
}

// wait waits for the list, or for the end of ctx.
func (d *directory) wait(ctx context.Context) error {
	if d == nil {
		return errNoNames
	}
	select {
	case <-d.Done:
		return d.err
	case <-ctx.Done():
		kind := client.KindCanceled
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			kind = client.KindTimeout
		}
		return &client.Error{Kind: kind, Message: "the call ended while it waited for a list of names", Err: ctx.Err()}
	}
}

// fill gets the list. A panic would end the whole server from here, since no caller stands above it.
func (d *directory) fill(ctx context.Context, c *client.Client, inv *Inventory, k *Kind) {
	defer close(d.Done)
	defer func() {
		if v := recover(); v != nil {
			d.err = fmt.Errorf("panic while listing %s: %v", k.Plural, v)
		}
	}()
	ctx, end := client.Holding(ctx) // of its own: it may go on after the call that asked
	defer end()
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	op, most := inv.Lookup(k.List), cmp.Or(k.Most, MaxNames)
	args := map[string]any{}
	maps.Copy(args, k.Order)
	if op.Input.Shape().Props["limit"] != nil {
		args["limit"] = json.Number("100")
	}
	req, err := requestOf(op, args)
	if err != nil {
		d.err = err
		return
	}
	d.ByName, d.ByID = map[string]int{}, map[string]string{}
	pages := 0
	for page, err := range client.Pages(ctx, c.Do, req, most) {
		if err != nil {
			d.err = err
			return
		}
		for _, item := range page.Items {
			d.add(k, item)
		}
		d.cut = page.Stop != client.StopEnd
		if pages++; pages == maxPages {
			return
		}
	}
}

// add notes an item of the list. Without an id it is of no use here, and without a name none where names are looked up; nor is one that nobody
// would type.
func (d *directory) add(k *Kind, item []byte) {
	var t Thing
	if json.Unmarshal(item, &t) != nil || t.ID == "" || k.Most == 0 && plainName(t.Name+t.Email) == "" {
		return
	}
	if len(t.ID)+len(t.Name)+len(t.Email)+len(t.Title) > longestThing {
		return
	}
	if len(t.Source.HTML) > longestSource {
		t.Source.HTML = strings.Clone(t.Source.HTML[:longestSource])
	}
	d.things = append(d.things, t)
	d.ByName[plainName(t.Name)]++
	d.ByID[t.ID] = legible.FirstRunes(strings.TrimSpace(t.Name), longestName)
}

// plainName is what two ways of writing a name have in common.
func plainName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// called returns the things that have a name, or that id, exactly.
func (d *directory) called(k *Kind, name string) []Thing {
	var found []Thing
	plain := plainName(name)
	for _, t := range d.things {
		if plain == plainName(t.Name) || t.ID == strings.TrimSpace(name) || k.ByEmail && plain == plainName(t.Email) {
			found = append(found, t)
		}
	}
	return found
}

// names returns all of them, in the order of the API.
func (d *directory) names() []string {
	names := make([]string, 0, len(d.things))
	for _, t := range d.things {
		names = append(names, cmp.Or(strings.TrimSpace(t.Name), t.Email))
	}
	return names
}

// shown are the names as a sentence can list them: cleaned like all words from the API, short, and in quotes where they would not be told apart.
func (d *directory) shown(w *render.Writer) []string {
	const longest = 80 // characters of a name
	names := d.names()
	for i, name := range names {
		name = markup.PlainExcerpt(legible.OneLine(w.Words(name)), longest)
		if strings.ContainsAny(name, ",;:.") {
			name = input.Show(name)
		}
		names[i] = name
	}
	return names
}

// find returns what is called so: one thing, several, or none. Before it is none, the list is asked for again, unless it is new.
func (n *Names) find(ctx context.Context, k *Kind, name string) ([]Thing, *directory, error) {
	if plainName(name) == "" {
		return nil, nil, nil
	}
	var found []Thing
	var d *directory
	for _, maxAge := range []time.Duration{namesKept, namesNew} {
		d = n.ask(ctx, k, maxAge)
		if err := d.wait(ctx); err != nil {
			return nil, nil, err
		}
		if found = d.called(k, name); len(found) > 0 {
			break
		}
	}
	return found, d, nil
}

// known returns the list of a kind if it is there. Otherwise wanted says whether it is worth asking for: not where that failed a short while ago.
func (n *Names) known(k *Kind) (d *directory, wanted bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch d := n.latest[k]; {
	case d == nil || !d.isThere():
		return nil, true
	case n.now().Sub(d.Since) >= namesKept:
		return nil, true
	case d.err != nil:
		return nil, false
	default:
		return d, false
	}
}
