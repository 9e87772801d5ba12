// Package tools declares each Featurebase operation once, as data, and derives everything else from that declaration: the MCP
// tool and its JSON Schema, the checks of its arguments, the HTTP request, the shape of the answer, the words of its errors, the
// documentation and the contract test.
//
// Start with a resource's file: it holds the operations of one toolset, or of a part of one, and the tagged structs of their arguments.
//
//	boards.go, posts.go, comments.go, changelogs.go   feedback and what became of it
//	contacts.go, companies.go                         who asks
//	conversations.go, tickets.go                      the inbox
//	helpcenter.go, articles.go, collections.go, redirects.go   the help center
//	surveys.go, webhooks.go, organization.go, reports.go, auditlogs.go   the rest
//
// inventory.go lists the toolsets. A call then runs through the engine:
//
//	selection.go  which operations a server exposes
//	operation.go  the declaration, the MCP side of it and the one handler all operations share
//	call.go       one call: its checks, its request, its answer and its log line
//	input.go      arguments: reflection of the struct, reading one call's arguments
//	schema.go     the JSON Schema of a struct, flat
//	publish.go    the part of it that hosts show
//	schemas.go    the same, written down for serving
//	tokens.go     what a tool costs everybody's context
//	shape.go      the checks and tolerances, by the same struct
//	problem.go    what is said about arguments that break a rule
//	rule.go       rules across arguments
//	reportfilters.go  the nested filters of reports
//	types.go      the types of arguments that need more than a Go kind: ids, filter clauses, Markdown
//	request.go    arguments to method, path, query and body
//	names.go      which ids a name can stand for, and how it becomes one
//	directory.go  the lists of names, kept for a minute
//	labels.go     names in the place of ids in answers
//	choices.go    what a person can pick by its name, for lists and completions
//	ask.go        a read that no tool call asked for; outline.go its lists, as Markdown
//	acting.go     in whose name a write is made
//	audit.go      the trail of writes
//	dryrun.go     what a write would do, in place of doing it
//	confirm.go    which calls the user is asked about first, and what becomes of the answer
//	confirm_question.go  what the user reads
//	confirm_state.go     how an answer is known to belong to its question
//	view.go       answers: rows of a list, what a write answers, everything
//	document.go   one object as lines and text
//	transcript.go a thread of messages
//	forms.go, table.go  the shorter forms of texts, objects and lists
//	sound.go      JSON whose strings are no text, and reading it
//	untrusted.go  customers' words, marked
//	emails.go     addresses, masked
//	budget.go     how long an answer may be, and what is cut when nothing else was
//	rows.go       the items of a page as columns
//	listing.go    the items of a page that an answer shows
//	cursor.go     where in a page the next call goes on
//	part.go       the part of a long text that an answer shows
//	shorten.go    values that are too long by themselves
//	html.go       customers' HTML as an excerpt or as Markdown: what is promised about it
//	html_source.go, html_reader.go, html_elements.go, html_hidden.go, visible.go   what a person would see of it
//	html_markdown.go, html_blocks.go, html_tables.go, html_inline.go, html_marks.go, html_escape.go   Markdown of that
//	links.go      where addresses lead, and which are not shown
//	markdown.go   Markdown as HTML, for what the API wants so; markdown_cost.go, what takes too long to parse
//	pattern.go    regular expressions, compiled late
//	json.go       JSON as answers and requests have it
//	failure.go    what is said about calls the API refused or never answered: the form of it
//	causes.go     the words for each cause, as data
//	next.go       the tool that helps: it finds a right id, or shows whether a write was made
//	guide.go      the same for people at a terminal
//	repeats.go    calls that fail the same way again and again
//
// workflows.go lists the workflows, which are composed of declared operations. Each has a file of its name, some with their text in another:
//
//	triage_queue.go, find_similar_posts.go, answer_from_help_center.go, summarize_conversation.go
//	feedback_report.go, feedback_report_text.go, draft_changelog.go, draft_changelog_text.go
//
// They share:
//
//	job.go        one call of a workflow: its requests, several at a time, and what becomes of those that fail
//	postfacts.go  posts, boards and statuses as workflows read them, and the searches for posts
//	postpool.go   posts to compare with, and those that one is like
//	terms.go, likeness.go  how much two texts say the same, in any language
//	spamsigns.go  what looks like spam in any language
//	period.go     the periods of reports
//	counts.go     how much was looked at and shown, in words
//
// Only operation.go knows MCP types. The package knows nothing of transports, configuration and servers.
package tools
