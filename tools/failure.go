package tools

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"featurebase-mcp/client"
)

// finders tells, for each id that a path can hold, which tool finds a right one.
var finders = map[string]string{
	"boardId":       "list_boards",
	"postId":        "search_posts",
	"statusId":      "list_post_statuses",
	"customFieldId": "list_custom_fields",
	"commentId":     "search_comments",
	"contactId":     "search_contacts",
	"userId":        "search_contacts",

	"changelogId":   "list_changelogs",
	"featurebaseId": "search_companies",
	"companyId":     "search_companies",
	"surveyId":      "list_surveys",
	"webhookId":     "list_webhooks",
	"adminId":       "list_admins",
	"teamId":        "list_teams",
	"brandId":       "list_brands",

	"articleId":      "search_articles",
	"collectionId":   "list_collections",
	"helpCenterId":   "list_help_centers",
	"redirectRuleId": "list_redirect_rules",

	"conversationId": "search_conversations",
	"tagId":          "list_conversation_tags",
	"attributeId":    "list_conversation_attributes",

	"ticketNumber":     "list_tickets",
	"ticketCategoryId": "list_ticket_categories",
	"ticketFieldId":    "list_ticket_custom_fields",
	"ticketStatusId":   "list_ticket_statuses",
}

// failure says, to a model, what failed, the rule, the next step and whether a retry can help. It never shows a Go error.
func (op *Operation) failure(err error, args arguments) string {
	var e *client.Error
	if !errors.As(err, &e) {
		return op.Name + " failed inside this server; the log has the reason. Do not retry."
	}
	said := op.said(e)
	switch e.Kind {
	case client.KindNoKey:
		return "No Featurebase API key is configured, so nothing was sent. Do not retry: the user has to set FEATUREBASE_API_KEY (or FEATUREBASE_API_KEY_FILE) where this MCP server is configured " +
			"and restart it. Keys are made in the Featurebase dashboard, under Settings, API."
	case client.KindUnauthenticated:
		return "Featurebase does not accept the API key" + said + ". Do not retry: the user has to put a valid key into FEATUREBASE_API_KEY where this MCP server is configured, and restart it."
	case client.KindForbidden:
		return "The API key is valid but may not do this" + said + ". Do not retry: somebody with admin rights has to allow it in Featurebase, or do it there."
	case client.KindNotFound:
		return op.notFound(args, said)
	case client.KindNoRoute:
		return "Nothing answers at this address: FEATUREBASE_API_URL or FEATUREBASE_API_VERSION is not that of a Featurebase API. Do not retry: the user has to correct the configuration."
	case client.KindRateLimited:
		if e.Status == 0 {
			return "Not sent: this server keeps within the rate limit of the API key, and the wait would be too long. " + retryAfter(e.RetryAfter)
		}
		return "Rate limited by Featurebase" + said + ". " + retryAfter(e.RetryAfter) + op.nothingDone()
	case client.KindInvalid:
		return op.Name + " was refused" + said + ". Correct the arguments, then call again; the same call will fail again."
	case client.KindServer:
		return "Featurebase has a problem of its own" + said + "." + op.uncertain(e, args, " A retry in a minute may help.")
	case client.KindUnreachable:
		return "Featurebase cannot be reached: no connection could be made, so nothing was sent. A retry in a minute may help; if it does not, the user has to check the network and FEATUREBASE_API_URL."
	case client.KindTimeout:
		return "Featurebase did not answer in time." + op.uncertain(e, args, " A retry may help; asking for less (a smaller limit) helps more.")
	case client.KindCanceled:
		return "Cancelled." + op.uncertain(e, args, "")
	case client.KindConnection:
		return "The connection broke before the answer was complete." + op.uncertain(e, args, " A retry may help.")
	case client.KindTooLarge:
		return "The answer is larger than this server accepts (32 MiB). Ask for less: a smaller limit or narrower filters."
	case client.KindBadResponse:
		return "Featurebase sent something that is not an API answer." + op.uncertain(e, args, " If it repeats, the user has to check FEATUREBASE_API_URL: a proxy or a login page may answer there.")
	default:
		return op.Name + " failed" + said + "." + op.uncertain(e, args, "")
	}
}

// said quotes the API's own words, which name what is wrong with arguments and permissions.
func (op *Operation) said(e *client.Error) string {
	var b strings.Builder
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", strings.TrimRight(e.Message, ". "))
	}
	for _, d := range e.Details {
		if detail := strings.TrimRight(d.Message, ". "); !strings.Contains(b.String(), d.Path+": "+detail) {
			fmt.Fprintf(&b, "; %s: %s", d.Path, detail)
		}
	}
	if e.Param != "" && len(e.Details) == 0 {
		fmt.Fprintf(&b, "; argument %s", e.Param)
	}
	var facts []string
	if e.Status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP %d", e.Status))
	}
	if e.Code != "" {
		facts = append(facts, e.Code)
	}
	if len(facts) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(facts, ", "))
	}
	return asWritten.Replace(b.String())
}

// asWritten turns the paths of what the engine wrapped back into those of what the model wrote.
var asWritten = strings.NewReplacer("query.value.", "query.")

// notFound names the id that leads nowhere and the tool that finds a right one.
func (op *Operation) notFound(args arguments, said string) string {
	var ids, tools []string
	for part := range strings.SplitSeq(op.Path, "/") {
		if name, ok := hole(part); ok {
			ids, tools = append(ids, fmt.Sprintf("%s %s", name, show(args.wire[name]))), append(tools, finders[name])
		}
	}
	switch len(ids) {
	case 0:
	case 1:
		return fmt.Sprintf("Nothing has %s%s. Do not retry with this id: find the right one with %s.", ids[0], said, tools[0])
	default:
		return fmt.Sprintf("One of %s leads nowhere%s. Do not retry with these ids: find the right ones with %s.", strings.Join(ids, " and "), said, strings.Join(tools, " and "))
	}
	return op.Name + " was refused" + said + ". Something it refers to does not exist: check the ids among the arguments, then call again."
}

func retryAfter(d time.Duration) string {
	if d <= 0 {
		return "Retry after a minute."
	}
	return fmt.Sprintf("Retry after %d s.", int(d.Round(time.Second).Seconds()))
}

// nothingDone reassures about a write that the API turned away.
func (op *Operation) nothingDone() string {
	if op.Effect == Read {
		return ""
	}
	return " Nothing was changed."
}

// uncertain tells, of a write that may have happened, how to find out before repeating it; otherwise it gives the advice.
func (op *Operation) uncertain(e *client.Error, args arguments, advice string) string {
	if !e.MaybeApplied {
		return op.nothingDone() + advice
	}
	return fmt.Sprintf(" The change may have been made all the same: check with %s before repeating it.", op.checker(args))
}

// checker returns the read that shows whether this write happened.
func (op *Operation) checker(args arguments) string {
	for path := op.Path; path != ""; path = path[:max(0, strings.LastIndexByte(path, '/'))] {
		for _, read := range All() {
			if read.Method == http.MethodGet && read.Path == path {
				if name, ok := hole(path[strings.LastIndexByte(path, '/')+1:]); ok {
					return fmt.Sprintf("%s (%s %s)", read.Name, name, show(args.wire[name]))
				}
				return read.Name
			}
		}
	}
	return "the read tools of the same toolset"
}
