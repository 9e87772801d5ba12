package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
)

// maxSkew is the greatest difference of two clocks that is not reported. Signatures and tokens commonly allow as much.
const maxSkew = 5 * time.Minute

// Subject is a configuration to examine.
type Subject struct {
	Client     *client.Client
	Address    string            // of the API
	APIVersion string            // as it is sent
	Versions   []string          // further versions to ask for, with one harmless read each
	KeySource  string            // the file or variable that holds the key; empty without a key, and then Client sends none
	Sandbox    bool              // the embedded Featurebase answers, without a key and an address
	Toolsets   []*engine.Toolset // each is tried with one harmless read
	Asks       string            // in words, how the user is asked before calls that need it; empty: not examined
	Store      *Store            // what replicas share; nil: there are none
}

// Examine sends at most one GET for each toolset and one for each of the further versions, one after the other, and reports what follows from the answers. It stops when all further
// answers would be the same. Checks that could not be made are left out. The only error is that of ctx.
func Examine(ctx context.Context, s Subject) ([]Finding, error) {
	e := &examination{Subject: s}
	e.configuration()
	if s.Store != nil {
		e.general = append(e.general, s.Store.examine(ctx)...)
	}
	for _, set := range s.Toolsets {
		req, ok := probe(set)
		if !ok {
			why := "not asked: none of its reads works without arguments"
			if set.Operations[0].Preview != "" {
				why = "not asked: a preview, off unless it is named"
			}
			e.reads = append(e.reads, Finding{Check: "read " + set.Name, Level: OK, Text: why})
			continue
		}
		res, err := s.Client.Do(ctx, req)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		failed, _ := errors.AsType[*client.Error](err)
		if !e.learn(set, req, res, failed) {
			break
		}
	}
	if e.served {
		if err := e.versions(ctx); err != nil {
			return nil, err
		}
	}
	if e.forbidden && !e.served {
		e.reads = append(e.reads, Finding{
			"permissions", Problem, "nothing that was asked for may be read",
			"use a key of somebody with admin rights, or have the rights given in Featurebase",
		})
	}
	return append(e.general, e.reads...), nil
}

// examination holds what is known so far.
type examination struct {
	Subject
	general, reads []Finding

	connected bool           // the API answered, perhaps with a refusal
	accepted  bool           // it knows the key
	served    bool           // it answered a read in full
	example   client.Request // the read that it answered
	forbidden bool           // it refused a read because the key has no right to it
}

func (e *examination) note(check string, level Level, text, next string) {
	e.general = append(e.general, Finding{check, level, text, next})
}

// configuration reports the settings, without a request.
func (e *examination) configuration() {
	switch {
	case e.Sandbox:
		e.note("key", OK, "none is needed: the embedded Featurebase answers", "")
	case e.KeySource == "":
		e.note("key", Problem, "none is configured: tools are listed, but every call is refused",
			"make one in the Featurebase dashboard, under Settings, API, and set FEATUREBASE_API_KEY or FEATUREBASE_API_KEY_FILE where the server is configured; --sandbox does without")
	default:
		e.note("key", OK, "from "+e.KeySource, "")
	}
	if !e.Sandbox {
		e.note("address", OK, e.Address, "")
	}
	e.note("version", OK, e.APIVersion, "")
	if e.Asks != "" {
		e.note("questions", OK, e.Asks, "")
	}
}

// learn draws conclusions from one answer, which is failed if that is not nil, or else res. It returns whether a further answer could tell more.
func (e *examination) learn(set *engine.Toolset, req client.Request, res *client.Response, failed *client.Error) bool {
	if !e.connected {
		if text, next, broken := noConnection(failed, e.Address); broken {
			e.note("connection", Problem, text, next)
			return false
		}
		e.connected = true
		e.note("connection", OK, "the API answers", "")
	}
	if e.KeySource == "" && !e.Sandbox {
		return false
	}
	if failed != nil && !e.accepted && failed.Kind == client.KindUnauthenticated {
		e.note("key accepted", Problem, "the API does not accept the key: "+quote(failed),
			"copy the key anew from the Featurebase dashboard, under Settings, API, to where it comes from ("+e.KeySource+")")
		return false
	}
	// A 403 proves that the API knows the key only if it has the API's own words. A firewall before the API answers 403, too.
	if !e.accepted && !e.Sandbox && (failed == nil || failed.Kind == client.KindForbidden && failed.Type+failed.Code != "") {
		e.accepted = true
		e.note("key accepted", OK, "the API knows the key", "")
	}
	if ownVersion(req, e.APIVersion) {
		e.read(set, req, failed) // it tells nothing of the version that the others are sent with
		return true
	}
	if failed != nil && !e.served && refusesVersion(failed) {
		e.note("version accepted", Problem, "the API refuses version "+e.APIVersion+": "+quote(failed),
			"leave FEATUREBASE_API_VERSION unset, which is the version this program was made for")
		return false
	}
	if failed == nil && !e.served {
		e.served, e.example = true, req
		e.note("version accepted", OK, "the API serves "+e.APIVersion, "")
		e.clock(res.Date, time.Now())
	}
	e.read(set, req, failed)
	return true
}

