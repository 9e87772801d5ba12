package engine

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
)

// cause is one way in which calls fail, with the words for the model.
type cause struct {
	what   string               // what failed, a clause with %s for the ids of the call; empty: the message of the client's error
	Advice string               // whether a retry can help and who has to do what, a sentence without its full stop
	next   func(failing) string // returns the tool to use, to append to the advice; it may be nil or return nothing
	until  string               // what has to change before the same call can work; empty for a failure that passes by itself
	less   bool                 // a smaller request can help
}

// The values of cause.until.
const (
	theArguments     = "the arguments change"
	theConfiguration = "the configuration changes"
	theKey           = "the key changes"
	thePermission    = "the permission changes"
	thePlan          = "the plan of the organization changes"
	theOrganization  = "what is in Featurebase changes"
	theFeature       = "the feature is enabled in Featurebase"
	thisServer       = "this server is repaired"
)

const (
	unwanted   = "Do not retry: Featurebase asks not to"
	mayHelp    = "A retry may help"
	inAMinute  = "A retry may help, in a minute"
	checkedURL = "the user has to check FEATUREBASE_API_URL: a proxy or a login page may answer there"
)

// causes has a cause for each kind of failure of the client.
var causes = map[client.Kind]cause{
	client.KindNoKey: {
		what: "no Featurebase API key is configured",
		Advice: "Do not retry: the user has to set FEATUREBASE_API_KEY (or FEATUREBASE_API_KEY_FILE) where this MCP server is configured, and restart it; " +
			"keys are made in the Featurebase dashboard, under Settings, API",
		until: theConfiguration,
	},
	client.KindUnauthenticated: {
		what:   "Featurebase does not accept the API key",
		Advice: "Do not retry: the user has to put a valid key into FEATUREBASE_API_KEY where this MCP server is configured, and restart it",
		until:  theKey,
	},
	client.KindForbidden: {
		what:   "the API key is valid but may not do this",
		Advice: "Do not retry: somebody with admin rights has to allow it in Featurebase, or do it there",
		next:   failing.roles,
		until:  thePermission,
	},
	client.KindNotFound: {
		what:   "either nothing fits the arguments, or the feature (%s) is not enabled in this organization",
		Advice: input.Unchanged,
		next:   failing.overview,
		until:  theArguments + " or " + theFeature,
	},
	client.KindNoRoute: {
		what:   "nothing answers at this address",
		Advice: "Do not retry: the user has to correct FEATUREBASE_API_URL or FEATUREBASE_API_VERSION, which are not those of a Featurebase API that has this",
		until:  theConfiguration,
	},
	client.KindInvalid: {
		what:   "Featurebase refuses the arguments",
		Advice: input.Unchanged + ": " + input.Corrected,
		next:   failing.refused,
		until:  theArguments,
	},
	client.KindRateLimited: {what: "too many requests in one minute", Advice: "Retry after 60 s"},
	client.KindServer:      {what: "Featurebase has a problem of its own", Advice: inAMinute},
	client.KindUnreachable: {
		what:   "Featurebase cannot be reached: no connection could be made",
		Advice: inAMinute + "; if it does not, the user has to check the network and FEATUREBASE_API_URL",
	},
	client.KindTimeout:    {Advice: mayHelp, less: true},
	client.KindCanceled:   {what: "the call was cancelled", Advice: mayHelp + ", if the answer is still wanted"},
	client.KindConnection: {what: "the connection broke before the answer was complete", Advice: mayHelp},
	client.KindTooLarge:   tooLarge("the answer is larger than this server accepts (%d MiB)", client.MaxBody>>20),
	client.KindBadResponse: {
		Advice: mayHelp + "; if it does not, " + checkedURL,
	},
}

