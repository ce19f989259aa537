package subject

// A Misconduct is what no subject may do, whatever it promised: hang, panic, or leave its
// goroutine.
type Misconduct struct {
	How   How    // in a word: it is the same each time
	Text  string // in a sentence
	Stack string // of a panic, and of what hangs: its goroutine, and those that it started, as the runtime shows them
}

// How is the way in which a subject misbehaves.
type How string

const (
	Hung     How = "hung"     // it did not return in its time
	Panicked How = "panicked" // in the goroutine in which it was called; elsewhere a panic ends the program
	Exited   How = "exited"   // by runtime.Goexit, which is what a test's FailNow and SkipNow do
)

// Error returns the text, and after that the stack of a panic.
func (m *Misconduct) Error() string {
	if m.How != Panicked || m.Stack == "" {
		return m.Text
	}
	return m.Text + "\n" + m.Stack
}
