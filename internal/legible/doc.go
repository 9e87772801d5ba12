// Package legible makes text fit to be read: by a person, on one line, within a length.
//
//	letters.go   which characters can be seen, and which are left out
//	line.go      a text on one line, indented lines, times
//	cut.go       the beginning of a text that is too long, with what is missing counted
//	counts.go    numbers and lists in words
//	emails.go    masked e-mail addresses
//	pattern.go   regular expressions that are compiled at their first use
package legible
