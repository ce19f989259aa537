package isolate

// onlyInTheTest and onlyInChildren are what coverage tells the processes by.
func onlyInTheTest() { ran() }

func onlyInChildren() { ran() }

func ran() {}
