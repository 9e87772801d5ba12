package plan

import (
	"context"
	"errors"
)

// Keeper keeps plans and what became of their rows. A plan of another owner does not exist. Calls run at the same time, also for one plan.
//
// The methods return ErrGone where there is no such plan (any more), and other errors where the keeper cannot be reached; nothing is sent
// then, because nobody could tell later what was.
type Keeper interface {
	// Save keeps a new plan and says when it was made. It returns ErrFull or ErrTooLarge if there is no room.
	Save(ctx context.Context, p *Plan) error
	// Load returns a plan and a result for each of its rows. The caller changes neither.
	Load(ctx context.Context, owner, id string) (*Plan, []Result, error)
	// Claim reserves the row at an index for the caller: from one of the given states to Sending. It returns false where the row is in
	// another state, so that of two callers one sends it.
	Claim(ctx context.Context, owner, id string, row int, from ...State) (bool, error)
	// Settle records what became of a row that the caller has claimed.
	Settle(ctx context.Context, owner, id string, row int, r Result) error
}

// The failures of a keeper.
var (
	ErrGone     = errors.New("no such plan")
	ErrFull     = errors.New("no room for another plan")
	ErrTooLarge = errors.New("the plan is too large")
)