// exceptions are the causes that depend on more than the kind. The first that fits takes precedence over causes.
var exceptions = []struct {
	fits func(failing) bool
	cause
}{
	{coded("organization_required"), cause{
		what:   "the API key belongs to no organization",
		Advice: "Do not retry: the user has to configure a key that was made in the organization's dashboard",
		until:  theKey,
	}},
	{otherVersion, cause{
		what:   "Featurebase does not answer in the API version that the call is sent with",
		Advice: input.Unchanged,
		next:   failing.versionNeeded,
		until:  theArguments + " or " + theOrganization,
	}},
	{noID, cause{
		what:   "Featurebase does not take an id of the call for one: %s",
		Advice: "Do not retry with it",
		next:   failing.lookup,
		until:  theArguments,
	}},
	{coded("invalid_cursor"), cause{
		what:   "the cursor does not go with the other arguments",
		Advice: "Do not retry with this cursor: one goes on only with the filters, search and sort that gave it; leave cursor out to start again",
		until:  theArguments,
	}},
	{coded("query_too_broad"), cause{
		what: "the filters leave too much",
		Advice: input.Unchanged + ": clauses that only exclude (!=, NIN) are not enough, so add one that narrows (=, IN or a date), or search where there is one, " +
			"then call again",
		until: theArguments,
	}},
	{byPlan, cause{
		what:   "the plan of the organization does not include this",
		Advice: "Do not retry: somebody who manages the subscription has to change the plan in Featurebase",
		until:  thePlan,
	}},
	{coded("revision_conflict"), cause{
		what:   "somebody changed it meanwhile, so that it has another revision",
		Advice: input.Unchanged + ": read it again, see whether the change still fits, and give the revision that it has now",
		next:   failing.current,
		until:  theArguments,
	}},
	{coded("question_already_used"), cause{
		what:   "another entry has one of these questions",
		Advice: input.Unchanged + ": leave that question out, or change the entry that has it",
		next:   failing.overview, // under the external id of the call there is another entry, or none
		until:  theArguments + " or " + theOrganization,
	}},
	{status(http.StatusConflict), cause{
		what:   "it conflicts with what is in Featurebase now, such as something of the same name or a change made meanwhile",
		Advice: input.Unchanged,
		next:   failing.current,
		until:  theArguments + " or " + theOrganization,
	}},
	{status(http.StatusGone), cause{
		what:   "what the call is about is gone for good",
		Advice: "Do not retry: it does not come back",
		next:   failing.lookup,
		until:  theArguments,
	}},
	{caused(client.ErrManyValues), tooLarge("the answer holds more values than this server reads (%s)", legible.Thousands(client.MaxValues))},
	{caused(client.ErrManyAnswers), tooLarge("what Featurebase answered to this call is together larger than this server accepts (%d MiB)", client.MaxTogether>>20)},
	{status(http.StatusRequestEntityTooLarge), cause{
		what:   "the request is larger than Featurebase accepts",
		Advice: input.Unchanged + ": send less at once",
		until:  theArguments,
	}},
	{notFound(1), cause{what: "nothing has %s", Advice: "Do not retry with this id", next: failing.lookup, until: theArguments}},
	{notFound(2), cause{what: "one of %s leads nowhere", Advice: "Do not retry with these ids", next: failing.lookup, until: theArguments}},
	{nothingNamed, cause{
		what:   "the feature (%s) is not enabled in this organization",
		Advice: "Do not retry: somebody with admin rights has to enable it in Featurebase",
		until:  theFeature,
	}},
	{status(http.StatusRequestTimeout), cause{what: "Featurebase did not get the request in time", Advice: mayHelp}},
	{heldBack, cause{what: "nothing was sent, because this server keeps within the rate limit of the API key and the wait would be too long", Advice: "Retry after 60 s"}},
	{neverBegun, cause{what: "the time of the call was used up before anything was sent", Advice: mayHelp + ", once other calls have ended"}},
	{neverSent, cause{what: "no request can be made of the arguments", Advice: input.Unchanged + ": " + input.Corrected, until: theArguments}},
	{redirected, cause{Advice: "Do not retry: the user has to correct FEATUREBASE_API_URL, or a proxy in between", until: theConfiguration}},
	{distrusted, cause{
		what:   "the TLS certificate of the API is not trusted, so no connection was made",
		Advice: "Do not retry: the user has to check FEATUREBASE_API_URL, or the certificates of a proxy in between",
		until:  theConfiguration,
	}},
}

// cause returns the first exception that fits, or else the cause of the error's kind.
func (f failing) cause() cause {
	for _, s := range exceptions {
		if s.fits(f) {
			return s.cause
		}
	}
	return causes[f.err.Kind]
}

func coded(code string) func(failing) bool {
	return func(f failing) bool { return f.err.Code == code }
}

func status(status int) func(failing) bool {
	return func(f failing) bool { return f.err.Status == status }
}

func caused(by error) func(failing) bool {
	return func(f failing) bool { return errors.Is(f.err, by) }
}

