// Package checks counts: each check prints a line, the last line says how many passed. It knows nothing of what is checked.
package checks

import "fmt"

// Checks are those of one program, whose name the last line begins with.
type Checks struct {
	Name           string
	passed, failed int
}

// over ends a section whose next step has nothing to work with.
type over struct{}

// Section runs what belongs together. What ends it early was counted already.
func (c *Checks) Section(title string, run func()) {
	defer func() {
		if ended := recover(); ended != nil {
			if _, counted := ended.(over); !counted {
				panic(ended)
			}
		}
	}()
	fmt.Printf("\n%s\n", title)
	run()
}

// That counts one check; shown is what was seen instead.
func (c *Checks) That(what string, holds bool, shown any) {
	if holds {
		c.passed++
		fmt.Printf("  ok      %s\n", what)
		return
	}
	c.failed++
	fmt.Printf("  FAILED  %s: %.600s\n", what, fmt.Sprintf("%v", shown))
}

// Equal counts one check of two things that can be compared, or of their text.
func (c *Checks) Equal(what string, seen, wanted any) {
	c.That(what, fmt.Sprintf("%v", seen) == fmt.Sprintf("%v", wanted), fmt.Sprintf("wanted %v, saw %v", wanted, seen))
}

// Must counts a step that others build on, and ends the section if it failed.
func (c *Checks) Must(what string, err error) {
	c.That(what, err == nil, err)
	if err != nil {
		panic(over{})
	}
}

// Need ends the section if what is no check of its own failed; that counts.
func (c *Checks) Need(what string, err error) {
	if err != nil {
		c.Must(what, err)
	}
}

// Close prints the line that counts and says whether all is well.
func (c *Checks) Close() bool {
	fmt.Printf("%s: %d passed, %d failed\n", c.Name, c.passed, c.failed)
	return c.failed == 0
}
