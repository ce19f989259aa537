// Package script has handlers made of steps: what a fake server expects of its client, and what it says, in the order in
// which a protocol has them.
package script
