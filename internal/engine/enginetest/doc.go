// Package enginetest is what the tests of calls share: those of the engine, of the declarations, of the workflows and of answers. Only tests import it.
//
//	call.go      a call by its handler, as a transport makes it
//	api.go       a Featurebase that answers as the test says, behind a port or in the process
//	server.go    a whole server, and the sandbox
//	examples.go  the examples of the declarations, with the ids of the sandbox
//	sample.go    arguments for any operation, made from the shape of its input
//	contract.go  the API document's side of an operation
//	answer.go    what every answer has to be, and what it costs
//	forgery.go   customers' words that pretend to be ours
package enginetest
