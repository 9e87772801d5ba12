// Package wire makes up for what mcp-go lacks between a client's bytes and a handler; docs/mcp-go.md says what that is
// and why. It knows nothing of Featurebase. The transports are stdio and httptransport, below; their tests share wiretest.
//
//	guard.go         what goes around every handler: panics, Go errors, progress; completion.go around completions
//	coded.go         errors with a code of their own, and repairs of the answers of mcp-go
//	progress.go      progress reports, throttled; notify.go sends the other notifications
//	client.go        who calls, and whether its user can be asked
//	envelope.go      what kind of message some bytes are
//	messages.go      the messages that a server writes
//	outbox.go        the notifications of a request, in order and all of them
//	subscription.go  what a client of 2026-07-28 wants to hear of, and the tags that it knows it by
//	admission.go     what clients can make a server keep at once; quota.go shares it among tenants
package wire
