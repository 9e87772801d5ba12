package tools

// ShownBy names the read that shows whether a write with these arguments was made. It is for somebody who did not wait for the answer. offBy
// returns the setting that switches a tool off, and is empty for one that is on.
func (op *Operation) ShownBy(arguments []byte, offBy func(tool string) string) string {
	args, err := op.read(arguments)
	if err != nil {
		args.wire = nil // then no id can be named
	}
	return failing{op: op, env: Env{OffBy: offBy}, wire: args.wire}.check()
}
