package workflow_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// asker is a customer of these conversations. Some names are words, some are written in other scripts, some belong to firms with a legal form.
type asker struct{ name, mail, firm string }

// letter is a conversation: what a customer asked, what the team answered, and what the customer said to that.
type letter struct {
	who                    asker
	asked, answered, after string
}

// matter is what letters are about. An empty mark stands for what is not to be proposed; otherwise the answer that is proposed has it.
type matter struct {
	mark    string
	letters []letter
}

var (
	maria  = asker{"Maria Lopez", "maria.lopez@initech.example", "Initech GmbH"}
	bob    = asker{"Bob Smith", "bsmith@northwind.example", "Northwind Traders"}
	will   = asker{"Will Board", "will@box.example", "Box"}
	sean   = asker{"Seán O'Connor", "sean@oconnor.example", "O'Connor & Sons Ltd"}
	priya  = asker{"प्रिया शर्मा", "priya@indus.example", "Indus Tech"}
	wang   = asker{"王芳", "fang@zhonghua.example", "中华科技"}
	olga   = asker{"Ольга Петрова", "olga@neva.example", "Нева Софт"}
	namely = asker{"Link Number", "link@name.example", "Name"}
	jurgen = asker{"Jürgen Groß", "j.gross@muster.example", "Muster Bau AG"}
	lena   = asker{"lena fischer", "lena@fischer.example", "fischer & partner"}
)

// footer stands below all letters of some companies, and makes no two of them alike.
const footer = "\n\nThis message and its attachments are confidential and meant for the recipient alone. Whoever received it by mistake deletes it and tells the sender. Opinions in it are those of the author."

// support is half a year of support: what repeats, in which words, and what does not.
var support = []matter{
	{"**Export > One PDF file**", []letter{
		{maria, "Hi how can I export all our invoices as one PDF file? My order number is 42.", "Hi Maria, as I told Bob Smith of Initech: open **Invoices** and choose **Export > One PDF file**. It takes up to 5 minutes. Does that help?", ""},
		{bob, "Is there a way to export invoices into one PDF file? Please answer to bob at northwind dot example.", "Have a look at the menu of invoices, Bob.", ""},
		{lena, "how are you? i need all invoices exported as a single pdf file, is that possible? lena from fischer & partner", "", ""},
	}},
	{"stays in the bin for 30 days", []letter{
		{will, "Dear support, I have deleted a board by accident. How can I restore the deleted board?", "Thanks for your message, will.\n\nA deleted board stays in the bin for 30 days. Open **Bin**, click the checkbox, and choose **Restore**. Your order was ORD-48213.\n\nBest,\nTom Barnaby", ""},
		{sean, "Can a deleted board be restored? Seán here, from O'Connor & Sons. Call me: 030 123 456.", "Yes, Sean, from the bin, as Will did.", ""},
	}},
	{"valid for 14 days", []letter{
		{priya, "नमस्ते, प्रिया शर्मा here. How long is an invitation link valid?", "An invitation link is valid for 14 days, प्रिया.", ""},
		{namely, "For how long is the invitation link valid? I work at Name.", "", ""},
	}},
	{"€49.99", []letter{
		{bob, "What does the Growth plan cost for a year?", "The Growth plan costs €49.99 a month, or 499.00 EUR a year, with 1000 requests per minute and 99.95% uptime since version 2.14.1. Your account 4471 has it. We wrote to Jane Doe at 12 Baker Street, London NW1 6XE.", ""},
		{sean, "How much does the Growth plan cost per year? My IBAN is GB29 NWBK 6016 1331 9268 19, phone +353 1 234 5678.", "", ""},
	}},
	{"error 403", []letter{
		{wang, "你好,我是王芳. The API answers error 403 to my key, why?", "The API answers error 403 when a key is not allowed to write; give it the scope **write** in the settings, 王芳您好. Your key was https://app.plumline.example/keys?token=s3cr3tT0k3n for wang. AES-256 is used over TLS 1.2 on port 8080.", ""},
		{maria, "Why does the API answer with error 403 when I use my key?", "", ""},
	}},
	{"5000 rows", []letter{
		{jurgen, "How many rows may a CSV file have that I import?", "A CSV file may have 5000 rows and 20 MB; split a larger one into 3 files, Jürgen. Our colleague Katharina Weiss of Globex Corporation did so.", ""},
		{namely, "What is the limit of rows of a CSV file for the import?", "", ""},
	}},
	{"Rechnungsadresse", []letter{
		{jurgen, "Guten Tag, wie ändere ich die Rechnungsadresse? Kundennummer 4711, Musterstraße 12, 10115 Berlin", "Sehr geehrter Herr Groß, öffnen Sie **Einstellungen > Abrechnung** und ändern Sie dort die Rechnungsadresse. Das gilt ab der nächsten Rechnung in 3 Tagen. Bei Muster Bau ist es schon so.", ""},
		{lena, "Wo kann ich die Rechnungsadresse ändern?", "", ""},
	}},
	{"учётную запись", []letter{
		{olga, "Здравствуйте, как удалить учётную запись? Меня зовут Ольга Петрова.", "Откройте настройки и выберите **Удалить учётную запись**. Это займёт 3 дня. Мы сообщили об этом Ольге Петровой из Нева Софт.", ""},
		{asker{"Иван Сидоров", "ivan@volga.example", "Волга"}, "Как можно удалить свою учётную запись?", "", ""},
	}},
	{"", []letter{ // nobody answered it
		{maria, "Why is the chart on the dashboard purple?", "I have forwarded this to our engineers and will get back to you as soon as I know more.", ""},
		{bob, "Why is the dashboard chart purple?", "Thank you for reporting this. Could you send us a screenshot of the chart, please?", ""},
	}},
	{"", []letter{ // the answer did not help
		{sean, "How do I stop the sound of notifications?", "Open **Settings > Sounds** and switch off **Notification sounds** for this browser.", "That does not work, the sound is still there."},
		{priya, "How can I stop notification sounds?", "", ""},
	}},
	{"", []letter{ // what was done for one is no answer for others
		{maria, "Can I get the difference back for the seats of March?", "I have refunded the difference to your card. I have also removed the seats.", ""},
		{bob, "Do we get the difference back for the seats in March?", "", ""},
	}},
	{"", []letter{{maria, "How do I import tasks from a spreadsheet?" + footer, "Open **Import**, choose the spreadsheet, and tell which column is the title.", ""}}},
	{"", []letter{{bob, "How do I print the tasks of a sprint?" + footer, "Open the sprint, press **Print**, and choose landscape for many columns.", ""}}},
	{"", []letter{{sean, "What does the Business plan include besides single sign-on?" + footer, "It includes audit logs, roles of your own, and support by telephone.", ""}}},
	{"", []letter{{will, "Can I restore an older version of a document?", "Open the history of the document and choose **Restore this version** there.", ""}}},
	{"", []letter{{wang, "How many people may use a workspace?", "As many as you have seats for; guests do not need one at all.", ""}}},
	{"", []letter{{olga, "Is there a keyboard shortcut for a new task?", "Press **N** anywhere outside of a text field to write a new task.", ""}}},
	{"", []letter{{lena, "Can I change the colour of a label?", "Click the label in the list of labels and pick another colour for it.", ""}}},
	{"", []letter{{jurgen, "Wie lade ich Gäste in ein Projekt ein?", "Öffnen Sie das Projekt, wählen Sie **Teilen**, und geben Sie die Adresse ein.", ""}}},
}

