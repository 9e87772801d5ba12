package figures

import (
	"strings"
	"sync"

	"featurebase-mcp/internal/legible"
)

// vocabulary has the words with a meaning of their own, without accents and in lower case. It is made on first use, since a table of maps
// would be filled at every start.
type vocabulary struct {
	numbers    map[string]float64 // numbers from two on
	ones       map[string]bool    // articles that mean one before a unit of time: "an hour"
	time       map[string]span
	months     map[string]int
	currencies map[string]string // signs and codes of money, and of shares of a hundred, as the code
	clocks     map[string]int    // am and pm, as the hours to add
	rates      map[string]string // "monthly", as the class of the span of time
	sizes      map[string]bool   // units that stand at a number without a space
}

// span is a unit of time. Spans of different classes are not exact multiples of each other: a month has 30 days or 31.
type span struct {
	class   string
	seconds float64
}

// The languages are English, German, French, Spanish, Portuguese and Italian. Words are left out that mean something else in another of
// them, such as the Italian due (two), the Spanish once (eleven) and the French sept (seven).
const (
	numberWords = `2 two zwei deux dos dois duas
3 three drei trois tres tre
4 four vier quatre cuatro quatro quattro
5 five funf fuenf cinq cinco cinque
6 six sechs seis
7 seven sieben siete sete sette
8 eight acht huit ocho oito otto
9 nine neun neuf nueve nove
10 ten zehn dix diez dez dieci
11 eleven elf onze undici
12 twelve zwolf zwoelf douze doce doze dodici dozen dutzend
13 thirteen dreizehn treize trece treze tredici
14 fourteen vierzehn quatorze catorce catorze quattordici
15 fifteen funfzehn quinze quince quindici
16 sixteen sechzehn dieciseis dezesseis sedici
18 eighteen achtzehn dieciocho dezoito diciotto
20 twenty zwanzig vingt veinte vinte venti
30 thirty dreissig dreißig trente treinta trinta trenta
40 forty vierzig cuarenta quarenta quaranta
50 fifty funfzig fuenfzig cinquante cincuenta cinquenta cinquanta
60 sixty sechzig soixante sesenta sessenta sessanta
70 seventy siebzig setenta settanta
80 eighty achtzig ochenta oitenta ottanta
90 ninety neunzig noventa novanta
100 hundred hundert cent cien cem cento
1000 thousand tausend mille mil`

	oneWords = "one a an ein eine einem einen einer eines un une una uno um uma"

	timeWords = `second 1 second seconds sec secs sekunde sekunden seconde secondes segundo segundos secondo secondi
minute 60 minute minutes min mins minuten minuto minutos minuti
hour 3600 hour hours h hr hrs stunde stunden std heure heures hora horas ora ore
day 86400 day days d tag tage tagen tages jour jours dia dias giorno giorni
week 1209600 fortnight fortnights
week 604800 week weeks wk wks woche wochen semaine semaines semana semanas settimana settimane
month 2629800 month months monat monate monaten mois mes meses mese mesi
year 31557600 year years yr yrs jahr jahre jahren an ans annee annees ano anos anno anni`

	monthWords = `1 january jan januar janner janvier enero janeiro gennaio
2 february feb februar fevrier febrero fevereiro febbraio
3 march marz maerz mars marzo marco
4 april apr avril abril aprile
5 may mai mayo maio maggio
6 june jun juni juin junio junho giugno
7 july jul juli juillet julio julho luglio
8 august aug aout agosto
9 september sep sept septembre septiembre setembro settembre
10 october oct oktober okt octobre octubre outubro ottobre
11 november nov novembre noviembre novembro
12 december dec dezember dez decembre diciembre dezembro dicembre`

	currencyWords = `EUR € eur euro euros
USD $ usd dollar dollars
GBP £ gbp pound pounds
JPY ¥ jpy yen
CHF chf franken francs
% % percent prozent`

	rateWords = `day daily taglich quotidien
week weekly wochentlich
month monthly monatlich mensuel mensual mensal mensile
year yearly annually annual jahrlich annuel annuale`

	sizeWords = "kb mb gb tb kib mib gib"
)

var words = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{
		numbers: map[string]float64{}, ones: map[string]bool{}, time: map[string]span{}, months: map[string]int{}, currencies: map[string]string{},
		clocks: map[string]int{"am": 0, "pm": 12}, sizes: map[string]bool{}, rates: map[string]string{},
	}
	for line := range strings.Lines(rateWords) {
		fields := strings.Fields(line)
		for _, word := range fields[1:] {
			v.rates[word] = fields[0]
		}
	}
	for word := range strings.FieldsSeq(sizeWords) {
		v.sizes[word] = true
	}
	for line := range strings.Lines(numberWords) {
		fields := strings.Fields(line)
		for _, word := range fields[1:] {
			v.numbers[word], _ = number(fields[0])
		}
	}
	for word := range strings.FieldsSeq(oneWords) {
		v.ones[word] = true
	}
	for line := range strings.Lines(timeWords) {
		fields := strings.Fields(line)
		seconds, _ := number(fields[1])
		for _, word := range fields[2:] {
			v.time[word] = span{fields[0], seconds}
		}
	}
	for line := range strings.Lines(monthWords) {
		fields := strings.Fields(line)
		month, _ := number(fields[0])
		for _, word := range fields[1:] {
			v.months[word] = int(month)
		}
	}
	for line := range strings.Lines(currencyWords) {
		fields := strings.Fields(line)
		for _, word := range fields[1:] {
			v.currencies[word] = fields[0]
		}
	}
	return v
})

// plain returns a word as the vocabulary has it.
func plain(word string) string { return string(legible.PlainLetters(word)) }
