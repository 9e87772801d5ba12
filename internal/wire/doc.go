// Package wire holds what mcp-go v1.2.1 lacks between a client's bytes and a handler. It knows nothing of
// Featurebase and can shrink file by file as upstream catches up.
//
// Start at [Stdio.Serve] and [HTTP.Serve], the transports, and at [Guard], the server option that they share.
//
//	stdio.go       options, Serve, and the orderly end
//	lines.go       one line a message, with a limit; oversize.go finds the id of a message too large to keep
//	envelope.go    what kind of message a line is
//	dispatch.go    the messages of one connection: start, cancel, route
//	call.go        one request in flight, and the session mcp-go sees while it is served
//	session.go     what is known of the client on a connection; elicitation.go asks its user, and names who calls
//	outbox.go      notifications, in order, none lost
//	output.go      the only writer
//	coded.go       errors with a code of their own, and the answers of mcp-go that need repair
//	guard.go       panics, Go errors and progress around every handler; completion.go the same around completions, within their limits
//	progress.go    progress reports, throttled; notify.go the other notifications
//	http.go        options of the HTTP transports, the routes, and the orderly end
//	http_access.go who may call, for whom a request is served, with what methods and how large bodies
//	load.go        how much clients can make it keep at once: large messages, requests, and streams, which end with their credentials
//	http_post.go   one message POSTed to Streamable HTTP: its stream and its answer, around mcp-go's handler
//	http_session.go  the sessions of Streamable HTTP, and the one mcp-go sees while a POST is served
//	subscription.go  what a client of 2026-07-28 hears of, and the tags that it knows it by
//	http_sse.go    SSE: a connection as on stdio, with events for lines
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
// # What is around server.StreamableHTTPServer, and why not server.SSEServer
//
// Streamable HTTP is mcp-go's: eras, headers, sessions, streams. [HTTP] stands before it, because the one of v1.2.1
//   - checks no Origin and reads bodies of any size;
//   - loses notifications that come shortly before the result, be it that of a subscription, and shares them out among the requests of a session;
//   - cancels, for a modern client, any other client's request of the same id;
//   - opens a stream for any session id, and leaves it open when the session ends;
//   - serves and ends a session for whoever knows its id;
//   - keeps the id of every ended session, and drops the connection at a panic;
//   - waits at shutdown for streams that never end.
//
// SSE stands on the connection of the stdio transport instead: mcp-go's does not cancel the calls of a client that went
// away, and sends progress after results.
//
// # Facts of HandleMessage relied on here
//
//   - It takes a request as a JSON number or string id, turns it into a float64 and loses digits beyond 2^53.
//     Answers are therefore written with the bytes of the id as they came in, and so are the tags of subscriptions and
//     the tokens of progress.
//   - It keys its own cancel functions by the printed id, so 1 and "1" are the same to it, and takes "id": null for a
//     notification. Cancellations and null ids never reach it from here.
//   - It parses a message five times (envelope, protocol _meta, trace _meta, request, params). That cost is upstream's;
//     this package adds one pass that copies nothing but the id.
//   - It asks the session for its notification channel immediately before each send and never blocks on it. That
//     moment is used to make room, so a burst of any size is slowed down instead of cut.
//   - It answers an error from a handler with -32603 and the error's text, and params of the wrong shape with -32600
//     and the text of encoding/json. [Guard] and the repair of answers keep Go's words from the client.
//   - It does not recover from panics; stdio and SSE do, with the panic's text in the answer.
//   - It sends as many completions as a provider returns, its Go errors with -32603, and lets its panics pass.
//   - It marshals a tool result twice, the first time with HTML escapes. The writer encodes it once, without.
//   - A subscription filter belongs to a session. Each subscriptions/listen gets a session of its own here, so two
//     streams do not end each other, and a modern client that opened none receives no list changes.
package wire