// refusesVersion recognizes a refused version by the words of the answer, because the API has no code for it.
func refusesVersion(failed *client.Error) bool {
	words := strings.ToLower(failed.Message + " " + failed.Code + " " + failed.Param)
	return failed.Kind == client.KindInvalid && strings.Contains(words, "version")
}

// ownVersion reports whether an operation is sent with a version of its own.
func ownVersion(req client.Request, usual string) bool {
	return req.Version != "" && req.Version != usual
}

// clock compares the clock of the API with ours.
func (e *examination) clock(theirs, ours time.Time) {
	skew := ours.Sub(theirs)
	switch {
	case theirs.IsZero():
	case skew.Abs() <= maxSkew:
		e.note("clock", OK, "within 5 minutes of the API's", "")
	default:
		direction := "ahead of"
		if skew < 0 {
			direction = "behind"
		}
		e.note("clock", Warning, fmt.Sprintf("this machine's clock is %.0f minutes %s the API's", skew.Abs().Minutes(), direction),
			"set the clock, best by NTP: certificates and tokens are judged by it, and a period such as \"last week\" is another one")
	}
}

// read reports the result of the harmless read of a toolset.
func (e *examination) read(set *engine.Toolset, req client.Request, failed *client.Error) {
	f := Finding{Check: "read " + set.Name, Level: OK, Text: "allowed (" + req.Operation + ")"}
	if failed != nil {
		f.Level, f.Text = Problem, req.Operation+" failed: "+quote(failed)
	}
	switch {
	case failed == nil:
	case failed.Kind == client.KindForbidden:
		e.forbidden = true
		f.Level, f.Text = Warning, req.Operation+" is forbidden: "+quote(failed)
		f.Next = "if it should be allowed: give the owner of the key the rights in Featurebase, or check the plan of the organization"
	case failed.Kind == client.KindNotFound, failed.Kind == client.KindNoRoute:
		f.Level, f.Text = Warning, req.Operation+" is not there: "+quote(failed)
		f.Next = "if it should be: check whether the feature is turned on in Featurebase"
	case failed.Kind == client.KindRateLimited:
		f.Next = "run this again in a minute; if it repeats, something else uses up the limit of the key or the workspace"
	case refusesVersion(failed) && ownVersion(req, e.APIVersion):
		f.Level, f.Text = Warning, req.Operation+" needs version "+req.Version+": "+quote(failed)
		f.Next = "leave the toolset " + set.Name + " out until the workspace answers in that version"
	case failed.Kind == client.KindInvalid && ownVersion(req, e.APIVersion):
		f.Next = "this program and the API may have grown apart: update it, or leave the toolset " + set.Name + " out"
	case failed.Kind == client.KindInvalid:
		f.Next = "leave FEATUREBASE_API_VERSION unset; if it is, this program and the API have grown apart: update it"
	case failed.Kind == client.KindUnauthenticated:
		f.Next = "run this again: other reads accepted the key, so it may have been revoked just now"
	default:
		f.Next = "run this again in a minute; if it repeats, look for an incident of Featurebase and check the network"
	}
	e.reads = append(e.reads, f)
}

// quote returns the words of the API, or of the client.
func quote(failed *client.Error) string {
	text := strings.TrimRight(failed.Message, ". ")
	if failed.Status != 0 {
		text += fmt.Sprintf(" (HTTP %d)", failed.Status)
	}
	return text
}
