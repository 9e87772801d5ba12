package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"
)

// circumstances are what the numbers depend on.
type circumstances struct {
	Go         string   `json:"go"`
	Platform   string   `json:"platform"`
	CPUs       int      `json:"cpus"`
	GOMAXPROCS int      `json:"gomaxprocs"`
	BuildFlags string   `json:"build_flags"`
	Flags      string   `json:"flags"`
	Commands   []string `json:"commands"`
	Upstream   string   `json:"upstream"`
}

func (b *bench) circumstances(transports []string) circumstances {
	c := circumstances{
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), GOMAXPROCS: b.procs,
		BuildFlags: "CGO_ENABLED=0 " + strings.Join(buildFlags, " "), Flags: b.flags,
		Upstream: fmt.Sprintf("%d posts, %d bytes, loopback, a process of its own", pageSize, b.stub.page),
	}
	if b.given != "" {
		c.BuildFlags += " (the limit; the product was given)"
	}
	for _, t := range transports {
		c.Commands = append(c.Commands, b.product.commandLine(t), b.limit.commandLine(t))
	}
	if slices.Contains(transports, "http") {
		c.Commands = append(c.Commands, b.perCaller.commandLine("http"), b.product.with("--metrics-addr", "ADDR").commandLine("http"))
	}
	return c
}

// printTable writes the report for people.
func (b *bench) printTable(w io.Writer, c circumstances, took time.Duration) error {
	_, _ = fmt.Fprintf(w, "%s on %s, %d CPUs, GOMAXPROCS=%d for each server\n", c.Go, c.Platform, c.CPUs, c.GOMAXPROCS)
	_, _ = fmt.Fprintf(w, "built with: %s\nflags: %s\nupstream: %s\n", c.BuildFlags, c.Flags, c.Upstream)
	for _, line := range c.Commands {
		_, _ = fmt.Fprintf(w, "server: %s\n", line)
	}
	_, _ = fmt.Fprintln(w)
	times := [][]string{{"measure", "product", "limit", "unit", "ratio", "of rounds", "goal", ""}}
	counts := [][]string{{"answer", "product", "the API's", "unit", "ratio", "", "goal", ""}}
	for _, s := range b.results.rows {
		if s.unit == tokens {
			counts = append(counts, s.cells())
		} else {
			times = append(times, s.cells())
		}
	}
	if len(times) > 1 {
		writeAligned(w, times)
		_, _ = fmt.Fprintln(w)
	}
	if len(counts) > 1 {
		writeAligned(w, counts)
	}
	if b.tokens {
		return nil
	}
	_, err := fmt.Fprintf(w, "\n%d paired starts, %d rounds, %s\n", b.pairs, b.rounds, took.Round(time.Second))
	return err
}

// cells are the columns of one row.
func (s *series) cells() []string {
	sum := s.summary()
	limit, ratio, spread := "", "", ""
	if sum.compared {
		limit, ratio = s.unit.format(sum.limit), fmt.Sprintf("%.2f", sum.ratio)
		if len(s.product) > 1 && !s.fastest {
			spread = fmt.Sprintf("%.2f-%.2f", sum.low, sum.high)
		}
	}
	return []string{s.name, s.unit.format(sum.product), limit, string(s.unit), ratio, spread, s.goal.text, verdict(s.goal, sum)}
}

// writeAligned writes rows of equal length: the first column to the left, the others to the right.
func writeAligned(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	for _, row := range rows {
		line := fmt.Appendf(nil, "%-*s", widths[0], row[0])
		for i, cell := range row[1:] {
			line = fmt.Appendf(line, "  %*s", widths[i+1], cell)
		}
		_, _ = fmt.Fprintf(w, "%s\n", bytes.TrimRight(line, " "))
	}
}

func verdict(g goal, s summary) string {
	switch {
	case g.text == "":
		return ""
	case s.met:
		return "met"
	default:
		return "missed"
	}
}

// format writes a value with three digits that tell.
func (u unit) format(v float64) string {
	v = u.scale(v)
	switch {
	case u == count || u == tokens || math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.3f", v)
	}
}

// scale turns seconds and bytes into the unit.
func (u unit) scale(v float64) float64 {
	switch u {
	case milliseconds:
		return v * 1e3
	case megabytes:
		return v / 1e6
	default:
		return v
	}
}

// jsonRow is one measure for programs. Values are in Unit.
type jsonRow struct {
	Measure string    `json:"measure"`
	Group   string    `json:"group,omitempty"`
	Unit    unit      `json:"unit,omitempty"`
	Product float64   `json:"product"`
	Limit   *float64  `json:"limit,omitempty"`
	Ratio   *float64  `json:"ratio,omitempty"`
	Rounds  []jsonRun `json:"rounds"`
	Goal    string    `json:"goal,omitempty"`
	Met     *bool     `json:"met,omitempty"`
}

// jsonRun is what one round gave.
type jsonRun struct {
	Product float64  `json:"product"`
	Limit   *float64 `json:"limit,omitempty"`
}

// printJSON writes the report for programs, every round in it.
func (b *bench) printJSON(w io.Writer, c circumstances, took time.Duration) error {
	report := struct {
		Circumstances circumstances `json:"circumstances"`
		Seconds       float64       `json:"seconds"`
		Rows          []jsonRow     `json:"rows"`
	}{Circumstances: c, Seconds: took.Seconds()}
	for _, s := range b.results.rows {
		sum := s.summary()
		group, _, _ := strings.Cut(s.key, "/")
		row := jsonRow{Measure: strings.TrimSpace(s.name), Group: group, Unit: s.unit, Product: s.unit.scale(sum.product), Goal: s.goal.text}
		if sum.compared {
			row.Limit, row.Ratio = new(s.unit.scale(sum.limit)), new(sum.ratio)
		}
		if s.goal.text != "" {
			row.Met = new(sum.met)
		}
		for i, v := range s.product {
			run := jsonRun{Product: s.unit.scale(v)}
			if sum.compared {
				run.Limit = new(s.unit.scale(s.limit[i]))
			}
			row.Rounds = append(row.Rounds, run)
		}
		report.Rows = append(report.Rows, row)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(report)
}
