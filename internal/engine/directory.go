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

// The limits of lists of names.
const (
	namesKept  = time.Minute     // age up to which a list is used, and time for which answers do not ask again for a list that failed
	namesNew   = 5 * time.Second // age up to which a list can prove that a name does not exist: it may be new
	namesWait  = time.Second     // the ordinary Names.Patience
	lookUpTime = 20 * time.Second
	// MaxNames is how many names of one kind are listed, unless its Kind.Most says otherwise.
	MaxNames      = 2000
	thingSize     = 300      // bytes that a thing takes besides its texts, in the list and its maps
	longestThing  = 4 << 10  // bytes of the id, name, e-mail and title of a thing
	longestSource = 64 << 10 // bytes of the first message of a conversation
	longestName   = 200      // characters of a name in the place of an id, because a page may repeat it a thousand times
	maxPages      = 20       // pages of a list; the bound ends a list whose small pages go on for ever
)

// Names caches the names of the boards, admins and other things of one organization. A list is requested when it is first needed, once for
// all who wait for it, and kept for a minute. Each client needs its own Names, because another key may see another organization.
type Names struct {
	client    *client.Client
	inventory *Inventory
	now       func() time.Time

	Patience time.Duration // how long an answer waits for names, which are optional in answers
	Memory   *NamesMemory  // the bound of all lists of the process; nil: none

	mu     sync.Mutex
	latest map[*Kind]*directory // the newest list of each kind, which may still be loading
}

// NewNames returns an empty cache of the names that c can see. It makes no request.
func NewNames(c *client.Client, inv *Inventory) *Names {
	return &Names{client: c, inventory: inv, now: time.Now, Patience: namesWait, latest: map[*Kind]*directory{}}
}

// errNoNames is the failure of a lookup in a call without Names.
var errNoNames = errors.New("names are not looked up")

// Thing is an object of a list, with the fields that name it.
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

// called returns the name, e-mail or title of a thing. A conversation without a title gets an excerpt of its first message.
func (t Thing) called() string {
	name := cmp.Or(strings.TrimSpace(t.Name), t.Email, strings.TrimSpace(t.Title))
	if name != "" || t.Source.HTML == "" {
		return name
	}
	const longest = 60 // characters
	return markup.Excerpt(t.Source.HTML, longest)
}

// directory is the list of the things of one kind, or the failure to load it.
type directory struct {
	Since time.Time     // time of the request
	Done  chan struct{} // closed when the other fields are set

	err    error
	size   int // bytes of the things, about
	things []Thing
	cut    bool              // the list is incomplete
	ByName map[string]int    // number of things with a plain name
	ByID   map[string]string // names by id
}

// ask returns the list of a kind that is at most maxAge old: the loaded or loading one, or else a new one. A failed list is not reused.
// Loading continues after ctx ends, because other callers may wait for it. ask returns nil for nil Names.
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
	n.Memory.release(n.latest[k])
	d := &directory{Since: now, Done: make(chan struct{})}
	n.latest[k] = d
	go n.load(context.WithoutCancel(ctx), k, d)
	return d
}

// load fills a list and counts it.
func (n *Names) load(ctx context.Context, k *Kind, d *directory) {
	defer close(d.Done)
	d.fill(ctx, n.client, n.inventory, k)
	n.Memory.keep(n, k, d)
}

func (d *directory) isThere() bool {
	select {
	case <-d.Done:
		return true
	default:
		return false
	}
}

// wait waits until the list is loaded or ctx ends. It returns the error of the list, or a client error for the end of ctx.
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

// fill loads the list. It recovers from a panic, which in this goroutine would end the whole server.
func (d *directory) fill(ctx context.Context, c *client.Client, inv *Inventory, k *Kind) {
	defer func() {
		if v := recover(); v != nil {
			d.err = fmt.Errorf("panic while listing %s: %v", k.Plural, v)
		}
	}()
	ctx, end := client.Holding(ctx) // a holding of its own, because it may outlive the call that asked
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
		d.cut = d.cut || page.Stop != client.StopEnd
		if pages++; pages == maxPages {
			return
		}
	}
}

// add stores an item of the list. It skips an item without an id, one without a name where names are looked up, and one that is too long to
// be typed.
func (d *directory) add(k *Kind, item []byte) {
	var t Thing
	if json.Unmarshal(item, &t) != nil || t.ID == "" || k.Most == 0 && plainName(t.Name+t.Email) == "" {
		return
	}
	if len(t.ID)+len(t.Name)+len(t.Email)+len(t.Title) > longestThing {
		return
	}
	size := len(t.ID) + len(t.Name) + len(t.Email) + len(t.Title) + len(t.Updated) + min(len(t.Source.HTML), longestSource) + thingSize
	if d.size+size > mostOfList {
		d.cut = true
		return
	}
	d.size += size
	if len(t.Source.HTML) > longestSource {
		t.Source.HTML = strings.Clone(t.Source.HTML[:longestSource])
	}
	d.things = append(d.things, t)
	d.ByName[plainName(t.Name)]++
	d.ByID[t.ID] = legible.FirstRunes(strings.TrimSpace(t.Name), longestName)
}

// plainName is the form in which names are compared: without surrounding space and in lower case.
func plainName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// called returns the things with exactly this name or id, or e-mail where the kind has ByEmail.
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

// names returns all names, in the order of the API.
func (d *directory) names() []string {
	names := make([]string, 0, len(d.things))
	for _, t := range d.things {
		names = append(names, cmp.Or(strings.TrimSpace(t.Name), t.Email))
	}
	return names
}

// shown returns the names as a sentence can list them: cleaned like all text from the API, short, and in quotes where punctuation would
// blur their limits.
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

// find returns the things with this name and the list they are from. If there are none, it requests the list again unless it is new.
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

// known returns the list of a kind if it is loaded and fresh. Otherwise wanted reports whether to ask for it; it is false for a minute
// after a failure.
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
