package scenarios

import (
	"slices"
	"strings"
	"testing"
)

func TestArrived(t *testing.T) {
	want := textLines(7, 3, 10)
	for _, c := range []struct {
		Why  string
		Got  []string
		Want string // in the error; "" where nothing is wrong
	}{
		{"as they were logged", want, ""},
		{"with what a logger adds", []string{"app: " + want[0], `{"msg":"` + want[1] + `"}`, want[2] + " goroutine=3"}, ""},
		{"with lines that were not logged", slices.Insert(slices.Clone(want), 1, "logger: 3 lines queued"), ""},
		{"none", nil, `"line 00007"… is missing; 0 of 3`},
		{"the last is lost", want[:2], `"line 00009"… is missing; 2 of 3`},
		{"the first is lost", want[1:], `"line 00007"… is missing where "line 00008"… arrived`},
		{"once too often", slices.Insert(slices.Clone(want), 1, want[0]), `"line 00007"… arrived after "line 00007"…`},
		{"once too often, at the end", append(slices.Clone(want), want[0]), `"line 00007"… arrived after "line 00009"…`},
		{"out of order", []string{want[0], want[2], want[1]}, `"line 00008"… is missing where "line 00009"… arrived`},
		{"cut off", []string{want[0], want[1][:15], want[2]}, `line 2 that arrived is not whole: "line 00008 abcd"…`},
		{"joined", []string{want[0] + want[1], want[2]}, `line 1 that arrived holds 2 lines`},
		{"never logged", []string{textLines(6, 1, 10)[0]}, `line 1 that arrived is not whole`},
	} {
		t.Run(c.Why, func(t *testing.T) {
			err := arrived(c.Got, want)
			if c.Want == "" && err != nil {
				t.Errorf("arrived = %v, want nil", err)
			}
			if c.Want != "" && (err == nil || !strings.Contains(err.Error(), c.Want)) {
				t.Errorf("arrived = %v, want an error with %s", err, c.Want)
			}
		})
	}
}

func TestArrivedEach(t *testing.T) {
	a, b := textLines(1, 2, 10), textLines(3, 2, 10)
	for _, c := range []struct {
		Why  string
		Got  []string
		Want string // in the error; "" where nothing is wrong
	}{
		{"one caller after the other", slices.Concat(a, b), ""},
		{"in turns", []string{b[0], a[0], "of no caller", a[1], b[1]}, ""},
		{"of one caller out of order", []string{b[0], a[1], a[0], b[1]}, `of goroutine 1: "line 00001"… is missing where "line 00002"…`},
		{"of one caller, one is lost", []string{a[0], b[0], a[1]}, `of goroutine 2: "line 00004"… is missing; 1 of 2`},
		{"once too often", slices.Concat(a, b, b[1:]), `of goroutine 2: "line 00004"… arrived after`},
		{"two in one", []string{a[0] + b[0], a[1], b[1]}, `line 1 that arrived is not one of those logged`},
		{"one in the middle of the other", []string{a[0][:15] + b[0] + a[0][15:], a[1], b[1]}, `line 1 that arrived is not one of those logged`},
	} {
		t.Run(c.Why, func(t *testing.T) {
			err := arrivedEach(c.Got, [][]string{a, b})
			if c.Want == "" && err != nil {
				t.Errorf("arrivedEach = %v, want nil", err)
			}
			if c.Want != "" && (err == nil || !strings.Contains(err.Error(), c.Want)) {
				t.Errorf("arrivedEach = %v, want an error with %s", err, c.Want)
			}
		})
	}
}

func TestArrivedInAnyOrder(t *testing.T) {
	logged := textLines(7, 3, 10)
	for _, c := range []struct {
		Why     string
		Got     []string
		MayMiss int
		Want    string // in the error; "" where nothing is wrong
	}{
		{"out of order", []string{"app: " + logged[2], logged[0], logged[1]}, 0, ""},
		{"with lines that were not logged", append([]string{"logger: 3 lines queued"}, logged...), 0, ""},
		{"lost", []string{logged[2], logged[0]}, 0, `"line 00008"… is missing`},
		{"lost among those that may be", []string{logged[2], logged[0]}, 2, ""},
		{"twice", append(slices.Clone(logged), logged[0]), 0, `"line 00007"… arrived twice`},
		{"twice among those that may be lost", append(slices.Clone(logged), logged[0]), 2, `"line 00007"… arrived twice`},
		{"cut off", []string{logged[0], logged[1][:15], logged[2]}, 0, `line 2 that arrived is not whole: "line 00008 abcd"…`},
		{"joined", []string{logged[0] + logged[1], logged[2]}, 0, `line 1 that arrived holds 2 lines`},
	} {
		t.Run(c.Why, func(t *testing.T) {
			err := arrivedInAnyOrder(c.Got, logged, c.MayMiss)
			if (err == nil) != (c.Want == "") || err != nil && !strings.Contains(err.Error(), c.Want) {
				t.Errorf("arrivedInAnyOrder = %v, want an error with %q", err, c.Want)
			}
		})
	}
}
