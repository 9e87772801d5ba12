// Package legible makes text fit to be read: visible, on one line, within a length.
//
//	letters.go   which characters can be seen, and the text without the others
//	line.go      text on one line, indented text, times
//	cut.go       truncated text, with a count of the characters that are missing
//	counts.go    numbers and lists in words
//	emails.go    masked e-mail addresses
//	pattern.go   regular expressions that are compiled at their first use
package legible
