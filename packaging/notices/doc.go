// Command notices writes THIRD_PARTY_NOTICES: the licences of everything that is in the released binaries, as they ask for. `make notices`.
//
//	modules.go    which modules are in the binaries, and which licences cover the packages that are
//	licences.go   what a licence is, told by its whole text
//	notices.go    the file
//	main.go       the command
package main
