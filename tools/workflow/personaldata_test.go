package workflow_test

import (
	"strings"
	"testing"

	"featurebase-mcp/tools/workflow"
)

// The people and companies that the texts below name, and what other conversations say, so that words are told from names.
var (
	knownPeople    = []string{"Maria Lopez", "Will Board", "Mark Green", "Seán O'Connor", "Jean-Luc Picard", "प्रिया शर्मा", "王芳", "김민수", "Ольга Петрова", "Name Link", "Grace May", "Ada", "María-José Núñez", "عمر حسن"}
	knownCompanies = []string{"Initech GmbH", "Box", "Name", "Northwind Traders", "中华科技", "AT&T", "Open Table Ltd."}
	otherMessages  = []string{
		"we will mark the board in the green box, with the name of the link, and open a table by grace; this may link",
		"they will mark a board, a box, green, the name, a link, open, table, grace, may",
	}
)

// What tells a person goes, and what answers are about stays, word for word.
func TestPersonalDataIsTakenOut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		// Greetings and ends of letters go; questions and answers that begin or end like them stay.
		"Hi how can I restore a deleted board?":                                                  "how can I restore a deleted board?",
		"Hello Maria, the bin has it.":                                                           "the bin has it.",
		"hi maria! the bin has it":                                                               "the bin has it",
		"Dear Mr. Smith,\n\nopen the bin.\n\nBest practice is to look twice.":                    "open the bin.\n\nBest practice is to look twice.",
		"Open the bin.\n\nThanks for your message was the wrong text, and here is more of it.":   "Open the bin.\n\nThanks for your message was the wrong text, and here is more of it.",
		"Open the bin.\n\nKind regards\nTom Barnaby\nHead of Support\n+49 30 1234567":            "Open the bin.",
		"Open the bin, says Tom.\nCheers, Tom":                                                   "Open the bin, says [name].",
		"Sehr geehrte Frau Weiss,\nöffnen Sie den Korb.\nMit freundlichen Grüßen\nSabine Müller": "öffnen Sie den Korb.",
		// Names: as they are written, in any script, with endings, and beside words that are spelled alike.
		"Maria's board, MARIA's too, and maria lopez":           "[name] board, [name] too, and [name]",
		"Will you mark the board in the green box by name?":     "Will you mark the board in the green box by name?",
		"As Will and Mark Green said, may grace open the table": "As [name] and [name] said, may grace open the table",
		"Click the checkbox of the inbox at Box, not at Boxes":  "Click the checkbox of the inbox at [name], not at Boxes",
		"O’Connor and Sean of northwind traders, Initech, at&t": "[name] and [name] of [name], [name]",
		"Jean-Luc and Maria José met":                           "[name] and [name] met",

		// Other scripts.
		"प्रिया ने कहा, शर्मा":       "[name] ने कहा",
		"请王芳您好，김민수님":                 "请[name]您好，[name]님",
		"Мы сообщили Ольге Петровой": "Мы сообщили [name]",
		"قال عمر": "قال [name]",

		// Those whom nobody is known by.
		"as I told Bob Smith of Globex, our colleague Wendelin knew": "as I told [name] of [name], our colleague [name] knew",
		"It went to Jane Doe and Hooli Inc. with Mr. Zorg":           "It went to [name] and [name]. with Mr. [name]",

		"Ask @maria_l or @bob":               "Ask [name] or [name]",
		"[name] is no mark of ours, Name is": "[name] is no mark of ours, [name] is",
		// Addresses and secrets.
		"Write to a.b+c@x.example or maria (at) initech.example or bob at initech dot com": "Write to [e-mail] or [e-mail] or [e-mail]",
		"See https://x.example/a?token=abc and www.x.com/1, or app.initech.com/board":      "See [link] and [link] or [link]",
		"See [the menu](https://x.example/?t=1) in Node.js, e.g. for report.csv":           "See the menu in Node.js, e.g. for report.csv",
		"We are at 12 Baker Street, London NW1 6XE, or Hauptstraße 5, 10115 Berlin.":       "We are at [address], or [address].",
		"My password is Sommer2024! and the PIN: 4711, token=abc123DEF":                    "My password is [password] and the PIN: [password], token=[password]",
		"A password must have 12 characters, and a token is valid for 14 days.":            "A password must have 12 characters, and a token is valid for 14 days.",
		// Numbers of somebody.
		"order 42, order number is 42, Order no. A-48, invoice #2024-17, ORD-48213":          "order [number], order number is [number], Order no. [number], invoice #[number], [number]",
		"customer id 447, Kundennummer: 4711, account 4471 cannot":                           "customer id [number], Kundennummer: [number], account [number] cannot",
		"DE89 3704 0044 0532 0130 00 or GB29NWBK60161331926819":                              "[number] or [number]",
		"Call +49 30 1234567, (030) 12 34 56 78, 030 123 456, 555-0199 or 612 345 678.":      "Call [number], [number], [number], [number] or [number].",
		"4111 1111 1111 1111 at 192.168.10.25, key sk_live_51HxAbCdEfGh, 48213 has not come": "[number] at [number], key [number], [number] has not come",
		"3f2504e0-4f89-11d3-9a0c-0305e82c3301 was born 1985-03-02":                           "[number] was born [number]",
		"Ticket #48213 and №17 are one.":                                                     "Ticket #[number] and [number] are one.",
		// Figures that answers are about.
		"14 days, 1000 requests, 5000 rows, 10,000 rows, 1 000 000 rows, 3600 seconds, 1.5 GB": "14 days, 1000 requests, 5000 rows, 10,000 rows, 1 000 000 rows, 3600 seconds, 1.5 GB",
		"€49.99, 499.00 EUR, $1,234.56, 1234.56 €, 1250 euros, 19 %, 99.95%":                   "€49.99, 499.00 EUR, $1,234.56, 1234.56 €, 1250 euros, 19 %, 99.95%",
		"error 403, error code 5003, HTTP 429, port 8080, E1001, ERR_403":                      "error 403, error code 5003, HTTP 429, port 8080, E1001, ERR_403",
		"version 2.14.1, v3.0.12, iOS 17.2, Windows 11, TLS 1.3, AES-256, SHA-256, ISO 27001":  "version 2.14.1, v3.0.12, iOS 17.2, Windows 11, TLS 1.3, AES-256, SHA-256, ISO 27001",
		"From 9:00 to 17:30, until 2027-03-31, 31.12.2027, 1 March 2027, since 2024":           "From 9:00 to 17:30, until 2027-03-31, 31.12.2027, 1 March 2027, since 2024",
		"There is no 2FA in case 2 people order 3 licenses for 50-100 users":                   "There is no 2FA in case 2 people order 3 licenses for 50-100 users",
		"Open **Settings > Billing**, then Google Calendar or Microsoft Outlook in Excel.":     "Open **Settings > Billing**, then Google Calendar or Microsoft Outlook in Excel.",
		"Die Rechnung steht unter Einstellungen und gilt ab dem nächsten Monat.":               "Die Rechnung steht unter Einstellungen und gilt ab dem nächsten Monat.",
		"": "",
	} {
		if got := workflow.WithoutPersonalData(knownPeople, knownCompanies, otherMessages, text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

// Nothing that a customer writes or is called keeps the work from ending, or the text from being one.
func FuzzPersonalData(f *testing.F) {
	for _, seed := range []string{"Name", "[name]", "e", "İ", "K", "a\u0300", "\ue000", "12 Baker Street, ", "@a.b", "Hi ,", "王", "\n\nbest\n", "##1", "+"} {
		f.Add(seed, seed, seed+" and "+strings.ToUpper(seed))
	}
	f.Fuzz(func(t *testing.T, person, company, text string) {
		if len(text) > 1000 || len(person) > 100 || len(company) > 100 {
			return
		}
		out := workflow.WithoutPersonalData([]string{person}, []string{company}, []string{text}, text)
		if len(out) > 12*len(text)+12 || strings.ContainsAny(out, "\ue000\ue001\ue002\ue003\ue004\ue005") {
			t.Errorf("%q of %q at %q: %q", text, person, company, out)
		}
	})
}

// The questions of pairs: those of the first list ask the same, those of the second something else with nearly the same words.
const (
	oneQuestion = `How can I export all invoices as one PDF file?|Is there a way to download every invoice in a single PDF?
How do I reset my password?|I forgot my password, how can I set a new one?
Wie ändere ich die Rechnungsadresse unserer Firma?|Wo kann ich die Rechnungsadresse ändern?
Wie kann ich einen Benutzer löschen?|Wie lösche ich Benutzer aus dem Arbeitsbereich?
How do I cancel my subscription?|Where can I cancel the subscription?
How do I add a new member to my team?|How can I invite a colleague to our workspace?
What is the maximum size of an attachment?|How large may attachments be?
Can I change the owner of a project?|How do I transfer a project to another owner?
How do I turn off e-mail notifications?|I get too many e-mails, how can I stop the notifications?
Why does the API answer 429?|What does status 429 of the API mean?
Is there a discount for non-profits?|Do you offer discounts to non-profit organisations?
How do I connect Slack?|How can I set up the Slack integration?
Where is my data stored?|In which country do you store our data?
Can guests comment on tasks?|Are guests allowed to write comments on a task?
How do I enable two-factor authentication?|How can I switch on 2FA?
¿Cómo puedo exportar mis tareas?|¿Hay una manera de exportar las tareas?
Comment changer la langue de l'interface ?|Comment puis-je changer la langue ?
Como posso cancelar a minha assinatura?|Quero cancelar a assinatura, como faço?
Can I merge two accounts?|How do I merge duplicate accounts?
How do I change the time zone?|Where do I set my time zone?
How can I see the history of a task?|Is there a history of changes of a task?
How do I get a copy of my last invoice?|Where can I find my latest invoice?
How do I import tasks from a CSV file?|What do I have to do to import a CSV file with tasks?
How do I print a board?|Can I print my board?
What does the Growth plan cost?|How much is the Growth plan?`
	twoQuestions = `How do I export tasks as CSV?|How do I import tasks from CSV?
What does the Growth plan cost?|What does the Business plan cost?
How do I delete a board?|How do I restore a board?
How do I add a guest?|How do I remove a guest?
Can I change the owner of a project?|Can I change the colour of a project?
How do I connect Slack?|How do I disconnect Slack?
How do I connect Slack?|How do I connect GitHub?
How do I enable notifications on Android?|How do I disable notifications on Android?
How long is an invitation valid?|How long is a trial?
Why does the API answer 429?|Why does the API answer 403?
Can guests comment on tasks?|Can guests see all projects?
Where do I set my time zone?|Where do I set my language?
How do I change my password?|How do I change my e-mail address?
How do I print a board?|How do I archive a board?
What is the maximum size of an attachment?|What is the maximum number of members?
How do I move a task to another project?|How do I copy a task to another project?
Wie lösche ich einen Benutzer?|Wie lösche ich ein Projekt?
Wie ändere ich die Rechnungsadresse?|Wie ändere ich die Sprache?
¿Cómo puedo exportar mis tareas?|¿Cómo puedo importar mis tareas?
Can I pay by bank transfer?|Can I pay by PayPal?
How do I cancel my subscription?|How do I upgrade my subscription?
How do I see who is overbooked?|How do I see who is online?
How do I hide weekends on the timeline?|How do I hide a project on the timeline?
How do I track time on a task?|How do I delete a time entry of a task?
Is there a discount for yearly payment?|Is there a discount for non-profits?`
)

// Most of what asks the same is put together, and next to nothing that asks something else: a wrong answer is worse than none.
func TestQuestionsThatAskTheSame(t *testing.T) {
	t.Parallel()
	var pairs [][2]string
	for line := range strings.Lines(oneQuestion + "\n" + twoQuestions) {
		a, b, _ := strings.Cut(strings.TrimSpace(line), "|")
		pairs = append(pairs, [2]string{a, b})
	}
	same, half := workflow.AskSame(pairs), len(pairs)/2
	right, wrong := 0, 0
	for i, is := range same {
		switch {
		case is && i < half:
			right++
		case is:
			wrong++
			t.Logf("put together: %s", pairs[i])
		case i < half:
			t.Logf("kept apart: %s", pairs[i])
		}
	}
	t.Logf("%d of %d that ask the same, %d of %d that do not", right, half, wrong, half)
	if right < 16 || wrong > 1 {
		t.Error("fewer are put together, or more that ask something else")
	}
}
