package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// The toy's tests notice a mutant in several ways, or not at all.
func TestMutants(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		out    string // empty: nothing at all
		err    string
		why    string
	}{
		{"-run Fail", 0, "survivors: none", "ToClient Fail, toy: killed by TestFails (", "a test that fails kills"},
		{"-run Sub", 0, "survivors: none", "killed by TestSubs/second (", "the subtest is named"},
		{"-run Crash", 0, "survivors: none", "killed by TestCrashes, which crashes (", "a crash is a kill"},
		{"-run Hang -timeout 2s", 0, "survivors: none", "killed by TestHangs, which hangs (", "hanging is a kill, and said so"},
		{"-run Nothing", 1, "survivors: 1\n\tToClient Nothing: no test of package toy fails", "ToClient Nothing, toy: survived (", "what disables nothing survives"},
		{"-run Nothing|Fail", 1, "2 runs; survivors: 1\n", "2/2", "one survivor is enough"},
		{"-run Exit", 1, "NO RESULT", "exit status 3, and no test failed", "a binary that goes away kills nothing"},
		{"-run Other", 1, "", "lists no mutant that matches", "nothing to check is no success"},
		{"-packages ./testdata/broken", 1, "", "without a mutant: ", "a test that always fails would kill them all"},
		{"-packages ./testdata/none", 1, "", "testdata/none", "there must be a package"},
		{"-nonsense", 2, "", "nonsense", "a flag that there is not"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			var out, err bytes.Buffer
			args := append([]string{"-packages", "./testdata/toy"}, strings.Fields(c.args)...)
			status := run(t.Context(), args, &out, &err)
			if status != c.status || !strings.Contains(out.String(), c.out) || (out.Len() == 0) != (c.out == "") || !strings.Contains(err.String(), c.err) {
				t.Errorf("status %d, want %d, %q and %q: %s\noutput: %s\nerrors: %s", status, c.status, c.out, c.err, c.why, &out, &err)
			}
		})
	}
}

func TestEachTestIsInOnePass(t *testing.T) {
	b := &binary{tests: []string{"TestEachFaultX", "TestResetThis", "TestOther", "ExampleReset"}}
	for mutant, want := range map[string]string{
		"FromClient Reset":         "-test.run ^(TestEachFaultX)$, -test.run ^(TestResetThis|ExampleReset)$, -test.skip ^(TestEachFaultX|TestResetThis|ExampleReset)$",
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
	for _, text := range []string{"", "=== RUN   TestX\n", "\npanic: before any test\n"} {
		if name, err := killer(text, errors.New("exit status 2")); name != "" || err == nil {
			t.Errorf("killer(%q) = %q, %v; want an error", text, name, err)
		}
	}
}
