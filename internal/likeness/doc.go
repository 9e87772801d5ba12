// Package likeness scores how much two texts say the same, in any language.
//
//	words.go        the words of a text, and what kind of word each one is
//	silent.go       words that say nothing about a matter: function words and courtesies of several languages, from silent.txt
//	language.go     the language of a text, by its silent words
//	terms.go        the words of a text by their stems, and how rare they are among many texts
//	near.go         words that are spelled alike, and the parts of compounds
//	sentences.go    the sentences of a text
//	likeness.go     the score of two texts
//	wanted.go       how much a text has of what is wanted
//	phrasings.go    the queries that find texts like one
//	fusion.go       one order from the orders of several searches
package likeness
