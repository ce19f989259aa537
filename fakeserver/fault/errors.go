package fault

import "errors"

// ErrInjected is in every error that a fault plan caused, so that a handler can
// tell it from a real one with errors.Is.
var ErrInjected = errors.New("fault: injected")

// ErrPlan is in every error about a plan that makes no sense.
var ErrPlan = errors.New("fault: invalid plan")
