package subject

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

func TestBrandFindsTheGoroutinesThatItsOwnStarted(t *testing.T) {
	end, begun := make(chan bool), make(chan bool, 3)
	defer close(end)
	go brandedBelow(begun, end) // before there is a brand
	why := errors.New("its own")
	err := Branded(t.Context(), func(b Brand) error {
		if got := b.Goroutines(); len(got) != 0 {
			t.Errorf("at first: %q", got)
		}
		go brandedBeside(begun, end)
		for range 3 {
			<-begun
		}
		got := b.Goroutines()
		if all := strings.Join(got, "\n"); len(got) != 2 || !strings.Contains(all, "subject.brandedBeside") || !strings.Contains(all, "subject.brandedBelow") {
			t.Errorf("Goroutines = %q, want the one that was started, and the one that it started", got)
		}
		return errors.Join(why, Branded(t.Context(), func(b Brand) error {
			if got := b.Goroutines(); len(got) != 0 {
				t.Errorf("of another brand: %q", got)
			}
			return nil
		}))
	})
	if !errors.Is(err, why) {
		t.Errorf("Branded = %v, want %v", err, why)
	}
}

// brandedBeside starts a goroutine, and waits.
func brandedBeside(begun, end chan bool) {
	go brandedBelow(begun, end)
	begun <- true
	<-end
}

func brandedBelow(begun, end chan bool) {
	begun <- true
	<-end
}

func TestBrandedGoroutinesThatHaveEndedAreNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		Branded(t.Context(), func(b Brand) error {
			end := make(chan bool)
			go waitsInside(end)
			if synctest.Wait(); len(b.Goroutines()) != 1 {
				t.Errorf("while it waits: %q", b.Goroutines())
			}
			close(end)
			if synctest.Wait(); len(b.Goroutines()) != 0 {
				t.Errorf("when it has ended: %q", b.Goroutines())
			}
			return nil
		})
	})
}
