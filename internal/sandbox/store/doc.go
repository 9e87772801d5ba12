// Package store holds what a sandbox knows: objects by kind, a clock, and the file that keeps both across processes.
//
//	store.go    Store and Collection: the objects of each kind in the order in which they were made
//	object.go   Object, how its fields are read, and how two values are ordered
//	people.go   who has an id, and for which companies that person works
//	clock.go    the present, stamps, and the forms of ids
//	history.go  the journal and the outbox, which forget their oldest entries
//	change.go   a write from Begin to Commit or Rollback, and the Change that it makes
//	file.go     the state file: locked, read on and appended to by several processes
//	replace_windows.go, replace_other.go  one file in the place of another
//	format.go   what stands in that file, line by line
//	damage.go   what can be wrong with it, in words
//
// The package knows nothing of the API: no routes, no operations, no defaults.
package store
