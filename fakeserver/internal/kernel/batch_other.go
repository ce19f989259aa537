//go:build !linux

package kernel

import "net"

type batchReader = singleReader

func newBatchReader(pc *net.UDPConn, _ int) (*batchReader, error) { return newSingleReader(pc), nil }
