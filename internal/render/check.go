package render

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// forms are the valid forms of a column, which appendForm describes. A list of fields is also valid.
var forms = []string{
	"", "shared", "date", "minute", "excerpt", "gist", "text", "new", linkForm, "flag", "side", "everybody", "some", "brief", fewForm, "names", "off", "same", "table",
}

var fieldForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\w+([:,]\w+)+$`) })

// Check returns the mistakes in the texts of the view, joined, or nil: a column that occurs twice, a column without a name or path, an
// unknown form.
func (v *View) Check() error {
	v.Parse()
	var found []error
	for where, list := range map[string][]Column{"Row": v.RowColumns, "Written": v.WrittenColumns, "Lines": v.lines, "Stored": v.stored} {
		var names []string
		for _, c := range list {
			if slices.Contains(names, c.Name) {
				found = append(found, fmt.Errorf("%s has %s twice", where, c.Name))
			}
			names = append(names, c.Name)
			if slices.Contains(c.Path, "") || c.Name == "" {
				found = append(found, fmt.Errorf("%s: %s=%s is no column", where, c.Name, strings.Join(c.Path, ".")))
			}
			if !slices.Contains(forms, c.form) && !fieldForm().MatchString(c.form) {
				found = append(found, fmt.Errorf("%s: %s has the unknown form %q", where, c.Name, c.form))
			}
		}
	}
	return errors.Join(found...)
}
