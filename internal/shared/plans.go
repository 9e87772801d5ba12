package shared

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"featurebase-mcp/internal/plan"
)

const (
	ownersBytes = 8 << 20 // of the plans of one caller
	plansBytes  = 4 << 20 // of one plan

	settleFor   = 10 * time.Minute // after the end of a plan, for the outcome of rows that were under way
	settleEvery = time.Second
	mostTries   = 5 // of a change that others make at the same time

	// cutOff is how long a row may be under way. No call and no write that outlives it takes as long.
	cutOff = 5 * time.Minute
)

// The fields of a plan's record, beside the numbers of its rows.
const (
	planField = "plan"
	headField = "head" // what the claim of a row has to know
)

// head is the head of a plan.
type head struct {
	Expires time.Time `json:"expires"`
	Rows    int       `json:"rows"`
}

// Plans keeps plans and their progress in a store, sealed under the key of the deployment together with their owner. It implements plan.Keeper.
//
// A plan with the states of all its rows is one record: the store loses all of it or nothing, so that a row that was sent never looks like one that
// was not. A state is changed by who has seen the one before (Swap), and each sealed state is unlike any other. So the claim of a row is also the
// proof of who has claimed it: nobody else can settle it.
type Plans struct {
	store Store
	keys  *Keys
	now   func() time.Time

	mu      sync.Mutex
	claimed map[claim][]byte // the sealed states of rows that this process sends
	ended   context.Context  //nolint:containedctx // of the process
	end     context.CancelFunc
}

type claim struct {
	id  string
	row int
}

// progress is the state of a row as it is kept.
type progress struct {
	plan.Result

	At time.Time `json:"at"`
}

// NewPlans returns the plans of a store.
func NewPlans(s Store, k *Keys, now func() time.Time) *Plans {
	p := &Plans{store: s, keys: k, now: now, claimed: map[claim][]byte{}}
	p.ended, p.end = context.WithCancel(context.Background())
	return p
}

// Close ends what waits for the store.
func (p *Plans) Close() { p.end() }

// Save keeps a new plan. It makes room by dropping the oldest plans of the same owner, but none with a row under way.
func (p *Plans) Save(ctx context.Context, made *plan.Plan) error {
	made.Made = p.now()
	text, err := json.Marshal(made)
	if err != nil {
		return err
	}
	if len(text) > plansBytes {
		return plan.ErrTooLarge
	}
	if err := p.makeRoom(ctx, made.Owner, kept{made.ID, len(text), made.Made}); err != nil {
		return err
	}
	short, err := json.Marshal(head{made.Expires(), len(made.Rows)})
	if err != nil {
		return err
	}
	fields := map[string][]byte{
		planField: p.keys.Seal(purposeOf(made.Owner, made.ID, planField), text),
		headField: p.keys.Seal(purposeOf(made.Owner, made.ID, headField), short),
	}
	return p.store.Make(ctx, keyOf(made.ID), fields, plan.Lifetime+settleFor)
}

// kept is a plan in the list of those that an owner has.
type kept struct {
	ID    string    `json:"id"`
	Bytes int       `json:"bytes"`
	Made  time.Time `json:"made"`
}

const listField = "list"

// makeRoom puts a plan into the list of its owner, and drops the oldest ones beyond what an owner may have.
func (p *Plans) makeRoom(ctx context.Context, owner string, next kept) error {
	key := "plans of " + owner
	for range mostTries {
		was, list, err := p.list(ctx, key, owner)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(k kept) bool { return p.now().Sub(k.Made) > plan.Lifetime+settleFor })
		total := next.Bytes
		for _, k := range list {
			total += k.Bytes
		}
		slices.SortFunc(list, func(a, b kept) int { return a.Made.Compare(b.Made) })
		for total > ownersBytes {
			i, err := p.idlest(ctx, owner, list)
			if err != nil {
				return err
			}
			if i < 0 {
				return plan.ErrFull
			}
			if err := p.store.Drop(ctx, keyOf(list[i].ID)); err != nil {
				return err
			}
			total -= list[i].Bytes
			list = slices.Delete(list, i, i+1)
		}
		text, err := json.Marshal(append(list, next))
		if err != nil {
			return err
		}
		done, err := p.store.Swap(ctx, key, listField, was, p.keys.Seal(purposeOf(owner, "", listField), text))
		if done || err != nil && !errors.Is(err, ErrGone) {
			return err
		}
	}
	return fmt.Errorf("%w: the list of plans changes all the time", ErrAway)
}

