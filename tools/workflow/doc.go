// Package workflow has the jobs that combine several operations. Each makes several requests, only reads, and states what it looked at.
//
//	triage_queue.go, find_similar_posts.go, answer_from_help_center.go, summarize_conversation.go, awaiting_reply.go, rank_requests.go,
//	feedback_report.go, support_report.go, survey_summary.go, draft_changelog.go   a job each
//	triage_queue_text.go, answer_from_help_center_text.go, feedback_report_text.go, support_report_text.go, survey_summary_text.go,
//	draft_changelog_text.go, awaiting_reply_text.go, rank_requests_text.go, find_similar_posts_text.go   their answers
//	awaiting_reply_read.go, awaiting_reply_place.go   what awaiting_reply reads, and where its next call goes on
//	feedback_discussion.go, feedback_revenue.go, feedback_report_lists.go   the comments of a period, what voters pay, and the lists of posts
//	support_report_own.go          what the API's own reports say, and whether to believe them
//	survey_summary_comments.go     what people wrote, by the score that they gave
//	draft_changelog_headings.go    headings that are public words
//	propose_training.go, propose_training_answers.go, propose_training_text.go, samequestion.go   what to teach the AI agent: who asks the same, and which answers are good
//	personaldata.go, personalnames.go, personalnumbers.go, personalframe.go   what is taken out of it: names, numbers, greetings and ends of letters
//	compare_knowledge.go           what the AI agent was taught against the help center
//	workflows.go                   the toolset
//	postfacts.go, postboards.go    posts, boards and statuses as jobs read them
//	postfilter.go, postcomments.go, postrows.go   tags and statuses to search by, comments on posts, posts as rows of a report
//	supportfacts.go, surveyfacts.go   conversations, tickets and surveys as reports read them
//	customers.go                   customers with their companies, and what these pay
//	whowaits.go                    who waits for whom in a thread
//	postremarks.go                 what was said below posts
//	queueorder.go                  the orders of the triage queue, and the place where an answer ends
//	conversationrows.go            what decides about a conversation, for the rows of lists
//	postpool.go                    the posts to compare with, and the similar ones among them
//	answer_from_help_center_passages.go, contradictions.go   the passages of articles, and the figures in which two articles differ
//	spamsigns.go                   signs of spam in any language
//	period.go                      the periods of reports
//	nextplan.go                    the plan that carries out the obvious next step
//	triage_queue_panel.go, feedback_report_panel.go, support_report_panel.go, summarize_conversation_panel.go, reportpanel.go   what panels show
//	counts.go                      names in lists
//	tokens.go, fitted.go           what texts take of a model's context, and what fits an answer
package workflow
