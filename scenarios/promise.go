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

	check func(ctx context.Context, subject func() S) error
}

// A Kept is a list of promises, made with Keeps.
type Kept[S Subject] struct{ promises []Promise[S] }

// Keeps lists the promises that a subject keeps, for the Describe functions. It
// copies the list.
func Keeps[S Subject](promises ...Promise[S]) Kept[S] {
	return Kept[S]{append([]Promise[S](nil), promises...)}
}
