// Package install writes this server into the configurations of hosts, and takes it out again. It changes as few bytes as it can: comments, order and
// whatever else stands in a file stay as they are. A file is changed only when its values before and after differ by what was meant, and by nothing else.
//
//	hosts.go     the hosts, one declaration each: where their files are, and what an entry looks like in them
//	machine.go   whose machine it is: folders, variables, and which hosts are there
//	entry.go     what is asked for: the command, its arguments, and where the key comes from
//	value.go     values with an order, and what becomes of others when they are laid over them
//	edit.go      one file before and after, and the proof that nothing else changed
//	jsonc.go, toml.go, yaml.go   the same two edits in each format, as splices of the text
//	diff.go      the lines that change
//	store.go     writing: the backup, the file, and the notes that let a removal restore it byte for byte
//	links.go     links that hand an entry to a host
package install
