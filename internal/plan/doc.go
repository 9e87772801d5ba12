// Package plan keeps plans: many writes that were checked together, are confirmed together, and are sent row by row, each at most once.
//
//	plan.go      a plan, its rows, and what became of each
//	keeper.go    where plans are kept: the interface
//	memory.go    plans in this process
//	table.go     rows from CSV text, with words about each row that cannot be read
//	cells.go     the values of cells
package plan