// secrets are what nobody else may learn, and kept is what the answers are about.
var (
	secrets = []string{
		"Maria", "Lopez", "Bob", "Smith", "Initech", "Northwind", "lena", "fischer", "Tom", "Barnaby", "Seán", "Sean", "Connor", "प्रिया", "शर्मा", "王芳", "Jane", "Doe", "Katharina", "Weiss", "Globex",
		"Jürgen", "Groß", "Muster", "Ольг", "Петров", "Нева", "Will", "message, will", "ORD", "48213", "4471", "4711", "Baker", "NW1", "NWBK", "GB29", "6016", "9268", "1234", "030", "456", "10115", "Musterstr", "token=", "s3cr3t", "@",
		"plumline.example", "northwind dot",
	}
	kept = []string{
		"up to 5 minutes", "30 days", "14 days", "€49.99", "499.00 EUR", "1000 requests", "99.95%", "version 2.14.1", "error 403", "AES-256", "TLS 1.2", "port 8080", "5000 rows", "20 MB", "3 files", "3 Tagen", "3 дня",
		"checkbox", "**Export > One PDF file**", "**Restore**", "**Einstellungen > Abrechnung**", "CSV", "Growth", "API",
	}
)

// writeSupport writes the conversations into a sandbox and returns the ids of each matter.
func writeSupport(t *testing.T, box *sandbox.Sandbox) (ids [][]string) {
	t.Helper()
	people := map[string]string{}
	for _, m := range support {
		var of []string
		for _, l := range m.letters {
			if people[l.who.mail] == "" {
				made := write(t, box, "POST", "/v2/contacts", string(encoded(t, map[string]any{
					"email": l.who.mail, "name": l.who.name, "companies": []any{map[string]any{"id": "firm-of-" + l.who.mail, "name": l.who.firm}},
				})))
				people[l.who.mail], _ = made["id"].(string)
			}
			say := func(id, by, who, words string) {
				write(t, box, "POST", "/v2/conversations/"+id+"/reply", string(encoded(t, map[string]any{"type": by, "id": who, "messageType": "reply", "bodyMarkdown": words})))
			}
			made := write(t, box, "POST", "/v2/conversations", string(encoded(t, map[string]any{"from": map[string]any{"type": "contact", "id": people[l.who.mail]}, "bodyMarkdown": l.asked})))
			id, _ := made["id"].(string)
			if l.answered != "" {
				say(id, "admin", anAdmin, l.answered)
			}
			if l.after != "" {
				say(id, "contact", people[l.who.mail], l.after)
			}
			write(t, box, "PATCH", "/v2/conversations/"+id, `{"state":"closed"}`)
			of = append(of, id)
		}
		ids = append(ids, of)
	}
	return ids
}

