package plan

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// What people export from spreadsheets is read, and what is wrong with it is said with its place.
func TestReadTable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want, err string }{
		"plain":               {"email,name\njo@example.com,Jo\n", `{"email":"jo@example.com","name":"Jo"}`, ""},
		"mark and CRLF":       {"\ufeffemail,name\r\njo@example.com,Jo\r\n", `{"email":"jo@example.com","name":"Jo"}`, ""},
		"semicolons":          {"email;name\njo@example.com;\"Jo; and Al\"\n", `{"email":"jo@example.com","name":"Jo; and Al"}`, ""},
		"tabs":                {"email\tname\njo@example.com\tJo\n", `{"email":"jo@example.com","name":"Jo"}`, ""},
		"lines in a cell":     {"email,name\njo@example.com,\"Jo\n\"\"J\"\" Doe\"\n", `{"email":"jo@example.com","name":"Jo\n\"J\" Doe"}`, ""},
		"empty cells":         {"email,name\njo@example.com,\n", `{"email":"jo@example.com"}`, ""},
		"blanks around":       {" email , name \n jo@example.com , Jo \n", `{"email":"jo@example.com","name":"Jo"}`, ""},
		"a cell too few":      {"email,name\njo@example.com\n", "1 cells, and the first line names 2", ""},
		"a cell too many":     {"email,name\njo@example.com,Doe, Jo\n", "3 cells, and the first line names 2", ""},
		"all empty":           {"email,name\n,\n", "all cells are empty", ""},
		"Latin-1":             {"email,name\njo@example.com,Jos\xe9\n", "name: not UTF-8", ""},
		"lost letters":        {"email,name\njo@example.com,Jos\ufffd\n", "name: not UTF-8", ""},
		"a formula":           {"email,name\njo@example.com,\"=HYPERLINK(\"\"http://x\"\")\"\n", "note: name begins like a formula", ""},
		"another formula":     {"email,name\njo@example.com,+1+cmd|x\n", "note: name begins like a formula", ""},
		"a telephone number":  {"email,phone\njo@example.com,+49 (30) 12-34\n", `{"email":"jo@example.com","phone":"+49 (30) 12-34"}`, ""},
		"nothing":             {" \n", "", "empty: the first line names the arguments"},
		"only a header":       {"email,name\n", "", "no rows"},
		"no name":             {"email,\njo@example.com,x\n", "", "column 2 has no name"},
		"twice":               {"email,email\na,b\n", "", `two columns are called "email"`},
		"an open quote":       {"email,name\njo@example.com,\"Jo\nx,y\n", "", "the cell began in line 2"},
		"a bare quote":        {"email,name\njo@example.com,J\"o\n", "", "line 2: a quote in a cell that does not begin with one"},
		"UTF-16":              {"\xff\xfee\x00m\x00", "", "UTF-16"},
		"a header in Latin-1": {"e-mail,pr\xe9nom\na,b\n", "", "the name of column 2 is not UTF-8"},
		"too much":            {"email\n" + strings.Repeat("x", MostText), "", "at most 1 MB and 200 rows make one plan"},
		"too many rows":       {"email\n" + strings.Repeat("jo@example.com\n", 4312), "", "4312 rows; a plan has at most 200"},
	} {
		table, err := ReadTable(c.text)
		got := ""
		switch {
		case err != nil:
			if c.err == "" || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		case len(table.Rows) == 0:
			t.Errorf("%s: no row", name)
			continue
		case table.Rows[0].Wrong != "":
			got = table.Rows[0].Wrong
		case table.Rows[0].Note != "":
			got = "note: " + table.Rows[0].Note
		default:
			data, _ := json.Marshal(table.Rows[0].Values)
			got = string(data)
		}
		if c.err != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	table, err := ReadTable("email\n" + strings.Repeat("jo@example.com\n", MostRows))
	if err != nil || len(table.Rows) != MostRows || table.Rows[MostRows-1].Number != MostRows {
		t.Errorf("as many rows as a plan has: %d, %v", len(table.Rows), err)
	}
}

func TestNest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"email", "companies.0.id", "companies.0.name", "companies.2.id", "customFields.plan"}, `{"companies":[{"id":"1","name":"2"},{"id":"3"}],"customFields":{"plan":"4"},"email":"0"}`},
		{[]string{"a.10", "a.9"}, `{"a":["1","0"]}`},
		{[]string{"a.0", "a.x"}, `{"a":{"0":"0","x":"1"}}`},
		{[]string{"a", "a.b"}, "a.b: a has a value of its own in another column"},
		{[]string{"a.b", "a.b.c"}, "a.b.c: a.b has a value of its own in another column"},
	} {
		values := map[string]string{}
		for i, name := range c.names {
			values[name] = strconv.Itoa(i)
		}
		nested, err := Nest(values)
		data, _ := json.Marshal(nested)
		got := string(data)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q: %s", c.names, got)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add("email,companies.0.id\r\njo@example.com,\"a\"\"b\"\r\n")
	f.Add("\ufeffa;b\n=1+1;@x\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := ReadTable(text)
		if err != nil {
			return
		}
		for _, row := range table.Rows {
			if row.Wrong == "" && len(row.Values) == 0 {
				t.Errorf("row %d is neither right nor wrong", row.Number)
			}
			if nested, err := Nest(row.Values); err == nil && len(row.Values) > 0 && len(nested) == 0 {
				t.Errorf("row %d lost its values", row.Number)
			}
		}
	})
}
