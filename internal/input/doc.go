// Package input reads the arguments of tools: the published schema and the checks follow from one tagged struct.
//
//	input.go           the struct of an operation's arguments, and one call's arguments
//	schema.go          the JSON Schema of a struct, flat
//	publish.go         the part of the schema that hosts show
//	shape.go           the checks of each value, and the forms that they tolerate
//	rule.go            rules across arguments
//	problem.go         the words about arguments that break a rule
//	types.go, ids.go   types that need more than a Go kind: ids, links, pages
//	clauses.go         the filters of searches
//	reportfilters.go   the nested filters of reports
//	place.go           the cursor that goes on inside a page
package input
