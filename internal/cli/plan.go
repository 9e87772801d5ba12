package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/tools/planning"
)

// withFile adds the text of a file to the arguments of plan_changes: CSV, or the list of changes or rows in JSON.
func (c callCommand) withFile(args json.RawMessage) (json.RawMessage, error) {
	if c.File == "" {
		return args, nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, usagef("--file: %v", err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	switch {
	case err != nil:
		return nil, usagef("--file: %v", err)
	case len(text) > maxInput:
		return nil, usagef("--file: %s is longer than %d MiB, the most that a call takes", c.File, maxInput>>20)
	}
	var given map[string]any
	if err := json.Unmarshal(args, &given); err != nil {
		return nil, err
	}
	name := "csv"
	if list := bytes.TrimSpace(bytes.TrimPrefix(text, []byte(byteOrderMark))); bytes.HasPrefix(list, []byte("[")) {
		if problem := jsonProblem(list); problem != "" {
			return nil, usagef("--file: %s: %s", c.File, problem)
		}
		if name = "changes"; given["tool"] != nil {
			name = "rows"
		}
		given[name] = json.RawMessage(list)
	} else {
		given[name] = string(text)
	}
	return json.Marshal(given)
}

// planned returns what the result of a call says about a plan, or nil.
func planned(res *mcp.CallToolResult) *planning.Meta {
	if res == nil || res.Meta == nil {
		return nil
	}
	data, err := json.Marshal(res.Meta.AdditionalFields[planning.MetaPlan])
	var m planning.Meta
	if err != nil || json.Unmarshal(data, &m) != nil || m.PlanID == "" {
		return nil
	}
	return &m
}

// applies reports whether another call applies a plan, or the rest of it. A plan ends with the process, so the command that made it applies it. A
// person at a terminal is asked; elsewhere --apply has to say so.
func (u callUnderWay) applies(c callCommand, tool string, m *planning.Meta) bool {
	switch {
	case m == nil || c.Tool != planTool || m.Left == 0:
		return false
	case tool == applyTool:
		return m.GoesOn
	}
	if c.Apply || u.asker != nil {
		return true
	}
	_, _ = fmt.Fprintln(u.Err, "the plan ends with this command; --apply applies it at once")
	return false
}

// The tools for plans.
const (
	planTool  = "plan_changes"
	applyTool = "apply_plan"
)

// nextApply returns the call that applies a plan, or the rest of it.
func nextApply(m *planning.Meta) mcp.CallToolParams {
	return mcp.CallToolParams{Name: applyTool, Arguments: map[string]any{"planId": m.PlanID}}
}

// bar shows the progress of a call on a terminal.
type bar struct {
	out   io.Writer
	token string
	drawn bool
}

const barToken = "progress"

// watch makes a client report progress to the bar. It returns nil where there is no terminal.
func watch(client *mcpclient.Client, out io.Writer) *bar {
	if !isTerminal(out) {
		return nil
	}
	b := &bar{out: out, token: barToken}
	client.OnNotification(func(n mcp.JSONRPCNotification) {
		if n.Method != "notifications/progress" {
			return
		}
		fields := n.Params.AdditionalFields
		done, _ := fields["progress"].(float64)
		total, _ := fields["total"].(float64)
		if total > 0 {
			b.draw(done, total)
		}
	})
	return b
}

// draw draws the bar over the one before.
func (b *bar) draw(done, total float64) {
	const width = 30
	full := int(width * done / total)
	b.drawn = true
	_, _ = fmt.Fprintf(b.out, "\r[%s%s] %.0f of %.0f ", strings.Repeat("#", full), strings.Repeat(".", width-full), done, total)
}

// ask makes a call that reports progress.
func (b *bar) ask(params mcp.CallToolParams) mcp.CallToolParams {
	if b != nil {
		params.Meta = &mcp.Meta{ProgressToken: b.token}
	}
	return params
}

// end leaves the bar's line.
func (b *bar) end() {
	if b != nil && b.drawn {
		_, _ = fmt.Fprintln(b.out)
		b.drawn = false
	}
}
