// Command drift compares the API document of this program with another one: it reads OpenAPI documents in YAML or JSON, such as the official one as it can be
// downloaded, and writes what is new, gone or different in paths, parameters, enums, bounds and what is required.
//
//	main.go     the command line
//	document.go documents as facts: for each operation what can be sent, by place
//	compare.go  what two documents say differently
package main
