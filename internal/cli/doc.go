// Package cli is the command line. It reads flags and variables, builds the server or the sandbox, and serves.
//
//	cli.go                                  Run, the grammar and the exit codes
//	flags.go, environment.go                flags, variables, and the configuration that they come to
//	server.go, signals.go                   a server from its configuration to its end, and the signals that end a command
//	logging.go, tracing.go, tracing_otel.go logs, and traces in builds with the tag otel
//	stdio.go, http.go, sandbox.go           the commands that serve
//	call.go, ask.go                         one call, and the question at the terminal
//	arguments.go, input.go                  the arguments of a call, and where they are broken
//	session.go                              the client in this process
//	tools.go, doctor.go, version.go         the other commands
package cli
