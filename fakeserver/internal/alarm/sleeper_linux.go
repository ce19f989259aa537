package alarm

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// hasBetter says that there is something better than package time.
const hasBetter = true

// A timerfd is a descriptor that can be read when its time has come. The network's poller wakes its reader then, as it does that
// of a socket, and does not count in milliseconds.
type timerfd struct {
	fd   int
	file *os.File
}

// newSleeper returns a timerfd, or where there are no more descriptors what package time has.
func newSleeper() sleeper {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return newGoSleeper()
	}
	return &timerfd{fd, os.NewFile(uintptr(fd), "timerfd")}
}

func (s *timerfd) arm(d time.Duration) {
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(max(d, 1)))} // 0 would disarm it
	unix.TimerfdSettime(s.fd, 0, &spec, nil)
}

func (s *timerfd) wait() { s.file.Read(make([]byte, 8)) }

// lead is four times what was seen of a machine that sleeps meanwhile.
func (s *timerfd) lead() time.Duration { return 300 * time.Microsecond }

func (s *timerfd) close() { s.file.Close() }
