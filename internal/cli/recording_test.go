package cli

import (
	"strings"
	"testing"

	"featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/recording"
)

// The picture in the README is what the program prints.
func TestTheRecordingIsFresh(t *testing.T) {
	t.Parallel()
	shots := []recording.Shot{
		{Command: "featurebase-mcp call --sandbox feedback_report", Lines: 18},
		{Command: `featurebase-mcp call --sandbox answer_from_help_center question="Can I export to Excel?"`, Lines: 6},
	}
	for i, s := range shots {
		words := strings.Fields(strings.TrimPrefix(s.Command, "featurebase-mcp "))
		if command, question, ok := strings.Cut(s.Command, ` question="`); ok {
			words = append(strings.Fields(strings.TrimPrefix(command, "featurebase-mcp ")), "question="+strings.TrimSuffix(question, `"`))
		}
		got := start("", nil, words...)
		if got.code != exitOK {
			t.Fatalf("%s: %+v", s.Command, got)
		}
		shots[i].Output = got.out
	}
	golden.File(t, "../../docs/terminal.svg", recording.SVG("A terminal: what a week of feedback brought, and an answer from the help center", shots...))
}
