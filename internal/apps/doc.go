// Package apps has the panels that hosts with MCP Apps show beside an answer: a page each, served as a resource with its script and styles in it.
//
//	apps.go           the views, and how a page is put together
//	views/client.js   the protocol between a panel and its host
//	views/page.js     what all panels are built from: elements with texts as text nodes, links through the host, pages of rows
//	views/page.css    the styles of all panels
//	views/changes.js  a plan: before and after, rows to leave out, Apply, what became of it
//	views/question.js a question about one call
//	views/pair.css    two columns, and selectors below
//	views/*.js, views/*.css   the pages, each named for its view
//
// A panel loads nothing: its policy allows its own script and styles, known by their hashes, and no address at all.
package apps