// list returns the list of an owner's plans, and how it is kept. It makes the list where there is none.
func (p *Plans) list(ctx context.Context, key, owner string) (was []byte, list []kept, err error) {
	fields, err := p.store.Fields(ctx, key)
	if errors.Is(err, ErrGone) {
		if err := p.store.Drop(ctx, key); err != nil { // what lived through a restart
			return nil, nil, err
		}
		_ = p.store.Make(ctx, key, nil, 24*time.Hour) // or somebody else makes it now
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	was = fields[listField]
	if text, err := p.keys.Open(purposeOf(owner, "", listField), was); err == nil {
		_ = json.Unmarshal(text, &list) // what this program has sealed
	}
	return was, list, nil
}

// idlest returns the oldest plan without a row under way, or -1.
func (p *Plans) idlest(ctx context.Context, owner string, list []kept) (int, error) {
	for i, k := range list {
		_, results, err := p.Load(ctx, owner, k.ID)
		busy := slices.ContainsFunc(results, func(r plan.Result) bool { return r.State == plan.Sending })
		switch {
		case err == nil && busy:
		case err == nil, errors.Is(err, plan.ErrGone):
			return i, nil
		default:
			return -1, err
		}
	}
	return -1, nil
}

// Load returns a plan and the results of its rows. A row that has been under way for too long belongs to a process that has ended.
func (p *Plans) Load(ctx context.Context, owner, id string) (*plan.Plan, []plan.Result, error) {
	found, rows, err := p.load(ctx, owner, id)
	if err != nil {
		return nil, nil, err
	}
	results := make([]plan.Result, len(rows))
	for i, r := range rows {
		results[i] = r.Result
		if r.State == plan.Sending && p.now().Sub(r.At) > cutOff {
			results[i] = plan.Result{State: plan.Unknown, Why: "the server that sent it ended before the outcome was known"}
		}
	}
	return found, results, nil
}

// load returns a plan and the progress of its rows.
func (p *Plans) load(ctx context.Context, owner, id string) (*plan.Plan, []progress, error) {
	fields, err := p.store.Fields(ctx, keyOf(id))
	if err != nil {
		return nil, nil, goneOr(err)
	}
	var found plan.Plan
	if p.open(owner, id, planField, fields, &found) != nil {
		return nil, nil, plan.ErrGone // another owner's
	}
	rows := make([]progress, len(found.Rows))
	sending := false
	for i := range rows {
		if err := p.open(owner, id, strconv.Itoa(i), fields, &rows[i]); err != nil {
			return nil, nil, err
		}
		sending = sending || rows[i].State == plan.Sending
	}
	if !sending && !p.now().Before(found.Expires()) {
		return nil, nil, plan.ErrGone
	}
	return &found, rows, nil
}

// open reads a field. What is not there leaves the value as it is.
func (p *Plans) open(owner, id, field string, fields map[string][]byte, to any) error {
	sealed, ok := fields[field]
	if !ok {
		return nil
	}
	text, err := p.keys.Open(purposeOf(owner, id, field), sealed)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		return fmt.Errorf("%w: what it keeps cannot be read: %w", ErrAway, err)
	}
	return nil
}

// Claim reserves a row.
func (p *Plans) Claim(ctx context.Context, owner, id string, row int, from ...plan.State) (bool, error) {
	field := strconv.Itoa(row)
	fields, err := p.store.Fields(ctx, keyOf(id), headField, field)
	if err != nil {
		return false, goneOr(err)
	}
	var (
		of head
		is progress
	)
	if p.open(owner, id, headField, fields, &of) != nil || !p.now().Before(of.Expires) {
		return false, plan.ErrGone // another owner's, or too old
	}
	if err := p.open(owner, id, field, fields, &is); err != nil {
		return false, err
	}
	if row < 0 || row >= of.Rows || !slices.Contains(from, is.State) {
		return false, nil
	}
	sealed, err := p.sealed(owner, id, row, plan.Result{State: plan.Sending})
	if err != nil {
		return false, err
	}
	ok, err := p.store.Swap(ctx, keyOf(id), field, fields[field], sealed)
	if err != nil || !ok {
		return false, goneOr(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claimed[claim{id, row}] = sealed
	return true, nil
}

func (p *Plans) sealed(owner, id string, row int, r plan.Result) ([]byte, error) {
	text, err := json.Marshal(progress{r, p.now()})
	if err != nil {
		return nil, err
	}
	return p.keys.Seal(purposeOf(owner, id, strconv.Itoa(row)), text), nil
}

// Settle records what became of a row that this process has claimed. Where the store is away, it is recorded as soon as that is back, because the
// outcome of a write that was sent must not be lost; the error says that it is not recorded yet.
func (p *Plans) Settle(ctx context.Context, owner, id string, row int, r plan.Result) error {
	p.mu.Lock()
	was := p.claimed[claim{id, row}]
	delete(p.claimed, claim{id, row})
	p.mu.Unlock()
	if was == nil {
		return plan.ErrGone
	}
	sealed, err := p.sealed(owner, id, row, r)
	if err != nil {
		return err
	}
	settle := func(ctx context.Context) error {
		ok, err := p.store.Swap(ctx, keyOf(id), strconv.Itoa(row), was, sealed)
		if err == nil && !ok {
			return plan.ErrGone
		}
		return goneOr(err)
	}
	err = settle(ctx)
	if err != nil && !errors.Is(err, plan.ErrGone) {
		go p.later(settle)
	}
	return err
}

// later tries again until the store has answered, or the plan has ended.
func (p *Plans) later(settle func(context.Context) error) {
	until := p.now().Add(plan.Lifetime)
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for p.now().Before(until) {
		select {
		case <-p.ended.Done():
			return
		case <-tick.C:
		}
		if err := settle(p.ended); err == nil || errors.Is(err, plan.ErrGone) {
			return
		}
	}
}

// goneOr passes an error on; a record that is not there is a plan that is not there.
func goneOr(err error) error {
	if errors.Is(err, ErrGone) {
		return plan.ErrGone
	}
	return err
}

func keyOf(id string) string { return "plan " + id }

// purposeOf binds a sealed text to its owner and place, so that nobody who can write to the store can hand it to another caller.
func purposeOf(owner, id, field string) string {
	return fmt.Sprintf("plan %q %q %q", owner, id, cmp.Or(field, "-"))
}

var _ plan.Keeper = (*Plans)(nil)
