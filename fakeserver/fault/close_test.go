package fault

import "testing"

func TestCloseEndsTheStream(t *testing.T) {
	wantSteps(t, "abcdef", "abc close@3", ToClient(Close{}).AfterBytes(3))
}

func TestEndingThatIsFirstWins(t *testing.T) {
	wantSteps(t, "abcdef", "ab close@2", ToClient(Reset{}).AfterBytes(3), ToClient(Close{}).AfterBytes(2))
	wantSteps(t, "abcdef", "ab reset@2", ToClient(Reset{}).AfterBytes(2), ToClient(Close{}).AfterBytes(2))
	wantSteps(t, "abcdef", "ab close@2", ToClient(Close{}).AfterBytes(2), ToClient(Reset{}).AfterBytes(2))
}
