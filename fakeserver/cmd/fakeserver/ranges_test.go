package main

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestPlaces(t *testing.T) {
	up, down := transcript.FromClient, transcript.ToClient
	for text, want := range map[string]place{
		"1:from-client:0-16": {1, []transcript.Direction{up}, 0, 16},
		"*:to-client:8-":     {0, []transcript.Direction{down}, 8, math.MaxInt64},
		"20:*:3-4":           {20, []transcript.Direction{up, down}, 3, 4},
	} {
		if got, err := parsePlace(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "1", "1:from-client", "0:*:1-2", "-1:*:1-2", "x:*:1-2", "1::1-2", "1:up:1-2", "1:*:", "1:*:5", "1:*:-5", "1:*:5-5", "1:*:5-4", "1:*:a-b", "1:*:1-2:3",
	} {
		if got, err := parsePlace(text); err == nil || !strings.Contains(err.Error(), "want CONN:DIRECTION:FROM-TO") {
			t.Errorf("%q is %+v, %v; want an error that says how it is written", text, got, err)
		}
	}
}
