package explore

// An Oracle is something that counts as broken.
type Oracle string

// The oracles. Each is on unless it says otherwise, and is turned on and off by Config.
const (
	// Panics: a step panicked, or ended its goroutine.
	Panics Oracle = "panic"
	// Hangs: a step did not return within its bound, or what is before the first and after the last one.
	Hangs Oracle = "hang"
	// WrongAnswers: a step returned no error, and not the answer that it has on a healthy wire. It
	// is not asked where a plan changes bytes, since few protocols could tell.
	WrongAnswers Oracle = "wrong answer"
	// Recovery: the fault was over, one step had begun after it already, and the last one still
	// failed. A client that has one connection for good says so: Config.OneConn.
	Recovery Oracle = "no recovery"
	// Fussy: a step failed though nothing was wrong: the bytes came in pieces, or later, and within
	// the client's deadline.
	Fussy Oracle = "fussy"
	// SentTwice: the server saw a request more often than on a healthy wire. Retrying is legal, and
	// a bug where a request isn't idempotent: off unless it is in Config.With.
	SentTwice Oracle = "sent twice"
	// Leaks: when the body has returned, a goroutine, a connection or a descriptor of it stays.
	Leaks Oracle = "leak"
	// Storms: the client dialed again and again, without a pause.
	Storms Oracle = "dial storm"
	// Spins: it used up a processor while nothing passed, and longer than it works for itself on a healthy wire. In memory it keeps the clock from
	// going on by that. It is asked where nothing else in the process is at work.
	Spins Oracle = "spin"
	// Swells: it took much memory at once, such as for a message that only says that it is long: at least 32 MB, and
	// ten times what it takes at once on a healthy wire. It is asked of trials that run alone, and goes by the runtime's memory
	// profile. Without Config.Isolate it has to be in a step, and not in a goroutine that the client has started.
	Swells Oracle = "memory"
	// Races: the race detector reported a data race, in a test that was built with it and has Config.Isolate. Elsewhere
	// package testing fails the test for it, and nobody knows by which plan.
	Races Oracle = "data race"
	// Lost, of loggers: a line that was logged when all was well again, and taken without an error, never
	// arrived. What was under way when a connection broke is nobody's fault.
	Lost Oracle = "lost"
	// Torn, of loggers: a line arrived in part, where nothing was cut off.
	Torn Oracle = "torn"
	// OutOfOrder, of loggers: a line arrived after a later one, on the same connection.
	OutOfOrder Oracle = "out of order"
	// Accepted: a find that is listed in Config.Accepted does not break the client any more.
	Accepted Oracle = "accepted"
)

var (
	oracles = []Oracle{Panics, Hangs, WrongAnswers, Recovery, Fussy, SentTwice, Leaks, Storms, Spins, Swells, Races, Lost, Torn, OutOfOrder}
	optIn   = []Oracle{SentTwice}
)
