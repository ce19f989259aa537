package scenarios

import "context"

// A Session is a client that keeps its connection, or its socket, between
// exchanges, as functions that most clients can be given in a line each.
type Session struct {
	// Ask is one exchange. n is its number, from 1: each number asks for something
	// else, so that the answers tell the exchanges apart. ctx has no deadline of its
	// own; it is canceled when Ask is given up on. The client's deadline, Within, is
	// that of each Ask.
	Ask func(ctx context.Context, n int) (string, error)
	// AskAll is exchanges 1 to n at once: it sends request after request before the
	// answers come, on one connection, and returns the answers in the order of their
	// numbers. A client whose Ask may be called by several goroutines at once can have it
	// do that. ctx and the deadline are as with Ask. It may be nil, for a client that has
	// one request under way at a time: such a client can't promise TakesRepliesOneAtATime.
	AskAll func(ctx context.Context, n int) ([]string, error)
	// AskError is one exchange that the server answers with an error, such as one for what is
	// not there, and returns that error. ctx and the deadline are as with Ask. It may be
	// nil: then WorksAgainAfterCutReply cuts no errors.
	AskError func(ctx context.Context) error
	// Close ends the client. It may be called while Ask is at work in another
	// goroutine. If nil, there is nothing to close.
	Close func() error
}

func (s Session) close() error {
	if s.Close == nil {
		return nil
	}
	return s.Close()
}
