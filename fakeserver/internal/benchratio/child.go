package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// inChild runs this command with -child, and returns the number that it prints.
func inChild(what string) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "-child", what)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("child %s: %w", what, err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

func sliceInChild(w benchwork.Work, side string) (time.Duration, error) {
	ns, err := inChild(w.Name + "/" + side)
	return time.Duration(ns), err
}

func keptInChild(total, write int) (float64, error) {
	return inChild(fmt.Sprintf("kept/%d/%d", total, write))
}

// runChild is what the child does.
func runChild(what string) error {
	var total, write int
	if _, err := fmt.Sscanf(what, "kept/%d/%d", &total, &write); err == nil {
		kept, err := benchwork.Kept(total, write)
		fmt.Println(kept)
		return err
	}
	name, side, _ := strings.Cut(what, "/")
	for _, w := range benchwork.All() {
		if w.Name == name {
			body := w.Raw
			if side == "fakeserver" {
				body = w.Kit
			}
			took, err := slice(body, w.Slice)
			fmt.Println(took.Nanoseconds())
			return err
		}
	}
	return errors.New("no such child: " + what)
}
