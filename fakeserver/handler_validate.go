package fakeserver

import (
	"errors"
	"fmt"
	"reflect"
)

// checkHandler refuses handlers of either kind that can't work.
func checkHandler(h any) error {
	if isNil(h) {
		return fmt.Errorf("%w: Handler is a nil %T", ErrConfig, h)
	}
	if err := validate(h); err != nil {
		return fmt.Errorf("%w: Handler %T: %w", ErrConfig, h, err)
	}
	return nil
}

// validate asks h itself.
func validate(h any) error {
	if v, ok := h.(interface{ Validate() error }); ok {
		return v.Validate()
	}
	return nil
}

// validateAll refuses a sequence that is empty, or that has handlers that can't work.
func validateAll[H any](s []H) error {
	if len(s) == 0 {
		return errors.New("it is empty")
	}
	for i, h := range s {
		if any(h) == nil {
			return fmt.Errorf("handler %d is nil", i+1)
		}
		if isNil(h) {
			return fmt.Errorf("handler %d is a nil %T", i+1, h)
		}
		if err := validate(h); err != nil {
			return fmt.Errorf("handler %d, %T: %w", i+1, h, err)
		}
	}
	return nil
}

// isNil reports whether there is a nil pointer or function in an interface.
func isNil(h any) bool {
	switch v := reflect.ValueOf(h); v.Kind() {
	case reflect.Func, reflect.Pointer, reflect.Map, reflect.Chan:
		return v.IsNil()
	}
	return false
}