// tooLarge is the cause of a response over one of the client's limits.
func tooLarge(what string, limit any) cause {
	return cause{what: fmt.Sprintf(what, limit), Advice: input.Unchanged + ": ask for less, such as by narrower filters", until: theArguments, less: true}
}

// otherVersion fits the refusal of a version that the operation or an argument needs and the pinned one is not. The API has no code for it.
func otherVersion(f failing) bool {
	return f.err.Kind == client.KindInvalid && f.versioned() != "" && strings.Contains(strings.ToLower(f.err.Message+f.err.Param), "version")
}

// versioned returns the version that the operation or one of the arguments needs.
func (f failing) versioned() string { return max(f.op.Version, f.op.since(f.args.Wire)) }

// versionNeeded says what needs the version, and which calls work without it.
func (f failing) versionNeeded() string {
	for _, b := range f.op.Brings() {
		if input.Holds(b.Argument, f.args.Wire) {
			return b.Argument + " needs " + b.Version + ", and without it the call is sent with the version of all others"
		}
	}
	return f.op.Name + " needs " + f.versioned() + ", and no arguments change that"
}

func noID(f failing) bool { return f.err.Code == "invalid_id" && len(f.ids()) > 0 }

// planWords match a message about the plan. The API answers 403 both for a missing plan and for a missing permission.
var planWords = legible.Pattern(`(?i)\b(plan|upgrade|subscription|billing)\b`)

func byPlan(f failing) bool {
	return f.err.Status == http.StatusPaymentRequired || f.err.Kind == client.KindForbidden && planWords().MatchString(f.err.Message)
}

// notFound fits a call with one id that was not found, or for ids = 2, with two or more.
func notFound(ids int) func(failing) bool {
	return func(f failing) bool { return f.err.Kind == client.KindNotFound && min(len(f.ids()), 2) == ids }
}

// nothingNamed fits a "not found" for a call that needs no arguments, so that only the feature itself can be missing.
func nothingNamed(f failing) bool {
	return f.err.Kind == client.KindNotFound && len(f.op.Input.Shape().Schema.Required) == 0
}

func heldBack(f failing) bool { return f.err.Kind == client.KindRateLimited && f.err.Status == 0 }

func neverBegun(f failing) bool { return f.err.Kind == client.KindTimeout && f.err.Attempts == 0 }

func neverSent(f failing) bool { return f.err.Kind == client.KindInvalid && f.err.Status == 0 }

func redirected(f failing) bool {
	return f.err.Kind == client.KindBadResponse && f.err.Status >= http.StatusMultipleChoices
}

func distrusted(f failing) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](f.err)
	return ok
}

// limits returns the undocumented rules of Featurebase that may explain the failure.
func (f failing) limits() string {
	var text strings.Builder
	for _, rule := range f.unsaid() {
		text.WriteString(" " + rule.Words)
	}
	return text.String()
}

// unsaid returns the rules that may explain the failure.
func (f failing) unsaid() []Unsaid {
	return slices.DeleteFunc(slices.Concat(f.op.Unsaid, f.Inventory.setOf[f.op.Name].Unsaid), func(rule Unsaid) bool {
		return !slices.Contains(rule.Failures, f.err.Kind) || rule.Status != 0 && rule.Status != f.err.Status || rule.Given != "" && f.args.Wire[rule.Given] == nil
	})
}

// settled returns the failure as it is known by the rules of Featurebase: some say that nothing was changed where the status leaves that open.
func (f failing) settled() failing {
	if f.err.MaybeApplied && slices.ContainsFunc(f.unsaid(), func(rule Unsaid) bool { return rule.Nothing }) {
		known := *f.err
		known.MaybeApplied = false
		f.err = &known
	}
	return f
}

// permission matches the name of a permission in a message of the API: a flag of a role.
var permission = legible.Pattern(`\b(?:manage|moderate|set|view|post|auto)_[a-z_]+\b`)

// roles names the tool that shows the permissions of roles.
func (f failing) roles() string {
	flags := strings.Join(permission().FindAllString(f.err.Message, -1), ", ")
	on := func(op *Operation) bool { return op.ShowsPermissions && f.off(op.Name) == "" }
	switch i := slices.IndexFunc(f.Inventory.all, on); {
	case i >= 0 && flags != "":
		return f.Inventory.all[i].Name + " shows which roles have " + flags
	case i >= 0:
		return f.Inventory.all[i].Name + " shows what each role may do"
	case flags != "":
		return flags + " is a permission of roles"
	}
	return ""
}
