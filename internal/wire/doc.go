// Package wire holds what mcp-go v1.2.1 lacks between a client's bytes and a handler. It knows nothing of
// Featurebase and can shrink file by file as upstream catches up.
//
// Start at [Stdio.Serve], the stdio transport, and at [Guard], the server option that every transport shares.
//
//	stdio.go       options, Serve, and the orderly end
//	lines.go       one line a message, with a limit; oversize.go finds the id of a message too large to keep
//	envelope.go    what kind of message a line is
//	dispatch.go    the messages of one connection: start, cancel, route
//	call.go        one request in flight, and the session mcp-go sees while it is served
//	session.go     what is known of the client on a connection; elicitation.go asks its user
//	outbox.go      notifications, in order, none lost
//	output.go      the only writer
//	coded.go       errors with a code of their own, and the answers of mcp-go that need repair
//	guard.go       panics, Go errors and progress around every handler
//	progress.go    progress reports, throttled; notify.go the other notifications
//
// # Why not server.StdioServer
//
// The transport stands on the public [server.MCPServer.HandleMessage] and a session of its own, because the one of
// mcp-go v1.2.1
//   - keeps one session for the whole process, so two servers in one process share it;
//   - loses a last line that has no newline, and answers a blank line with a parse error;
//   - cuts running calls at the end of stdin;
//   - writes progress after the result it belongs to, and loses notifications beyond 100;
//   - ignores the cancellation of a queued call, and answers cancelled ones;
//   - reads nothing more, not even a ping, once its queue of calls is full;
//   - sends the text of a panic to the client.
//
// It can go when all of these are fixed; the tests of this package name them one by one.
//
// # Facts of HandleMessage relied on here
//
//   - It takes a request as a JSON number or string id, turns it into a float64 and loses digits beyond 2^53.
//     Answers are therefore written with the bytes of the id as they came in.
//   - It keys its own cancel functions by the printed id, so 1 and "1" are the same to it, and takes "id": null for a
//     notification. Cancellations and null ids never reach it from here.
//   - It parses a message five times (envelope, protocol _meta, trace _meta, request, params). That cost is upstream's;
//     this package adds one pass that copies nothing but the id.
//   - It asks the session for its notification channel immediately before each send and never blocks on it. That
//     moment is used to make room, so a burst of any size is slowed down instead of cut.
//   - It answers an error from a handler with -32603 and the error's text, and params of the wrong shape with -32600
//     and the text of encoding/json. [Guard] and the repair of answers keep Go's words from the client.
//   - It does not recover from panics; stdio and SSE do, with the panic's text in the answer.
//   - It marshals a tool result twice, the first time with HTML escapes. The writer encodes it once, without.
//   - A subscription filter belongs to a session. Each subscriptions/listen gets a session of its own here, so two
//     streams do not end each other, and a modern client that opened none receives no list changes.
package wire
