package decide

import "testing"

// A seed has to mean the same for ever: this number must never change.
func TestMixIsWhatItAlwaysWas(t *testing.T) {
	if got, want := Mix(7, "TestX"), uint64(0x814791f1f2102200); got != want {
		t.Errorf("Mix = %#x, want %#x", got, want)
	}
}
