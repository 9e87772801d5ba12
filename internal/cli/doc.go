// Package cli is the command line. It reads flags and variables, builds the server or the sandbox, and serves.
//
//	cli.go, grammar.go                      Run with its exit codes, and the commands with their flags
//	mistakes.go, values.go, help.go         what is wrong with a command line, wrong values, and the help
//	flags.go, environment.go, key.go        flags, variables and the key, and the configuration that they come to
//	replicas.go                             the store that replicas share, from its flags
//	server.go, signals.go                   a server from its configuration to its end, and the signals that end a command
//	logging.go, files.go, tracing.go, tracing_otel.go   logs and where they go, and traces in builds with the tag otel
//	system_windows.go, system_other.go      what differs between Windows and other systems
//	stdio.go, http.go, listen.go, sandbox.go  the commands that serve, and where they listen
//	call.go, ask.go, arguments.go, input.go one call, the question at the terminal, and the arguments
//	plan.go                                 a plan from a file, applied after a yes, with a bar of its progress
//	session.go                              the client in this process, for the commands that act as a host
//	tools.go, describe.go                   the list of tools, and one tool
//	prompts.go, resources.go                what else a host is offered
//	install.go, question.go                 hosts that are set up, and the questions before that
//	completion.go, manual.go                what shells and man know of the command line
//	doctor.go, version.go                   the rest
package cli
