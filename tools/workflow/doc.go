// Package workflow has the jobs that people have this server for. Each makes several requests, reads only, and says what it looked at.
//
//	triage_queue.go, find_similar_posts.go, answer_from_help_center.go, summarize_conversation.go,
//	feedback_report.go, draft_changelog.go   a job each
//	triage_queue_text.go, answer_from_help_center_text.go, feedback_report_text.go, draft_changelog_text.go   their answers
//	workflows.go                   the toolset
//	postfacts.go, postboards.go    posts, boards and statuses as jobs read them
//	postpool.go                    posts to compare with, and those that one is like
//	spamsigns.go                   what looks like spam in any language
//	period.go                      the periods of reports
//	counts.go                      names in lists
package workflow
