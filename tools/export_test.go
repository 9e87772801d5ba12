package tools

// What the tests that run a whole server need of the inside: they stand outside of the package, since the server stands on it.
var (
	Finders = finders
	Golden  = golden
	Holds   = holds
)
