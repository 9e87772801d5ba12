// Package markup converts the HTML of customers to Markdown and excerpts, and Markdown to HTML.
//
//	excerpt.go                           what both promise about customers' HTML; the excerpt that a row shows
//	source.go, reader.go, elements.go    one pass over HTML, without a tree
//	hidden.go                            what a person would not see, counted and kept
//	markdown.go, blocks.go, tables.go, inline.go, marks.go, escape.go   the Markdown of a body
//	links.go, addresses.go               where addresses lead, and which ones are not shown
//	arguments.go, harmless.go            the types of texts and addresses that a write sends
//	keep.go, align.go                    what Markdown does not hold, kept when a text is written back; what two versions of a text have in common
//	to_html.go                           Markdown to HTML
//	cost.go                              limits on Markdown that would take too long to parse
package markup
