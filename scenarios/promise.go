package scenarios

import "context"

// Subject is what promises are about.
type Subject interface {
	TCPClient | UDPClient | NetworkLogger
}

// A Promise is one thing that a subject says it does when the wire misbehaves.
// It is a value; those of this package are the only ones.
type Promise[S Subject] struct {
	// Name is what reports call the promise. It reads after the subject's name, and
	// does not change between releases.
	Name string
	// Why says why the promise matters, with the kind of real bug behind it.
	Why string
	// Labels are the labels of the promise's spec: "tcp", "fault:reset".
	Labels []string

	variable string // what this package calls it
	check    func(ctx context.Context, subject func() S) error
}

// A Kept is a list of promises, made with Keeps or Learn.
type Kept[S Subject] struct {
	promises []Promise[S]
	learning bool
}

// Keeps lists the promises that a subject keeps, for the Describe functions. It
// copies the list.
func Keeps[S Subject](promises ...Promise[S]) Kept[S] {
	return Kept[S]{promises: append([]Promise[S](nil), promises...)}
}

// Learn takes the place of Keeps for a subject of which nobody knows what it keeps: it puts all
// promises to the test. Those that it can't make, as it has no Open or Large, say, are skipped;
// those that it breaks fail. The summary of the run then has the list of those that it keeps, as
// a Keeps to be pasted: see Summarize.
func Learn[S Subject]() Kept[S] { return Kept[S]{promises: Promises[S](), learning: true} }
