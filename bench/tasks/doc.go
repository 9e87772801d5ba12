// Command tasks plays and judges tasks of product managers and support leads on the sandbox: what they ask, which facts a right answer has, which
// writes it may make. docs/evaluation.md shows all of them, and how to try a model on one.
//
//	go run ./bench/tasks                       plays an expert's calls of every task, and judges them
//	go run ./bench/tasks -task NAME -serve     prints a task and serves the tools for a host with any model
//	go run ./bench/tasks -task NAME -check F   judges the final answer in the file F, and what was written
//
//	data/          the tasks, a file each
//	task.go        a task from its file
//	facts.go       what is asked of the sandbox, over plain HTTP; support.go and feedback.go: what takes more than a filter
//	play.go        an expert's calls, to the real program over stdio
//	judge.go       facts in a text, writes in the journal
//	serve.go       a task for a model, and its judgement
//	page.go        docs/evaluation.md
//	main.go        the flags, and the table
package main
