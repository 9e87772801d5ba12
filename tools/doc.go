// Package tools declares each Featurebase operation once, as data. The MCP tool, its schema, the checks, the request, the answer, the words
// of its errors, the documentation and the tests follow from the declaration; package engine does that.
//
//	boards.go, posts.go, comments.go, changelogs.go            feedback and its results
//	contacts.go, companies.go                                  the customers
//	conversations.go, tickets.go                               the inbox
//	helpcenter.go, articles.go, collections.go, redirects.go   the help center
//	surveys.go, webhooks.go, organization.go, reports.go, auditlogs.go   the rest
//	trainingdata.go                                            what the AI agent learns from
//	apispecs.go, outbound.go                                   previews: what was published in part
//	surveyquestions.go                                         questions in the place of ids in the answers of surveys
//	reportdoubts.go                                            answers of reports that are not what was asked for
//	versions.go                                                the API versions of what was published later
//	inventory.go, selection.go                                 all operations, and those that a server exposes
//	schemas.go, tokens.go                                      the published schemas, and the tokens of each tool
//
// The jobs that take several operations are in package workflow.
package tools
