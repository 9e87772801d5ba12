package plan

import (
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"
)

// Lifetime is how long a plan can be applied. What it saw of the objects grows old.
const Lifetime = 60 * time.Minute

// MostRows is the most rows of a plan, so that one look can take them in and one call can read what they change.
const MostRows = 200

// Plan is a list of writes. It does not change after it is made; what became of its rows is kept beside it, as a Result for each.
type Plan struct {
	ID      string    `json:"id"`
	Owner   string    `json:"owner"`            // the caller that made it: nobody else can find it
	Made    time.Time `json:"made"`             // set by the keeper
	Undoes  string    `json:"undoes,omitempty"` // the id of the plan whose changes it takes back
	Rows    []Row     `json:"rows"`
	Refused []Refusal `json:"refused,omitempty"`
}

// Row is one write, with ids in the place of names.
type Row struct {
	Number  int             `json:"row"` // as the caller counts, from 1; refused rows keep their numbers
	Tool    string          `json:"tool"`
	Wire    json.RawMessage `json:"wire"`              // the arguments in the API's form
	What    string          `json:"what,omitempty"`    // the object in words: a title, an e-mail
	Objects []string        `json:"objects,omitempty"` // the objects that it touches; rows that share one are sent in order
	Changes []Change        `json:"changes,omitempty"` // what the object has now and will have
	Known   bool            `json:"known,omitempty"`   // the object was read, so Changes are all
	New     bool            `json:"new,omitempty"`     // there is no such object yet
	Idle    string          `json:"idle,omitempty"`    // why the row is not sent: it changes nothing, or another row does the same
	Note    string          `json:"note,omitempty"`    // what is odd about it

	Final     bool     `json:"final,omitempty"`     // no other call undoes it
	NoWayBack string   `json:"noWayBack,omitempty"` // why it cannot be taken back, although it is not final
	NeedsYes  bool     `json:"needsYes,omitempty"`  // the user would be asked about it if it came alone
	Because   []string `json:"because,omitempty"`   // sentences for people on why
	Reaches   []Reach  `json:"reaches,omitempty"`   // whom it messages
}

// Reach is whom a row messages.
type Reach struct {
	To     string `json:"to"`    // words that follow "This messages"
	Count  int    `json:"count"` // -1 where that is not known
	Itself bool   `json:"itself,omitempty"`
}

// Change is one field of an object, as JSON values in the API's form.
type Change struct {
	Field  string          `json:"field"`
	Before json.RawMessage `json:"before,omitempty"` // empty: the API does not show it
	After  json.RawMessage `json:"after,omitempty"`
	Same   bool            `json:"same,omitempty"`
	Shown  string          `json:"shown"`          // both in words
	Was    string          `json:"was,omitempty"`  // the value before in words, longer than in Shown; empty: the API does not show it
	Will   string          `json:"will,omitempty"` // the value after
}

// Refusal is a row that cannot be sent.
type Refusal struct {
	Number int    `json:"row"`
	Why    string `json:"why"`
}

// State is what became of a row.
type State string

// The states of a row. From Waiting a row becomes Sending, and from there one of the others. A row that stays Sending belongs to a process
// that has ended: nobody knows whether it was applied.
const (
	Waiting State = ""
	Sending State = "sending"
	Done    State = "done"
	Failed  State = "failed"  // surely not applied
	Unknown State = "unknown" // may have been applied
	Skipped State = "skipped" // not sent, because the object changed since
)

// Result is what became of a row.
type Result struct {
	State State  `json:"state,omitempty"`
	Why   string `json:"why,omitempty"`  // the reason of any state but Done
	Made  string `json:"made,omitempty"` // the id of the object that the row made or changed
	New   bool   `json:"new,omitempty"`  // the row made the object
}

// NewID returns the id of a new plan. It cannot be guessed.
func NewID() string { return "plan_" + strings.ToLower(rand.Text()) }

// Expires returns when the plan can no longer be applied.
func (p *Plan) Expires() time.Time { return p.Made.Add(Lifetime) }

// Row returns the row with a number, or nil, and its index.
func (p *Plan) Row(number int) (*Row, int) {
	for i := range p.Rows {
		if p.Rows[i].Number == number {
			return &p.Rows[i], i
		}
	}
	return nil, -1
}

// size is about how many bytes the plan takes.
func (p *Plan) size() int {
	n := 500
	for i := range p.Rows {
		r := &p.Rows[i]
		n += 400 + len(r.Tool) + len(r.Wire) + len(r.What) + len(r.Idle) + len(r.Note) + len(r.NoWayBack)
		for _, o := range r.Objects {
			n += 16 + len(o)
		}
		for _, c := range r.Changes {
			n += 100 + len(c.Field) + len(c.Before) + len(c.After) + len(c.Shown) + len(c.Was) + len(c.Will)
		}
	}
	for _, r := range p.Refused {
		n += 40 + len(r.Why)
	}
	return n
}
