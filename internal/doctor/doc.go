// Package doctor finds out whether a configuration works, why it does not, and what to do about it. It only reads.
//
//	doctor.go      Examine: what is asked, in which order, and when it stops
//	report.go      findings, and how they are shown
//	connection.go  why the API cannot be reached
//	store.go       the store that replicas share
//	versions.go    which other versions of the API the workspace answers in
//	probe.go       the harmless read of a toolset
package doctor
