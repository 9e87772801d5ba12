// Package hostile holds tests alone: clients that break the rules, against the built program. Whatever they do, the program answers or refuses in
// words, keeps below its memory bound, and serves the next honest call. The tests are built with the tag blackbox: make blackbox.
//
//	program_test.go  the program, built once: how it is started, what it takes of memory, what an honest call is
//	frames_test.go   what is no message, and ids of every type, over stdio and HTTP
//	stdio_test.go    over stdio
//	http_test.go     over HTTP: bodies, headers, sessions
//	streams_test.go  over HTTP: more streams and sessions than there may be
package hostile
