package names

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// The limits of lists of names.
const (
	kept       = time.Minute     // age up to which a list is used, and time for which answers do not ask again for a list that failed
	provesNone = 5 * time.Second // age up to which a list can prove that a name does not exist: it may be new
	patience   = time.Second     // the ordinary Cache.Patience
	lookUpTime = 20 * time.Second
	// Most is how many names of one kind are listed, unless its Kind.Most says otherwise.
	Most          = 2000
	thingSize     = 300      // bytes that a thing takes besides its texts, in the list and its maps
	longestThing  = 4 << 10  // bytes of the id, name, e-mail and title of a thing
	longestSource = 64 << 10 // bytes of the first message of a conversation
	longestName   = 200      // characters of a name in the place of an id, because a page may repeat it a thousand times
	maxPages      = 20       // pages of a list; the bound ends a list whose small pages go on for ever
)

// Cache keeps the names of the boards, admins and other things of one organization. A list is requested when it is first needed, once for all
// who wait for it, and kept for a minute. Each client needs its own Cache, because another key may see another organization. A nil Cache
// knows no names.
type Cache struct {
	client   *client.Client
	requests Requests

	Now      func() time.Time
	Patience time.Duration // how long an answer waits for names, which are optional in answers
	Memory   *Memory       // the bound of all lists of the process; nil: none

	mu     sync.Mutex
	latest map[*Kind]*List // the newest list of each kind, which may still be loading
}

// Requests makes requests of the names of operations. The inventory of operations does.
type Requests interface {
	// ListRequest returns the request for the list of a kind.
	ListRequest(k *Kind) (client.Request, error)
	// Request returns the request of an operation. arguments are in the API's form.
	Request(operation string, arguments map[string]any) (client.Request, error)
}

// NewCache returns an empty cache of the names that c can see. It makes no request.
func NewCache(c *client.Client, requests Requests) *Cache {
	return &Cache{client: c, requests: requests, Now: time.Now, Patience: patience, latest: map[*Kind]*List{}}
}

// errNoNames is the failure of a lookup without a cache.
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
	Label   string   `json:"label"`   // what a custom field has in the place of a name
	Options []Option `json:"options"` // what a custom field can be set to, where that is a choice

	Slugs []string `json:"-"` // in its addresses, for kinds with addresses
	Hosts []string `json:"-"` // of its addresses
}

// Option is a choice of a custom field.
type Option struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Option returns the label of a choice as the organization spells it, by its label in any case. It returns any other text unchanged.
func (t Thing) Option(text string) string {
	for _, o := range t.Options {
		if plainName(o.Label) == plainName(text) {
			return o.Label
		}
	}
	return text
}

// Called returns the name, e-mail or title of a thing. A conversation without a title gets an excerpt of its first message.
func (t Thing) Called() string {
	name := cmp.Or(strings.TrimSpace(t.Name), t.Email, strings.TrimSpace(t.Title))
	if name != "" || t.Source.HTML == "" {
		return name
	}
	const longest = 60 // characters
	return markup.Excerpt(t.Source.HTML, longest)
}

// List is the list of the things of one kind, or the failure to load it. Its fields and methods are for a list that Find or Known returned.
type List struct {
	since time.Time     // time of the request
	done  chan struct{} // closed when the other fields are set

	err    error
	size   int // bytes of the things, about
	Things []Thing
	Cut    bool              // the list is incomplete
	byName map[string]int    // number of things with a plain name
	byID   map[string]string // names by id
}

// Name returns the name of an id, or an empty text, also for a nil list.
func (d *List) Name(id string) string {
	if d == nil {
		return ""
	}
	return d.byID[id]
}

// Named returns how many things have a name.
func (d *List) Named(name string) int { return d.byName[plainName(name)] }

// Ask requests the list of a kind unless a fresh one is there or on its way. It does not wait.
func (n *Cache) Ask(ctx context.Context, k *Kind) { n.ask(ctx, k, kept) }

// ask returns the list of a kind that is at most maxAge old: the loaded or loading one, or else a new one. A failed list is not reused.
// Loading continues after ctx ends, because other callers may wait for it. It is nil for a nil Cache.
func (n *Cache) ask(ctx context.Context, k *Kind, maxAge time.Duration) *List {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.Now()
	if d := n.latest[k]; d != nil && (!d.isThere() || d.err == nil && now.Sub(d.since) < maxAge) {
		return d
	}
	n.Memory.release(n.latest[k])
	d := &List{since: now, done: make(chan struct{})}
	n.latest[k] = d
	go n.load(context.WithoutCancel(ctx), k, d)
	return d
}

