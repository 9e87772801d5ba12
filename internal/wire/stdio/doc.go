// Package stdio serves MCP over a pair of streams, one JSON-RPC message a line. Start at [Transport.Serve].
//
//	stdio.go        options, and serving until the input ends
//	lines.go        one line a message, with a limit; oversize.go finds the id of a message too large to keep
//	connection.go   the messages of one client: start, cancel, route, and the orderly end
//	call.go         one request in flight, and the session that mcp-go sees while it is served
//	session.go      what is known of the client on a connection
//	elicitation.go  questions to the client's user
//	output.go       the only writer
package stdio
