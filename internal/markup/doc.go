// Package markup turns the HTML that customers write into Markdown and excerpts, and Markdown into HTML.
//
//	excerpt.go                           what is promised about customers' HTML, and the excerpt of rows
//	source.go, reader.go, elements.go    one pass over HTML, without a tree
//	hidden.go                            what a browser would not show
//	markdown.go, blocks.go, tables.go, inline.go, marks.go, escape.go   Markdown of what is shown
//	links.go, addresses.go               where addresses lead, and which are not shown
//	to_html.go                           Markdown as HTML, for what the API wants so
//	cost.go                              Markdown that would take too long to parse
package markup
