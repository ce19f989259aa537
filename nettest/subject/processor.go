package subject

import "time"

// ProcessorTime returns how much processor time this process has taken, in its own code and in the kernel's on its behalf, on
// all processors together. A subject that takes it while nothing comes or goes on the wire spins; but whatever
// else runs in the process counts, too. Where the platform does not tell, the error wraps errors.ErrUnsupported.
func ProcessorTime() (time.Duration, error) { return processorTime() }
