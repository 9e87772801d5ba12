// Package store holds what a sandbox knows: objects by kind, a clock, and the file that keeps them across processes.
//
//	store.go    Store and Collection: objects in the order they were made, what was written, what would have been sent
//	object.go   Object, how its fields are read, and how two values are ordered
//	people.go   who an id belongs to, and for which companies that person works
//	clock.go    the present, stamps, and the forms of ids
//	state.go    the state file
//
// It knows nothing of the API: no routes, no operations, no defaults.
package store
