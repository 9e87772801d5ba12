// Package render writes what the API answers as a model reads it: short, within a budget, with customers' words marked.
//
//	view.go, check.go     which fields of an object are shown, and how
//	rows.go, listing.go   the items of a page as columns, and those that an answer has room for
//	document.go           one object as lines and text
//	transcript.go         a thread of messages
//	outline.go            a list as Markdown with links
//	forms.go, table.go    the shorter forms of texts, objects and lists
//	untrusted.go          the mark of customers' words
//	budget.go, part.go, shorten.go   how long an answer may be, where it is cut, and values that are too long by themselves
package render
