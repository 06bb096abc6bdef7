package main

import "fmt"

// checks counts: each check prints a line, the last line says how many passed. It knows nothing of what is checked.
type checks struct{ passed, failed int }

// over ends a section whose next step has nothing to work with.
type over struct{}

// section runs what belongs together. What ends it early was counted already.
func (c *checks) section(title string, run func()) {
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

// that counts one check; shown is what was seen instead.
func (c *checks) that(what string, holds bool, shown any) {
	if holds {
		c.passed++
		fmt.Printf("  ok      %s\n", what)
		return
	}
	c.failed++
	fmt.Printf("  FAILED  %s: %.600s\n", what, fmt.Sprintf("%v", shown))
}

// equal counts one check of two things that can be compared, or of their text.
func (c *checks) equal(what string, seen, wanted any) {
	c.that(what, fmt.Sprintf("%v", seen) == fmt.Sprintf("%v", wanted), fmt.Sprintf("wanted %v, saw %v", wanted, seen))
}

// must counts a step that others build on, and ends the section if it failed.
func (c *checks) must(what string, err error) {
	c.that(what, err == nil, err)
	if err != nil {
		panic(over{})
	}
}

// need ends the section if what is no check of its own failed; that counts.
func (c *checks) need(what string, err error) {
	if err != nil {
		c.must(what, err)
	}
}

// close prints the line that counts and says whether all is well.
func (c *checks) close() bool {
	fmt.Printf("kmip_go: %d passed, %d failed\n", c.passed, c.failed)
	return c.failed == 0
}
