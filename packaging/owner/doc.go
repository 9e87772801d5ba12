// Command owner carries the owner's names through the tree: `make owner`. packaging/owner.env says what they should be, packaging/owner.carried what
// the tree has now.
//
//	variables.go   the variables, with their placeholders, and the file that sets them
//	places.go      where a value stands in a file
//	carry.go       what changes, worked out for the whole tree before anything is written
//	main.go        the command
package main
