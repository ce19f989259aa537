package record

import "testing"

// Two runs compare equal on every machine and with every version.
func TestSumStaysWhatItIs(t *testing.T) {
	if got, want := addSum(0, []byte("123456789")), uint64(0xe3069283cbf43926); got != want {
		t.Errorf("the sum is %016x, want the check values of CRC-32C and CRC-32: %016x", got, want)
	}
}
