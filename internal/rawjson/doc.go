// Package rawjson reads and writes JSON as bytes, without a tree of values.
//
//	json.go     values as JSON
//	decode.go   JSON as values, with the digits of numbers as they were written
//	field.go    one value of an object, still as bytes
//	sound.go    bodies whose strings are no valid text, mended; members and items one by one
package rawjson
