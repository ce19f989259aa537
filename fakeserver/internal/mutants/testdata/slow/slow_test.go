// Package slow has no test that goes through each fault.
package slow

import "testing"

func TestListMutants(t *testing.T) { t.Attr("mutant", "ToClient Fail") }
