package main

import (
	"os"
	"strings"
	"testing"
)

// What is shipped has a licence with which it may be, and the file that goes along says so.
func TestNoticesAreFresh(t *testing.T) {
	t.Parallel()
	all, err := modules(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	want, err := compose(all)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../" + notices)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what is in the binaries: make notices writes it", notices)
	}
	if len(all) < 15 {
		t.Errorf("only %d modules were found", len(all))
	}
}

func mit(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestOurLicenceIsMIT(t *testing.T) {
	t.Parallel()
	if names, err := recognise(mit(t)); err != nil || strings.Join(names, " ") != "MIT" {
		t.Error(names, err)
	}
}

func TestOtherLicencesAreRefused(t *testing.T) {
	t.Parallel()
	ours := mit(t)
	for name, test := range map[string]struct{ text, says string }{
		"nothing":             {"", "it states no licence"},
		"a copyright alone":   {"Copyright (c) 2020 Jo Doe. All rights reserved.", "it states no licence"},
		"copyleft":            {"GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n", "gnu general public license version 3"},
		"Mozilla":             {"Mozilla Public License Version 2.0\n", "mozilla public license version 2 0"},
		"a further condition": {ours + "\nThe Software shall be used for Good, not Evil.\n", "the software shall be used for good not evil"},
		"a changed condition": {strings.Replace(ours, "to any person", "to any person outside the company", 1), "permission is hereby granted"},
		"a second licence":    {ours + "\nCommons Clause License Condition v1.0\n", "commons clause"},
		"half of Apache": {
			"Apache License\nVersion 2.0, January 2004\nhttp://www.apache.org/licenses/\nTERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION\n1. Definitions.\n" +
				"9. Accepting Warranty or Additional Liability. You owe us any such warranty or additional liability.\n", "apache license version 2 0",
		},
	} {
		if names, err := recognise(test.text); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v %v", name, names, err)
		}
		if _, err := compose([]module{{path: "example.test/x", version: "v1.0.0", texts: []text{{"LICENSE", test.text}}}}); err == nil || !strings.Contains(err.Error(), "example.test/x") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := compose([]module{{path: "example.test/x", texts: []text{{"NOTICE", ours}}}}); err == nil || !strings.Contains(err.Error(), "no file that states its licence") {
		t.Error(err)
	}
}

// A package below the root of its module may have terms of its own, and identical texts stand once.
func TestTextsGoAlong(t *testing.T) {
	t.Parallel()
	ours := mit(t)
	got, err := compose([]module{
		{path: "example.test/a", version: "v1.0.0", texts: []text{{"LICENSE", ours}, {"NOTICE", "This product is theirs."}}},
		{path: "example.test/b", version: "v2.0.0", texts: []text{{"LICENSE", ours}, {"json/LICENSE", strings.ReplaceAll(ours, "Copyright", "Copyright 2001")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"example.test/a v1.0.0\nexample.test/b v2.0.0\n" + rule, "This product is theirs.", "example.test/b v2.0.0, json\n" + rule} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %q", got, want)
		}
	}
	if strings.Count(got, "Permission is hereby granted") != 2 {
		t.Error(got)
	}
}
