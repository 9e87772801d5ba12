// Package enginetest has what the tests of the engine, the declarations, the workflows and the answers share. Only tests import it.
//
//	call.go      a call through its handler, as a transport makes it
//	api.go       a Featurebase that answers as the test says, behind a port or in the process
//	server.go    a whole server, and the sandbox
//	examples.go  the examples of the declarations, with the ids of the sandbox
//	sample.go    arguments for any operation, made from the shape of its input
//	contract.go  the API document's side of an operation
//	answer.go    checks of every answer, and its tokens
//	forgery.go   text by customers that imitates words of this server
package enginetest
