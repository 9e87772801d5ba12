// Package rawjson reads JSON as bytes, without a tree of values. A [Value] is a part of the document in which it was found; nothing is
// copied. The package reads documents that [Valid] has accepted. It yields something wrong, or nothing, from any other document, but
// it always comes to an end.
//
//	value.go   a value: its kind, its text, its members and items, and what a path of names leads to
//	scan.go    where the values of a document begin and end
//	valid.go   whether a document is JSON, and how many values it holds
//	text.go    the text behind the escapes of a string
//	repair.go  documents with strings that are not valid text
//	encode.go  Go values as JSON
//	decode.go  JSON as Go values
package rawjson
