package planning

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/nearest"
	"featurebase-mcp/internal/plan"
	"featurebase-mcp/internal/rawjson"
)

// given is one write as a call names it.
type given struct {
	number int
	tool   string
	raw    []byte         // the arguments as a call of the tool has them
	wire   map[string]any // not nil: the arguments in the API's form, in place of raw
	wrong  string         // why it cannot be used
	note   string         // what is odd about it
}

// csvRow is the name of the only value of rows that were given as CSV text.
const csvRow = "\x00csv"

// tableOrList returns the list in a JSON text, and a list with one CSV text for any other text.
func tableOrList(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		if list, err := rawjson.Decode([]byte(text)); err == nil {
			return list
		}
	}
	return []any{map[string]any{csvRow: text}}
}

// givenIn returns the writes that the arguments of a call name. The error says what is wrong with all of them.
func givenIn(j *engine.Job, args map[string]any) ([]given, error) {
	if list, ok := args["changes"].([]any); ok {
		return changesIn(list), nil
	}
	tool, _ := args["tool"].(string)
	text, isText := args["csv"].(string)
	list, _ := args["rows"].([]any)
	if len(list) == 1 && !isText {
		only, _ := list[0].(map[string]any)
		text, isText = only[csvRow].(string)
	}
	if isText {
		return fromTable(j, tool, text)
	}
	all := make([]given, len(list))
	for i, item := range list {
		all[i] = given{number: i + 1, tool: tool, raw: rawjson.Encode(item)}
	}
	return all, nil
}

func changesIn(list []any) []given {
	all := make([]given, len(list))
	for i, item := range list {
		c, _ := item.(map[string]any)
		tool, _ := c["tool"].(string)
		arguments := c["arguments"]
		if arguments == nil {
			arguments = map[string]any{}
		}
		all[i] = given{number: i + 1, tool: tool, raw: rawjson.Encode(arguments)}
	}
	return all
}

// fromTable reads the rows of a CSV text. A column that the tool does not know spoils all of them, so it is said once.
func fromTable(j *engine.Job, tool, text string) ([]given, error) {
	op := j.Inventory.Lookup(tool)
	if op == nil || op.Effect == engine.Read {
		return []given{{number: 1, tool: tool, raw: []byte("{}")}}, nil // refused by its name
	}
	table, err := plan.ReadTable(text)
	if err != nil {
		return nil, fmt.Errorf("csv: %w", err)
	}
	shape := op.Input.Shape()
	for _, name := range table.Header {
		if problem := columnProblem(shape, op.Name, name); problem != "" {
			return nil, fmt.Errorf("csv: %s", problem)
		}
	}
	all := make([]given, len(table.Rows))
	for i, row := range table.Rows {
		all[i] = given{number: row.Number, tool: tool, wrong: row.Wrong, note: row.Note}
		if row.Wrong != "" {
			continue
		}
		nested, err := plan.Nest(row.Values)
		if err != nil {
			return nil, fmt.Errorf("csv: %w", err)
		}
		all[i].raw = rawjson.Encode(typed(shape, nested))
	}
	return all, nil
}

// columnProblem says why a column is no argument of the tool.
func columnProblem(sh *input.Shape, tool, column string) string {
	for i, steps := 0, strings.Split(column, "."); i < len(steps); i++ {
		step := steps[i]
		switch {
		case sh.Items != nil:
			if strings.Trim(step, "0123456789") != "" {
				return fmt.Sprintf("column %q: %s is a list; number its items from 0, as in %s.0", column, strings.Join(steps[:i], "."), strings.Join(steps[:i], "."))
			}
			sh = sh.Items
		case sh.Props == nil:
			return "" // free names, or a value that says itself that it has no parts
		case sh.Props[step] == nil:
			if near := nearest.Name(step, sh.Names); near != "" {
				return fmt.Sprintf("column %q: %s has no argument %s; did you mean %s?", column, tool, input.Show(step), near)
			}
			return fmt.Sprintf("column %q: %s has no argument %s; it has %s", column, tool, input.Show(step), strings.Join(sh.Names, ", "))
		default:
			sh = sh.Props[step]
		}
	}
	return ""
}

// typed gives the values of free objects, such as custom fields, the type that they look like: a table has texts alone, and the API compares
// types. A number with a leading zero or a sign is a text, such as a telephone number. The other values are converted by their declaration.
func typed(sh *input.Shape, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			switch {
			case sh != nil && sh.Props != nil:
				v[name] = typed(sh.Props[name], inner)
			default:
				v[name] = typed(nil, inner)
			}
		}
	case []any:
		for i, inner := range v {
			if sh != nil {
				v[i] = typed(sh.Items, inner)
			}
		}
	case string:
		if sh != nil && sh.Schema.Type != "" {
			return v
		}
		if v == "true" || v == "false" {
			return v == "true"
		}
		number, err := rawjson.Decode([]byte(v))
		if n, ok := number.(json.Number); err == nil && ok && n.String() == v && !strings.ContainsAny(v, "eE-") && len(v) <= 15 {
			return n
		}
	}
	return value
}

// wayBack returns the writes that take back those of a plan that were made, in the opposite order, and words about those for which there is none.
func wayBack(j *engine.Job, p *plan.Plan, results []plan.Result) (all []given, lost groups) {
	for i, row := range slices.Backward(p.Rows) {
		became := results[i]
		if became.State != plan.Done {
			continue
		}
		back, why := undoOf(j, row, became)
		if why != "" {
			lost.add(why, row.Number)
		}
		if back != nil {
			all = append(all, given{number: row.Number, tool: back.Tool, wire: back.Wire})
		}
	}
	return all, lost
}

// undoOf returns the write that takes back a row that was made.
func undoOf(j *engine.Job, row plan.Row, became plan.Result) (*engine.Back, string) {
	op := j.Inventory.Lookup(row.Tool)
	wire, err := decoded(row.Wire)
	if op == nil || err != nil {
		return nil, "this server does not know " + row.Tool + " any more"
	}
	fields := make([]engine.Field, len(row.Changes))
	for i, c := range row.Changes {
		fields[i] = engine.Field{Name: c.Field, Known: len(c.Before) > 0, Same: c.Same}
		fields[i].Before, _ = rawjson.Decode(c.Before)
		fields[i].After, _ = rawjson.Decode(c.After)
	}
	return j.Inventory.UndoOf(op, wire, fields, became.Made, became.New || row.New)
}

func decoded(raw []byte) (map[string]any, error) {
	v, err := rawjson.Decode(raw)
	object, _ := v.(map[string]any)
	return object, err
}

// groups are numbers of rows by what is said of them, in the order in which it was first said.
type groups struct {
	words   []string
	numbers map[string][]int
}

func (g *groups) add(words string, number int) {
	if g.numbers == nil {
		g.numbers = map[string][]int{}
	}
	if g.numbers[words] == nil {
		g.words = append(g.words, words)
	}
	g.numbers[words] = append(g.numbers[words], number)
}

func (g *groups) count() int {
	n := 0
	for _, numbers := range g.numbers {
		n += len(numbers)
	}
	return n
}

// lines returns a line for each thing that is said, at most that many, and one that counts the rest.
func (g *groups) lines(most int) []string {
	var lines []string
	for i, words := range g.words {
		if i == most {
			rest := 0
			for _, other := range g.words[i:] {
				rest += len(g.numbers[other])
			}
			return append(lines, fmt.Sprintf("and %d more rows for other reasons", rest))
		}
		numbers := slices.Sorted(slices.Values(g.numbers[words]))
		lines = append(lines, rowsInWords(numbers)+": "+words)
	}
	return lines
}
