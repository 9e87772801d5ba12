// Package engine runs calls. An Operation is declared as data; everything that happens to a call of it happens here.
//
//	operation.go, kind.go, inventory.go, check.go   the declaration, kinds of objects, all of them as a value, and what is wrong with them
//	env.go, mcp.go               where and for whom a call is made; the only file that knows types of MCP
//	call.go, ask.go              one call from its arguments to its answer; a read that no tool call asked for
//	versions.go                  which version of an object is shown, and what its draft changes
//	arguments.go, place.go, request.go, view.go, outline.go   arguments, the request, the answer
//	figures.go                   answers of reports that are not what was asked for
//	adds.go                      the facts of further requests that complete rows
//	names.go, seek.go, choices.go   ids in the place of names among the arguments; the names that people pick from
//	receipt.go, glimpse.go       the answer to a write, and the one read besides that it may take
//	acting.go, audit.go, dryrun.go, keep.go                   the acting admin, the trail of writes, writes that are not sent, texts that lose nothing
//	confirm.go, confirm_question.go, confirm_state.go, confirm_spent.go   which calls the user is asked about, what is asked, how an answer is known
//	confirm_panel.go, confirm_parked.go                       questions in a panel: the token, the click, the calls that wait for one
//	failure.go, causes.go, next.go, guide.go, repeats.go      the words for a failure, and the tool that helps
//	prepared.go, undo.go         writes that are prepared and sent later, as rows of a plan, and the writes that take them back
//	job.go, counts.go            workflows: several requests at a time, and what becomes of those that fail
//	show.go                      what a panel is told of an answer
package engine
