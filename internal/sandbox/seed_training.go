package sandbox

import (
	"strconv"
	"strings"
)

// training reads seed/training.txt, what the AI agent of the organization learns from. A file has the header "= name | external id | source |
// age in days", a Q&A entry "? question | further questions | external id | source | age in days". Some of it contradicts the help center, as what nobody
// looks after does.
func (s *seeder) training() {
	var o object
	for line := range strings.Lines(seedText("seed/training.txt")) {
		mark, rest, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		parts := strings.Split(rest, " | ")
		if mark != "=" && mark != "?" {
			key := "_content"
			if o["object"] == qnaKind {
				key = "answer"
			}
			o[key] = strings.TrimSpace(text(o, key) + "\n" + strings.TrimRight(line, "\n"))
			continue
		}
		last := len(parts) - 1
		age, err := strconv.Atoi(parts[last])
		if err != nil {
			panic("seed: " + parts[0] + ": " + err.Error())
		}
		at := s.daysAgo(age)
		fields := object{"externalId": nil, "source": nil, "createdAt": stamp(at)}
		for i, key := range []string{"source", "externalId"} {
			if value := strings.TrimSpace(parts[last-1-i]); value != "" && value != "|" {
				fields[key] = value
			}
		}
		if mark == "=" {
			fields["object"], fields["name"] = trainingFileKind, parts[0]
			o = s.put(trainingFileKind, at, fields)
			continue
		}
		questions := []any{}
		for _, question := range parts[:last-2] {
			questions = append(questions, question)
		}
		fields["object"], fields["title"], fields["questions"], fields["revision"] = qnaKind, nil, questions, 1.0
		o = s.put(qnaKind, at, fields)
	}
}
