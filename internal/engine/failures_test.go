package engine_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

// failureCase is one way in which a call can fail, and what has to be said of it.
type failureCase struct {
	name    string
	retry   string // never, after or maybe, where nothing may have been changed
	applied bool   // a write may have been made
	shown   string // the tool of the golden file, get_post if empty
	like    string // the case that reads the same for some operations

	reply func(cancel func(), r *http.Request) (*http.Response, error) // what happens on the wire
	keyed bool                                                         // false: no key is configured
	early bool                                                         // cancelled before the call
	limit time.Duration                                                // Env.Deadline
}

// answered is a case with an answer. Headers are names and values.
func answered(name, retry string, status int, body string, header ...string) failureCase {
	return failureCase{name: name, retry: retry, keyed: true, reply: func(func(), *http.Request) (*http.Response, error) {
		return enginetest.Response(status, body, header...), nil
	}}
}

// broken is a case without an answer.
func broken(name, retry string, err error) failureCase {
	return failureCase{name: name, retry: retry, keyed: true, reply: func(func(), *http.Request) (*http.Response, error) { return nil, err }}
}

// silent is a case where no answer comes, until the call is given up.
func silent(name string, cancelled bool) failureCase {
	return failureCase{name: name, retry: maybe, applied: true, keyed: true, reply: func(cancel func(), r *http.Request) (*http.Response, error) {
		if cancelled {
			cancel()
		}
		<-r.Context().Done()
		return nil, r.Context().Err()
	}}
}

func (f failureCase) mayBeApplied() failureCase { f.applied = true; return f }

func (f failureCase) on(tool string) failureCase { f.shown = tool; return f }

func (f failureCase) readsLike(n string) failureCase { f.like = n; return f }

func envelope(kind, code, message string) string {
	return fmt.Sprintf(`{"error":{"type":%q,"code":%q,"message":%q,"status":0}}`, kind, code, message)
}

