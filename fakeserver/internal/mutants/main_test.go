package main

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// The toy's tests notice a mutant in several ways, or not at all.
func TestMutants(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		out    string   // empty: nothing at all
		err    []string // all of them
		why    string
	}{
		{"-run Fail|Sub|Crash", 0, "3 runs; survivors: none", []string{
			"ToClient Fail, toy: killed by TestEachFault (", "killed by TestSubs/second (", "killed by TestCrashes, which crashes (", "3/3",
		}, "a test that fails kills, the subtest is named, and a crash is a kill"},
		{"-run Hang -timeout 2s", 0, "survivors: none", []string{"killed by TestHangs, which hangs ("}, "hanging is a kill, and said so"},
		{"-run Nothing|Fail", 1, "2 runs; survivors: 1\n\tToClient Nothing: no test of package toy fails", []string{"ToClient Nothing, toy: survived (", "2/2"},
			"what disables nothing survives, and one survivor is enough"},
		{"-run Exit", 1, "NO RESULT", []string{"exit status 3, and no test failed"}, "a binary that goes away kills nothing"},
		{"-run Other", 1, "", []string{"lists no mutant that matches"}, "nothing to check is no success"},
		{"-packages ./testdata/broken", 1, "", []string{"without a mutant: "}, "a test that always fails would kill them all"},
		{"-packages ./testdata/slow", 1, "", []string{"testdata/slow is called TestEachFault…"}, "what kills soon comes first, and has to be there"},
		{"-packages ./testdata/none", 1, "", []string{"testdata/none"}, "there must be a package"},
		{"-nonsense", 2, "", []string{"nonsense"}, "a flag that there is not"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			var out, err bytes.Buffer
			args := append([]string{"-packages", "./testdata/toy"}, strings.Fields(c.args)...)
			status := run(t.Context(), args, &out, &err)
			lacks := func(want string) bool { return !strings.Contains(err.String(), want) }
			if status != c.status || !strings.Contains(out.String(), c.out) || (out.Len() == 0) != (c.out == "") || slices.ContainsFunc(c.err, lacks) {
				t.Errorf("status %d, want %d, %q and %q: %s\noutput: %s\nerrors: %s", status, c.status, c.out, c.err, c.why, &out, &err)
			}
		})
	}
}

func TestEachTestIsInOnePass(t *testing.T) {
	b := &binary{tests: []string{"TestEachFaultX", "TestResetThis", "TestOther", "TestAtStart", "ExampleReset"}}
	for mutant, want := range map[string]string{
		"FromClient Reset":         "-test.run ^(TestEachFaultX)$, -test.run ^(TestResetThis|ExampleReset)$, -test.skip ^(TestEachFaultX|TestResetThis|ExampleReset)$",
		"AtStart Reset":            "-test.run ^(TestEachFaultX)$, -test.run ^(TestResetThis|TestAtStart|ExampleReset)$, -test.skip ^(TestEachFaultX|TestResetThis|TestAtStart|ExampleReset)$",
		"datagrams FromClient Own": "-test.run ^(TestEachFaultX)$, -test.skip ^(TestEachFaultX)$",
	} {
		var got []string
		for _, pass := range b.passes(mutant) {
			got = append(got, strings.Join(pass, " "))
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("passes for %s: %s, want %s", mutant, text, want)
		}
	}
}

func TestWhatNamesNoTestIsNoKill(t *testing.T) {
	for _, text := range []string{
		"", "=== RUN   TestX\n", "\npanic: before any test\n",
		"=== RUN   TestX\npanic: test timed out after 5s\n\trunning tests:\n\t\tTestX (1s)\n\t\tTestX/sub (1s)\n\ngoroutine 1\n", // the others took the time
	} {
		if name, err := killer(text, errors.New("exit status 2"), 2*time.Second); name != "" || err == nil {
			t.Errorf("killer(%q) = %q, %v; want an error", text, name, err)
		}
	}
}
