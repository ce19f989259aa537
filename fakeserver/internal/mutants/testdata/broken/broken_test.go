// Package broken has a test that fails without any mutant.
package broken

import "testing"

func TestListMutants(t *testing.T) { t.Attr("mutant", "ToClient Fail") }

func TestEachFault(t *testing.T) { t.Error("it always fails") }
