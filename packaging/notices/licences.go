package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// licence is one that may be in the binary.
type licence struct {
	name string
	text *regexp.Regexp // of its words, in lower case with single blanks
}

// apacheTerms is the hash of the words of the Apache License 2.0 from its first definition to its ninth term. They are too many to stand here.
const apacheTerms = "9d6ffee88fef15058256aa822373d159664de97cc7f3b5de14dfde903d7278f3"

// licences are all that are taken: those with which a binary may go to anybody for any use, as long as their texts go along.
func licences() []licence {
	words := func(name, pattern string) licence {
		return licence{name, regexp.MustCompile(strings.Join(strings.Fields(pattern), " "))}
	}
	return []licence{
		words("MIT", `permission is hereby granted free of charge to any person obtaining a copy of this software and associated documentation files the software to deal in
			the software without restriction including without limitation the rights to use copy modify merge publish distribute sublicense and or sell copies of the software
			and to permit persons to whom the software is furnished to do so subject to the following conditions the above copyright notice and this permission notice shall be
			included in all copies or substantial portions of the software the software is provided as is without warranty of any kind express or implied including but not
			limited to the warranties of merchantability fitness for a particular purpose and noninfringement in no event shall the authors or copyright holders be liable for
			any claim damages or other liability whether in an action of contract tort or otherwise arising from out of or in connection with the software or the use or other
			dealings in the software`),
		words("ISC", `permission to use copy modify and(?: or)? distribute this software for any purpose with or without fee is hereby granted provided that the above copyright
			notice and this permission notice appear in all copies the software is provided as is and the author disclaims all warranties with regard to this software including
			all implied warranties of merchantability and fitness in no event shall the author be liable for any special direct indirect or consequential damages or any damages
			whatsoever resulting from loss of use data or profits whether in an action of contract negligence or other tortious action arising out of or in connection with the
			use or performance of this software`),
		words("BSD", `redistribution and use in source and binary forms with or without modification are permitted provided that the following conditions are met (?:1 )?redistributions
			of source code must retain the above copyright notice this list of conditions and the following disclaimer (?:2 )?redistributions in binary form must reproduce the
			above copyright notice this list of conditions and the following disclaimer in the documentation and or other materials provided with the distribution
			(?:(?:3 )?neither the names? of [a-z0-9 ]{1,80} may be used to endorse or promote products derived from this software without specific prior written permission )?this
			software is provided by [a-z ]{1,80} as is and any express or implied warranties including but not limited to the implied warranties of merchantability and fitness
			for a particular purpose are disclaimed in no event shall [a-z ]{1,80} be liable for any direct indirect incidental special exemplary or consequential damages
			including but not limited to procurement of substitute goods or services loss of use data or profits or business interruption however caused and on any theory of
			liability whether in contract strict liability or tort including negligence or otherwise arising in any way out of the use of this software even if advised of the
			possibility of such damage`),
		words("Apache-2.0", `apache license version 2 0 january 2004 http www apache org licenses terms and conditions for use reproduction and distribution (1 definitions .*? 9
			accepting warranty or additional liability .*? any such warranty or additional liability)(?: end of terms and conditions)?(?: appendix how to apply the apache license to
			your work to apply the apache license .*? within third party archives)?`),
		words("Apache-2.0", `licensed under the apache license version 2 0 the license you may not use this file except in compliance with the license you may obtain a copy of the
			license at https? www apache org licenses license 2 0 unless required by applicable law or agreed to in writing software distributed under the license is distributed on
			an as is basis without warranties or conditions of any kind either express or implied see the license for the specific language governing permissions and limitations
			under the license`),
	}
}

// besides are the words that may stand around the texts of licences, copyright lines aside. They ask for nothing. Any other word may be a condition, such as
// "for good, not evil", and is for a person to read.
var besides = []string{
	"this project is covered by two different licenses mit and apache mit license the following files were ported to go from c files of libyaml and thus are still covered by their " +
		"original mit license with the additional apic go emitterc go parserc go readerc go scannerc go writerc go yamlh go yamlprivateh go",
	"apache license all the remaining project files are covered by the apache license",
	"the mit license mit", "the mit license", "mit license", "bsd 3 clause license", "isc license", "all rights reserved", "go toml v2",
}

// recognise names the licences of a text, or says which of its words belong to none.
func recognise(content string) ([]string, error) {
	var kept []string
	for line := range strings.Lines(content) {
		if !regexp.MustCompile(`(?i)^\W*copyright\b.*(?:\(c\)|©|[0-9]{4}|yyyy)`).MatchString(line) {
			kept = append(kept, line)
		}
	}
	rest := strings.Join(regexp.MustCompile(`[\pL\pN]+`).FindAllString(strings.ToLower(strings.Join(kept, "")), -1), " ")
	var names []string
	for _, l := range licences() {
		rest = l.text.ReplaceAllStringFunc(rest, func(found string) string {
			if terms := l.text.FindStringSubmatch(found); len(terms) > 1 && fmt.Sprintf("%x", sha256.Sum256([]byte(terms[1]))) != apacheTerms {
				return found
			}
			if !slices.Contains(names, l.name) {
				names = append(names, l.name)
			}
			return ""
		})
	}
	for _, words := range besides {
		rest = strings.ReplaceAll(rest, words, "")
	}
	if rest = strings.Join(strings.Fields(rest), " "); rest != "" {
		return names, fmt.Errorf("these words belong to no licence that is taken: %.300q", rest)
	}
	if len(names) == 0 {
		return nil, errors.New("it states no licence")
	}
	return names, nil
}
