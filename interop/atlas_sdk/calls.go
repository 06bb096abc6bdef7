package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"go.mongodb.org/atlas-sdk/v20250312020/admin"
)

// result is what a call came to.
type result[T any] struct {
	value  T
	answer *http.Response
	err    error
}

// got takes a call that answers with a body.
func got[T any](value T, answer *http.Response, err error) result[T] {
	return result[T]{value, answer, err}
}

// done takes a call that answers with none.
func done(answer *http.Response, err error) result[struct{}] {
	return result[struct{}]{struct{}{}, answer, err}
}

// must counts a call that has to succeed, and ends the section if it did not.
func (r result[T]) must(a api, what string) T {
	a.Must(what, r.err)
	return r.value
}

// status counts the status beside the success.
func (r result[T]) status(a api, what string, wanted int) T {
	a.Must(what, r.err)
	a.Equal(what+": its status", r.answer.StatusCode, wanted)
	return r.value
}

// refused counts a call that has to fail with this status and code.
func (r result[T]) refused(a api, what string, status int, code string) {
	if r.err == nil {
		a.That(what+" is refused", false, "it succeeded")
		return
	}
	if r.answer == nil {
		a.That(what+" is refused", false, r.err)
		return
	}
	seen := "no body"
	if known, ok := admin.AsError(r.err); ok && known != nil {
		seen = known.ErrorCode
	}
	a.Equal(what+" is refused", fmt.Sprint(r.answer.StatusCode, " ", seen), fmt.Sprint(status, " ", code))
}

// of reads a body as people write it.
func of[T any](a api, text string, parts ...any) *T {
	body := new(T)
	a.Need("a body can be read", json.Unmarshal([]byte(fmt.Sprintf(text, parts...)), body))
	return body
}

// same counts that what was sent is what is read back: every field of the first is in the second, with that value.
func same(a api, what string, sent, read any) {
	one, other := plain(a, sent), plain(a, read)
	a.That(what, within(one, other), fmt.Sprintf("sent %v, read %v", one, other))
}

func plain(a api, value any) any {
	text, err := json.Marshal(value)
	a.Need("a body can be written", err)
	var plain any
	a.Need("and read", json.Unmarshal(text, &plain))
	return plain
}

func within(small, large any) bool {
	switch small := small.(type) {
	case map[string]any:
		large, ok := large.(map[string]any)
		if !ok {
			return false
		}
		for name, value := range small {
			if !within(value, large[name]) {
				return false
			}
		}
		return true
	case []any:
		large, ok := large.([]any)
		if !ok || len(small) != len(large) {
			return false
		}
		for n, value := range small {
			if !within(value, large[n]) {
				return false
			}
		}
		return true
	case nil:
		// A field that was not set.
		return true
	default:
		return small == large
	}
}
