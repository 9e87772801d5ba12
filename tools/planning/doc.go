// Package planning has the two tools for many changes at once: plan_changes checks them all and sends nothing, apply_plan sends them.
//
//	toolset.go   the declarations
//	given.go     the writes that a call names: as a list, as rows, as CSV text, as the way back of a plan
//	make.go      a plan from them: checks, the objects as they are now, what clashes
//	show.go      the plan in words
//	panel.go     the plan as its panel shows it
//	apply.go     the rows that are sent, in which order and until when
//	send.go      one row
//	applied.go   what became of them, in words
//	question.go  the question for the user
//	numbers.go   the numbers of rows in words
package planning
