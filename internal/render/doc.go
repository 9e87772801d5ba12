// Package render converts the API's responses to answers for a model: short, within a budget, with customers' text marked.
//
//	view.go, check.go     which fields of an object are shown, and how
//	rows.go, listing.go   the items of a page as columns, and the part of a page that fits an answer
//	receipt.go            the answer to a write
//	document.go, translations.go   one object as lines and text, and its texts in other languages
//	comparison.go         two versions of an object, paragraph by paragraph
//	transcript.go, runs.go   a thread of messages, and those that repeat each other
//	citations.go             what a message of the AI agent rests on
//	outline.go            a list as Markdown with links
//	forms.go, table.go    the shorter forms of texts, objects and lists
//	labels.go             the names of custom fields
//	untrusted.go          the mark of customers' text
//	hidden.go             what people would not see: named, and shown on request
//	links.go              how the links of an answer begin
//	budget.go, part.go, shorten.go   the length of an answer, where to cut it, and how to cut single values
package render
