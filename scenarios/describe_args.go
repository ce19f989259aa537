package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// arguments are what a Describe function was given, sorted.
type arguments[S Subject] struct {
	kept      []Promise[S]
	learning  bool  // what the subject lacks is no failure
	container []any // decorators
	spec      []any // decorators that Ginkgo allows on specs only
	location  types.CodeLocation
	memory    *Memory // nil: on sockets
	errs      []error
}

// sortArguments tells promises from decorators. What is neither becomes an error of our
// own: one of Ginkgo's would end the whole suite.
func sortArguments[S Subject](where types.CodeLocation, args []any) arguments[S] {
	a := arguments[S]{location: where}
	given := false
	for _, arg := range flatten(args) {
		switch v := arg.(type) {
		case Kept[S]:
			if given && (a.learning || v.learning) {
				a.errs = append(a.errs, fmt.Errorf("%w: Learn() puts all promises to the test, and there is another Keeps(…) or Learn()", ErrSubject))
			}
			if given = true; len(v.promises) == 0 {
				a.errs = append(a.errs, fmt.Errorf("%w: Keeps() has no promises: leave the subject out, or say what it keeps", ErrSubject))
			}
			a.kept = append(a.kept, v.promises...)
			a.learning = a.learning || v.learning
		case types.CodeLocation:
			a.location = v
		case Memory:
			a.memory = &v
		default:
			a.sort(arg)
		}
	}
	if !given {
		a.errs = append(a.errs, fmt.Errorf("%w: there is no Keeps(…) with the promises of a %v", ErrSubject, reflect.TypeFor[S]()))
	}
	return a
}

// sort sorts a decorator, or says what is wrong with arg.
func (a *arguments[S]) sort(arg any) {
	switch arg.(type) {
	case ginkgo.NodeTimeout, ginkgo.SpecTimeout, ginkgo.GracePeriod, ginkgo.PollProgressAfter, ginkgo.PollProgressInterval:
		a.spec = append(a.spec, arg)
	case ginkgo.Labels, ginkgo.FlakeAttempts, ginkgo.MustPassRepeatedly:
		a.container = append(a.container, arg)
	case Promise[S]:
		a.errs = append(a.errs, fmt.Errorf("%w: a promise is an argument of its own: put it into Keeps(…)", ErrSubject))
	default:
		if slices.Contains(flags, arg) || isNewer(arg) {
			a.container = append(a.container, arg)
			return
		}
		a.errs = append(a.errs, fmt.Errorf("%w: argument of type %T is neither Keeps(…) of promises of a %v, nor InMemory(…), nor a decorator for its specs", ErrSubject, arg, reflect.TypeFor[S]()))
	}
}

// flags are the decorators whose types have no exported names.
var flags = []any{ginkgo.Focus, ginkgo.Pending, ginkgo.Serial, ginkgo.Ordered, ginkgo.ContinueOnFailure}

// newer are the names of decorators' types that came with versions of Ginkgo above the lowest that go.mod
// requires: a suite may use what its own Ginkgo has.
var newer = []string{"SpecPriority", "SemVerConstraints", "ComponentSemVerConstraints", "AroundNodeDecorator"}

func isNewer(arg any) bool {
	t := reflect.TypeOf(arg)
	return t != nil && strings.HasPrefix(t.PkgPath(), "github.com/onsi/ginkgo/v2/") && slices.Contains(newer, t.Name())
}

// flatten unrolls lists of arguments, as Ginkgo does.
func flatten(args []any) []any {
	var all []any
	for _, arg := range args {
		if list, ok := arg.([]any); ok {
			all = append(all, flatten(list)...)
		} else {
			all = append(all, arg)
		}
	}
	return all
}
