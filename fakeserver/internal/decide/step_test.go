package decide

import "testing"

func TestOpHasAName(t *testing.T) {
	for op := OpPass; op <= OpFinish; op++ {
		if name := op.String(); name == "" || name[:2] == "op" {
			t.Errorf("op %d is called %q", op, name)
		}
	}
	if got := Op(99).String(); got != "op 99" {
		t.Errorf("Op(99) = %q", got)
	}
}
