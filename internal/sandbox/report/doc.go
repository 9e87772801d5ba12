// Package report answers questions about counts over time from what a store holds: new and closed conversations, new posts and their votes.
//
//	question.go   what a query and a drill-in ask for, checked: metric, window, filters, breakdowns; and the rows that count
//	catalogue.go  the datasets with their metrics and attributes; nothing else can be asked for
//	filter.go     filters, from groups of rules to a predicate
//	period.go     windows, time zones, and the buckets of a time series
//	query.go      the answer to a query
//	drill.go      the rows behind a number, and the values that an attribute can be filtered by
//	problem.go    what is wrong with a question
package report
