package sandbox

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// setValues returns the setter of a map of custom values by the id of their definition. It merges them into the stored ones, refuses a value
// that does not fit its definition, and removes a value on null.
func setValues(property, definitions string) setter {
	return func(c *call, draft object, value any) error {
		given, _ := value.(object)
		stored, _ := draft[property].(object)
		merged := maps.Clone(stored)
		if merged == nil {
			merged = object{}
		}
		for _, id := range slices.Sorted(maps.Keys(given)) {
			field := c.store.Kind(definitions).Get(id)
			if field == nil || flag(field, "archived") {
				return refused(property+"."+id, "No "+strings.ReplaceAll(definitions, "_", " ")+" has this ID")
			}
			if given[id] == nil {
				delete(merged, id)
				continue
			}
			if want := wrongFieldValue(field, given[id]); want != "" {
				return refused(property+"."+id, "Field '"+fieldLabel(field)+"' takes "+want)
			}
			merged[id] = given[id]
			if fieldType(field) == "file" {
				merged[id] = storedFiles(given[id])
			}
		}
		draft[property] = merged
		return nil
	}
}

// fieldType and fieldLabel read a definition. Custom fields have a type and a label; conversation attributes have a fieldSubType and a name.
func fieldType(field object) string  { return cmp.Or(text(field, "fieldSubType"), text(field, "type")) }
func fieldLabel(field object) string { return cmp.Or(text(field, "name"), text(field, "label")) }

// wrongFieldValue returns what a custom field takes if the value does not fit, and the empty text if it fits.
func wrongFieldValue(field object, value any) string {
	_, isText := value.(string)
	_, isNumber := value.(float64)
	_, isBool := value.(bool)
	several, isList := value.([]any)
	switch fieldType(field) {
	case "number":
		if !isNumber {
			return "a number"
		}
	case "checkbox":
		if !isBool {
			return "true or false"
		}
	case "select":
		if !isText || !isOption(field, value) {
			return "one of " + optionLabels(field)
		}
	case "multi-select":
		if !isList || slices.ContainsFunc(several, func(v any) bool { return !isOption(field, v) }) {
			return "a list of " + optionLabels(field)
		}
	case "file":
		if files := filesIn(value); len(files) == 0 || slices.ContainsFunc(files, func(f any) bool { return !isFileInput(f) }) {
			return `{"url","name"} with an HTTPS URL, or a list of those`
		}
	default:
		if !isText {
			return "text"
		}
	}
	return ""
}

// isOption accepts an option by id or label.
func isOption(field object, value any) bool {
	return slices.ContainsFunc(list(field, "options"), func(o any) bool {
		option, _ := o.(object)
		return option["id"] == value || option["label"] == value
	})
}

func optionLabels(field object) string {
	var labels []string
	for _, o := range list(field, "options") {
		option, _ := o.(object)
		labels = append(labels, text(option, "label"))
	}
	return strings.Join(labels, ", ")
}

// filesIn returns the files of the value of a file field, which is one file or a list of files.
func filesIn(value any) []any {
	if several, ok := value.([]any); ok {
		return several
	}
	return []any{value}
}

func isFileInput(v any) bool {
	file, _ := v.(object)
	return len(file) == 2 && strings.HasPrefix(text(file, "url"), "https://") && text(file, "name") != ""
}

// storedFiles returns the value that is stored for the files of a file field. The API keeps it as a JSON string.
func storedFiles(value any) string {
	var out []any
	for _, v := range filesIn(value) {
		file, _ := v.(object)
		at := hosted(text(file, "url"))
		out = append(out, object{"key": strings.TrimPrefix(at, storageURL), "name": file["name"], "url": at})
	}
	var stored any = out
	if _, several := value.([]any); !several {
		stored = out[0]
	}
	data, err := encode(stored)
	if err != nil {
		panic("sandbox: file names cannot be encoded: " + err.Error()) // they were decoded from JSON
	}
	return string(data)
}
