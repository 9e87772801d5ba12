// Package names knows the objects of an organization by their names, so that people and models can use names in the place of ids.
//
//	kind.go     a sort of objects, such as boards: what it is called, and how its objects are found
//	links.go    addresses and slugs in the place of ids
//	seek.go     the search for an object of a kind with too many to be listed
//	cache.go    the lists of names of one organization, loaded when they are needed
//	memory.go   the bound of all lists of a process
//	labels.go   names in the place of ids in an answer
//	relabel.go  other texts in the place of ids
package names
