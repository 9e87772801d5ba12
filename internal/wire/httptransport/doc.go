// Package httptransport serves MCP over HTTP: Streamable HTTP around mcp-go's handler, and SSE as a connection of
// package stdio. Start at [Transport.Serve].
//
//	http.go       options, the routes, and the orderly end
//	access.go     who may call, with what methods and how large bodies; cors.go lets web pages read the answers
//	load.go       how much clients can make the server keep at once; streams end with their credentials
//	post.go       one message POSTed to Streamable HTTP: its stream and its answer
//	session.go    the sessions of Streamable HTTP, and the one that mcp-go sees while a POST is served
//	replicas.go   sessions that other replicas have begun; carry.go has answers and cancellations reach the replica that waits for them
//	sse.go        SSE: events in place of lines
//	timed.go      an end for clients that do not read; keepalive.go is comments for proxies on idle streams
package httptransport
