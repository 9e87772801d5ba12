package report

// Problem says what is wrong with a question.
type Problem struct {
	Path    string // the field of the body, or where in it
	Message string
}

// Error implements error.
func (p *Problem) Error() string { return p.Path + ": " + p.Message }

func problem(path, message string) *Problem { return &Problem{path, message} }
