package benchwork

import (
	"bytes"
	"os"
	"strconv"
)

// readFront tells of the queues in front of all sockets, one per processor: how
// many packets wait there, and how many were ever lost for want of room. No
// socket counts those.
func readFront() (waiting, lost int) {
	text, _ := os.ReadFile("/proc/net/softnet_stat")
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		lost += hexAt(fields, 1)
		waiting += hexAt(fields, 11)
	}
	return waiting, lost
}

func hexAt(fields [][]byte, i int) int {
	if i >= len(fields) {
		return 0
	}
	n, _ := strconv.ParseUint(string(fields[i]), 16, 32)
	return int(n)
}
