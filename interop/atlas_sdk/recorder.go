package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"sort"
	"strings"
	"sync"

	"atrest/interop/checks"
)

// recorder remembers which calls were answered. It knows nothing of what they are about.
type recorder struct {
	next     http.RoundTripper
	lock     sync.Mutex
	answered map[string]bool
}

func newRecorder(next http.RoundTripper) *recorder {
	return &recorder{next: next, answered: map[string]bool{}}
}

// RoundTrip passes a call on. A challenge is no answer.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := r.next.RoundTrip(request)
	if err == nil && answer.StatusCode != http.StatusUnauthorized && answer.StatusCode < http.StatusInternalServerError {
		r.lock.Lock()
		r.answered[request.Method+" "+request.URL.EscapedPath()] = true
		r.lock.Unlock()
	}
	return answer, err
}

// notInTheSDK are operations that this SDK has no method for.
var notInTheSDK = map[string]bool{"validateGroupClusterConfigurations": true}

// coverage counts each operation of the OpenAPI document that no call has reached.
func (r *recorder) coverage(c *checks.Checks, base string) {
	answer, err := http.Get(base + "/api/atrest/v1/openapi.json")
	c.Must("the OpenAPI document", err)
	defer answer.Body.Close()
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	c.Must("can be read", json.NewDecoder(answer.Body).Decode(&document))
	paths := make([]string, 0, len(document.Paths))
	for path := range document.Paths {
		if strings.HasPrefix(path, "/api/atlas/v2") {
			paths = append(paths, path)
		}
	}
	sort.Strings(paths)
	for _, path := range paths {
		for method, operation := range document.Paths[path] {
			if !notInTheSDK[operation.OperationID] {
				c.That(operation.OperationID, r.reached(strings.ToUpper(method), path), method+" "+path+" was never called")
			}
		}
	}
}

// parameter is one of a path's, as the document spells it.
var parameter = regexp.MustCompile(`\\\{[^}]*\\\}`)

func (r *recorder) reached(method, path string) bool {
	pattern := regexp.MustCompile("^" + method + " " + parameter.ReplaceAllString(regexp.QuoteMeta(path), `[^/]+`) + "/?$")
	for call := range r.answered {
		if pattern.MatchString(call) {
			return true
		}
	}
	return false
}