// load fills a list and counts it.
func (n *Cache) load(ctx context.Context, k *Kind, d *List) {
	defer close(d.done)
	d.fill(ctx, n.client, n.requests, k)
	n.Memory.keep(n, k, d)
}

func (d *List) isThere() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// wait waits until the list is loaded or ctx ends. It returns the error of the list, or a client error for the end of ctx.
func (d *List) wait(ctx context.Context) error {
	if d == nil {
		return errNoNames
	}
	select {
	case <-d.done:
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
func (d *List) fill(ctx context.Context, c *client.Client, requests Requests, k *Kind) {
	defer func() {
		if v := recover(); v != nil {
			d.err = fmt.Errorf("panic while listing %s: %v", k.Plural, v)
		}
	}()
	ctx, end := client.Holding(ctx) // a holding of its own, because it may outlive the call that asked
	defer end()
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	req, err := requests.ListRequest(k)
	if err != nil {
		d.err = err
		return
	}
	d.byName, d.byID = map[string]int{}, map[string]string{}
	pages := 0
	for page, err := range client.Pages(ctx, c.Do, req, cmp.Or(k.Most, Most)) {
		if err != nil {
			d.err = err
			return
		}
		for _, item := range page.Items {
			d.add(k, item)
		}
		d.Cut = d.Cut || page.Stop != client.StopEnd
		if pages++; pages == maxPages {
			return
		}
	}
}

// thingOf reads an object of a kind. It returns false for one without an id, and for one that is too long to be typed.
func thingOf(k *Kind, item []byte) (Thing, bool) {
	var t Thing
	if json.Unmarshal(item, &t) != nil {
		return t, false
	}
	if k.Field != "" {
		t.ID = string(rawjson.Value(item).Get(k.Field).Bare())
	}
	t.Name = cmp.Or(t.Name, t.Label)
	if t.ID == "" || len(t.ID)+len(t.Name)+len(t.Email)+len(t.Title) > longestThing {
		return t, false
	}
	t.readLinks(k, item)
	return t, true
}

// add stores an item of the list. It skips one without a name where names are looked up.
func (d *List) add(k *Kind, item []byte) {
	t, ok := thingOf(k, item)
	if !ok || k.Most == 0 && plainName(t.Name+t.Email) == "" {
		return
	}
	size := len(t.ID) + len(t.Name) + len(t.Email) + len(t.Title) + len(t.Updated) + min(len(t.Source.HTML), longestSource) + thingSize
	for _, s := range slices.Concat(t.Slugs, t.Hosts) {
		size += len(s)
	}
	for _, o := range t.Options {
		size += len(o.ID) + len(o.Label)
	}
	if d.size+size > mostOfList {
		d.Cut = true
		return
	}
	d.size += size
	if len(t.Source.HTML) > longestSource {
		t.Source.HTML = strings.Clone(t.Source.HTML[:longestSource])
	}
	d.Things = append(d.Things, t)
	d.byName[plainName(t.Name)]++
	d.byID[t.ID] = legible.FirstRunes(strings.TrimSpace(t.Name), longestName)
}

// plainName is the form in which names are compared: without surrounding space and in lower case.
func plainName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// called returns the things with exactly this name, id, address or slug, or e-mail where the kind has ByEmail.
func (d *List) called(k *Kind, name string) []Thing {
	var found []Thing
	given := k.Read(name)
	for _, t := range d.Things {
		if t.is(k, given) {
			found = append(found, t)
		}
	}
	return found
}

// Find returns the things with this name and the list they are from. If there are none, it requests the list again unless it is new.
func (n *Cache) Find(ctx context.Context, k *Kind, name string) ([]Thing, *List, error) {
	if plainName(name) == "" {
		return nil, nil, nil
	}
	var found []Thing
	var d *List
	for _, maxAge := range []time.Duration{kept, provesNone} {
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

// Known returns the list of a kind if it is loaded and fresh. Otherwise wanted reports whether to ask for it; it is false for a minute
// after a failure.
func (n *Cache) Known(k *Kind) (d *List, wanted bool) {
	if n == nil {
		return nil, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	switch d := n.latest[k]; {
	case d == nil || !d.isThere():
		return nil, true
	case n.Now().Sub(d.since) >= kept:
		return nil, true
	case d.err != nil:
		return nil, false
	default:
		return d, false
	}
}
