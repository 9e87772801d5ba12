// Package legible makes text fit to be read: visible, on one line, within a length.
//
//	letters.go   letters, white space, and the characters that show nothing
//	visible.go   text without invisible characters, except those that scripts and emoji need
//	carried.go   words that invisible characters carry
//	line.go      text on one line, indented text, times
//	cut.go       truncated text, with a count of the characters that are missing
//	counts.go    numbers and lists in words
//	emails.go    masked e-mail addresses
//	pattern.go   regular expressions that are compiled at their first use
package legible
