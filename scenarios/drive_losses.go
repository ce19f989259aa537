package scenarios

// A loss is a way in which a client loses the answer to a request that the server got
// whole, and answered.
type loss struct {
	what string
	then event // comes in place of the answer
}

var (
	lostToReset   = loss{"when the server got its request, and a reset came in place of the answer", resetHere}
	lostToFIN     = loss{"when the server got its request, and the connection's end came in place of the answer", closeHere}
	lostToSilence = loss{"when the server got its request, and no answer came", vanishHere}
)
