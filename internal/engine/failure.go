package engine

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// failing puts a failed call into words. All failures have one form: what was tried and what failed, the API's message with the valid
// values, whether anything was changed, whether a retry can help, and the tool that helps. causes.go has the words of each cause, next.go
// the tools. A Go error is never shown.
type failing struct {
	*call
	err   *client.Error
	tried string
}

// failed is the answer to a call for which the client returned an error. tried begins the text: what was tried, and for a request on behalf
// of another call, such as a lookup before a write, also its purpose.
func (c *call) failed(tried string, err error) answer {
	var e *client.Error
	if !errors.As(err, &e) {
		return answer{Text: tried + ": this server has a fault; its log has the reason. Do not retry.", Outcome: "failed", until: thisServer, err: err}
	}
	f := failing{c, e, tried}.settled()
	by := f.cause()
	a := answer{
		Text: f.text(by), Outcome: e.Kind.String(), until: by.until, uncertain: f.err.MaybeApplied,
		attempts: e.Attempts, requestID: e.RequestID, Status: e.Status, code: e.Code,
	}
	if !e.Quoted { // the log must not have arguments, which a quoted message may repeat
		a.err = e
	}
	return a
}

// text is the whole text for the model.
func (f failing) text(c cause) string {
	text := f.tried + ": " + f.what(c) + f.facts() + "." + f.said() + f.limits()
	switch {
	case f.err.MaybeApplied && c.until == "":
		return text + " The change may have been made all the same: " + f.check() + ". Do not retry before that is known."
	case f.err.MaybeApplied:
		text += " The change may have been made all the same: " + f.check() + "."
	case f.op.Effect != Read:
		text += " Nothing was changed."
	}
	return text + " " + f.advice(c) + "."
}

// what says what failed, by default in the words of the client's error.
func (f failing) what(c cause) string {
	switch {
	case c.what == "":
		return f.err.Message
	case strings.Contains(c.what, "%s"):
		return fmt.Sprintf(c.what, f.about())
	}
	return c.what
}

// about names the ids of the call, or its toolset if it has no ids.
func (f failing) about() string {
	ids := f.ids()
	if len(ids) == 0 {
		return strings.ReplaceAll(f.Inventory.toolset(f.op), "-", " ")
	}
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id.Name + " " + id.value
	}
	return strings.Join(words, ", ")
}

// advice says whether a retry can help and what else to do.
func (f failing) advice(c cause) string {
	if c.until == "" && f.err.NoRetry {
		return unwanted
	}
	text := c.Advice
	if wait := f.err.RetryAfter; c.until == "" && wait > 0 {
		text = fmt.Sprintf("Retry after %.0f s", math.Ceil(wait.Seconds()))
	}
	called := strings.HasPrefix(f.tried, f.op.Name+" ") // by the model itself, which can change only the limit of its own call
	if c.less && called && f.op.Input.Shape().Props["limit"] != nil {
		text += "; a smaller limit helps more"
	}
	if c.next == nil {
		return text
	}
	next := c.next(f)
	switch {
	case next == "":
		return text
	case strings.Contains(text, ": "):
		return text + "; " + next
	}
	return text + ": " + next
}

// facts returns the status and the API's code, which people can look up.
func (f failing) facts() string {
	var facts []string
	if f.err.Status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP %d", f.err.Status))
	}
	if f.err.Code != "" {
		facts = append(facts, word(f.err.Code))
	}
	if len(facts) == 0 {
		return ""
	}
	return " (" + strings.Join(facts, ", ") + ")"
}

// said quotes the API's message, which names the wrong arguments and permissions, and adds the valid values.
func (f failing) said() string {
	words := f.words()
	refusal := f.err.Kind == client.KindInvalid || f.err.Kind == client.KindForbidden
	switch {
	case len(words) > 0:
		return " Featurebase says: " + strings.Join(words, "; ") + "."
	case refusal && f.err.Status != 0:
		return " It gives no reason."
	default:
		return ""
	}
}

