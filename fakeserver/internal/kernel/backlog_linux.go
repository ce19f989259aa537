package kernel

func acceptQueue(fd uintptr) (int, error) {
	info, err := tcpInfo(fd)
	if err != nil {
		return 0, err
	}
	return int(info.Unacked), nil
}
