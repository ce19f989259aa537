package fakeserver

import "testing"

// A passingTB is a test that passes.
type passingTB struct {
	TB
	end func()
}

func (t *passingTB) Cleanup(f func()) { t.end = f }

// What a failure leaves costs a test that passes nothing: it has no more to pay than what it takes to know that it has
// passed, which does not grow.
func TestATestThatPassesPaysNothingForFiles(t *testing.T) {
	t.Setenv(artifactsVariable, t.TempDir())
	tb := &passingTB{TB: t}
	started := testing.AllocsPerRun(200, func() {
		Start(tb, Config{Name: "srv"})
		tb.end()
	})
	listening := testing.AllocsPerRun(200, func() {
		s, err := Listen(Config{Name: "srv"})
		if err == nil {
			err = s.Close()
		}
		if err == nil {
			err = s.Verify()
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	if more := started - listening; more > 20 {
		t.Errorf("Start and the end of a test make %v allocations more than Listen, Close and Verify, which make %v; want 20 at most", more, listening)
	}
	t.Logf("%v and %v allocations", started, listening)

	s, err := Listen(Config{})
	if err != nil {
		t.Fatal(err)
	}
	st := startedBy(tb)
	originOf(st.test)
	st.register(s)
	tb.end()
	if st.after.Load() != nil {
		t.Error("a test that passes has an aftermath")
	}
}
