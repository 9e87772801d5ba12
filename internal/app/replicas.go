package app

import (
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/shared"
)

// Shared is what the replicas of a server share: a store, and the keys that all of them have.
type Shared struct {
	Store *shared.Redis
	Keys  *shared.Keys
}

// turns returns the rate limit of an API key that replicas share, or nil without replicas.
func (s *Shared) turns(config client.Config) client.Turns {
	if s == nil {
		return nil
	}
	return shared.TurnsOf(s.Store, s.Keys, config.BaseURL, config.Key)
}

// repeats returns a counter of failures, which replicas add up.
func (s *Shared) repeats() *engine.Repeats {
	r := engine.NewRepeats()
	if s != nil {
		r.Shared = shared.Failures{Store: s.Store}
	}
	return r
}

// share has confirmations and plans hold on all replicas.
func (a *App) share(all *engine.Engine) {
	if a.Shared == nil {
		return
	}
	a.plans = shared.NewPlans(a.Shared.Store, a.Shared.Keys, time.Now)
	all.Plans = a.plans
	all.Confirm.Share(a.Shared.Keys.Signing("questions"), shared.Spent{Store: a.Shared.Store},
		shared.Clicks{Store: a.Shared.Store, Keys: a.Shared.Keys})
}
