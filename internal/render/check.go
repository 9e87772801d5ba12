package render

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// forms are what a column can have behind its bar; appendForm says what each does. A list of fields is a form, too.
var forms = []string{
	"", "shared", "date", "minute", "excerpt", "gist", "text", "new", "flag", "some", "brief", "names", "off", "same", "table",
}

var fieldForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\w+([:,]\w+)+$`) })

// Check returns what is wrong with the texts of the view, nil if nothing is: a column that is there twice, a form that nothing writes, a
// customer's column that is in no row and no document.
func (v *View) Check() error {
	v.Parse()
	var found []error
	for where, list := range map[string][]Column{"Row": v.RowColumns, "Written": v.WrittenColumns, "Lines": v.lines} {
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
