// Package likeness scores how much two texts say the same, in any language and without lists of words.
//
//	terms.go      the words of a text, their stems, and how rare they are among many texts
//	likeness.go   the score of two texts, and the queries that find texts like one
package likeness