var entryLine = regexp.MustCompile(`(?m)^\d+\. asked in .*\n   conversations ([^;]*);`)

// What repeats is found with all who asked it, and nothing else is; no secret is told, and what the answers are about stays.
func TestTrainingFromWhatSupportIsLike(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	ids := writeSupport(t, box)
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport()), Selection: tools.Selection{Toolsets: []string{tools.AllTools}}, Confirm: "never"})
	answer, isError := enginetest.Ask(t, server, "propose_training", `{"period":"quarter","limit":10}`)
	if isError {
		t.Fatal(answer)
	}
	enginetest.CheckAnswer(t, answer)
	if n := enginetest.Tokens(t, answer); n > 2500 {
		t.Errorf("%d tokens", n)
	}
	var entries [][]string
	for _, found := range entryLine.FindAllStringSubmatch(answer, -1) {
		entries = append(entries, strings.Split(found[1], ", "))
	}
	right, wanted, pairs, joined := 0, 0, 0, 0
	for i, m := range support {
		if m.mark == "" {
			continue
		}
		wanted++
		pairs += len(m.letters)
		at := slices.IndexFunc(entries, func(of []string) bool { return slices.Contains(of, ids[i][0]) })
		if at < 0 || !strings.Contains(answer, m.mark) {
			t.Errorf("not proposed: %s", m.mark)
			continue
		}
		right++
		for _, id := range ids[i] {
			if slices.Contains(entries[at], id) {
				joined++
			}
		}
		if !slices.Equal(entries[at], ids[i]) {
			t.Errorf("%s: asked in %v, not %v", m.mark, entries[at], ids[i])
		}
	}
	t.Logf("proposed %d, right %d of %d; conversations %d of %d; %d tokens", len(entries), right, wanted, joined, pairs, enginetest.Tokens(t, answer))
	if len(entries) != wanted {
		t.Errorf("%d entries, not %d", len(entries), wanted)
	}
	for _, secret := range secrets {
		if regexp.MustCompile(`(?:^|[^\pL\pN\pM])` + regexp.QuoteMeta(secret)).MatchString(answer) {
			t.Errorf("tells %q", secret)
		}
	}
	for _, words := range kept {
		if !strings.Contains(strings.ReplaceAll(answer, `\u003e`, ">"), words) {
			t.Errorf("lacks %q", words)
		}
	}
	if t.Failed() {
		t.Log(answer)
	}
	teach(t, server, answer)
	again, _ := enginetest.Ask(t, server, "propose_training", `{"period":"quarter","limit":10}`)
	if strings.Contains(again, "plan: ") || !strings.Contains(again, "knows this already") {
		t.Errorf("what was taught is proposed again:\n%s", again)
	}
}

// teach carries out the plan of an answer.
func teach(t *testing.T, server *mcpclient.Client, answer string) {
	t.Helper()
	plan := handedOver.FindStringSubmatch(answer)
	if plan == nil {
		t.Fatalf("no plan is handed over:\n%s", answer)
	}
	planned, isError := enginetest.Ask(t, server, "plan_changes", plan[1])
	id := regexp.MustCompile(`planId=([\w-]+)`).FindStringSubmatch(planned)
	if isError || id == nil {
		t.Fatal(planned)
	}
	applied, isError := enginetest.Ask(t, server, "apply_plan", `{"planId":"`+id[1]+`"}`)
	if isError || strings.Contains(applied, "failed") || strings.Contains(applied, "refused") {
		t.Fatal(applied)
	}
}

// Of named conversations the companies are not told, and still they are taken out.
func TestTrainingOfNamedConversationsNamesNoCompany(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	ids := writeSupport(t, box)
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport()), Selection: tools.Selection{Toolsets: []string{tools.AllTools}}})
	answer, isError := enginetest.Ask(t, server, "propose_training", string(encoded(t, map[string]any{"conversationIds": slices.Concat(ids[7], ids[1], ids[6])})))
	if isError || !strings.Contains(answer, "учётную") || strings.Contains(answer, "Нева") || strings.Contains(answer, "Muster") || strings.Contains(answer, "Connor") {
		t.Error(answer)
	}
}