// words returns the API's message and its complaints about single arguments, up to a bound.
func (f failing) words() []string {
	const most = 1000 // characters of all words together
	var words []string
	length := 0
	message := f.message()
	if message != "" {
		words = append(words, string(rawjson.Encode(message)))
		length = utf8.RuneCountInString(words[0])
	}
	complaints := f.complaints(message)
	for i, complaint := range complaints {
		if length += utf8.RuneCountInString(complaint); length > most {
			return append(words, fmt.Sprintf("and %d more", len(complaints)-i))
		}
		words = append(words, complaint)
	}
	return words
}

// message is the API's message, with the arguments named as the model wrote them.
func (f failing) message() string {
	if !f.err.Quoted {
		return ""
	}
	message := inClauses().ReplaceAllString(strings.TrimRight(f.err.Message, ". "), "query[$1]")
	for _, d := range f.err.Details {
		if path := f.written(d.Path); d.Path != "" && path != d.Path {
			message = strings.ReplaceAll(message, d.Path+": ", path+": ")
		}
	}
	return message
}

// complaints returns the API's complaints about single arguments, each with the valid values. It leaves out what the message already says.
func (f failing) complaints(message string) []string {
	details := f.err.Details
	if f.err.Param != "" && len(details) == 0 {
		details = []client.Detail{{Path: f.err.Param}}
	}
	var list []string
	for _, d := range details {
		if complaint := f.complaint(d, message); complaint != "" {
			list = append(list, complaint)
		}
	}
	return list
}

func (f failing) complaint(d client.Detail, message string) string {
	const longest = 200 // characters of one complaint
	path, said := f.written(d.Path), strings.TrimRight(d.Message, ". ")
	text, quoted, rule := "argument "+path, "argument "+word(path), f.rule(path)
	said = legible.Truncate(longest, []rune(said))
	switch {
	case path == "":
		text, quoted = said, quote(said)
	case said != "":
		text, quoted = path+": "+said, word(path)+": "+quote(said)
	}
	if !strings.Contains(message, text) {
		return quoted + rule
	}
	if rule == "" {
		return ""
	}
	return word(path) + rule
}

// plainWord matches a code or a path that can stand in a sentence without quotes. Any other text could be made to read like words of this
// server.
var plainWord = legible.Pattern(`^[A-Za-z0-9_.\[\]-]{1,64}$`)

// word returns a code or a path of the API for a sentence, quoted if it is not plain.
func word(s string) string {
	if plainWord().MatchString(s) {
		return s
	}
	return quote(s)
}

// quote returns text of the API for a sentence: in quotes, on one line, without invisible characters and without copies of the untrusted
// mark.
func quote(s string) string {
	return string(rawjson.Encode(render.Unmark(legible.OneLine(legible.Visible(s)))))
}

// inClauses matches the API's path to a filter. The request wraps the filters, which the model does not know.
var inClauses = legible.Pattern(`\bquery\.value\.(\d+)\b`)

// written converts a path of the API to the path that the model wrote: indexes in brackets, filters without their wrapping, and the id in
// the URL by the name of its argument.
func (f failing) written(path string) string {
	if _, own := f.op.Input.Shape().Props[path]; path == "id" && !own {
		if ids := f.pathIDs(); len(ids) == 1 {
			return ids[0].Name
		}
	}
	var b strings.Builder
	for i, step := range strings.Split(inClauses().ReplaceAllString(path, "query.$1"), ".") {
		if _, err := strconv.Atoi(step); err == nil && i > 0 {
			b.WriteString("[" + step + "]")
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(step)
	}
	return b.String()
}

// rule returns the valid values at a path, in parentheses, if the declaration states them.
func (f failing) rule(path string) string {
	sh := f.op.Input.Shape()
	for step := range strings.SplitSeq(strings.NewReplacer("[", ".", "]", "").Replace(path), ".") {
		if sh.Items != nil && sh.Tag.Get("filters") != "" && (strings.HasSuffix(path, ".field") || strings.HasSuffix(path, ".operator")) {
			return " (valid: " + input.DescribeFilters(input.Filters(sh.Tag)) + ")"
		}
		if _, err := strconv.Atoi(step); err == nil && sh.Items != nil {
			sh = sh.Items
		} else {
			sh = sh.Props[step]
		}
		if sh == nil {
			return ""
		}
	}
	if text := sh.Bounds(); text != "" {
		return " (" + text + ")"
	}
	return ""
}
