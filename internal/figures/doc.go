// Package figures reads the numbers and dates of a text and what they count, so that two texts can be compared by them: "valid for 14 days"
// and "valid for two weeks" say the same, "valid for 7 days" does not.
//
//	figures.go     the sentences of a text, and the figures of a sentence
//	words.go       the words that a sentence is cut into
//	vocabulary.go  numbers, units of time, months and currencies in words
package figures
