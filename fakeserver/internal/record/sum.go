package record

import (
	"encoding/binary"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// addSum continues the checksum sum over p, however the bytes are cut into calls. It is
// the two usual CRC-32s side by side: 64 bits that are the same on every machine, and
// processors have instructions for both.
func addSum(sum uint64, p []byte) uint64 {
	high := crc32.Update(uint32(sum>>32), castagnoli, p)
	low := crc32.Update(uint32(sum), crc32.IEEETable, p)
	return uint64(high)<<32 | uint64(low)
}

// addNumber continues sum over n.
func addNumber(sum uint64, n int64) uint64 {
	return addSum(sum, binary.BigEndian.AppendUint64(nil, uint64(n)))
}
