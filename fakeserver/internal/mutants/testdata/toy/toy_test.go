// Package toy has tests that notice mutants, each in its own way. One they don't.
package toy

import (
	"os"
	"testing"
	"time"
)

var disabled = os.Getenv("FAKEWIRE_DISABLE")

func TestListMutants(t *testing.T) {
	for _, name := range []string{"ToClient Fail", "ToClient Sub", "ToClient Crash", "ToClient Hang", "ToClient Nothing", "ToClient Exit"} {
		t.Attr("mutant", name)
	}
}

func TestEachFault(t *testing.T) {
	if disabled == "ToClient Fail" {
		t.Error("noticed")
	}
}

func TestSubs(t *testing.T) {
	t.Run("first", func(*testing.T) {})
	t.Run("second", func(t *testing.T) {
		if disabled == "ToClient Sub" {
			t.Error("noticed")
		}
	})
}

func TestCrashes(t *testing.T) {
	if disabled == "ToClient Crash" {
		go panic("noticed")
		time.Sleep(time.Hour)
	}
}

func TestHangs(t *testing.T) {
	if disabled == "ToClient Hang" {
		time.Sleep(time.Hour)
	}
}

func TestOfSomethingElse(t *testing.T) {
	if disabled == "ToClient Exit" {
		os.Exit(3) // which fails no test
	}
}