// failures are all ways in which calls fail.
func failures() []failureCase {
	const page = `<!DOCTYPE html><html><body><h1>Not what you wanted</h1></body></html>`
	var (
		invalid  = func(code, message string) string { return envelope("invalid_request_error", code, message) }
		internal = envelope("api_error", "internal", "Something broke")
		limited  = envelope("rate_limit_error", "rate_limited", "Too many requests")
		signed   = `{"message":"No file at https://files.example/a.png?X-Amz-Signature=abc for <b>` + theSecretKey + `</b>"}`
		many     = `{"code":400,"message":"Validation error","details":[` + strings.TrimSuffix(strings.Repeat(`{"path":"`+strings.Repeat("p", 300)+`","message":"`+strings.Repeat("m", 900)+`"},`, 30), ",") + `]}`
	)
	noKey := answered("no key", never, 200, `{}`)
	noKey.keyed = false
	early := silent("cancelled before it was sent", false).readsLike("cancelled")
	early.applied, early.early = false, true
	slow := silent("deadline used up", false)
	slow.limit = theTimeout / 2
	cut := answered("an answer that is cut", maybe, 200, `{"id":"1","title":"Dar`).mayBeApplied().readsLike("HTML for an answer")
	large := answered("an answer that is too large", never, 200, "{}").mayBeApplied()
	short := large.reply
	large.reply = func(cancel func(), r *http.Request) (*http.Response, error) {
		res, err := short(cancel, r)
		res.ContentLength = 33 << 20
		return res, err
	}
	broke := answered("an answer that breaks off", maybe, 200, `{"id":"1"`).mayBeApplied().readsLike("reset after it was sent")
	whole := broke.reply
	broke.reply = func(cancel func(), r *http.Request) (*http.Response, error) {
		res, err := whole(cancel, r)
		res.ContentLength++
		return res, err
	}
	return []failureCase{
		noKey,
		answered("wrong key as 401", never, 401, `{"success":false,"message":"Invalid API Key"}`),
		answered("wrong key as 403", never, 403, `{"success":false,"message":"Invalid API Key"}`),
		answered("a key of no organization", never, 401, envelope("authentication_error", "organization_required", "Organization required")),
		answered("a refused version", never, 400, invalid("invalid_request", "Unsupported Featurebase-Version")).on("list_qna"),
		answered("no permission", never, 403, envelope("authorization_error", "forbidden", "Forbidden")),
		answered("no permission, with its name", never, 403, envelope("authorization_error", "forbidden", "You need the manage_comments permission")).on("update_comment"),
		answered("not in the plan", never, 402, envelope("invalid_request_error", "", "Upgrade")).on("create_webhook"),
		answered("not in the plan, as 403", never, 403, envelope("authorization_error", "forbidden", "Your plan does not include this")).on("list_audit_logs"),
		answered("not found", never, 404, invalid("resource_not_found", "Post not found")),
		answered("not found, named in the body", never, 404, invalid("resource_not_found", "No such post")).on("create_comment"),
		answered("not enabled", never, 404, invalid("", "Not found")).on("list_report_datasets"),
		answered("wrong address", never, 404, page).readsLike("wrong method"),
		answered("wrong method", never, 405, `{"message":"Method Not Allowed"}`),
		answered("gone", never, 410, invalid("gone", "It was deleted")),
		answered("conflict", never, 409, invalid("conflict", "The name is taken")).on("create_webhook"),
		answered("invalid", never, 400, `{"code":400,"message":"Validation error","details":[{"path":"content","message":"too long"},{"path":["author","name"],"message":"Required"}]}`).on("create_comment"),
		answered("invalid value of an enum", never, 422, `{"error":{"type":"invalid_request_error","code":"invalid_request","message":"Bad value","param":"sortBy"}}`).on("list_posts"),
		answered("invalid filter, told twice", never, 400, `{"error":{"code":"invalid_request","message":"Validation error: query.value.0.operator: not supported"},"details":[{"path":"query.value.0.operator","message":"not supported"}]}`).on("search_posts"),
		answered("invalid id in the path", never, 400, `{"error":{"code":"invalid_request","message":"Bad id","param":"id"}}`),
		answered("invalid id", never, 400, invalid("invalid_id", "Invalid ID")),
		answered("invalid cursor", never, 400, invalid("invalid_cursor", "Invalid cursor")).on("search_posts"),
		answered("query too broad", never, 400, invalid("query_too_broad", "Query too broad")).on("search_contacts"),
		answered("unprocessable", never, 422, `{"message":"Unrecognized key(s) in object: 'colour'"}`).on("create_webhook"),
		answered("no words", never, 400, `{}`).on("create_comment"),
		answered("secrets and HTML in the words", never, 400, signed),
		answered("a flood of details", never, 400, many),
		answered("HTML for a refusal", never, 400, page).readsLike("no words"),
		answered("rate limited", after, 429, limited),
		answered("rate limited, with a time", after, 429, limited, "Retry-After", "12"),
		answered("server error", maybe, 500, internal).mayBeApplied(),
		answered("server error that asks for no retry", never, 500, internal, "X-Should-Retry", "false").mayBeApplied().readsLike("server error"),
		answered("rate limited, with a wish for no retry", never, 429, limited, "X-Should-Retry", "false", "Retry-After", "12"),
		answered("bad gateway", maybe, 502, page).mayBeApplied(),
		answered("unavailable", after, 503, internal, "Retry-After", "30").mayBeApplied(),
		answered("gateway timeout", maybe, 504, "").mayBeApplied().on("reply_to_conversation"),
		answered("request timeout", maybe, 408, `{"message":"Request Timeout"}`).mayBeApplied(),
		answered("HTML for an answer", maybe, 200, page).mayBeApplied(),
		cut,
		broke,
		large,
		answered("nothing for an answer", maybe, 200, "").mayBeApplied().readsLike("an answer that is cut"),
		answered("an error as an answer", never, 200, `{"error":{"type":"invalid_request_error","message":"The title is too short","status":400}}`).on("create_comment"),
		answered("a refusal as an answer", never, 200, `{"success":false,"message":"It did not work"}`).mayBeApplied(),
		answered("redirect", never, 302, "", "Location", "https://login.example/?token=abc").mayBeApplied(),
		broken("connection refused", maybe, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}),
		broken("untrusted certificate", never, &net.OpError{Op: "dial", Net: "tcp", Err: &tls.CertificateVerificationError{Err: errors.New("x509: unknown authority")}}),
		broken("reset after it was sent", maybe, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}).mayBeApplied(),
		broken("a Go error", maybe, errors.New("net/http: something of Go's: EOF")).mayBeApplied().readsLike("reset after it was sent"),
		silent("timeout", false),
		slow,
		silent("cancelled", true),
		early,
	}
}

const theTimeout = 30 * time.Second // of one attempt

// happen lets a call of op fail in this way, by a clock of its own, and returns what a model reads.
func (f failureCase) happen(t *testing.T, op *engine.Operation, args map[string]any, offBy func(string) string) (text string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		defer cancel()
		if f.early {
			cancel()
		}
		cfg := client.Config{BaseURL: "http://127.0.0.1:1", Version: "v", Timeout: theTimeout, Transport: f.transport(cancel)}
		if f.keyed {
			cfg.Key = theSecretKey
		}
		c, err := client.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Logger: slog.New(slog.DiscardHandler), AllowImpersonation: true, ActingAdmin: engine.ActingAs(anID), Deadline: f.limit}, Account: engine.Account{Client: c, OffBy: offBy, Reads: func(string) bool { return false }}} // only the write itself fails
		res, err := env.Handler(op)(ctx, enginetest.Request(op.Name, string(rawjson.Encode(args))))
		if err != nil || !res.IsError {
			t.Fatalf("%s: not a tool error: %v %v", f.name, err, res)
		}
		text = res.Content[0].(mcp.TextContent).Text
		c.Drain(context.WithoutCancel(ctx)) // what outlives the call has to end in this bubble
	})
	return text
}

// transport lets it happen to every request.
func (f failureCase) transport(cancel func()) http.RoundTripper {
	return enginetest.Wire(func(r *http.Request) (*http.Response, error) { return f.reply(cancel, r) })
}
