// Package input reads the arguments of tools: the published schema and the checks follow from one tagged struct.
//
//	input.go           the struct of an operation's arguments, and one call's arguments
//	schema.go          the JSON Schema of a struct, flat
//	publish.go         the part of it that hosts show
//	shape.go           the checks and tolerances of each value
//	rule.go            rules across arguments
//	problem.go         what is said about arguments that break a rule
//	types.go, ids.go   types that need more than a Go kind: ids, filter clauses, pages
//	reportfilters.go   the nested filters of reports
//	place.go           where in a page the next call goes on
package input
