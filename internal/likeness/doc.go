// Package likeness says how much two texts say the same, in any language, without lists of words.
//
//	terms.go      the words of a text, and what they have in common when they are spelled differently
//	likeness.go   how rare words are among many texts, and how alike two texts are
package likeness
